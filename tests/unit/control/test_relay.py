from __future__ import annotations

import io

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtstream.control.policy import IngestPolicy
from courtstream.control.rtmp import amf
from courtstream.control.rtmp.flv import AUDIO, SCRIPT, VIDEO, Part, Tag, media_tag
from courtstream.control.rtmp.relay import Backlog
from courtstream.domain.errors import UnsupportedCodec
from media_workers.sources.tags import AGAIN

POLICY = IngestPolicy(away_seconds=5.0, away_bytes=10_000)


def tag(kind: int, timestamp: int, payload: bytes) -> Tag:
    made = media_tag(kind, timestamp, payload)
    assert made is not None
    return made


META = tag(18, 0, amf.encode("@setDataFrame", "onMetaData", {"videocodecid": 7.0, "width": 4.0}))
AVC, AAC = tag(VIDEO, 0, b"\x17\x00\x00\x00\x00cfg"), tag(AUDIO, 0, b"\xaf\x00\x12\x10")


def key(t: int) -> Tag:
    return tag(VIDEO, t, b"\x17\x01\x00\x00\x00K" + t.to_bytes(4, "big"))


def frame(t: int) -> Tag:
    return tag(VIDEO, t, b"\x27\x01\x00\x00\x00f" + t.to_bytes(4, "big"))


def sound(t: int) -> Tag:
    return tag(AUDIO, t, b"\xaf\x01s" + t.to_bytes(4, "big"))


def parsed(data: bytes) -> list[tuple[int, int]]:
    """Kind and time of every tag behind one file header."""
    assert data[:4] == b"FLV\x01"
    at, found = 13, []
    while at < len(data):
        length = int.from_bytes(data[at + 1 : at + 4], "big")
        when = int.from_bytes(data[at + 4 : at + 7], "big") | data[at + 7] << 24
        found.append((data[at], when))
        at += 11 + length
        assert int.from_bytes(data[at : at + 4], "big") == 11 + length
        at += 4
    return found


def told(data: bytes) -> set[tuple[int, int]]:
    """What one reader heard behind the setup."""
    return set(parsed(data)[3:]) if data else set()


def backlog(*tags: Tag) -> Backlog:
    made = Backlog(POLICY)
    for n, one in enumerate(tags):
        made.push(one, n * 0.01)
    return made


def test_a_stream_from_its_beginning_loses_nothing() -> None:
    made = backlog(META, AVC, AAC, sound(0), key(10), frame(50))
    assert parsed(made.take()) == [
        (SCRIPT, 0), (VIDEO, 0), (AUDIO, 0), (AUDIO, 0), (VIDEO, 10), (VIDEO, 50)
    ]  # fmt: skip
    assert made.totals.lost_tags == 0
    assert made.totals.buffered_bytes == 0


def test_a_new_reader_hears_the_setup_and_what_the_one_before_was_sent_last() -> None:
    made = backlog(META, AVC, AAC, key(0))
    assert not made.take()[4] & AGAIN
    for n, one in enumerate([frame(40), sound(60), key(1000), sound(1010), frame(1040)]):
        made.push(one, n * 0.01)
    made.restart()
    data = made.take()
    assert parsed(data) == [
        (SCRIPT, 0), (VIDEO, 0), (AUDIO, 0), (VIDEO, 0), (VIDEO, 40), (AUDIO, 60),
        (VIDEO, 1000), (AUDIO, 1010), (VIDEO, 1040),
    ]  # fmt: skip
    assert data[4] & AGAIN
    assert made.totals.lost_tags == 0


def test_what_was_sent_long_ago_is_not_sent_again() -> None:
    made = backlog(META, AVC, AAC)
    for n in range(300):  # twelve seconds, a key frame each second
        made.push(key(40 * n) if n % 25 == 0 else frame(40 * n), 0.04 * n)
    made.take()
    made.restart()
    again = [t for kind, t in parsed(made.take()) if kind == VIDEO][1:]
    assert again[0] == 1000  # ten seconds before the newest, and back to a key frame
    assert again[-1] == 40 * 299
    made.restart()
    made.clear()
    assert made.totals.lost_tags == 0 and made.totals.buffered_bytes == 0


def test_a_changed_setup_is_the_one_a_new_reader_hears() -> None:
    changed = tag(VIDEO, 500, b"\x17\x00\x00\x00\x00other")
    made = backlog(META, AVC, AAC, key(0))
    made.take()
    made.push(frame(400), 0.1)
    made.push(changed, 0.1)
    made.push(key(1000), 9.0)
    made.push(frame(11_000), 19.5)
    made.take()
    made.restart()
    data = made.take()
    assert b"other" in data
    assert b"cfg" not in data


def test_while_the_worker_is_away_the_oldest_goes_and_a_key_frame_leads() -> None:
    made = backlog(META, AVC, AAC)
    for n in range(300):  # twelve seconds, a key frame each second
        made.push(key(40 * n) if n % 25 == 0 else frame(40 * n), 0.04 * n)
        made.trim(0.04 * n)
    kinds = parsed(made.take())
    first = kinds[3][1]
    assert first % 1000 == 0
    assert 6000 <= first <= 8000
    assert kinds[-1][1] == 40 * 299
    assert made.totals.lost_tags == first // 40


@given(st.lists(st.tuples(st.sampled_from("kfsr"), st.integers(0, 3000)), max_size=80))
def test_bounds_hold_and_every_tag_is_sent_or_counted(steps: list[tuple[str, int]]) -> None:
    made, now, t = backlog(META, AVC, AAC), 0.0, 0
    makers = {"k": key, "f": frame, "s": sound}
    seen: set[tuple[int, int]] = set()
    pushed = sum(kind != "r" for kind, _ in steps)
    for kind, gap in steps:
        now, t = now + gap / 1000, t + gap + 1
        if kind == "r":  # the reader dies having been sent everything
            seen |= told(made.take())
            made.restart()
            continue
        made.push(makers[kind](t), now)
        made.trim(now)
        assert made.totals.buffered_bytes <= POLICY.away_bytes
    seen |= told(made.take())
    made.clear()
    assert len(seen) + made.totals.lost_tags == pushed


def test_sound_alone_needs_no_key_frame() -> None:
    meta = tag(18, 0, amf.encode("onMetaData", {"audiocodecid": 10.0}))
    made = backlog(meta, AAC, sound(5))
    data = made.take()
    assert parsed(data) == [(SCRIPT, 5), (AUDIO, 5), (AUDIO, 5)]
    assert data[4] == 4  # the header promises sound only


def test_times_beyond_four_and_a_half_hours_keep_all_their_bits() -> None:
    late = 0x01020304
    made = backlog(META, AVC, AAC, key(late))
    assert parsed(made.take())[-1] == (VIDEO, late)


@pytest.mark.parametrize("payload", [b"\x90hvc1", b"\x12\x00", b"\x2c\x01"])
def test_foreign_video_is_refused(payload: bytes) -> None:
    with pytest.raises(UnsupportedCodec):
        media_tag(VIDEO, 0, payload)


def test_foreign_data_is_not_passed_on() -> None:
    assert media_tag(18, 0, amf.encode("onTextData", {"text": "x"})) is None
    assert media_tag(18, 0, b"\xff\xff") is None
    assert media_tag(8, 0, b"") is None
    assert META.part is Part.METADATA


def test_the_stream_is_one_that_libav_reads() -> None:
    with av.open(io.BytesIO(backlog(META, AVC, AAC, sound(0), key(10)).take()), format="flv") as c:
        assert {s.type for s in c.streams} == {"audio", "video"}
