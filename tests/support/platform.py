"""A small invented court on a fresh database, and a bus without a network."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from courtstream.api.app import create_app
from courtstream.auth import passwords
from courtstream.auth.tokens import new_ingest_key
from courtstream.control.protocol import (
    AdmitReply,
    AdmitRequest,
    Command,
    FileRequest,
    IngestEvent,
    JournalNews,
    JournalPage,
    JournalRequest,
    JournalRow,
    NodeBeat,
    NodeCommand,
    NodeOrder,
    PullNews,
    PullReply,
    PullRequest,
    Reply,
    RowKind,
    RtcReply,
    RtcRequest,
    TakeReply,
    TakeRequest,
    WorkerBeat,
    WorkerSpec,
)
from courtstream.domain.approval import ApprovalOutcome
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import NodeAway, WorkerAway
from courtstream.domain.staff import StaffRole
from courtstream.domain.trial import CourtLevel, Procedure, Role
from courtstream.services.courtroom import admission, keys
from courtstream.services.docket import schedule
from courtstream.services.docket.schedule import NewHearing, NewParticipant
from courtstream.services.gate import approving
from courtstream.services.nodes import journal
from courtstream.services.nodes.journal import Applied
from courtstream.services.people import accounts, sessions
from courtstream.services.views import SignIn, UserView
from courtstream.services.work import Work
from courtstream.settings import AccessSettings, Settings
from courtstream.store.tables import Court, Courtroom, Hearing, Judge
from courtstream.store.unit import Store
from tests.support.stores import put_away, stores

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Nine in the morning of a Monday in Beijing."""

PASSWORD = "correct horse battery"
HIGH, BASIC, OTHER = "c_high", "c_basic", "c_other"
ROOM, ROOM2 = "cr_1", "cr_2"
SECOND = 1_000_000_000
OPEN = AccessSettings(second_factor_roles=(), requests_per_minute=0)
"""Second factors and shares have tests of their own."""


@functools.cache
def password_hash() -> str:
    return passwords.hash_password(PASSWORD)


@dataclass
class World:
    """The platform's data and its people. `key` opens the door of `ROOM`."""

    settings: Settings
    work: Work
    key: str = ""
    users: dict[str, UserView] = field(default_factory=dict)

    @classmethod
    def make(cls, folder: Path) -> World:
        folder.mkdir(parents=True, exist_ok=True)
        settings = Settings(data=folder, access=OPEN, **stores(folder))
        world = cls(settings, Work(Store(settings.database)))
        world.work.write(world._fill)
        return world

    def _fill(self, session: Any) -> None:
        high = Court(id=HIGH, name="澜江高院", level=CourtLevel.HIGH, code="江")
        high.approval_chain = ["office"]  # the whole chain has tests of its own
        session.add(high)
        session.flush()
        for number, court in enumerate((BASIC, OTHER)):
            name = "临江法院" if court == BASIC else "远山法院"
            session.add(
                Court(
                    id=court, name=name, level=CourtLevel.BASIC, code=f"江0{number}", parent_id=HIGH
                )
            )
        session.flush()
        session.add(Courtroom(id=ROOM, court_id=BASIC, name="第一法庭"))
        session.add(Courtroom(id=ROOM2, court_id=OTHER, name="第一法庭"))
        for n, name in enumerate(("罗文清", "欧阳澈", "舒望北")):
            session.add(Judge(id=f"j_{n}", court_id=BASIC, name=name))
        session.add(Judge(id="j_far", court_id=OTHER, name="祁连秋"))
        session.flush()
        self.key = new_ingest_key()
        keys.add(session, ROOM, "test", NOW, self.key)
        self._user(session, "clerk", StaffRole.CLERK, BASIC)
        self._user(session, "judge", StaffRole.JUDGE, BASIC, "j_0")
        self._user(session, "judge2", StaffRole.JUDGE, BASIC, "j_1")
        self._user(session, "office", StaffRole.OFFICE, HIGH)
        self._user(session, "admin", StaffRole.ADMIN, HIGH)
        self._user(session, "far", StaffRole.CLERK, OTHER)

    def _user(
        self, session: Any, login: str, role: StaffRole, court: str, judge: str | None = None
    ) -> None:
        real = accounts.hash_password
        accounts.hash_password = lambda _: password_hash()  # one argon2 for all accounts
        try:
            self.users[login] = accounts.add_user(
                session,
                None,
                login=login,
                name=login,
                password=PASSWORD,
                role=role,
                court_id=court,
                judge_id=judge,
                now=NOW,
            )
        finally:
            accounts.hash_password = real

    def hearing(self, **changes: Any) -> str:
        """Schedule a hearing in `ROOM` for now; its id."""
        new = new_hearing(**changes)
        return self.work.write(schedule.schedule, self.users["clerk"], new, NOW).id

    def admit(self, key: str = "", node: str = "n1", at: datetime = NOW) -> Any:
        """Knock at the door: the worker's order or the error."""
        return self.work.write(
            admission.admit_publisher, key or self.key, node, self.settings, now=at
        )

    def take(self, rows: Iterable[JournalRow]) -> Applied:
        return self.work.write(journal.apply_rows, list(rows))

    def live(self, segments: int = 3, **changes: Any) -> tuple[str, Tape]:
        """A hearing that is live with some segments out."""
        hearing_id = self.hearing(**changes)
        assert isinstance(self.admit(), WorkerSpec)
        tape = Tape(hearing_id)
        self.take([*tape.begin(), *(tape.segment(n) for n in range(segments))])
        return hearing_id, tape

    def files(self, hearing_id: str, *, here: bool = False) -> Path:
        """A public folder with something in it, and something beside it that is not public.

        On a cluster's stores large files are in the object store alone, unless `here`.
        """
        folder = self.settings.public / hearing_id
        (folder / "live").mkdir(parents=True)
        (folder / "stills").mkdir()
        playlist = "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\nseg-000000-1.m4s\n"
        for name in ("master", "listen", "index", "low", "sound", "captions"):
            (folder / "live" / f"{name}.m3u8").write_text(playlist)
        for kind in ("seg", "low", "snd"):
            (folder / "live" / f"{kind}-000000-1.m4s").write_bytes(bytes(range(100)))
        for kind in ("init", "initlow", "initsnd"):
            (folder / "live" / f"{kind}-1-0.mp4").write_bytes(b"init")
        (folder / "live" / "cap-000000-1.vtt").write_text("WEBVTT\n")
        (folder / "stills" / "000010.jpg").write_bytes(b"jpeg")
        (folder / "recording.mp4").write_bytes(b"r" * 1000)
        private = self.settings.hearings / hearing_id
        private.mkdir(parents=True)
        (private / "spec.json").write_text("secret")
        (private / "sealed-0001.mkv").write_bytes(b"sealed")
        if not here:
            put_away(self.settings, hearing_id)
        return folder

    def approve(self, hearing_id: str, login: str = "office") -> None:
        """The awaited stage says: publish."""
        person = self.users[login]
        self.work.write(approving.say, person, hearing_id, ApprovalOutcome.PUBLISH, "", NOW)

    def state(self, hearing_id: str) -> str:
        return self.work.read(lambda s: s.get(Hearing, hearing_id).state.value)

    def change(self, hearing_id: str, **values: Any) -> None:
        def put(session: Any) -> None:
            for name, value in values.items():
                setattr(session.get(Hearing, hearing_id), name, value)

        self.work.write(put)


