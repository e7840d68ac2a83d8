"""SRT handshakes and stream ids, from callers of all kinds."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtstream.control.srt import handshake as hs
from courtstream.control.srt.stream_id import key_of

# As ffmpeg 9 sent it: header, then version 5, no encryption, HSREQ and CONFIG, its cookie.
CIF = bytes.fromhex(
    "00000005000000055708efba000005dc00002000ffffffff3e049fa1db22210a0100007f"
    "000000000000000000000000"
)
HEADER = bytes.fromhex("80000000000000000000000100000000")


def extension(kind: int, content: bytes) -> bytes:
    content += bytes(-len(content) % 4)
    return struct.pack(">HH", kind, len(content) // 4) + content


def stream_id(text: str) -> bytes:
    raw = text.encode()
    raw += bytes(-len(raw) % 4)
    return extension(5, b"".join(raw[i : i + 4][::-1] for i in range(0, len(raw), 4)))


def conclusion(text: str) -> bytes:
    return HEADER + CIF + extension(1, bytes(12)) + stream_id(text)


@pytest.mark.parametrize("text", ["thekey", "#!::r=abc,m=publish", "k", "密钥"])
def test_the_stream_id_is_read_from_a_conclusion(text: str) -> None:
    found = hs.parsed(conclusion(text))
    assert found is not None
    assert (found.stream_id, found.kind, found.cookie) == (text, hs.Kind.CONCLUSION, 0xDB22210A)
    assert not found.encrypted


def test_the_cookie_is_put_in_its_place_and_nothing_else_changes() -> None:
    packet = conclusion("thekey")
    changed = hs.with_cookie(packet, 0x01020304)
    found = hs.parsed(changed)
    assert found is not None and found.cookie == 0x01020304
    assert hs.with_cookie(changed, 0xDB22210A) == packet


def test_answers_go_to_the_caller_who_asked() -> None:
    asked = hs.parsed(conclusion("thekey"))
    assert asked is not None
    answer = hs.rejection(asked, hs.Rejection.UNAUTHORIZED)
    assert int.from_bytes(answer[12:16], "big") == asked.peer == 0x3E049FA1
    assert int.from_bytes(answer[36:40], "big") == 2401
    induction = hs.parsed(hs.induction_answer(asked, 7))
    assert induction is not None and induction.cookie == 7


def test_a_cookie_belongs_to_an_address_and_a_minute() -> None:
    made = hs.cookie_of(b"s", ("10.0.0.1", 5), 3)
    others = [(b"t", "10.0.0.1", 5, 3), (b"s", "10.0.0.2", 5, 3), (b"s", "10.0.0.1", 5, 4)]
    assert all(hs.cookie_of(s, (a, p), m) != made for s, a, p, m in others)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("abc", "abc"),
        ("live/abc", "abc"),
        ("/live/abc", "abc"),
        ("#!::r=abc", "abc"),
        ("#!::m=publish,r=live/abc,u=encoder", "abc"),
        ("#!::r=abc,m=request", hs.Rejection.BAD_MODE),
        ("#!::u=encoder", hs.Rejection.UNAUTHORIZED),
        ("#!{r:abc}", hs.Rejection.BAD_REQUEST),
        ("", hs.Rejection.UNAUTHORIZED),
        ("x" * 200, hs.Rejection.UNAUTHORIZED),
    ],
)
def test_both_forms_of_stream_id(text: str, key: str | hs.Rejection) -> None:
    assert key_of(text) == key


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=400), st.binary(max_size=300).map(lambda b: HEADER + CIF + b)))
def test_any_datagram_is_a_handshake_or_is_none(data: bytes) -> None:
    found = hs.parsed(data)
    if found is not None:
        assert isinstance(key_of(found.stream_id), (str, hs.Rejection))
        assert len(hs.rejection(found, hs.Rejection.FORBIDDEN)) == hs.HEADER + hs.BODY


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_stream_id_is_a_key_or_a_reason(text: str) -> None:
    found = key_of(text)
    assert isinstance(found, hs.Rejection) or 0 < len(found) <= 128
