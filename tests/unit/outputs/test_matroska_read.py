"""What was written into the sealed original is read back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtstream.domain.time import MILLISECOND, SECOND
from media_workers.outputs.matroska import SCALE, Block, Track, cluster, head
from media_workers.outputs.matroska_read import read

TRACKS = (
    Track("video", "h264", b"\x01avcC", width=1280, height=720),
    Track("audio", "aac", b"\x12\x10", rate=48_000, channels=2),
)
blocks = st.lists(
    st.builds(
        Block,
        st.sampled_from(["video", "audio"]),
        st.integers(0, 8000).map(lambda n: 7_200 * SECOND + n * SCALE),
        st.booleans(),
        st.binary(max_size=300),
    ),
    min_size=1,
    max_size=30,
)


@given(blocks)
def test_blocks_come_back_with_their_times(given_blocks: list[Block]) -> None:
    record = head(TRACKS) + cluster(7_200 * SECOND, given_blocks)
    got = list(read(record))
    assert tuple(got[:2]) == TRACKS
    assert [(b.kind, b.t, b.data) for b in got[2:] if isinstance(b, Block)] == [
        (b.kind, b.t, b.data) for b in given_blocks
    ]
    keys = [b.key for b in got[2:] if isinstance(b, Block) and b.kind == "video"]
    assert keys == [b.key for b in given_blocks if b.kind == "video"]


@pytest.mark.parametrize("codec", ["vp8", "mpeg4", "hevc"])
def test_any_codec_keeps_its_name(codec: str) -> None:
    (track,) = read(head([Track("video", codec, b"", width=16, height=16)]))
    assert isinstance(track, Track) and track.codec == codec


def test_what_is_cut_off_or_foreign_is_an_error() -> None:
    record = cluster(0, [Block("video", 40 * MILLISECOND, True, b"x" * 50)])
    for wrong in (record[:-3], b"\x1f\x43\xb6\x75\x83abc", record + b"\xae"):
        with pytest.raises(ValueError, match="element"):
            list(read(wrong))


@given(st.binary(max_size=200))
def test_random_bytes_are_an_error_or_nothing(data: bytes) -> None:
    try:
        list(read(data))
    except (ValueError, KeyError):
        return
