from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtstream.control.rtmp import amf, handshake
from courtstream.control.rtmp.chunks import ChunkReader, RtmpMessage, write_message
from courtstream.control.rtmp.errors import RtmpError
from courtstream.control.rtmp.session import OUT_CHUNK, Left, Media, Publish, RtmpSession


class Encoder:
    """A publisher's side, by hand."""

    def __init__(self) -> None:
        self.session = RtmpSession()
        self._reader = ChunkReader()

    def send(self, kind: int, payload: bytes, timestamp: int = 0) -> list[object]:
        message = RtmpMessage(kind, timestamp, 1, payload)
        self.session.receive(write_message(message, 6))
        return self.events()

    def events(self) -> list[object]:
        found: list[object] = []
        while (event := self.session.next_event()) is not None:
            found.append(event)
        return found

    def call(self, *values: amf.AmfValue) -> list[object]:
        return self.send(20, amf.encode(*values))

    def replies(self) -> list[list[amf.AmfValue]]:
        return [amf.decode(m.payload) for m in self.messages() if m.kind == 20]

    def messages(self) -> list[RtmpMessage]:
        self._reader.feed(self.session.output())
        found = []
        while (message := self._reader.next()) is not None:
            if message.kind == 1:
                self._reader.chunk_size = int.from_bytes(message.payload, "big")
            found.append(message)
        return found

    def publish(self, key: str = "k") -> list[object]:
        self.call("connect", 1.0, {"app": "live", "tcUrl": "rtmp://x/live"})
        self.call("releaseStream", 2.0, None, key)
        self.call("FCPublish", 3.0, None, key)
        self.call("createStream", 4.0, None)
        return self.call("publish", 5.0, None, key, "live")


def test_the_whole_conversation() -> None:
    encoder = Encoder()
    assert encoder.publish("room-7?x=1") == [Publish("room-7")]
    names = [reply[0] for reply in encoder.replies()]
    assert names == ["_result", "_result", "_result", "_result"]
    encoder.session.accept()
    (status,) = encoder.replies()
    assert status[3]["code"] == "NetStream.Publish.Start"
    assert encoder.send(9, b"\x17\x01abc", 40) == [Media(9, 40, b"\x17\x01abc")]
    assert encoder.call("deleteStream", 6.0, None, 1.0) == [Left()]


def test_no_media_before_the_key_was_accepted() -> None:
    encoder = Encoder()
    with pytest.raises(RtmpError):
        encoder.send(9, b"\x17\x01abc")
    encoder = Encoder()
    encoder.publish()
    assert encoder.send(9, b"\x17\x01abc") == []  # asked, not answered: dropped
    encoder.session.refuse("ingest_key_unknown", "推流密钥无效")
    assert encoder.send(9, b"\x17\x01abc") == []


def test_a_stranger_cannot_make_us_hold_much() -> None:
    encoder = Encoder()
    with pytest.raises(RtmpError):
        encoder.send(20, bytes(70_000))
    encoder = Encoder()
    encoder.publish()
    encoder.session.accept()
    assert len(encoder.send(9, b"\x17" + bytes(70_000))) == 1


def test_a_refusal_says_why() -> None:
    encoder = Encoder()
    encoder.publish()
    encoder.replies()
    encoder.session.refuse("no_hearing_now", "该法庭当前没有可推流的庭审")
    (status,) = encoder.replies()
    assert status[3]["level"] == "error"
    assert "no_hearing_now" in status[3]["description"]
    assert "没有可推流" in status[3]["description"]


def test_a_key_is_never_shown() -> None:
    (event,) = Encoder().publish("very-secret")
    assert "very-secret" not in repr(event)


def test_another_application_is_rejected() -> None:
    encoder = Encoder()
    encoder.call("connect", 1.0, {"app": "vod"})
    (reply,) = encoder.replies()
    assert (reply[0], reply[3]["code"]) == ("_error", "NetConnection.Connect.Rejected")
    with pytest.raises(RtmpError):
        encoder.call("createStream", 2.0, None)


def test_pings_are_answered_and_bytes_acknowledged() -> None:
    encoder = Encoder()
    encoder.publish()
    encoder.session.accept()
    encoder.messages()
    encoder.send(4, b"\x00\x06\x00\x00\x12\x34")
    assert [m.payload for m in encoder.messages() if m.kind == 4] == [b"\x00\x07\x00\x00\x12\x34"]
    encoder.send(5, (10_000).to_bytes(4, "big"))
    encoder.send(9, b"\x27" * 12_000)
    acknowledgements = [m for m in encoder.messages() if m.kind == 3]
    assert acknowledgements
    assert int.from_bytes(acknowledgements[0].payload, "big") > 10_000


def test_the_peer_may_change_its_chunk_size() -> None:
    encoder = Encoder()
    encoder.publish()
    encoder.session.accept()
    encoder.send(1, (5000).to_bytes(4, "big"))
    frame = RtmpMessage(9, 7, 1, b"\x27\x01" + b"z" * 9000)
    encoder.session.receive(write_message(frame, 6, 5000))
    assert encoder.events() == [Media(9, 7, frame.payload)]
    with pytest.raises(RtmpError):
        encoder.session.receive(write_message(RtmpMessage(1, 0, 0, bytes(4)), 2, 5000))
        encoder.events()


def test_an_aggregate_is_taken_apart() -> None:
    def tag(kind: int, when: int, payload: bytes) -> bytes:
        head = bytes([kind]) + len(payload).to_bytes(3, "big") + when.to_bytes(3, "big") + bytes(4)
        return head + payload + (11 + len(payload)).to_bytes(4, "big")

    encoder = Encoder()
    encoder.publish()
    encoder.session.accept()
    payload = tag(9, 500, b"\x17\x01v") + tag(8, 520, b"\xaf\x01a")
    events = encoder.send(22, payload, 1000)
    assert events == [Media(9, 1000, b"\x17\x01v"), Media(8, 1020, b"\xaf\x01a")]


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=200)), max_size=12))
def test_hostile_messages_are_events_or_an_rtmp_error(sent: list[tuple[int, bytes]]) -> None:
    encoder = Encoder()
    encoder.publish()
    encoder.session.accept()
    try:
        for kind, payload in sent:
            encoder.send(kind, payload)
    except RtmpError:
        return
    assert len(encoder.session.output()) < 200 * OUT_CHUNK


def test_the_handshake_echoes_the_peer() -> None:
    hello = b"\x03" + os.urandom(1536)
    answer = handshake.answer(hello, 5, bytes(1528))
    assert len(answer) == 1 + 2 * 1536
    assert answer[0] == 3
    assert answer[1 + 1536 + 8 :] == hello[9:]
    with pytest.raises(RtmpError):
        handshake.answer(b"\x06" + hello[1:], 5, bytes(1528))
    with pytest.raises(RtmpError):
        handshake.answer(hello[:100], 5, bytes(1528))
