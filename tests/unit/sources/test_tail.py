"""What the door sends a second time is known as such, and the clock goes on where it stood."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from courtstream.domain.time import MILLISECOND, MediaTime
from media_workers.runtime.items import SourcePacket
from media_workers.sources.base import RawPacket
from media_workers.sources.tail import Joint, Tail, lead_in

OFFSET = 90_000 * MILLISECOND


def raw(n: int, data: bytes | None = None) -> RawPacket:
    at = n * 20 * MILLISECOND
    kind = "video" if n % 2 else "audio"
    return RawPacket(kind, at + 5, at, 0, n % 10 == 1, data or f"packet {n}".encode())


def came(*packets: RawPacket, tail: Tail | None = None, offset: MediaTime = OFFSET) -> Tail:
    tail = tail or Tail()
    for p in packets:
        kind = "video" if p.kind == "video" else "audio"
        pts, dts = (p.pts or 0) + offset, (p.dts or 0) + offset
        tail.note(SourcePacket("video" if kind == "video" else "audio", pts, dts, 0, p.key, p.data))
    return tail


def test_a_stream_that_goes_on_is_joined_where_it_broke_off() -> None:
    tail = came(*(raw(n) for n in range(100)))
    again = [raw(n) for n in range(71, 140)]
    assert tail.joint(again) == Joint(known=29, anchor=71 * 20 * MILLISECOND + OFFSET)


def test_only_the_first_of_what_comes_again_need_have_been_read() -> None:
    tail = came(*(raw(n) for n in range(100)))
    assert tail.joint([raw(n) for n in range(71, 80)]) == Joint(29, 71 * 20 * MILLISECOND + OFFSET)


def test_only_what_leads_in_comes_a_second_time() -> None:
    again = [raw(n) for n in range(41, 140)]
    joint = came(*(raw(n) for n in range(100))).joint(again)
    assert joint is not None and joint.known == 59
    led, spare = lead_in(joint, again)
    assert spare == 50 and again[spare].key, "from the last key frame, number 91, on"
    assert led == Joint(9, 91 * 20 * MILLISECOND + OFFSET)


def test_what_led_in_to_a_run_does_not_hide_the_joint_of_the_next() -> None:
    """Two workers are killed within the seconds that the door keeps."""
    tail = came(*(raw(n) for n in range(100)))
    rounded = OFFSET + 3 * MILLISECOND  # as a record has it after its times were rounded twice
    came(*(raw(n) for n in range(91, 130)), tail=tail, offset=rounded)
    again = [raw(n) for n in range(71, 160)]
    assert tail.joint(again) == Joint(known=59, anchor=71 * 20 * MILLISECOND + OFFSET)


def test_pictures_that_are_decoded_before_those_they_follow_are_joined_too() -> None:
    """A record gives presentation times only, which go back and forth with B-frames."""
    order = [n + (2, -1, -1)[n % 3] for n in range(99)]
    tail = Tail()
    for n in order:
        at = n * 20 * MILLISECOND + OFFSET
        tail.note(SourcePacket("video", at, at, 0, n % 10 == 1, f"packet {n}".encode()))
    again = [
        RawPacket("video", n * 20 * MILLISECOND, 0, 0, False, f"packet {n}".encode())
        for n in order[60:]
    ]
    joint = tail.joint(again)
    assert joint is not None and joint.known == 39


def test_another_stream_is_not_joined() -> None:
    tail = came(*(raw(n) for n in range(100)))
    assert tail.joint([raw(n) for n in range(200, 230)]) is None
    assert tail.joint([raw(71), raw(72), raw(200)]) is None
    assert tail.joint([]) is None
    assert Tail().joint([raw(1)]) is None


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60), st.integers(1, 60))
def test_of_pictures_that_are_all_alike_none_is_invented(kinds: list[int], back: int) -> None:
    """A still and silent room gives the same bytes again and again: the joint keeps to order."""
    stream = [raw(n, bytes([kind])) for n, kind in enumerate(kinds)]
    back = min(back, len(stream))
    joint = came(*stream).joint(stream[-back:])
    assert joint is not None and 1 <= joint.known <= back