def new_hearing(**changes: Any) -> NewHearing:
    given: dict[str, Any] = {
        "court": "临江法院",
        "courtroom": "第一法庭",
        "case_number": "（2026）江0102民初1号",
        "cause": "民间借贷纠纷",
        "procedure": Procedure.CIV1_SUM,
        "start": NOW + timedelta(minutes=5),
        "judges": ("罗文清",),
        "closure_codes": (),
        "approval": True,
        "participants": (
            NewParticipant(Role.PLAINTIFF, "沈静怡"),
            NewParticipant(Role.DEFENDANT, "贺明远"),
            NewParticipant(Role.WITNESS, "方若竹", protected=True),
        ),
    }
    return NewHearing(**{**given, **changes})


@dataclass
class Tape:
    """Writes journal rows of one hearing with running numbers."""

    hearing_id: str
    seq: int = 0
    epoch: int = 1
    at: datetime = NOW

    def row(self, kind: RowKind, t: int | None = None, /, **body: Any) -> JournalRow:
        self.seq += 1
        return JournalRow(
            hearing_id=self.hearing_id,
            seq=self.seq,
            epoch=self.epoch,
            at=self.at.isoformat(),
            kind=kind,
            t=t,
            body=body,
        )

    def begin(self) -> list[JournalRow]:
        return [
            self.row(RowKind.STARTED, epoch=1, pid=1, wall_zero=self.at.isoformat()),
            self.row(RowKind.SOURCE, state="connected", width=1280, height=720, fps=25),
        ]

    def segment(self, n: int, seconds: int = 2) -> JournalRow:
        start = n * seconds * SECOND
        return self.row(
            RowKind.SEGMENT,
            start,
            n=n,
            uri=f"seg-{n:06}-1.m4s",
            start=start,
            end=start + seconds * SECOND,
            bytes=1000,
            pdt=self.at.isoformat(),
            discontinuity=False,
        )

    def words(self, start: float, end: float, text: str, **more: Any) -> JournalRow:
        begin, close = int(start * SECOND), int(end * SECOND)
        said = {"start": begin, "end": close, "text": text, "words": [[text, begin, close, 0.9]]}
        return self.row(RowKind.WORDS, begin, utterance={**said, **more})

    def looked_twice(self, t: float = 6.0) -> JournalRow:
        """The second pass is over and has found nothing."""
        return self.row(RowKind.SECOND_PASS, state="done", done=t, of=t, moments=[], pictures=1)

    def end(self, t: float) -> JournalRow:
        return self.row(RowKind.ENDED, int(t * SECOND), why="command", end=int(t * SECOND))


