"""A source ends in order whatever comes, and never takes the process with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from courtstream.domain.errors import BrokenStream
from media_workers.sources.container import ContainerSource
from tests.support.rig import SHORT

pytestmark = pytest.mark.skipif(not SHORT.exists(), reason="no sample media")

VIDEO, AUDIO, SCRIPT = 9, 8, 18
HEAD = 13


@pytest.fixture(scope="module")
def flv(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Six seconds of the sample as FLV, packets as they are."""
    import av

    path = tmp_path_factory.mktemp("flv") / "short.flv"
    with av.open(str(SHORT)) as source, av.open(str(path), "w", format="flv") as out:
        tracks = {s.index: out.add_stream_from_template(s) for s in source.streams}
        for packet in source.demux():
            if packet.size and packet.dts * packet.time_base < 6:
                packet.stream = tracks[packet.stream.index]
                out.mux(packet)
    return path.read_bytes()


def tags(data: bytes) -> list[bytes]:
    found, at = [], HEAD
    while at < len(data):
        size = 15 + int.from_bytes(data[at + 1 : at + 4], "big")
        found.append(data[at : at + size])
        at += size
    return found


def late_sound(data: bytes) -> bytes:
    """The stream of an encoder whose sound begins four seconds after its picture."""
    sound = [tag for tag in tags(data) if tag[0] == AUDIO]
    rest = [tag for tag in tags(data) if tag[0] == VIDEO]
    sound = [sound[0], *(tag for tag in sound if int.from_bytes(tag[4:7], "big") >= 4000)]
    first = next(i for i, tag in enumerate(rest) if int.from_bytes(tag[4:7], "big") >= 4000)
    head = bytearray(data[:HEAD])
    head[4] = 1
    return bytes(head) + b"".join([*rest[:first], *sound, *rest[first:]])


def test_a_track_that_begins_late_ends_the_session_in_order(tmp_path: Path, flv: bytes) -> None:
    path = tmp_path / "late.flv"
    path.write_bytes(late_sound(flv))
    source = ContainerSource.from_file(path)
    assert source.audio is None
    seen = []
    with pytest.raises(BrokenStream):
        seen.extend(source.packets())
    assert len(seen) > 50
    source.close()


def test_an_unknown_codec_is_a_missing_track(tmp_path: Path, flv: bytes) -> None:
    data = bytearray(flv)
    at = HEAD
    for tag in tags(flv):
        if tag[0] == VIDEO:
            data[at + 11] = data[at + 11] & 0xF0 | 0x0B
        at += len(tag)
    path = tmp_path / "unknown.flv"
    path.write_bytes(bytes(data))
    source = ContainerSource.from_file(path)
    assert source.video is None
    assert source.audio is not None
    assert {packet.kind for packet in source.packets()} == {"audio"}
    source.close()
