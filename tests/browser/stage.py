"""A running platform with a hearing on air, made of the demonstration's world and a small HLS.

The hearing's rows go in by the same journal a worker writes, so pages show what they would show
of a real one; only the picture is a test card.
"""

from __future__ import annotations

import asyncio
import atexit
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from shutil import copytree, rmtree
from tempfile import mkdtemp
from typing import Any

import uvicorn
from imageio_ffmpeg import get_ffmpeg_exe
from sqlalchemy import select
from starlette.applications import Starlette

from courtstream.api.announce import announce
from courtstream.api.app import create_app
from courtstream.api.context import Context
from courtstream.control.protocol import JournalRow, RowKind, WorkerBeat
from courtstream.domain.clock import utc_now
from courtstream.domain.time import Span, seconds
from courtstream.domain.trial import MinuteState
from courtstream.services.courtroom import admission
from courtstream.services.demo import DemoSeed, seed_demo
from courtstream.services.nodes.journal import apply_rows
from courtstream.services.scoring import scorecards as scoring
from courtstream.services.work import Work
from courtstream.settings import Settings
from courtstream.store.tables import HearingJudge, Judge, ScorecardRow, User
from courtstream.store.unit import Store
from media_workers.outputs.playlist import Segment, Variant, master_playlist, media_playlist
from media_workers.outputs.webvtt import document
from media_workers.runtime.items import Caption
from tests.support.stores import copied_stores, put_away, stores

ROOT = Path(__file__).parents[2]
LENGTH = 24
SEGMENT = 2

SPOKEN: tuple[tuple[float, str, str, str], ...] = (
    (0.4, "K", "书记员", "请旁听人员保持安静，现在宣布法庭纪律。"),
    (4.2, "K", "书记员", "全体起立，请审判人员入庭。"),
    (6.6, "J", "审判员", "请坐。现在核对当事人身份，请原告说明身份证号码和住址。"),
    (11.2, "P", "原告", "我的身份证号码是＊＊＊＊，住在＊＊＊＊。"),
    (15.0, "J", "审判员", "经核对，双方到庭人员符合法律规定。现在开庭。"),
    (19.0, "J", "审判员", "告知当事人诉讼权利和义务，是否申请回避？"),
)


