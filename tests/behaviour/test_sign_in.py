"""Promise: staff sign in, the public never needs to; roles and courts bound what staff reach."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from courtstream.domain.clock import utc_now
from courtstream.services.people import accounts, audit
from courtstream.services.scoring import scorecards as scoring
from courtstream.store.tables import User, WebSession
from tests.support.platform import PASSWORD, ROOM, ROOM2, MemoryBus, World, sign_in, site


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path / "data")


def test_the_public_needs_no_account(world: World) -> None:
    hearing_id, _ = world.live()
    with site(world) as client:
        for path in ("", f"/{hearing_id}", f"/{hearing_id}/transcript"):
            assert client.get(f"/api/v1/hearings{path}").status_code == 200
        assert client.get("/").status_code == 200
        assert client.get(f"/watch/{hearing_id}").status_code == 200
        assert "set-cookie" not in client.get("/").headers


def test_a_right_password_opens_and_a_wrong_one_says_the_same_as_no_account(world: World) -> None:
    with site(world) as client:
        wrong = client.post("/api/v1/session", json={"login": "clerk", "password": "not this one"})
        nobody = client.post("/api/v1/session", json={"login": "ghost", "password": "not this one"})
        assert wrong.status_code == nobody.status_code == 401
        assert wrong.json() == nobody.json()
        assert "set-cookie" not in wrong.headers
        right = client.post("/api/v1/session", json={"login": " CLERK ", "password": PASSWORD})
        assert right.status_code == 200
        assert right.json()["user"]["role"] == "clerk"
        cookie = right.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert client.get("/api/v1/session").json()["user"]["login"] == "clerk"


def test_guessing_passwords_holds_up_no_hearing(world: World) -> None:
    with site(world) as client, world.work.store.write():  # a hearing's rows are being written
        wrong = client.post("/api/v1/session", json={"login": "clerk", "password": "not this one"})
        assert wrong.status_code == 401


def test_nothing_that_opens_a_door_is_in_the_database(world: World) -> None:
    with site(world) as client:
        sign_in(client, "clerk")
        token = client.cookies["cs_session"]
        stored = world.work.read(
            lambda s: (
                [r.token_sha256 for r in s.query(WebSession)]
                + [u.password_hash for u in s.query(User)]
            )
        )
        assert not any(token in row or PASSWORD in row for row in stored)
        assert all(row.startswith("$argon2id$") for row in stored[1:])


def test_signing_out_ends_it_for_good(world: World) -> None:
    with site(world) as client:
        header = sign_in(client, "clerk")
        token = client.cookies["cs_session"]
        assert client.delete("/api/v1/session", headers=header).status_code == 204
        client.cookies.set("cs_session", token)
        assert client.get("/api/v1/session").status_code == 401


def test_a_sign_in_ends_by_itself(world: World) -> None:
    with site(world) as client:
        sign_in(client, "clerk")

        def age(session: Any) -> None:
            session.query(WebSession).one().expires_at = utc_now() - timedelta(seconds=1)

        world.work.write(age)
        assert client.get("/api/v1/session").status_code == 401


def test_a_new_password_ends_all_sign_ins(world: World) -> None:
    with site(world) as client:
        sign_in(client, "clerk")
        world.work.write(accounts.set_password, "clerk", "another long one", utc_now())
        assert client.get("/api/v1/session").status_code == 401
        sign_in(client, "clerk", "another long one")


def test_an_account_that_was_switched_off_is_out_at_once(world: World) -> None:
    with site(world) as client:
        sign_in(client, "clerk")

        def off(session: Any) -> None:
            session.query(User).filter_by(login="clerk").one().active = False

        world.work.write(off)
        assert client.get("/api/v1/session").status_code == 401
        again = client.post("/api/v1/session", json={"login": "clerk", "password": PASSWORD})
        assert again.status_code == 401


def test_passwords_cannot_be_guessed_at_speed(world: World) -> None:
    with site(world) as client:
        answers = [
            client.post("/api/v1/session", json={"login": "clerk", "password": f"guess number {n}"})
            for n in range(11)
        ]
        assert [a.status_code for a in answers] == [401] * 10 + [429]
        assert "过多" in answers[-1].json()["title_zh"]
        right = client.post("/api/v1/session", json={"login": "clerk", "password": PASSWORD})
        assert right.status_code == 429


def unsafe(client: TestClient, headers: dict[str, str]) -> int:
    return client.post(f"/api/v1/courtrooms/{ROOM}/keys", headers=headers).status_code


def test_a_request_without_the_pages_token_changes_nothing(world: World) -> None:
    with site(world) as client:
        header = sign_in(client, "clerk")
        assert unsafe(client, {}) == 403
        assert unsafe(client, {"X-CSRF-Token": "x" * 43}) == 403
        assert unsafe(client, {**header, "Sec-Fetch-Site": "cross-site"}) == 403
        form = {"csrf": "wrong"}
        path = f"/staff/courtrooms/{ROOM}/keys"
        assert client.post(path, data=form).status_code == 403
        assert world.work.read(lambda s: s.query(WebSession).count()) == 1
        assert unsafe(client, header) == 201


def test_a_form_may_carry_the_token_in_a_field(world: World) -> None:
    with site(world) as client:
        token = sign_in(client, "clerk")["X-CSRF-Token"]
        path = f"/staff/courtrooms/{ROOM}/keys"
        assert client.post(path, data={"csrf": token}).status_code == 200
        files = {"file": ("x.csv", b"nothing", "text/csv")}
        sent = client.post("/staff/hearings/import", data={"csrf": token}, files=files)
        assert sent.status_code == 422  # it got through to the import, which found it empty
        assert client.post("/staff/hearings/import", files=files).status_code == 403


def test_another_site_cannot_sign_a_browser_in(world: World) -> None:
    with site(world) as client:
        answer = client.post(
            "/api/v1/session",
            json={"login": "clerk", "password": PASSWORD},
            headers={"Sec-Fetch-Site": "cross-site"},
        )
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("login", "room", "status"),
    [
        ("clerk", ROOM, 201),
        ("clerk", ROOM2, 403),
        ("far", ROOM, 403),
        ("judge", ROOM, 403),
        ("office", ROOM, 403),
        ("admin", ROOM, 201),
        ("admin", "cr_none", 404),
        (None, ROOM, 401),
    ],
)
def test_keys_are_changed_only_by_those_who_may(
    world: World, login: str | None, room: str, status: int
) -> None:
    with site(world) as client:
        header = sign_in(client, login) if login else {}
        answer = client.post(f"/api/v1/courtrooms/{room}/keys", headers=header)
        assert answer.status_code == status
        if status == 201:
            assert answer.json()["url"].endswith(answer.json()["secret"])
            assert answer.headers["cache-control"] == "no-store"
        else:
            assert {"title_zh", "code"} <= set(answer.json())


@pytest.mark.parametrize(
    ("login", "status"),
    [("judge", 200), ("judge2", 403), ("office", 200), ("clerk", 403), ("admin", 403), (None, 401)],
)
def test_scores_are_for_the_judge_and_the_office(
    world: World, login: str | None, status: int
) -> None:
    hearing_id, tape = world.live()
    world.take([tape.words(0, 1, "现在开庭"), tape.end(6)])
    world.work.write(scoring.score, hearing_id, utc_now() - timedelta(days=2))
    with site(world) as client:
        if login:
            sign_in(client, login)
        answer = client.get(f"/api/v1/hearings/{hearing_id}/scorecard")
        assert answer.status_code == status


def test_the_judge_looks_at_a_score_before_the_office_does(world: World) -> None:
    hearing_id, tape = world.live()
    world.take([tape.words(0, 1, "现在开庭"), tape.end(6)])
    world.work.write(scoring.score, hearing_id, utc_now())
    seen = []
    for login in ("office", "judge", "office"):
        with site(world) as client:
            sign_in(client, login)
            seen.append(client.get(f"/api/v1/hearings/{hearing_id}/scorecard").status_code)
    assert seen == [409, 200, 200]


def test_commands_are_on_record_and_only_for_those_in_the_room(world: World) -> None:
    hearing_id, _ = world.live()
    bus = MemoryBus()
    path = f"/api/v1/hearings/{hearing_id}/commands"
    with site(world, bus) as client:
        for login, status in (("far", 403), ("office", 403), ("judge2", 403), ("clerk", 200)):
            client.cookies.clear()
            header = sign_in(client, login)
            answer = client.post(path, json={"verb": "cut", "reason": "x"}, headers=header)
            assert answer.status_code == status, login
        no_reason = client.post(path, json={"verb": "recess"}, headers=header)
        assert no_reason.status_code == 422
        too_short = client.post(path, json={"verb": "set_delay", "value": 1}, headers=header)
        assert too_short.status_code == 422
        bus.worker = None
        away = client.post(path, json={"verb": "cut"}, headers=header)
        assert away.status_code >= 400
        assert away.json()["title_zh"]
    assert [c.verb.value for _, c in bus.commands] == ["cut", "cut"]
    assert bus.commands[0][1].by == world.users["clerk"].id
    acts = [e for e in world.work.read(audit.entries, hearing_id) if e.action == "command"]
    assert len(acts) == 2  # asked for is on record even when nobody answered
