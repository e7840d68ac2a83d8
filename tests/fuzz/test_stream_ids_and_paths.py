"""Names that strangers send: SRT stream ids, RTMP paths, addresses to fetch."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from courtstream.control.pull.address import AllowList, parsed
from courtstream.control.rtmp import amf
from courtstream.control.rtmp.chunks import RtmpMessage, write_message
from courtstream.control.rtmp.errors import RtmpError
from courtstream.control.rtmp.session import Publish, RtmpSession
from courtstream.control.srt import handshake as srt
from courtstream.control.srt.stream_id import LONGEST_KEY, key_of
from courtstream.domain.errors import SourceRefused
from tests.fuzz.growth import ALLOWED, damaged, growth

# As ffmpeg sent it: header, then version 5, no encryption, HSREQ and CONFIG, its cookie.
HANDSHAKE = bytes.fromhex(
    "80000000000000000000000100000000"
    "00000005000000055708efba000005dc00002000ffffffff3e049fa1db22210a0100007f"
    "000000000000000000000000"
)
PIECES = st.sampled_from(
    ["#!::", "#!:", "r=", "m=", "publish", "request", ",", "live/", "/", "..", "\0"]
)
LISTED = AllowList(["*.court.example", "10.2.0.0/16"])


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES | st.text(max_size=12), max_size=12).map("".join))
def test_a_stream_id_is_a_key_of_bounded_length_or_a_reason(text: str) -> None:
    found = key_of(text)
    assert isinstance(found, srt.Rejection) or 0 < len(found) <= LONGEST_KEY


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_an_rtmp_path_is_a_key_or_an_rtmp_error(app: str, name: str) -> None:
    session = RtmpSession()
    calls: list[tuple[amf.AmfValue, ...]] = [
        ("connect", 1.0, {"app": app, "tcUrl": f"rtmp://x/{app}"}),
        ("createStream", 2.0, None),
        ("publish", 3.0, None, name, "live"),
    ]
    try:
        events = [event for call in calls for event in _said(session, amf.encode(*call))]
    except RtmpError:
        return
    assert all(isinstance(e, Publish) and "?" not in e.key for e in events)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["rtsp://", "http://", "https://", "file://", "concat:", "//", ""]),
    st.lists(
        st.sampled_from("a.court.example@:/\\#?[]%10.2.0.9\n\0 ") | st.characters(), max_size=40
    ),
)
def test_an_address_is_on_the_list_or_refused(scheme: str, rest: list[str]) -> None:
    try:
        source, _ = parsed(scheme + "".join(rest))
        LISTED.check_name(source)
    except SourceRefused:
        return
    assert source.host.endswith(".court.example") or source.host.startswith("10.2.")


def test_datagrams_and_names_leave_nothing_behind() -> None:
    def feed(chance: random.Random) -> None:
        found = srt.parsed(damaged(HANDSHAKE, chance))
        if found is not None:
            key_of(found.stream_id)
        session = RtmpSession()
        try:
            _said(session, damaged(amf.encode("connect", 1.0, {"app": "live"}), chance))
        except RtmpError:
            return

    assert growth(feed) < ALLOWED


def _said(session: RtmpSession, payload: bytes) -> list[object]:
    session.receive(write_message(RtmpMessage(20, 0, 1, payload), 6))
    found: list[object] = []
    while (event := session.next_event()) is not None:
        found.append(event)
    return found