@dataclass(slots=True)
class Stage:
    """The platform's parts as a test needs them. `base`: its address."""

    base: str
    settings: Settings
    app: Starlette
    seed: DemoSeed
    zero: datetime
    loop: asyncio.AbstractEventLoop
    rows: int = 0
    passwords: dict[str, str] = field(default_factory=dict)

    @property
    def platform(self) -> Context:
        found = self.app.state.context
        assert isinstance(found, Context)
        return found

    @property
    def watch(self) -> str:
        return f"{self.base}/watch/{self.seed.hearing_id}"

    def judge_of(self, login: str) -> str:
        """The judge an account belongs to."""
        with self.platform.work.store.read() as session:
            found = session.scalars(select(User.judge_id).where(User.login == login)).one()
        assert found is not None
        return found

    def other_judge(self, login: str) -> str:
        """A judge the account does not belong to."""
        with self.platform.work.store.read() as session:
            return (
                session.scalars(select(Judge.id).where(Judge.id != self.judge_of(login))).first()
                or ""
            )

    def scored_hearing(self) -> str:
        """A past hearing of the judge's account that has a scorecard."""
        judge = self.judge_of("judge")
        query = (
            select(ScorecardRow.hearing_id)
            .join(HearingJudge, HearingJudge.hearing_id == ScorecardRow.hearing_id)
            .where(HearingJudge.judge_id == judge)
        )
        with self.platform.work.store.read() as session:
            return session.scalars(query).first() or ""

    def say(self, kind: RowKind, t: float, /, **body: Any) -> None:
        """One journal row, as the worker would write it."""
        self.rows += 1
        row = JournalRow(
            hearing_id=self.seed.hearing_id,
            seq=self.rows,
            epoch=1,
            at=(self.zero + timedelta(seconds=t)).isoformat(),
            kind=kind,
            t=seconds(t),
            body=body,
        )
        self.platform.work.write(apply_rows, [row])
        told = announce(self.platform, self.seed.hearing_id, {kind})
        asyncio.run_coroutine_threadsafe(told, self.loop).result(10)

    def beat(self, **changes: Any) -> None:
        """The worker's heartbeat."""
        fields: dict[str, Any] = {
            "hearing_id": self.seed.hearing_id,
            "epoch": 1,
            "pid": 1,
            "seq": self.rows,
            "state": MinuteState.DELAYED,
            "source": "connected",
            "media_time": LENGTH + 10.0,
            "aired": float(LENGTH),
            "delay": 10.0,
            "picture_lag": 1.1,
            "speech_lag": 3.4,
            "guard_open": True,
            "guard_closures": 1,
            "counters": {
                "fps": 25.0,
                "width": 1280.0,
                "height": 720.0,
                "pictures_not_analysed": 0.0,
            },
        }
        self.platform.board.worker(WorkerBeat(**{**fields, **changes}), utc_now())

    def open(self) -> None:
        """The encoder connects and the hearing goes on air."""
        work = self.platform.work
        now = utc_now()
        work.write(admission.admit_publisher, self.seed.ingest_key, "local", self.settings, now=now)
        self.say(RowKind.STARTED, 0.0, epoch=1, pid=1, wall_zero=self.zero.isoformat())
        self.say(RowKind.SOURCE, 0.1, state="connected", width=1280, height=720, fps=25)
        self.say(RowKind.STATE, 0.0, state="DELAYED", by="machine", why="")
        for n in range(LENGTH // SEGMENT):
            self.air(n)
        self.say(
            RowKind.GUARD,
            12.0,
            closed=True,
            kind="sound",
            reason="ANALYSIS_LATE",
            start=seconds(12.0),
            end=seconds(13.5),
        )
        for t in range(LENGTH):
            self.say(
                RowKind.MEASURE, t, start=seconds(t), end=seconds(t + 1), lufs=-22.0 - t * 7 % 9
            )
        for line in SPOKEN:
            self.speak(*line)
        self.beat()

    def air(self, n: int) -> None:
        """Segment `n` goes out."""
        start, end = n * SEGMENT, (n + 1) * SEGMENT
        self.say(
            RowKind.SEGMENT, end, n=n, uri=f"seg-{n}.m4s", start=seconds(start),
            end=seconds(end), bytes=1,
        )  # fmt: skip

    def speak(self, start: float, role: str, speaker: str, text: str) -> None:
        """One utterance."""
        end = start + len(text) / 6.0
        self.say(
            RowKind.WORDS,
            end,
            utterance={
                "start": seconds(start),
                "end": seconds(end),
                "text": text,
                "role": role,
                "speaker": speaker,
                "confidence": 0.92,
                "words": [],
            },
        )

    def close(self) -> None:
        """The hearing ends: the playlist is complete and the scorecard is made."""
        folder = self.settings.public / self.seed.hearing_id / "live"
        write_playlists(folder, self.zero, ended=True)
        self.say(RowKind.ENDED, LENGTH, why="end", end=seconds(LENGTH))
        done = {"done": float(LENGTH), "of": float(LENGTH), "moments": []}
        self.say(RowKind.SECOND_PASS, LENGTH, state="done", **done)
        self.platform.work.write(scoring.score, self.seed.hearing_id, utc_now())
        put_away(self.settings, self.seed.hearing_id)


def write_hls(folder: Path, zero: datetime, picture: str = "") -> None:
    """A live playlist of `LENGTH` seconds with captions; `picture`: a file instead of a card."""
    folder.mkdir(parents=True)
    card = f"testsrc2=s=640x360:r=25:d={LENGTH}"
    source = ["-i", picture] if picture else ["-f", "lavfi", "-i", card]
    subprocess.run(
        [
            get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", *source,
            "-f", "lavfi", "-i", f"sine=330:d={LENGTH}", "-map", "0:v", "-map", "1:a",
            "-t", str(LENGTH), "-vf", "scale=640:360", "-c:v", "libx264", "-profile:v", "baseline",
            "-pix_fmt", "yuv420p", "-preset", "ultrafast", "-threads", "1",
            "-g", "50", "-sc_threshold", "0", "-c:a", "aac",
            "-f", "hls", "-hls_time", str(SEGMENT), "-hls_list_size", "0",
            "-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", "init-0.mp4",
            "-hls_segment_filename", "seg-%d.m4s", "index.m3u8",
        ],
        cwd=folder, check=True, timeout=120,
    )  # fmt: skip
    _beside(folder, "low", "-map", "0", "-vf", "scale=320:180", "-c:v", "libx264",
            "-profile:v", "baseline", "-preset", "ultrafast", "-g", "50", "-sc_threshold", "0",
            "-c:a", "copy")  # fmt: skip
    _beside(folder, "snd", "-map", "0:a", "-c:a", "copy")
    write_playlists(folder, zero, ended=False)
    sound = Variant("sound.m3u8", 100_000, "mp4a.40.2")
    both = "avc1.42c01e,mp4a.40.2"
    ways = [
        Variant("index.m3u8", 600_000, both, 640, 360, 25.0),
        Variant("low.m3u8", 200_000, "avc1.42c00c,mp4a.40.2", 320, 180, 25.0),
        sound,
    ]
    (folder / "master.m3u8").write_text(master_playlist(ways), encoding="utf-8")
    (folder / "listen.m3u8").write_text(master_playlist([sound]), encoding="utf-8")
    for n in range(LENGTH // SEGMENT):
        said = [c for c in _cues() if c.span.start < seconds((n + 1) * SEGMENT)]
        said = [c for c in said if c.span.end > seconds(n * SEGMENT)]
        (folder / f"cap-{n}.vtt").write_text(document(said), encoding="utf-8")


def _beside(folder: Path, name: str, *how: str) -> None:
    """The same in another rendition: `name`-0.m4s and so on."""
    subprocess.run(
        [
            get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-i", "index.m3u8", *how,
            "-threads", "1", "-f", "hls", "-hls_time", str(SEGMENT), "-hls_list_size", "0",
            "-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", f"init{name}-0.mp4",
            "-hls_segment_filename", f"{name}-%d.m4s", f"{name}.list",
        ],
        cwd=folder, check=True, timeout=120,
    )  # fmt: skip


def write_playlists(folder: Path, zero: datetime, *, ended: bool) -> None:
    """Picture and captions as the worker leaves them while on air, and after the end."""
    for name, pattern, init in (
        ("index.m3u8", "seg-{}.m4s", "init-0.mp4"),
        ("low.m3u8", "low-{}.m4s", "initlow-0.mp4"),
        ("sound.m3u8", "snd-{}.m4s", "initsnd-0.mp4"),
        ("captions.m3u8", "cap-{}.vtt", ""),
    ):
        segments = [
            Segment(
                n, pattern.format(n), Span(seconds(n * SEGMENT), seconds((n + 1) * SEGMENT)), init
            )
            for n in range(LENGTH // SEGMENT)
        ]
        text = media_playlist(segments, wall_zero=zero, window=7200.0, ended=ended)
        (folder / name).write_text(text, encoding="utf-8")


def _cues() -> list[Caption]:
    return [
        Caption(Span(seconds(start), seconds(start + len(text) / 6.0)), text)
        for start, _, _, text in SPOKEN
    ]


@cache
def _seeded(picture: str) -> tuple[Settings, DemoSeed]:
    """A data folder that has never run, made once a process: every stage begins with a copy."""
    data = Path(mkdtemp(prefix="stage-"))
    atexit.register(rmtree, data, ignore_errors=True)
    settings = Settings(data=data, demo=True, **stores(data))
    work = Work(Store(settings.database))
    seed = work.write(seed_demo, settings, utc_now(), ROOT / "sample_media" / "case.json")
    work.store.close()
    write_hls(settings.public / seed.hearing_id / "live", utc_now(), picture)
    return settings, seed


@contextmanager
def running(data: Path, picture: str = "") -> Iterator[Stage]:
    """The platform on a free port of loopback, seeded, with nothing on air yet."""
    template, seed = _seeded(picture)
    copytree(template.data, data, dirs_exist_ok=True)
    settings = Settings(data=data, demo=True, **copied_stores(template, data))
    zero = utc_now() - timedelta(seconds=LENGTH + 10)
    write_playlists(settings.public / seed.hearing_id / "live", zero, ended=False)
    app = create_app(settings)
    with _served(app) as (base, loop):
        passwords = {account.login: account.password for account in seed.accounts}
        yield Stage(base, settings, app, seed, zero, loop, passwords=passwords)


class _Server(uvicorn.Server):
    """Remembers its loop, so that a test can speak to its viewers from another thread."""

    loop: asyncio.AbstractEventLoop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.loop = asyncio.get_running_loop()
        await super().startup(sockets)


@contextmanager
def _served(app: Starlette) -> Iterator[tuple[str, asyncio.AbstractEventLoop]]:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
    server = _Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{port}", server.loop
    finally:
        server.should_exit = True
        thread.join(15)
        listener.close()
