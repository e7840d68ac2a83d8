"""Promise: deny by default. Every address names what it needs; every role and court is tried.

The matrix is generated: each route of the application x each role (one's own court's and another
court's) plus nobody. What is expected follows from the policy table alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from courtstream.api import access
from courtstream.api.access import TABLE, Open, names
from courtstream.api.routes import routes
from courtstream.auth.policy import ALLOWED, Action, Scope
from courtstream.domain.staff import StaffRole
from courtstream.services.docket import schedule
from courtstream.store.tables import Division, Judge
from tests.support.platform import (
    BASIC,
    NOW,
    OTHER,
    ROOM,
    ROOM2,
    MemoryBus,
    World,
    entered,
    new_hearing,
    site,
)

ALL = [route for route in routes if isinstance(route, Route)]
SAFE = {"GET", "HEAD", "OPTIONS"}
STREAMS = {
    "GET /staff/courtrooms/{courtroom_id}/events",
    "GET /staff/hearings/{hearing_id}/view/events",
}


def test_every_route_names_what_it_needs() -> None:
    asked = [name for route in ALL for name in names(route)]
    assert [name for name in asked if name not in TABLE] == []
    assert sorted(TABLE) == sorted(set(asked))  # and nothing is named that is not there
    mounts = [route.path for route in routes if not isinstance(route, Route)]
    assert mounts == ["/assets"]
    assert all(isinstance(r, Route | Mount) for r in routes)


def test_every_action_is_used_and_allowed_to_somebody() -> None:
    assert set(ALLOWED) == set(Action)
    assert all(ALLOWED.values())


def test_staff_addresses_are_never_public() -> None:
    """Nothing below /staff, and nothing that changes anything but a sign-in, is for everybody."""
    public = [name for name, needs in TABLE.items() if needs is Open.PUBLIC]
    assert [name for name in public if "/staff" in name] == []
    changing = {name for name in public if name.split()[0] not in SAFE}
    assert changing == {
        "POST /api/v1/session", "DELETE /api/v1/session", "POST /sign-in", "POST /sign-in/code",
        "POST /sign-in/enrol", "POST /sign-out",
    }  # fmt: skip


def test_a_route_without_a_line_is_shut(tmp_path: Path) -> None:
    async def forgotten(request: Request) -> PlainTextResponse:
        return PlainTextResponse("open")

    world = World.make(tmp_path / "data")
    with site(world) as client:
        app: Any = client.app
        app.router.routes.extend(access.guarded([Route("/forgotten", forgotten)]))
        assert client.get("/forgotten").status_code == 403


@dataclass
class Matrix:
    """The application, a hearing in each of two courts, and a browser for each person."""

    world: World
    people: dict[str, TestClient] = field(default_factory=dict)
    csrf: dict[str, str] = field(default_factory=dict)
    roles: dict[str, tuple[StaffRole, str]] = field(default_factory=dict)
    places: dict[str, dict[str, str]] = field(default_factory=dict)

    def ask(self, who: str, name: str, court: str) -> tuple[int, str]:
        """The address as this person, with a thing of that court in it."""
        method, path = name.split()
        for key, value in self.places[court].items():
            path = re.sub(rf"{{{key}(:\w+)?}}", value, path)
        assert "{" not in path, path
        client = self.people[who]
        answer = client.request(
            method,
            path,
            headers={"accept": "application/json", "X-CSRF-Token": self.csrf.get(who, "")},
            **({"json": {}} if path.startswith("/api/") and method not in SAFE else {}),
        )
        return answer.status_code, answer.text


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    world = World.make(tmp_path_factory.mktemp("matrix") / "data")
    made = Matrix(world)
    world.work.write(_more_people)
    hearings = {BASIC: world.live(judges=("罗文清",))[0]}
    hearings[OTHER] = _other(world)
    for court, room in ((BASIC, ROOM), (OTHER, ROOM2)):
        made.places[court] = {
            "hearing_id": hearings[court], "courtroom_id": room,
            "judge_id": "j_0" if court == BASIC else "j_far", "court_id": court,
            "user_id": world.users["clerk" if court == BASIC else "far"].id,
            "kind": "json", "n": "1", "name": "x", "part": "x", "view": "v", "code": "B-01",
            "format": "txt", "node": "local", "session": "s", "version": "none",
        }  # fmt: skip
        for thing in ("key", "source", "hold", "finding", "turn", "correction", "request",
                      "objection", "notice", "assessment", "file", "job", "upload"):  # fmt: skip
            made.places[court][f"{thing}_id"] = f"{thing}-none"
    with ExitStack() as stack:
        first = stack.enter_context(site(world, MemoryBus()))
        for login in ("clerk", "judge", "office_b", "admin_b", "head", "far", "judge_far",
                      "office_o", "admin_o"):  # fmt: skip
            sign_in, token = entered(world.work, login, settings=world.settings)
            client = TestClient(first.app, follow_redirects=False)
            client.cookies.set("cs_session", token)
            made.people[login], made.csrf[login] = client, sign_in.csrf
            made.roles[login] = (sign_in.user.role, sign_in.user.court_id or "")
        made.people["nobody"] = TestClient(first.app, follow_redirects=False)
        yield made


def _more_people(session: Any) -> None:
    """An office, an administrator and a head of each court beside the world's own people."""
    session.add(Division(id="d_1", court_id=BASIC, name="民一庭"))
    session.flush()
    session.add(Judge(id="j_head", court_id=BASIC, name="庭长甲", division_id="d_1", leader=True))
    session.get(Judge, "j_0").division_id = "d_1"
    session.flush()
    world = World.__new__(World)
    world.users = {}
    for login, role, court, judge in (
        ("office_b", StaffRole.OFFICE, BASIC, None),
        ("admin_b", StaffRole.ADMIN, BASIC, None),
        ("head", StaffRole.HEAD, BASIC, "j_head"),
        ("judge_far", StaffRole.JUDGE, OTHER, "j_far"),
        ("office_o", StaffRole.OFFICE, OTHER, None),
        ("admin_o", StaffRole.ADMIN, OTHER, None),
    ):
        world._user(session, login, role, court, judge)


