"""Promise: the court's own sign-on says who somebody is; groups say their role and court."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from authlib.integrations.httpx_client import AsyncOAuth2Client
from starlette.testclient import TestClient

from courtstream.domain.staff import StaffRole
from courtstream.services.people import audit
from courtstream.settings import AccessSettings, SignOnSettings
from courtstream.store.tables import User
from tests.support.platform import World, browser
from tests.support.provider import Provider, provider


@pytest.fixture(scope="module")
def service() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture
def world(tmp_path: Path, service: Provider) -> World:
    made = World.make(tmp_path / "data")
    secret = tmp_path / "client.secret"
    secret.write_text("a client's secret\n")
    sign_on = SignOnSettings(
        issuer=service.issuer,
        client_id="courtstream",
        client_secret_file=str(secret),
        label="法院统一身份认证",
        roles={"审管办": StaffRole.OFFICE, "judges": StaffRole.JUDGE, "clerks": StaffRole.CLERK},
        courts={"linjiang": "临江法院", "lanjiang": "澜江高院"},
        judge_claim="judge",
    )
    access = AccessSettings(sign_on=sign_on, requests_per_minute=0)
    made.settings = made.settings.model_copy(update={"access": access})
    return made


def through(client: TestClient, service: Provider, sub: str, following: str = "/staff") -> str:
    """From the button to the answer; where the platform leads afterwards."""
    start = client.get(f"/sign-in/sso?next={following}")
    assert start.status_code == 302
    back = service.log_in(start.headers["location"], sub)
    answer = client.get(back.replace("http://testserver", ""))
    assert answer.status_code == 303
    return str(answer.headers["location"])


def me(client: TestClient) -> dict[str, str]:
    answer = client.get("/api/v1/session", headers={"accept": "*/*"})
    assert answer.status_code == 200, answer.text
    found: dict[str, str] = answer.json()["user"]
    return found


def test_groups_give_role_and_court_and_the_request_is_well_made(
    world: World, service: Provider
) -> None:
    service.person("s1", name="宁书记", preferred_username="ning", groups=["clerks", "linjiang"])
    with browser(world) as client:
        assert "法院统一身份认证" in client.get("/sign-in").text
        start = client.get("/sign-in/sso").headers["location"]
        asked = {k: v[0] for k, v in parse_qs(urlsplit(start).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["code_challenge"]) == 43
        assert len(asked["nonce"]) >= 20 and len(asked["state"]) >= 20
        assert through(client, service, "s1", "/staff/hearings") == "/staff/hearings"
        person = me(client)
        assert (person["login"], person["role"]) == ("ning", "clerk")
        assert person["court_name"] == "临江法院"
        assert client.get("/staff/me").status_code == 200


def test_a_judge_is_found_by_name_in_that_court(world: World, service: Provider) -> None:
    service.person("s2", name="罗", groups=["judges", "linjiang"], judge="罗文清")
    service.person("s3", name="无", groups=["judges", "linjiang"], judge="没有此人")
    with browser(world) as client:
        assert through(client, service, "s2") == "/staff"
        assert me(client)["judge_id"] == "j_0"
    with browser(world) as client:
        assert through(client, service, "s3") == "/sign-in?sso=failed"


@pytest.mark.parametrize("groups", [[], ["clerks"], ["linjiang"], ["strangers", "elsewhere"]])
def test_no_group_no_door(world: World, service: Provider, groups: list[str]) -> None:
    service.person("s4", name="某", groups=groups)
    with browser(world) as client:
        assert through(client, service, "s4") == "/sign-in?sso=failed"
        assert "统一登录未能完成" in client.get("/sign-in?sso=failed").text
        assert "cs_session" not in client.cookies


def test_an_office_still_needs_a_factor_unless_the_service_saw_one(
    world: World, service: Provider
) -> None:
    service.person("o1", name="办", groups=["审管办", "lanjiang"])
    service.person("o2", name="办", groups=["审管办", "lanjiang"], amr=["pwd", "mfa"])
    with browser(world) as client:
        assert through(client, service, "o1").startswith("/sign-in/enrol")
    with browser(world) as client:
        assert through(client, service, "o2") == "/staff"


def test_a_changed_group_changes_the_role_at_the_next_sign_in(
    world: World, service: Provider
) -> None:
    service.person("s5", name="调动", groups=["clerks", "linjiang"])
    with browser(world) as first, browser(world) as second:
        through(first, service, "s5")
        assert me(first)["role"] == "clerk"
        service.person("s5", name="调动", groups=["judges", "linjiang"], judge="舒望北")
        through(second, service, "s5")
        assert me(second)["role"] == "judge"
        assert first.get("/staff").status_code == 303  # the old role's sign-in is over
    acts = [e.action for e in world.work.read(audit.entries)]
    assert "change_user" in acts


def test_a_local_account_of_the_same_name_is_not_taken_over(
    world: World, service: Provider
) -> None:
    service.person("s6", name="冒名", preferred_username="admin", groups=["clerks", "linjiang"])
    with browser(world) as client:
        through(client, service, "s6")
        person = me(client)
        assert person["role"] == "clerk"
        assert person["id"] != world.users["admin"].id
        assert person["login"] != "admin"


def test_somebody_elses_answer_opens_nothing(world: World, service: Provider) -> None:
    service.person("s7", name="甲", groups=["clerks", "linjiang"])
    with browser(world) as mine, browser(world) as theirs:
        back = service.log_in(mine.get("/sign-in/sso").headers["location"], "s7")
        path = back.replace("http://testserver", "")
        assert theirs.get(path).headers["location"] == "/sign-in?sso=failed"  # no such state here
        theirs.get("/sign-in/sso")
        assert theirs.get(path).headers["location"] == "/sign-in?sso=failed"  # another's state
        assert mine.get(path).headers["location"] == "/staff"
        assert mine.get(path).headers["location"] == "/sign-in?sso=failed"  # used up


def test_the_code_is_bound_to_the_asker_and_the_token_to_the_question(
    world: World, service: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PKCE (RFC 7636): the verifier fits the challenge. A token of an earlier answer: refused."""
    service.person("s12", name="甲", groups=["clerks", "linjiang"])
    real, bodies, tokens = AsyncOAuth2Client._fetch_token, list[str](), list[Any]()

    async def watched(self: Any, url: str, body: str = "", **more: Any) -> Any:
        bodies.append(body)
        tokens.append(await real(self, url, body=body, **more))
        return tokens[0]  # always the first answer's token, whatever was asked

    monkeypatch.setattr(AsyncOAuth2Client, "_fetch_token", watched)
    with browser(world) as client:
        start = client.get("/sign-in/sso").headers["location"]
        challenge = parse_qs(urlsplit(start).query)["code_challenge"][0]
        back = service.log_in(start, "s12").replace("http://testserver", "")
        assert client.get(back).headers["location"] == "/staff"
        verifier = parse_qs(bodies[0])["code_verifier"][0]
        made = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
        assert made == challenge
    with browser(world) as client:
        assert through(client, service, "s12") == "/sign-in?sso=failed"  # another nonce


