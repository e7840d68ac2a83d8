"""One hearing end to end, with real parts: a stock encoder pushes it, Chromium watches it live,
processes are killed meanwhile, it becomes a replay, and the sealed original is whole.

Nothing is imported from the data plane but to read what it left; all runs as users run it.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import av
import imageio_ffmpeg
import pytest
from playwright.sync_api import Browser, Page

from courtstream.control.process import read_pid
from courtstream.control.protocol import JournalRow, RowKind
from courtstream.domain.time import SECOND
from courtstream.seal import SealReader, hearing_key, load_or_create_master_key, verify
from media_workers.runtime.journal import read_rows
from tests.browser.conftest import until
from tests.support.demo import DemoRun
from tests.support.published import Published, likeness, read
from tests.support.rig import HEARING

LENGTH = 110
START = 20
AIRED = 0.85
"""From this likeness of 0.3 s of sound on it is the same sound."""
SECRETS = ("990106198305170422", "九九零幺零六", "幺九八三零五幺七", "槐树街十二号", "沈乐瑶")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(420),
    pytest.mark.skipif(not HEARING.exists(), reason="sample_media/hearing.mp4 is not there"),
]
FRAMES = "document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames"
CUES = """[...document.querySelector('video').textTracks]
  .flatMap(track => [...(track.cues ?? [])].map(cue => cue.text)).length"""
TIME = "document.querySelector('video').currentTime"


@dataclass
class FirstHearing:
    """What happened, told step by step by the fixture, asked by the tests."""

    demo: DemoRun
    frames: int = 0
    cues: int = 0
    sound_bytes: int = 0
    after_worker: float = 0.0
    after_platform: float = 0.0
    replay_length: float = 0.0

    @property
    def replay_end(self) -> float:
        """Media time, in seconds, at which the last published segment ends."""
        return max(row.body["end"] for row in self.rows(RowKind.SEGMENT)) / SECOND

    @property
    def folder(self) -> Path:
        return self.demo.data / "hearings" / self.demo.hearing()

    @property
    def public(self) -> Path:
        return self.demo.data / "public" / self.demo.hearing()

    @cached_property
    def sound(self) -> Published:
        """What was published, without its pictures: two tests listen to it."""
        return read(self.public / "live", pictures=False)

    def rows(self, kind: RowKind) -> list[JournalRow]:
        return [row for row in read_rows(self.folder / "journal.jsonl") if row.kind is kind]


def kill(pid_file: Path) -> None:
    found = read_pid(pid_file)
    assert found is not None, f"{pid_file.name} names no running process"
    os.kill(found[0].pid, signal.SIGKILL)


def progressed(page: Page, by: float, within: float) -> float:
    """Seconds of picture the page has gone on by, once at least `by`."""
    began, end = float(page.evaluate(TIME)), time.monotonic() + within
    while (now := float(page.evaluate(TIME))) < began + by:
        assert time.monotonic() < end, f"the page stands still at {now:.1f} s"
        page.wait_for_timeout(300)
    return now - began


def cut_sample(folder: Path) -> Path:
    """The stretch of the sample in which identities are checked, with its case beside it."""
    media = folder / "hearing.mp4"
    subprocess.run(
        [
            *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-ss", str(START)),
            *("-i", str(HEARING), "-t", str(LENGTH), "-c", "copy", str(media)),
        ],
        check=True,
    )
    shutil.copy(HEARING.with_name("case.json"), folder / "case.json")
    return media


@pytest.fixture(scope="module")
def hearing(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FirstHearing]:
    folder = tmp_path_factory.mktemp("first")
    media = cut_sample(folder)
    demo = DemoRun(folder, "--once", "--media", str(media))
    try:
        demo.says("画面已公开", within=120)
        seen = FirstHearing(demo)
        page = browser.new_page(locale="zh-CN")
        watch(seen, page)
        demo.says("可看回放", within=200)
        replay(seen, page)
        page.close()
        yield seen
    finally:
        demo.process.send_signal(signal.SIGINT)
        demo.process.wait(60)


def watch(seen: FirstHearing, page: Page) -> None:
    page.goto(seen.demo.address())
    until(page, "document.querySelector('video')?.readyState >= 2", within=30)
    page.evaluate("document.querySelector('video').muted = true")
    page.evaluate("document.querySelector('video').play()")
    until(page, f"{FRAMES} > 50", within=30)
    kill(seen.folder / "worker.pid")
    seen.after_worker = progressed(page, by=12, within=60)
    kill(seen.demo.data / "run" / "serve.pid")
    seen.after_platform = progressed(page, by=12, within=60)
    seen.frames = int(page.evaluate(FRAMES))
    seen.cues = int(page.evaluate(CUES))
    seen.sound_bytes = int(
        page.evaluate("document.querySelector('video').webkitAudioDecodedByteCount")
    )


def replay(seen: FirstHearing, page: Page) -> None:
    page.goto(seen.demo.address())
    until(page, "Number.isFinite(document.querySelector('video')?.duration)", within=30)
    seen.replay_length = float(page.evaluate("document.querySelector('video').duration"))


def test_it_was_seen_live_with_captions_and_sound(hearing: FirstHearing) -> None:
    assert hearing.frames > 100
    assert hearing.cues > 0
    assert hearing.sound_bytes > 0


def test_a_killed_worker_comes_back_on_the_same_page_and_the_public_misses_nothing(
    hearing: FirstHearing,
) -> None:
    assert hearing.after_worker >= 12
    started = hearing.rows(RowKind.STARTED)
    assert [row.body["resumed"] for row in started] == [False, True]
    assert started[1].body["lost_seconds"] == 0
    segments = hearing.rows(RowKind.SEGMENT)
    assert {row.epoch for row in segments} == {1, 2}
    gaps = [b.body["start"] - a.body["upto"] for a, b in pairwise(segments)]
    assert min(gaps) >= 0 and max(gaps) < SECOND // 10


def test_a_killed_platform_is_back_and_missed_nothing(hearing: FirstHearing) -> None:
    assert hearing.after_platform >= 12
    last = max(row.seq for row in read_rows(hearing.folder / "journal.jsonl"))
    assert last > 100
    shown = hearing.demo.fetch(f"/media/{hearing.demo.hearing()}/live/index.m3u8")
    segments = hearing.rows(RowKind.SEGMENT)
    assert all(row.body["uri"] in shown for row in segments)


def test_it_became_a_replay_of_all_that_aired(hearing: FirstHearing) -> None:
    aired = sum(row.body["end"] - row.body["start"] for row in hearing.rows(RowKind.SEGMENT))
    assert hearing.replay_length == pytest.approx(aired / SECOND, abs=3)
    assert (hearing.public / "recording.mp4").exists()


def test_private_words_are_in_no_text_that_left(hearing: FirstHearing) -> None:
    texts = [p.read_text(encoding="utf-8") for p in hearing.public.rglob("*.vtt")]
    texts.append((hearing.folder / "journal.jsonl").read_text(encoding="utf-8"))
    texts.append(hearing.demo.fetch(f"/watch/{hearing.demo.hearing()}"))
    texts += [p.read_text(errors="replace") for p in hearing.demo.data.glob("**/*.log")]
    for secret in SECRETS:
        assert not any(secret in text for text in texts), "a private number or name left as text"


def test_private_speech_is_not_heard(hearing: FirstHearing) -> None:
    """Judged from the sound that was published, whatever the records say was hidden."""
    truth = json.loads(HEARING.with_suffix(".json").read_text(encoding="utf-8"))
    private = [
        around((start + end) / 2)
        for item in truth["pii"]
        for _, start, end in item["chars"]
        if start > START + 1 and end < START + LENGTH - 1
    ]
    assert len(private) > 60, "an identity number, a phone number and two addresses were spoken"
    aired = [x for x in likeness(hearing.sound, HEARING, private) if x > AIRED]
    assert not aired, f"{len(aired)} of {len(private)} private characters can be heard"


def test_open_speech_is_heard_and_the_measure_knows_it(hearing: FirstHearing) -> None:
    """Where the machine kept up: what it was too busy to read it says it closed."""
    truth = json.loads(HEARING.with_suffix(".json").read_text(encoding="utf-8"))
    late = too_late(hearing.rows(RowKind.GUARD))
    words = [
        around((start + end) / 2)
        for said in truth["utterances"]
        for _, start, end in said["chars"]
        if START + LENGTH / 2 < start < START + LENGTH - 20
        and not any(a - 2 < start - START < b + 2 for a, b in late)
    ]
    assert len(words) > 40, "the machine was too busy to tell"
    found = likeness(hearing.sound, HEARING, words)
    assert sum(x > AIRED for x in found) > 0.8 * len(found)


def too_late(rows: list[JournalRow]) -> list[tuple[float, float]]:
    """Stretches, in seconds, that the guard closed because analysis was late."""
    found, since = [], None
    late = (r for r in rows if r.body["reason"] == "ANALYSIS_LATE")
    for t, closed in sorted((row.t / SECOND, bool(row.body["closed"])) for row in late):
        if closed and since is None:
            since = t
        elif not closed and since is not None:
            found.append((since, t))
            since = None
    return found if since is None else [*found, (since, float(LENGTH))]


def around(middle: float) -> tuple[float, float]:
    return middle - 0.15, middle + 0.15


def test_the_sealed_original_plays_with_its_key_and_is_whole(
    hearing: FirstHearing, tmp_path: Path
) -> None:
    sealed = hearing.folder / "sealed"
    key = hearing_key(sealed, load_or_create_master_key(hearing.demo.data / "keys" / "master.key"))
    report = verify(sealed, key)
    assert report.ok, report.first_broken
    assert report.span is not None
    files = SealReader(sealed, key).export(tmp_path)
    seconds = 0.0
    for file in files:
        with av.open(str(file)) as container:
            times = [f.time for f in container.decode(video=0) if f.time is not None]
        seconds += max(times) - min(times)
    # Killed once: what the dead worker had in hand came again from the door.
    assert seconds > LENGTH - 3


def test_the_score_is_a_suggestion_with_evidence(hearing: FirstHearing) -> None:
    assert hearing.rows(RowKind.ENDED)
    assert hearing.rows(RowKind.WORDS)