def _other(world: World) -> str:
    new = new_hearing(
        court="远山法院", judges=("祁连秋",), case_number="（2026）江0199民初9号", participants=()
    )
    return str(world.work.write(schedule.schedule, world.users["far"], new, NOW).id)


STAFF_ROUTES = sorted(name for name, needs in TABLE.items() if isinstance(needs, frozenset))
COURT_PEOPLE = {
    BASIC: ("clerk", "judge", "office_b", "admin_b", "head"),
    OTHER: ("far", "judge_far", "office_o", "admin_o"),
}


@pytest.mark.parametrize("name", STAFF_ROUTES)
def test_nobody_gets_in(matrix: Matrix, name: str) -> None:
    status, _ = matrix.ask("nobody", name, BASIC)
    assert status == 401


@pytest.mark.parametrize("name", STAFF_ROUTES)
def test_a_role_without_the_action_is_refused_even_in_its_own_court(
    matrix: Matrix, name: str
) -> None:
    needs = TABLE[name]
    assert isinstance(needs, frozenset)
    for who in COURT_PEOPLE[BASIC]:
        role, _ = matrix.roles[who]
        if not any(role in ALLOWED[action] for action in needs):
            status, text = matrix.ask(who, name, BASIC)
            assert (status, "forbidden" in text) == (403, True), who


THINGS = ("{hearing_id}", "{courtroom_id}", "{judge_id}", "{user_id}")


@pytest.mark.parametrize("name", [n for n in STAFF_ROUTES if any(t in n for t in THINGS)])
def test_nobody_reaches_into_another_court(matrix: Matrix, name: str) -> None:
    """Whatever the role: a thing of another court is never shown, never changed."""
    if name in STREAMS:
        pytest.skip("a stream's first check is the page's, asked below")
    for court, people in COURT_PEOPLE.items():
        other = OTHER if court == BASIC else BASIC
        for who in people:
            status, text = matrix.ask(who, name, other)
            assert status in {403, 404, 422}, (who, court, status)
            assert "沈静怡" not in text


SAFE_ROUTES = [n for n in STAFF_ROUTES if n.startswith("GET") and n not in STREAMS]


@pytest.mark.parametrize("name", SAFE_ROUTES)
def test_a_role_with_the_action_is_not_refused_in_its_own_court(matrix: Matrix, name: str) -> None:
    """The table does not lie the other way either: one whole-court role at least gets through."""
    needs = TABLE[name]
    assert isinstance(needs, frozenset)
    wide = {Scope.COURT, Scope.TREE}
    allowed = [
        who
        for who in COURT_PEOPLE[BASIC]
        if any(ALLOWED[action].get(matrix.roles[who][0]) in wide for action in needs)
    ]
    assert allowed
    top = {"GET /staff/nodes", "GET /staff/standards", "GET /staff/standards/{version}"}
    if name.endswith("/original"):  # needs a reason given first: its own tests
        pytest.skip("a sealed original is opened with a reason first")
    for who in allowed:
        status, text = matrix.ask(who, name, BASIC)
        if name in top:  # the whole province's: those of the High Court only
            continue
        assert status not in {401, 403}, (who, status, text[:300])


def test_what_streams_is_refused_before_the_stream_begins(matrix: Matrix) -> None:
    for name in STREAMS:
        for who in COURT_PEOPLE[OTHER]:
            assert matrix.ask(who, name, BASIC)[0] == 403, (who, name)


def test_a_judge_reaches_ones_own_hearings_and_no_other(matrix: Matrix) -> None:
    own = {a for a, roles in ALLOWED.items() if roles.get(StaffRole.JUDGE) is Scope.OWN}
    assert Action.SEE_SCORE in own
    path = "GET /api/v1/hearings/{hearing_id}/scorecard"
    assert matrix.ask("judge", path, BASIC)[0] in {200, 404, 409}
    assert matrix.ask("judge_far", path, BASIC)[0] == 403
