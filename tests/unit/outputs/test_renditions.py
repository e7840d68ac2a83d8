"""Every rendition tells the same hearing: the same instants, the same breaks, the same bleeps."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from courtstream.control.protocol import RowKind, SoundOrder
from courtstream.domain.time import SECOND, Span
from courtstream.domain.trial import MinuteState
from media_workers.graph.lower import Lower
from media_workers.outputs import playlist
from media_workers.outputs.encode import VideoEncoder
from media_workers.outputs.hls import HlsOutput, LowMaker
from media_workers.outputs.renditions import PictureFormat
from media_workers.recheck.resound import Places, Resounder
from media_workers.runtime.items import SAMPLE_RATE, Planes, Released, Sound
from media_workers.runtime.journal import Journal, read_rows
from media_workers.timeline.fit import low_size
from tests.support.published import listed

WIDTH, HEIGHT, FPS = 1280, 720, 5.0
FORM = PictureFormat(WIDTH, HEIGHT, FPS)
LISTS = ("index.m3u8", "low.m3u8", "sound.m3u8", "captions.m3u8")


class Stage:
    """A hearing's public folder and the groups that were released into it."""

    def __init__(self, folder: Path, epoch: int = 1, window: float = 7200.0) -> None:
        self.folder, self.live = folder, folder / "live"
        self.journal = Journal(folder / "journal.jsonl", "h", epoch, lambda row: None)
        lower = Lower(lambda: (WIDTH, HEIGHT, FPS))
        self.out = HlsOutput(
            self.live,
            self.journal,
            epoch=epoch,
            wall_zero=datetime(2026, 9, 14, 1, 0, tzinfo=UTC),
            window=window,
            low=LowMaker(low_size, lower.group),
        )
        self.encoder, self.small = VideoEncoder(WIDTH, HEIGHT, FPS, "ultrafast"), Lower(lower._form)

    def push(self, second: int, *, carried: bool = False) -> None:
        """One second whose picture is as bright as its number says; `carried`: low comes along."""
        span = Span(second * SECOND, (second + 1) * SECOND)
        picture = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
        picture[:HEIGHT] = 40 + 10 * second
        tone = np.sin(np.arange(SAMPLE_RATE) * 2 * np.pi * (300 + 100 * second) / SAMPLE_RATE)
        sound = Sound(span.start, (tone * 8000).astype(np.int16))
        group = Released(span, self.encoder.card(picture, span), sound, MinuteState.LIVE)
        if carried:
            group = replace(group, low=self.small.group(group.video))
        self.out.describe(FORM, group.video[0].data)
        self.out.push(group)

    def end(self, *, final: bool = True) -> None:
        self.out.finish(final=final)
        self.journal.close()

    def text(self, name: str) -> str:
        return (self.live / name).read_text()

    def read(self, name: str) -> tuple[list[tuple[float, float]], Any, float]:
        """(time, mean luma) of each picture; the sound; the second it begins at."""
        pairs = listed(self.text(name))
        data = b"".join((self.live / uri).read_bytes() for _, uri in pairs)
        shown: list[tuple[float, float]] = []
        heard: list[Planes] = []
        begins = -1.0
        with av.open(io.BytesIO((self.live / pairs[0][0]).read_bytes() + data)) as container:
            for frame in container.decode():
                if isinstance(frame, av.VideoFrame):
                    luma = frame.to_ndarray(format="yuv420p")[: frame.height]
                    shown.append((round(float(frame.time or 0), 3), float(luma.mean())))
                else:
                    begins = float(frame.time or 0) if begins < 0 else begins
                    heard.append(frame.to_ndarray().reshape(-1))
        return shown, np.concatenate(heard), begins