class MemoryBus:
    """A `Bus` in one process: tests speak as workers and nodes through it."""

    def __init__(self) -> None:
        self.connected = True
        self.journals: dict[str, list[JournalRow]] = {}
        self.commands: list[tuple[str, Command]] = []
        self.asked: list[JournalRequest] = []
        self.worker: Reply | None = Reply(ok=True)
        self.rtc: list[tuple[str, RtcRequest]] = []
        self.rtc_reply: RtcReply | None = RtcReply(status=201, session="s", sdp="v=0", etag='"e"')
        self.revoked: list[str] = []
        self.admit: Callable[[AdmitRequest], Awaitable[AdmitReply]] | None = None
        self.row: Callable[[JournalRow], Awaitable[None]] | None = None
        self.beat: Callable[[WorkerBeat], Awaitable[None]] | None = None
        self.node_beat: Callable[[NodeBeat], Awaitable[None]] | None = None
        self.ingest: Callable[[IngestEvent], Awaitable[None]] | None = None

    async def close(self) -> None:
        self.connected = False

    async def request_worker(self, hearing_id: str, command: Command) -> Reply:
        self.commands.append((hearing_id, command))
        if self.worker is None:
            raise WorkerAway
        return self.worker

    async def request_node(self, node: str, command: NodeCommand) -> Reply:
        return Reply(ok=True)

    async def request_rtc(self, node: str, request: RtcRequest) -> RtcReply:
        self.rtc.append((node, request))
        if self.rtc_reply is None:
            raise NodeAway
        return self.rtc_reply

    async def serve_takes(self, answer: Callable[[TakeRequest], Awaitable[TakeReply]]) -> None:
        self.take = answer

    async def serve_node_orders(self, answer: Callable[[NodeOrder], Awaitable[Reply]]) -> None:
        self.node_order = answer

    async def on_journal_news(self, callback: Callable[[JournalNews], Awaitable[None]]) -> None:
        self.news = callback

    async def file(self, node: str, request: FileRequest) -> tuple[bytes, int]:
        raise NodeAway

    async def serve_pulls(self, answer: Callable[[PullRequest], Awaitable[PullReply]]) -> None:
        self.pulls = answer

    async def on_pull_news(self, callback: Callable[[PullNews], Awaitable[None]]) -> None:
        self.pull_news = callback

    async def keys_revoked(self, digests: tuple[str, ...]) -> None:
        self.revoked.extend(digests)

    async def journal(self, node: str, request: JournalRequest) -> JournalPage:
        self.asked.append(request)
        if request.hearing_id not in self.journals:
            raise NodeAway
        rows = [r for r in self.journals[request.hearing_id] if r.seq > request.after]
        return JournalPage(rows=tuple(rows[:3]), more=len(rows) > 3)

    async def serve_admit(self, answer: Callable[[AdmitRequest], Awaitable[AdmitReply]]) -> None:
        self.admit = answer

    async def on_row(self, callback: Callable[[JournalRow], Awaitable[None]]) -> None:
        self.row = callback

    async def on_beat(self, callback: Callable[[WorkerBeat], Awaitable[None]]) -> None:
        self.beat = callback

    async def on_node_beat(self, callback: Callable[[NodeBeat], Awaitable[None]]) -> None:
        self.node_beat = callback

    async def on_ingest_event(self, callback: Callable[[IngestEvent], Awaitable[None]]) -> None:
        self.ingest = callback


def entered(
    work: Work, login: str, password: str = PASSWORD, settings: Settings | None = None
) -> tuple[SignIn, str]:
    """A sign-in without the pages, and the token of its cookie."""
    settings = settings or Settings(access=OPEN)
    user_id = work.read(accounts.checked, login, password)
    return work.write(sessions.begin, user_id, "password", "", settings, utc_now())


@contextmanager
def site(world: World, bus: MemoryBus | None = None) -> Iterator[TestClient]:
    """The application over a world."""
    with TestClient(create_app(world.settings, bus)) as client:
        yield client


@contextmanager
def browser(world: World) -> Iterator[TestClient]:
    """The platform as a browser sees it: pages, and redirects left for the test to follow."""
    with site(world) as client:
        client.headers.update({"accept": "text/html"})
        client.follow_redirects = False
        yield client


def sign_in(client: TestClient, login: str, password: str = PASSWORD) -> dict[str, str]:
    """Sign in by the API; the header that unsafe requests need."""
    answer = client.post("/api/v1/session", json={"login": login, "password": password})
    assert answer.status_code == 200, answer.text
    return {"X-CSRF-Token": answer.json()["csrf"]}
