"""Promise: no request to the HTTP API ends in a 500, whatever is in it.

schemathesis makes requests from the document itself, as a person whose role has the address's
action; half of them name things that exist. `make fuzz` does the same for longer.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from starlette.testclient import TestClient

from courtstream.api.access import TABLE
from courtstream.api.app import create_app
from courtstream.api.docs import openapi
from courtstream.api.routes import api_routes
from courtstream.auth.policy import ALLOWED, Action
from courtstream.domain.staff import StaffRole
from tests.support.platform import ROOM, MemoryBus, World, entered

EXAMPLES = int(os.environ.get("COURTSTREAM_API_EXAMPLES", "3"))
ROLES = {StaffRole.CLERK: "clerk", StaffRole.JUDGE: "judge", StaffRole.OFFICE: "office",
         StaffRole.ADMIN: "admin"}  # fmt: skip
ENDLESS = "/api/v1/hearings/{hearing_id}/events"
SCHEMA = schemathesis.openapi.from_dict(openapi(api_routes))


class Place:
    """The application with a hearing on air, and a browser for each role."""

    def __init__(self) -> None:
        self.world = World.make(Path(mkdtemp()) / "data")
        self.hearing, tape = self.world.live()
        self.world.take([tape.words(0, 1, "现在开庭"), tape.words(1, 2, "身份证号＊＊＊＊")])
        self.app = create_app(self.world.settings, MemoryBus())
        self.client = TestClient(self.app, raise_server_exceptions=False)
        self.signs = {login: entered(self.world.work, login) for login in ROLES.values()}

    def who(self, name: str) -> str:
        needs = TABLE.get(name)  # a method the address does not have is tried, too
        actions = needs if isinstance(needs, frozenset) else frozenset[Action]()
        for role, login in ROLES.items():
            if any(role in ALLOWED[action] for action in actions):
                return login
        return "clerk"


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    made = Place()
    with made.client:
        yield made


def _spelled(asked: dict[str, Any]) -> dict[str, Any]:
    """The request as the test client takes it; headers no HTTP client would send are left out."""
    kept = {k: asked[k] for k in ("method", "url", "params", "json") if asked.get(k) is not None}
    if isinstance(asked.get("data"), bytes | str):
        kept["content"] = asked["data"]
    elif asked.get("data") is not None:
        kept["data"] = asked["data"]
    headers = {str(k): str(v) for k, v in dict(asked.get("headers") or {}).items()}
    kept["headers"] = {k: v for k, v in headers.items() if v.isascii() and v.isprintable()}
    cookies = asked.get("cookies") or {}
    kept["headers"]["cookie"] = "; ".join(f"{k}={v}" for k, v in cookies.items())
    return kept


@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
def test_no_request_ends_in_a_500(case: Any, place: Place) -> None:
    path, method = case.operation.path, case.method.upper()
    sign_in, token = place.signs[place.who(f"{method} {path}")]
    known = {"hearing_id": place.hearing, "courtroom_id": ROOM}
    if path != ENDLESS and len(str(case.path_parameters)) % 2:
        for name in known.keys() & (case.path_parameters or {}).keys():
            case.path_parameters[name] = known[name]
    case.cookies = {"cs_session": token}
    case.headers = {**(case.headers or {}), "X-CSRF-Token": sign_in.csrf}
    answer = place.client.request(
        **_spelled(case.as_transport_kwargs(base_url="http://testserver"))
    )
    assert answer.status_code != 500, answer.text
    if path == "/api/v1/session" and answer.status_code < 300:
        place.signs = {login: entered(place.world.work, login) for login in ROLES.values()}
    place.client.cookies.clear()
