"""Promise: no personal data in a log line, an exception's text, an address or a file's name.

Marker names and numbers go into every input a person can type; afterwards everything that was
logged, every address that was answered with and every file name is searched for them.
"""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
import structlog
from starlette.testclient import TestClient

from courtstream.api.access import TABLE
from courtstream.api.app import create_app
from courtstream.domain.clock import utc_now
from courtstream.domain.trial import Role
from courtstream.services.docket.schedule import NewParticipant
from courtstream.services.people import audit
from courtstream.services.public import search as public_search
from courtstream.services.scoring import scorecards as scoring
from courtstream.telemetry import logs
from tests.support.platform import ROOM, MemoryBus, World, sign_in

NAMES = ("钟离标记", "司马查验")
NUMBERS = ("11010519491231002X", "13912345678", "6222021234567890123")
MARKS = (*NAMES, *NUMBERS)
TEXT = " ".join(MARKS)
FIELDS = (
    *(
        "q",
        "name",
        "login",
        "reason",
        "note",
        "label",
        "text",
        "by",
        "act",
        "verb",
        "what",
        "court",
    ),
    *("month", "cause", "who", "subject", "action", "title", "new", "old", "code", "why", "kind"),
    *("verdict", "outcome", "capacity", "start", "end", "url", "day", "role", "judge", "password"),
)
LEADING = ("location", "content-disposition")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path / "data")


def paths(hearing: str) -> list[tuple[str, str]]:
    """Every address of the application about this hearing, in this courtroom."""
    found = []
    for name in TABLE:
        method, path = name.split()
        if path.endswith("/events") or method == "OPTIONS" or path.startswith(("/whip", "/whep")):
            continue
        path = path.replace("{hearing_id}", hearing).replace("{courtroom_id}", ROOM)
        path = path.replace("{judge_id}", "j_0").replace("{court_id}", "c_basic")
        found.append((method, re.sub(r"{\w+(:\w+)?}", "1", path)))
    return found


def leaked(text: str) -> list[str]:
    return [mark for mark in MARKS if mark in unquote(text)]


def test_markers_in_every_input_reach_no_log_no_address_and_no_file_name(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = io.StringIO()
    monkeypatch.setattr("sys.stdout", said)
    monkeypatch.setattr("sys.stderr", said)
    logs.set_up_logs(as_json=True)
    people = (NewParticipant(Role.PLAINTIFF, NAMES[0]),
              NewParticipant(Role.WITNESS, NAMES[1], protected=True))  # fmt: skip
    hearing, tape = world.live(participants=people, cause=f"民间借贷 {NAMES[0]}")
    world.take([tape.words(0, 1, f"我叫{NAMES[0]}，电话＊＊＊＊"), tape.end(6)])
    world.work.write(scoring.score, hearing, utc_now())
    addresses = _ask_everything(world, hearing)
    _crash(world, monkeypatch)
    structlog.get_logger("tests").info("the log is listened to", hearing=hearing)
    written = said.getvalue()
    assert "the log is listened to" in written
    assert leaked(written) == []
    assert [a for a in addresses if leaked(a)] == []
    files = [str(p.relative_to(world.settings.data)) for p in world.settings.data.rglob("*")]
    assert [f for f in files if leaked(f)] == []
    assert leaked(json.dumps([str(e) for e in world.work.read(audit.entries, limit=5000)])) == []


def _ask_everything(world: World, hearing: str) -> list[str]:
    """As each role, every address with markers in all it can carry; where answers lead."""
    addresses: list[str] = []
    app = create_app(world.settings, MemoryBus())
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        client.post("/sign-in", data={"login": TEXT[:60], "password": TEXT})
        for login in ("clerk", "judge", "office"):
            client.cookies.clear()
            header = sign_in(client, login)
            for method, path in paths(hearing):
                if path in {"/sign-out", "/api/v1/session", "/sign-in"}:
                    continue
                body = dict.fromkeys(FIELDS, TEXT)
                extra = {"json": body} if path.startswith("/api/") else {"data": body}
                sent = {} if method == "GET" else extra
                asked = {"q": TEXT, "text": TEXT, "who": TEXT} if method == "GET" else {}
                answer = client.request(method, path, params=asked, headers=header, **sent)
                addresses += [
                    answer.headers.get(h, "") for h in ("location", "content-disposition")
                ]
    return addresses


def _crash(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours whose text and frames hold a name is told by its type alone."""

    def crash(session: object, asked: object, *rest: object) -> None:
        person = TEXT
        raise ValueError(f"cannot use {person}")

    monkeypatch.setattr(public_search, "search", crash)
    with TestClient(create_app(world.settings), raise_server_exceptions=False) as client:
        assert client.get(f"/api/v1/hearings?q={NAMES[0]}").status_code == 500
