"""Promise: a password alone opens no office's door; what opens a door is seen and can be shut."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pyotp
import pytest
from starlette.testclient import TestClient

from courtstream.domain.clock import utc_now
from courtstream.domain.staff import StaffRole
from courtstream.services.people import accounts, audit
from courtstream.settings import AccessSettings
from courtstream.store.tables import ApiToken, SecondFactor, WebSession
from tests.support.platform import PASSWORD, ROOM, World, browser, sign_in, site

STRICT = AccessSettings(requests_per_minute=0)


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World.make(tmp_path / "data")
    made.settings = made.settings.model_copy(update={"access": STRICT})
    return made


def csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found, page[:2000]
    return found[1]


def password(client: TestClient, login: str, following: str = "/staff") -> str:
    """The form; where it leads."""
    form = {"login": login, "password": PASSWORD, "next": following}
    answer = client.post("/sign-in", data=form)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


class Enrolled(NamedTuple):
    """What makes codes, the recovery codes, and the code that was used to set up."""

    totp: pyotp.TOTP
    recovery: list[str]
    used: str


def enrol(client: TestClient, login: str = "office") -> Enrolled:
    """Set the factor up at sign-in."""
    assert password(client, login).startswith("/sign-in/enrol")
    page = client.get("/sign-in/enrol").text
    assert "<svg" in page
    secret = re.search(r"<code>([A-Z2-7 ]{32,})</code>", page)
    assert secret
    totp = pyotp.TOTP(secret[1].replace(" ", ""))
    before, used = client.cookies["cs_session"], totp.now()
    answer = client.post("/sign-in/enrol", data={"csrf": csrf(page), "code": used})
    assert answer.status_code == 200, answer.text
    assert client.cookies["cs_session"] != before
    return Enrolled(totp, re.findall(r"<code>([a-z2-7-]{19})</code>", answer.text), used)


def step(client: TestClient, code: str) -> int:
    page = client.get("/sign-in/code").text
    return client.post("/sign-in/code", data={"csrf": csrf(page), "code": code}).status_code


def later(world: World) -> None:
    """As if a code's half minute were over: codes are good once."""
    world.work.write(lambda s: s.query(SecondFactor).update({"last_step": 0}))


def test_an_office_without_a_factor_gets_no_further_than_setting_one_up(world: World) -> None:
    with browser(world) as client:
        assert password(client, "office") == "/sign-in/enrol?next=%2Fstaff"
        assert client.get("/staff").status_code == 303
        assert client.get("/api/v1/session", headers={"accept": "*/*"}).status_code == 401
        by_program = client.post("/api/v1/session", json={"login": "admin", "password": PASSWORD})
        assert (by_program.status_code, by_program.json()["code"]) == (403, "second_factor_missing")
        assert "set-cookie" not in by_program.headers
        totp, codes, _ = enrol(client)
        assert len(set(codes)) == 10
        assert client.get("/staff").status_code == 200
        stored = world.work.read(lambda s: s.query(SecondFactor).one())
        assert totp.secret not in stored.secret
        assert not set(codes) & set(stored.recovery)


def test_clerks_may_go_without(world: World) -> None:
    with browser(world) as client:
        assert password(client, "clerk") == "/staff"


def test_afterwards_the_code_is_asked_for_and_each_is_good_once(world: World) -> None:
    with browser(world) as client:
        totp, _, used = enrol(client)
        client.cookies.clear()
        assert password(client, "office", "/staff/audit").startswith("/sign-in/code")
        assert client.get("/staff").status_code == 303
        assert step(client, used) == 401
        later(world)
        assert step(client, "000000") == 401
        assert step(client, "") == 401
        assert step(client, totp.at(utc_now() + timedelta(seconds=30))) == 303
        assert client.get("/staff").status_code == 200


def test_a_recovery_code_opens_once(world: World) -> None:
    with browser(world) as client:
        _, codes, _ = enrol(client)
        for expected in (303, 401):
            client.cookies.clear()
            password(client, "office")
            assert step(client, codes[0].upper()) == expected
        assert client.get("/staff").status_code == 303


