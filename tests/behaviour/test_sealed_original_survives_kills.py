"""The sealed original plays to within a second of the instant at which its writer was killed."""

from __future__ import annotations

import io
import multiprocessing
import os
import random
import signal
import struct
import time
from pathlib import Path
from typing import Any

import av

from courtstream.domain.time import SECOND
from courtstream.seal import Kind, SealReader, hearing_key, load_or_create_master_key, verify
from courtstream.seal.frames import part_path, read_frames, read_head
from media_workers.outputs.sealed import SealedRecorder
from media_workers.runtime.items import SourcePacket
from tests.support.media import Audio, Video, stream

KILLS = 8
PACE = 4.0  # times faster than a court room


def _record_forever(
    folder: Path, keys: Path, said: int, tracks: tuple[Video, Audio | None],
    packets: list[SourcePacket],
) -> None:  # fmt: skip
    recorder = SealedRecorder(folder, keys)
    recorder.begin(*tracks)
    began = time.monotonic()
    for packet in packets:
        time.sleep(max(0.0, packet.dts / SECOND / PACE - (time.monotonic() - began)))
        recorder.push(packet)
        os.write(said, struct.pack(">q", packet.dts))


def _killed(folder: Path, keys: Path, made: Any, after: float) -> int:
    """Run a writer, kill it after so many seconds; the last media time it had taken."""
    video, audio, packets = made
    read_end, said = os.pipe()
    process = multiprocessing.get_context("fork").Process(
        target=_record_forever, args=(folder, keys, said, (video, audio), packets)
    )
    process.start()
    os.close(said)
    os.read(read_end, 8)
    time.sleep(after)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    with os.fdopen(read_end, "rb") as pipe:
        heard = pipe.read()
    return int(struct.unpack(">q", heard[-8:])[0])


def _last_time(data: bytes) -> float:
    container: Any = av.open(io.BytesIO(data))
    return max(frame.time for frame in container.decode(video=0))


def test_kill_at_any_instant_costs_less_than_a_second(tmp_path: Path) -> None:
    folder, keys = tmp_path / "sealed", tmp_path / "keys" / "master.key"
    made = stream(12)
    dice = random.Random(os.getpid())
    taken = [_killed(folder, keys, made, dice.uniform(0.35, 1.6)) for _ in range(KILLS)]

    key = hearing_key(folder, load_or_create_master_key(keys))
    reader = SealReader(folder, key)
    assert reader.parts == list(range(1, KILLS + 1))
    for part, upto in zip(reader.parts, taken, strict=True):
        played = _last_time(b"".join(reader.clear(part)))
        assert played >= upto / SECOND - 1.0, f"part {part} lost {upto / SECOND - played:.2f} s"
    report = verify(folder, key)
    assert report.ok, report.first_broken
    assert not any(part.closed for part in report.parts)


def test_a_record_torn_by_the_kill_is_cut_off_and_stated(tmp_path: Path) -> None:
    folder, keys = tmp_path / "sealed", tmp_path / "keys" / "master.key"
    made = stream(4)
    _killed(folder, keys, made, 0.9)
    with part_path(folder, 1).open("ab") as file:
        file.write(b"\x00" + struct.pack(">qqI", 0, 0, 5000) + b"half a record")

    recorder = SealedRecorder(folder, keys)
    recorder.begin(made[0], made[1])
    recorder.flush()
    with part_path(folder, 2).open("rb") as file:
        assert read_head(file) is not None
        assert next(read_frames(file)).kind is Kind.TORN
    assert verify(folder, hearing_key(folder, load_or_create_master_key(keys))).ok