def test_all_renditions_show_and_sound_the_same_instants(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    for second in range(4):
        stage.push(second, carried=second % 2 == 0)
    stage.end()
    main, sound, at = stage.read("index.m3u8")
    low, low_sound, low_at = stage.read("low.m3u8")
    nothing, alone, alone_at = stage.read("sound.m3u8")
    assert [t for t, _ in main] == [t for t, _ in low] and len(main) == 20
    assert max(abs(a - b) for (_, a), (_, b) in zip(main, low, strict=True)) < 3
    assert nothing == [] and at == low_at == alone_at
    assert np.array_equal(sound, low_sound) and np.array_equal(sound, alone)


def test_every_playlist_breaks_and_counts_alike(tmp_path: Path) -> None:
    first = Stage(tmp_path)
    for second in range(4):
        first.push(second)
    first.end(final=False)
    second_run = Stage(tmp_path, epoch=2)
    for second in (10, 11, 12, 13):
        second_run.push(second)
    second_run.end()
    for name in LISTS:
        text = second_run.text(name)
        assert text.count("#EXTINF") == 4, name
        assert text.count("#EXT-X-DISCONTINUITY\n") == 1, name
        assert text.endswith("#EXT-X-ENDLIST\n"), name
    rows = [r for r in read_rows(tmp_path / "journal.jsonl") if r.kind is RowKind.SEGMENT]
    assert all(set(row.body["also"]) == {"low", "sound"} for row in rows)


def test_the_replay_lists_what_the_rewind_window_had_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(playlist, "_SPARE_S", 0.0)
    stage = Stage(tmp_path, window=4.0)
    for second in range(12):
        stage.push(second)
    assert all(2 <= stage.text(name).count("#EXTINF") <= 3 for name in LISTS)
    stage.end()
    for name in LISTS:
        assert stage.text(name).count("#EXTINF") == 6, name
    assert [t for t, _ in stage.read("index.m3u8")[0]] == [round(n / FPS, 3) for n in range(60)]
    written = sum((stage.live / uri).stat().st_size for _, uri in listed(stage.text("index.m3u8")))
    average = int(re.findall(r"[^-]AVERAGE-BANDWIDTH=(\d+)", stage.text("master.m3u8"))[0])
    assert abs(average - written * 8 / 12) < 10


def test_the_master_says_what_each_way_costs_and_needs(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.push(0)
    stage.push(1)
    live = stage.text("master.m3u8")
    assert re.findall(r"RESOLUTION=(\d+x\d+)", live) == ["1280x720", "640x360"]
    assert live.count("mp4a.40.2") == 3 and live.count("avc1.") == 2
    assert live.index("low.m3u8") > live.index("index.m3u8")
    stage.end()
    ended = stage.text("master.m3u8")
    for uri, peak in re.findall(r"BANDWIDTH=(\d+),AVERAGE[^\n]*\n(\S+)", ended):
        for _, name in listed(stage.text(peak)):
            size = (stage.live / name).stat().st_size
            assert size * 8 / 2 <= int(uri) * 1.03, "no segment is dearer than the master says"
    listen = stage.text("listen.m3u8")
    assert "sound.m3u8" in listen and "captions.m3u8" in listen and "avc1" not in listen


def test_a_recording_begun_without_the_renditions_goes_on_without(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.push(0)
    stage.push(1)
    stage.end(final=False)
    path = tmp_path / "journal.jsonl"
    plain = re.sub(r'"also":\s*\{[^}]*\}', '"also": {}', path.read_text())
    path.write_text(plain)
    again = Stage(tmp_path, epoch=2)
    again.push(2)
    again.push(3)
    again.end()
    assert again.text("index.m3u8").count("#EXTINF") == 2
    assert again.text("low.m3u8").count("#EXTINF") == 1, "the older list is left alone"
    assert "low.m3u8" not in again.text("master.m3u8")


def test_a_small_picture_has_no_smaller_rendition(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    span = Span(0, 2 * SECOND)
    encoder = VideoEncoder(320, 240, FPS, "ultrafast")
    card = encoder.card(np.full((360, 320), 90, np.uint8), span)
    sound = Sound(0, np.zeros(2 * SAMPLE_RATE, np.int16))
    stage.out.describe(PictureFormat(320, 240, FPS), card[0].data)
    stage.out.push(Released(span, card, sound, MinuteState.LIVE))
    stage.end()
    assert not (stage.live / "low.m3u8").exists() and (stage.live / "sound.m3u8").exists()


def test_sound_hidden_later_is_hidden_in_every_rendition(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    for second in range(6):
        stage.push(second)
    stage.end()
    before = {name: stage.read(name)[1] for name in LISTS[:3]}
    rows = list(read_rows(tmp_path / "journal.jsonl"))
    journal = Journal(tmp_path / "journal.jsonl", "h", 1, lambda row: None)
    order = SoundOrder(id="o_1", op="hide", start=3 * SECOND, end=4 * SECOND, by="u_clerk")
    places = Places(tmp_path, tmp_path, tmp_path / "master.key")
    gone = Resounder(places, journal, rows, "silence").run([order])
    journal.close()
    assert {name[:3] for name in gone} >= {"seg", "low", "snd"}
    assert not any((stage.live / name).exists() for name in gone)
    for name, old in before.items():
        shown, now, begins = stage.read(name)
        part = slice(int((3.1 - begins) * SAMPLE_RATE), int((3.9 - begins) * SAMPLE_RATE))
        assert np.abs(old[part]).max() > 0.1, "there was something to hide"
        assert np.abs(now[part]).max() < 0.01, name
        assert len(shown) == (0 if name == "sound.m3u8" else 30)