def test_codes_cannot_be_guessed_at_speed(world: World) -> None:
    with browser(world) as client:
        enrol(client)
        client.cookies.clear()
        password(client, "office")
        answers = [step(client, f"{n:06}") for n in range(12)]
        assert answers[:9] == [401] * 9
        assert answers[-1] == 429
        client.cookies.clear()
        password(client, "office")  # a new sign-in gives no new guesses
        assert step(client, "123456") == 429


def test_programs_send_the_code_with_the_password(world: World) -> None:
    with browser(world) as client:
        totp, _, _ = enrol(client)
        client.cookies.clear()
        login = {"login": "office", "password": PASSWORD}
        without = client.post("/api/v1/session", json=login)
        assert (without.status_code, without.json()["code"]) == (401, "second_factor_needed")
        later(world)
        with_code = client.post("/api/v1/session", json={**login, "code": totp.now()})
        assert with_code.status_code == 200


def test_a_sign_in_changes_its_token_and_ends_the_one_before(world: World) -> None:
    with site(world) as client:
        planted = "x" * 43  # somebody put it there before (session fixation)
        client.cookies.set("cs_session", planted, domain="testserver.local")
        sign_in(client, "clerk")
        first = client.cookies["cs_session"]
        assert first != planted
        sign_in(client, "clerk")
        second = client.cookies["cs_session"]
        assert second != first
        client.cookies.clear()
        client.cookies.set("cs_session", first)
        assert client.get("/api/v1/session").status_code == 401


def test_unused_sign_ins_end_and_used_ones_go_on(world: World) -> None:
    def age(minutes: float) -> None:
        back = timedelta(minutes=minutes)

        def move(session: Any) -> None:
            row = session.query(WebSession).one()
            row.last_seen_at -= back
            row.idle_until -= back

        world.work.write(move)

    with site(world) as client:
        sign_in(client, "clerk")
        for _ in range(3):
            age(40)
            assert client.get("/api/v1/session").status_code == 200
        age(61)
        assert client.get("/api/v1/session").status_code == 401


def test_https_binds_the_cookie_to_the_host(world: World) -> None:
    web = world.settings.web.model_copy(update={"secure_cookies": True})
    world.settings = world.settings.model_copy(update={"web": web})
    with site(world) as client:
        login = {"login": "clerk", "password": PASSWORD}
        answer = client.post("/api/v1/session", json=login)
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-cs_session=")
        for flag in ("Secure", "HttpOnly", "Path=/", "SameSite=lax"):
            assert flag.lower() in cookie.lower()
        assert "domain" not in cookie.lower()
        token = cookie.split("=", 1)[1].split(";")[0]
        plain = {"cookie": f"cs_session={token}"}  # the name anybody may set opens nothing
        assert client.get("/api/v1/session", headers=plain).status_code == 401


def test_one_sees_ones_sign_ins_and_ends_them(world: World) -> None:
    with browser(world) as here, site(world) as there:
        password(here, "clerk")
        sign_in(there, "clerk")
        page = here.get("/staff/me").text
        other = re.findall(r'name="session" value="([^"]+)"', page)
        assert len(other) == 1  # one's own has no button
        form = {"csrf": csrf(page), "act": "revoke_session", "session": other[0]}
        assert here.post("/staff/me", data=form).status_code == 303
        assert there.get("/api/v1/session").status_code == 401
        assert here.get("/staff/me").status_code == 200


def test_nobody_ends_anothers_sign_in(world: World) -> None:
    with browser(world) as client:
        password(client, "judge")
        theirs = world.work.read(lambda s: s.query(WebSession).one().id)
        client.cookies.clear()
        password(client, "clerk")
        form = {"csrf": csrf(client.get("/staff/me").text), "act": "revoke_session"}
        answer = client.post("/staff/me", data={**form, "session": theirs})
        assert answer.status_code == 404
        assert world.work.read(lambda s: s.get(WebSession, theirs).revoked_at) is None


