from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtstream.control.rtmp.chunks import (
    EXTENDED,
    GREATEST_MESSAGE,
    PENDING_MESSAGES,
    ChunkReader,
    RtmpMessage,
    write_message,
)
from courtstream.control.rtmp.errors import RtmpError

messages = st.builds(
    RtmpMessage,
    kind=st.integers(0, 255),
    timestamp=st.one_of(st.integers(0, 100), st.integers(EXTENDED - 2, 2**32 - 1)),
    stream=st.integers(0, 2**32 - 1),
    payload=st.binary(max_size=700),
)


def read_all(reader: ChunkReader) -> list[RtmpMessage]:
    found = []
    while (message := reader.next()) is not None:
        found.append(message)
    return found


@given(st.lists(messages, max_size=6), st.integers(1, 300), st.integers(1, 97))
def test_what_is_written_is_read_however_it_is_cut(
    sent: list[RtmpMessage], chunk: int, piece: int
) -> None:
    reader = ChunkReader()
    reader.chunk_size = chunk
    data = b"".join(write_message(m, 3 + n % 4, chunk) for n, m in enumerate(sent))
    found = []
    for start in range(0, len(data), piece):
        reader.feed(data[start : start + piece])
        found += read_all(reader)
    assert found == sent


@given(st.binary(max_size=3000))
def test_hostile_bytes_end_in_messages_or_in_an_rtmp_error(data: bytes) -> None:
    reader = ChunkReader()
    reader.feed(data)
    try:
        found = read_all(reader)
    except RtmpError:
        return
    assert sum(len(m.payload) for m in found) <= len(data)


def test_short_headers_go_on_from_the_last_message() -> None:
    reader = ChunkReader()
    payload = b"abc"
    first = bytes([0x04]) + (1000).to_bytes(3, "big") + (3).to_bytes(3, "big") + b"\x09"
    first += (1).to_bytes(4, "little") + payload
    second = bytes([0x44]) + (40).to_bytes(3, "big") + (2).to_bytes(3, "big") + b"\x08" + b"de"
    third = bytes([0x84]) + (20).to_bytes(3, "big") + b"fg"
    fourth = bytes([0xC4]) + b"hi"  # nothing new: the step before counts again (§5.3.1.2.4)
    reader.feed(first + second + third + fourth)
    assert [(m.kind, m.timestamp, m.payload) for m in read_all(reader)] == [
        (9, 1000, b"abc"),
        (8, 1040, b"de"),
        (8, 1060, b"fg"),
        (8, 1080, b"hi"),
    ]


@pytest.mark.parametrize("repeated", [True, False])
def test_both_customs_of_extended_timestamps_in_continuations(repeated: bool) -> None:
    moment = 0x01020304
    message = RtmpMessage(9, moment, 1, bytes(range(200)))
    data = write_message(message, 4, 128)
    if not repeated:
        head = 1 + 11 + 4 + 128
        data = data[: head + 1] + data[head + 5 :]
    reader = ChunkReader()
    reader.feed(data)
    assert read_all(reader) == [message]


def test_times_wrap_at_thirty_two_bits() -> None:
    reader = ChunkReader()
    late = RtmpMessage(8, 2**32 - 10, 1, b"a")
    reader.feed(write_message(late, 5) + bytes([0x85]) + (30).to_bytes(3, "big") + b"b")
    assert [m.timestamp for m in read_all(reader)] == [2**32 - 10, 20]


def test_chunk_streams_may_be_interleaved() -> None:
    one, two = RtmpMessage(9, 5, 1, b"v" * 200), RtmpMessage(8, 6, 1, b"a" * 150)
    a, b = write_message(one, 6), write_message(two, 4)
    cut_a, cut_b = 12 + 128, 12 + 128
    reader = ChunkReader()
    reader.feed(a[:cut_a] + b[:cut_b] + a[cut_a:] + b[cut_b:])
    assert read_all(reader) == [one, two]


def test_chunk_stream_numbers_of_two_and_three_bytes() -> None:
    head = bytes(3) + (1).to_bytes(3, "big") + b"\x08" + bytes(4) + b"x"
    reader = ChunkReader()
    reader.feed(bytes([0x00, 10]) + head + bytes([0x01, 10, 1]) + head)
    assert len(read_all(reader)) == 2


def test_an_aborted_message_is_forgotten() -> None:
    reader = ChunkReader()
    reader.feed(write_message(RtmpMessage(9, 0, 1, b"v" * 200), 6)[: 12 + 128])
    assert reader.next() is None
    reader.abort(6)
    reader.feed(write_message(RtmpMessage(9, 1, 1, b"w"), 6))
    assert [m.payload for m in read_all(reader)] == [b"w"]


def test_too_large_a_message_is_refused_before_it_is_read() -> None:
    reader = ChunkReader()
    huge = bytes([0x04]) + bytes(3) + (GREATEST_MESSAGE + 1).to_bytes(3, "big") + b"\x09" + bytes(4)
    reader.feed(huge + b"x" * 128)
    with pytest.raises(RtmpError):
        reader.next()


def test_unfinished_messages_are_bounded_together() -> None:
    reader = ChunkReader()
    reader.chunk_size = 100_000
    head = bytes(3) + (GREATEST_MESSAGE).to_bytes(3, "big") + b"\x09" + bytes(4)
    fed = 0
    with pytest.raises(RtmpError):
        for number in range(30):
            reader.feed(bytes([3 + number]) + head + bytes(100_000))
            assert reader.next() is None
        for number in range(300):
            reader.feed(bytes([0xC3 + number % 30]) + bytes(100_000))
            fed += 100_000
            assert reader.next() is None
    assert fed < PENDING_MESSAGES * GREATEST_MESSAGE
