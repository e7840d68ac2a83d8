"""Several sound tracks, a microphone each: from files, transport streams and live FLV."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest

from courtstream.control.flv_child import flv_command
from courtstream.control.protocol import SeatChannel
from courtstream.domain.time import SECOND, Span
from courtstream.domain.trial import Role
from media_workers.graph.seats import SeatLevels
from media_workers.runtime.items import Sound, SourcePacket
from media_workers.sources.base import RawPacket, Source
from media_workers.sources.container import ContainerSource
from media_workers.sources.tags import TagSource
from media_workers.timeline.decode import AudioDecoder

SEATS = (
    SeatChannel(channel=1, role=Role.JUDGE, label="审判长"),
    SeatChannel(channel=2, role=Role.PLAINTIFF, label="原告"),
    SeatChannel(channel=3, role=Role.DEFENDANT, label="被告"),
)
TURN = 2
FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three microphones that speak in turn, 2 s each; the first also hears the others softly."""
    path = tmp_path_factory.mktemp("seats") / "hearing.mkv"
    waves = [
        f"0.3*sin(2*PI*300*t)*lt(t,{TURN})+0.03*sin(2*PI*500*t)*gt(t,{TURN})",
        f"0.3*sin(2*PI*500*t)*between(t,{TURN},{2 * TURN})",
        f"0.3*sin(2*PI*700*t)*gt(t,{2 * TURN})",
    ]
    inputs = ["-f", "lavfi", "-i", f"testsrc2=s=160x120:r=10:d={3 * TURN}"]
    for wave in waves:
        inputs += ["-f", "lavfi", "-i", f"aevalsrc='{wave}':s=48000:d={3 * TURN}"]
    maps = [part for n in range(4) for part in ("-map", str(n))]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-c:a", "aac"]
    _ffmpeg(*inputs, *maps, *coded, path)
    return path


def _ffmpeg(*arguments: object) -> None:
    command = [FFMPEG, "-nostdin", "-y", "-loglevel", "error", *(str(a) for a in arguments)]
    subprocess.run(command, check=True)


def heard(source: Source) -> tuple[list[Sound], SeatLevels]:
    """The sound the public hears, and the levels of the seats."""
    levels, track = SeatLevels(SEATS), source.audio
    assert track is not None
    decoder = AudioDecoder(
        track.codec,
        track.extradata,
        track.rate,
        track.channels,
        seats=track.seats,
        levels=levels.push,
    )
    return list(_sounds(source, decoder)), levels


def _sounds(source: Source, decoder: AudioDecoder) -> Iterator[Sound]:
    for item in source.packets():
        if isinstance(item, RawPacket) and item.kind == "audio":
            t = item.pts or 0
            yield from decoder.push(SourcePacket("audio", t, t, item.duration, True, item.data))


def seats_in_turn(source: Source) -> list[str]:
    sounds, levels = heard(source)
    first = sounds[0].t
    spans = (
        Span(first + n * TURN * SECOND + SECOND // 3, first + (n + 1) * TURN * SECOND - SECOND // 3)
        for n in range(3)
    )
    return [seat.label if (seat := levels.who(span)) else "" for span in spans]


def test_each_turn_goes_to_the_seat_whose_microphone_leads(made: Path) -> None:
    assert seats_in_turn(ContainerSource.from_file(made)) == ["审判长", "原告", "被告"]


def test_the_public_hears_every_seat(made: Path) -> None:
    sounds, _ = heard(ContainerSource.from_file(made))
    length = sum(len(sound.pcm) for sound in sounds) / 48_000
    assert length == pytest.approx(3 * TURN, abs=0.1)
    for n in range(3):
        at = (n + 0.5) * TURN * SECOND
        near = next(s for s in sounds if s.t - sounds[0].t >= at)
        assert abs(near.pcm).max() > 0.2 * 32768


def test_a_transport_stream_keeps_its_microphones(made: Path, tmp_path: Path) -> None:
    stream = tmp_path / "hearing.ts"
    _ffmpeg("-i", made, "-map", "0", "-c", "copy", stream)
    assert seats_in_turn(ContainerSource.from_file(stream)) == ["审判长", "原告", "被告"]


def test_a_live_stream_keeps_its_microphones_through_the_child_that_makes_flv(made: Path) -> None:
    child = subprocess.run(
        flv_command(["-i", str(made)], transcode=False), check=True, capture_output=True
    )
    ours, theirs = socket.socketpair()

    def send() -> None:
        theirs.sendall(child.stdout)
        theirs.close()

    sender = threading.Thread(target=send)
    sender.start()
    try:
        assert seats_in_turn(TagSource(ours)) == ["审判长", "原告", "被告"]
    finally:
        sender.join()


def test_one_track_is_left_as_it_came(tmp_path: Path) -> None:
    path = tmp_path / "one.mkv"
    _ffmpeg("-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac", path)
    track = ContainerSource.from_file(path).audio
    assert track is not None
    assert (track.codec, track.seats) == ("aac", False)


def test_nobody_is_named_where_two_speak_or_none(made: Path) -> None:
    levels = SeatLevels(SEATS)
    for n in range(20):
        levels.push(n * SECOND // 10, (0.01, 0.009, 0.0))
    assert levels.who(Span(0, 2 * SECOND)) is None
    for n in range(20, 40):
        levels.push(n * SECOND // 10, (1e-9, 1e-10, 0.0))
    assert levels.who(Span(2 * SECOND, 4 * SECOND)) is None


def test_a_channel_nobody_listed_names_no_seat() -> None:
    levels = SeatLevels(SEATS[:1])
    rows: list[Any] = [levels.push(n * SECOND // 10, (1e-6, 0.04)) for n in range(20)]
    assert rows
    assert levels.channel(Span(0, 2 * SECOND)) == 2
    assert levels.who(Span(0, 2 * SECOND)) is None
