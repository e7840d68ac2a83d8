"""`courtstream demo` reaches a picture, shows the replay, and leaves nothing running."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.demo import DemoRun

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[list[DemoRun]]:
    runs: list[DemoRun] = []
    yield runs
    for run in runs:
        if run.process.poll() is None:
            run.process.send_signal(signal.SIGTERM)
            run.process.wait(60)


def test_the_demonstration_shows_a_picture_and_stops_cleanly(
    tmp_path: Path, started: list[DemoRun]
) -> None:
    demo = DemoRun(tmp_path)
    started.append(demo)
    demo.says("画面已公开", within=180)
    assert "#EXTINF" in demo.fetch(f"/media/{demo.hearing()}/live/index.m3u8")
    assert demo.hearing() in demo.fetch(f"/watch/{demo.hearing()}")
    assert len(demo.left()) == 4
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(60) == 0
    assert demo.left() == []
    assert "已全部停止" in demo.text()


def test_a_single_push_ends_in_a_replay(tmp_path: Path, started: list[DemoRun]) -> None:
    demo = DemoRun(tmp_path, "--once", "--media", "sample_media/short.mp4")
    started.append(demo)
    demo.says("可看回放", within=300)
    assert "#EXT-X-ENDLIST" in demo.fetch(f"/media/{demo.hearing()}/live/index.m3u8")