def token(client: TestClient, *scopes: str, days: str = "30", name: str = "排期") -> str:
    form = {"csrf": csrf(client.get("/staff/me").text), "act": "make_token", "name": name}
    answer = client.post("/staff/me", data={**form, "days": days, "scope": list(scopes)})
    found = re.search(r"cst_[\w-]{43}", answer.text)
    return found[0] if found else f"{answer.status_code}"


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}", "accept": "*/*"}


KEYS = f"/api/v1/courtrooms/{ROOM}/keys"


def test_a_token_is_shown_once_and_does_what_it_says_and_no_more(world: World) -> None:
    with browser(world) as client:
        password(client, "clerk")
        secret = token(client, "change_key")
        assert secret.startswith("cst_")
        assert secret not in client.get("/staff/me").text
        assert secret not in str(world.work.read(lambda s: s.query(ApiToken).one().sha256))
        client.cookies.clear()
        assert client.post(KEYS, headers=bearer(secret)).status_code == 201
        refused = client.get("/api/v1/hearings/h_1/file", headers=bearer(secret))
        assert refused.status_code == 403
        assert client.get("/staff/me", headers=bearer(secret)).status_code in {401, 403}
        assert client.post(KEYS, headers=bearer(secret[:-1])).status_code == 401
        used = world.work.read(lambda s: s.query(ApiToken).one().last_used_at)
        assert used is not None


def test_a_token_never_reaches_further_than_its_person(world: World) -> None:
    with browser(world) as client:
        password(client, "clerk")
        assert token(client, "manage_users") == "422"
        assert token(client, "approve") == "422"
        assert token(client) == "422"
        assert token(client, "schedule", days="9999") == "422"
        secret = token(client, "change_key")
        client.cookies.clear()
        other = "/api/v1/courtrooms/cr_2/keys"
        assert client.post(other, headers=bearer(secret)).status_code == 403


@pytest.mark.parametrize("how", ["revoked", "expired", "person off"])
def test_a_token_that_is_over_opens_nothing(world: World, how: str) -> None:
    with browser(world) as client:
        password(client, "clerk")
        secret = token(client, "change_key")
        if how == "revoked":
            page = client.get("/staff/me").text
            one = re.search(r'name="token" value="([^"]+)"', page)
            assert one
            form = {"csrf": csrf(page), "act": "revoke_token", "token": one[1]}
            assert client.post("/staff/me", data=form).status_code == 303
        elif how == "expired":
            past = utc_now() - timedelta(seconds=1)
            world.work.write(lambda s: s.query(ApiToken).update({"expires_at": past}))
        else:
            admin, clerk = world.users["admin"], world.users["clerk"].id
            world.work.write(accounts.change_user, admin, clerk, utc_now(), active=False)
        client.cookies.clear()
        assert client.post(KEYS, headers=bearer(secret)).status_code == 401


def test_an_administrator_manages_accounts_below_and_nobody_above(world: World) -> None:
    world.work.write(world._user, "admin_b", StaffRole.ADMIN, "c_basic")
    with browser(world) as client:
        enrol(client, "admin_b")
        page = client.get("/staff/users").text
        assert "clerk" in page
        assert world.users["far"].id not in page
        form = {"csrf": csrf(page)}
        new = {**form, "login": "new", "role": "admin", "password": "a long password"}
        assert client.post("/staff/users", data={**new, "court": "c_high"}).status_code == 403
        assert client.post("/staff/users", data={**new, "court": ""}).status_code == 403
        made = client.post("/staff/users", data={**new, "court": "c_basic", "role": "clerk"})
        assert made.status_code == 303
        for target, status in (("far", 403), ("office", 403), ("clerk", 303)):
            path = f"/staff/users/{world.users[target].id}"
            answer = client.post(path, data={**form, "act": "off"})
            assert answer.status_code == status, target
        mine = f"/staff/users/{world.users['admin_b'].id}"
        assert client.post(mine, data={**form, "act": "off"}).status_code == 409


def test_all_of_it_is_on_record_without_any_secret(world: World) -> None:
    with browser(world) as client:
        client.post(
            "/sign-in", data={"login": "办公室密码在此", "password": "不是密码的一句话呀呀"}
        )
        _, codes, _ = enrol(client)
        secret = token(client, "see_audit")
    acts = world.work.read(audit.entries, limit=500)
    done = {entry.action for entry in acts}
    assert {"sign_in_failed", "second_factor_set", "sign_in", "token_made"} <= done
    everything = str(acts)
    assert not any(word in everything for word in (secret, *codes, "办公室密码在此", PASSWORD))
