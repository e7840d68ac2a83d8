from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest

from courtstream.domain.time import SECOND, Span
from courtstream.domain.trial import InterruptionReason
from courtstream.seal import SealReader, hearing_key, load_or_create_master_key, verify
from media_workers.outputs.matroska import Block, cluster
from media_workers.outputs.sealed import SealedRecorder
from media_workers.runtime.items import SourcePacket
from tests.support.media import Audio, Video, stream


@pytest.fixture
def recorder(tmp_path: Path) -> SealedRecorder:
    return SealedRecorder(tmp_path / "sealed", tmp_path / "keys" / "master.key")


def clear(recorder: SealedRecorder, tmp_path: Path, part: int = 1) -> bytes:
    master = load_or_create_master_key(tmp_path / "keys" / "master.key")
    reader = SealReader(recorder.folder, hearing_key(recorder.folder, master))
    return b"".join(reader.clear(part))


def played(data: bytes) -> tuple[list[float], list[float]]:
    """Presentation times of decoded frames and of decoded sound, in seconds."""
    container: Any = av.open(io.BytesIO(data))
    times: dict[str, list[float]] = {"video": [], "audio": []}
    for packet in container.demux():
        times[packet.stream.type] += [f.time for f in packet.decode()]
    return times["video"], times["audio"]


def record(
    recorder: SealedRecorder, video: Video | None, audio: Audio | None, packets: list[SourcePacket]
) -> list[dict[str, Any]]:
    rows = list(recorder.begin(video, audio))
    for packet in packets:
        rows += recorder.push(packet)
    return rows + recorder.flush()


@pytest.mark.parametrize("b_frames", [0, 2])
def test_every_frame_comes_back_at_its_time(
    recorder: SealedRecorder, tmp_path: Path, b_frames: int
) -> None:
    video, audio, packets = stream(b_frames=b_frames)
    record(recorder, video, audio, packets)
    pictures, sounds = played(clear(recorder, tmp_path))
    wanted = sorted(p.pts / SECOND for p in packets if p.kind == "video")
    assert pictures == pytest.approx(wanted, abs=0.0002)
    assert len(sounds) == sum(p.kind == "audio" for p in packets)


def test_the_packets_are_bit_for_bit_those_of_the_court(
    recorder: SealedRecorder, tmp_path: Path
) -> None:
    video, audio, packets = stream(2)
    record(recorder, video, audio, packets)
    container: Any = av.open(io.BytesIO(clear(recorder, tmp_path)))
    kept = [bytes(p) for p in container.demux() if p.size and p.stream.type == "video"]
    assert kept == [p.data for p in packets if p.kind == "video"]


def test_rows_cover_the_time_without_holes_and_a_record_is_under_a_second(
    recorder: SealedRecorder, tmp_path: Path
) -> None:
    rows = record(recorder, *stream(4))
    assert [row["index"] for row in rows] == list(range(1, len(rows) + 1))
    assert all(row["end"] - row["start"] <= SECOND for row in rows)
    assert all(a["end"] == b["start"] for a, b in pairwise(rows))
    assert rows[-1]["end"] >= 3.9 * SECOND
    report = verify(recorder.folder)
    assert report.ok
    assert report.gaps == ()


def test_silent_and_pictureless_sources_are_recorded(
    recorder: SealedRecorder, tmp_path: Path
) -> None:
    video, audio, packets = stream(2)
    record(recorder, video, None, [p for p in packets if p.kind == "video"])
    record(recorder, None, audio, [p for p in packets if p.kind == "audio"])
    assert len(played(clear(recorder, tmp_path, 1))[0]) == 50
    assert len(played(clear(recorder, tmp_path, 2))[1]) > 80


def test_another_resolution_is_another_part(recorder: SealedRecorder, tmp_path: Path) -> None:
    small, large = stream(2), stream(2, size=(320, 240))
    rows = list(recorder.begin(small[0], small[1]))
    for packet in small[2]:
        rows += recorder.push(packet)
    rows += recorder.begin(large[0], large[1])
    for packet in large[2]:
        rows += recorder.push(packet)
    rows += recorder.flush()
    assert {row["part"] for row in rows} == {1, 2}
    for part, width in ((1, 160), (2, 320)):
        container: Any = av.open(io.BytesIO(clear(recorder, tmp_path, part)))
        assert container.streams.video[0].width == width
        assert sum(1 for _ in container.decode(video=0)) == 50


def test_an_interruption_is_stated_with_its_reason(
    recorder: SealedRecorder, tmp_path: Path
) -> None:
    video, audio, packets = stream(4)
    rows = list(recorder.begin(video, audio))
    for packet in packets:
        if packet.dts < SECOND:
            rows += recorder.push(packet)
    recorder.interrupted(Span(SECOND, 3 * SECOND), "CLOSED_EVIDENCE")
    for packet in packets:
        if packet.dts >= 3 * SECOND:
            rows += recorder.push(packet)
    rows += recorder.flush()
    (gap,) = verify(recorder.folder).gaps
    assert gap.reason is InterruptionReason.CLOSED_EVIDENCE
    assert gap.span.start == pytest.approx(SECOND, abs=0.05 * SECOND)
    assert sum(row["bytes"] for row in rows) > 0
    assert rows[0]["start"] == 0


def test_a_recess_before_anything_came_is_stated_in_the_first_part(
    recorder: SealedRecorder,
) -> None:
    video, audio, packets = stream(1)
    recorder.interrupted(Span(0, SECOND), "RECESS")
    record(recorder, video, audio, packets)
    rows = (recorder.folder / "chain.jsonl").read_text().splitlines()
    assert "RECESS" in rows[0]
    assert verify(recorder.folder).ok


def test_an_unlawful_reason_is_refused(recorder: SealedRecorder) -> None:
    video, audio, _ = stream(1)
    recorder.begin(video, audio)
    with pytest.raises(ValueError):
        recorder.interrupted(Span(0, SECOND), "COFFEE")


def test_recording_goes_on_beside_a_damaged_folder(tmp_path: Path) -> None:
    keys = tmp_path / "keys" / "master.key"
    video, audio, packets = stream(2)
    first = SealedRecorder(tmp_path / "sealed", keys)
    record(first, video, audio, packets)
    (tmp_path / "sealed" / "chain.jsonl").write_text("{}\n")
    second = SealedRecorder(tmp_path / "sealed", keys)
    record(second, video, audio, packets)
    assert second.folder.name == "sealed-2"
    assert verify(second.folder).ok
    assert not verify(tmp_path / "sealed").ok


def test_a_jump_of_the_clock_does_not_stop_the_recording(
    recorder: SealedRecorder, tmp_path: Path
) -> None:
    video, audio, packets = stream(2)
    late = [
        SourcePacket(p.kind, p.pts + 90 * SECOND, p.dts + 90 * SECOND, p.duration, p.key, p.data)
        for p in packets
    ]
    record(recorder, video, audio, packets + late)
    pictures, _ = played(clear(recorder, tmp_path))
    assert len(pictures) == 100
    assert pictures[-1] > 91


def test_an_unknown_codec_is_kept(recorder: SealedRecorder, tmp_path: Path) -> None:
    packet = SourcePacket("video", 0, 0, SECOND // 25, True, b"exotic bytes")
    record(recorder, Video("flv1", b"", 320, 240), None, [packet])
    assert b"exotic bytes" in clear(recorder, tmp_path)


def test_a_block_out_of_reach_is_an_error() -> None:
    with pytest.raises(ValueError):
        cluster(0, [Block("video", 4 * SECOND, True, b"x")])