def test_it_never_leads_to_another_site(world: World, service: Provider) -> None:
    service.person("s8", name="甲", groups=["clerks", "linjiang"])
    with browser(world) as client:
        assert through(client, service, "s8", "//evil.example/") == "/staff"


def test_signing_out_ends_it_at_the_service_too(world: World, service: Provider) -> None:
    service.person("s9", name="甲", groups=["clerks", "linjiang"])
    with browser(world) as client:
        through(client, service, "s9")
        csrf = client.get("/api/v1/session", headers={"accept": "*/*"}).json()["csrf"]
        answer = client.post("/sign-out", data={"csrf": csrf})
        gone = answer.headers["location"]
        assert gone.startswith(f"{service.issuer}/oauth2/end_session")
        assert "id_token_hint=" in gone
        assert client.get("/staff").status_code == 303


def test_a_service_that_is_away_or_lies_leaves_local_accounts(world: World) -> None:
    access = world.settings.access
    away = access.sign_on.model_copy(update={"issuer": "http://127.0.0.1:9/none"})
    world.settings = world.settings.model_copy(
        update={"access": access.model_copy(update={"sign_on": away})}
    )
    with browser(world) as client:
        assert client.get("/sign-in/sso").headers["location"] == "/sign-in?sso=failed"
        page = client.get("/sign-in").text
        assert 'name="password"' in page


def test_an_account_switched_off_here_stays_off(world: World, service: Provider) -> None:
    service.person("s10", name="停用", preferred_username="off", groups=["clerks", "linjiang"])
    with browser(world) as client:
        through(client, service, "s10")
        world.work.write(lambda s: s.query(User).filter_by(login="off").update({"active": False}))
        assert client.get("/staff").status_code == 303
        assert through(client, service, "s10") == "/sign-in?sso=failed"
