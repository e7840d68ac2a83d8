"""One publisher's conversation (RTMP 1.0 §5.4, §7). No I/O: bytes in, events and bytes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from courtstream.control.rtmp import amf
from courtstream.control.rtmp.chunks import (
    GREATEST_CHUNK,
    GREATEST_MESSAGE,
    ChunkReader,
    RtmpMessage,
    write_message,
)
from courtstream.control.rtmp.errors import RtmpError

APP = "live"
WINDOW = 2_500_000
OUT_CHUNK = 4096
MEDIA_STREAM = 1
STRANGER_MESSAGE = 65_536
"""Nobody needs longer messages to ask for admission."""

_SET_CHUNK, _ABORT, _ACK, _USER, _WINDOW, _BANDWIDTH = 1, 2, 3, 4, 5, 6
_AUDIO, _VIDEO, _DATA3, _COMMAND3, _DATA, _COMMAND, _AGGREGATE = 8, 9, 15, 17, 18, 20, 22
_STREAM_BEGIN, _PING, _PONG = 0, 6, 7
_CONTROL_CHUNKS, _COMMAND_CHUNKS, _STATUS_CHUNKS = 2, 3, 5
_LEAVING = frozenset({"deleteStream", "closeStream", "FCUnpublish"})
_NICETIES = frozenset({"releaseStream", "FCPublish", "_checkbw", "getStreamLength"})


@dataclass(frozen=True, slots=True)
class Publish:
    """The peer wants to publish under this key. Answer with `accept` or `refuse`."""

    key: str

    def __repr__(self) -> str:
        return "Publish(key=…)"  # never in a log


@dataclass(frozen=True, slots=True)
class Media:
    """An audio (8), video (9) or data (18) message; `timestamp` in milliseconds, 32 bit."""

    kind: int
    timestamp: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Left:
    """The peer said that it stops publishing."""


Event: TypeAlias = Publish | Media | Left


class RtmpSession:
    """The server's side after the handshake.

    `receive` bytes, then call `next_event` until it gives None; send `output` after each. Media
    before `accept` is a fault: nothing is let in before the key was checked.
    """

    def __init__(self) -> None:
        self._reader = ChunkReader(STRANGER_MESSAGE)
        self._out = bytearray()
        self._connected = False
        self._asked = False
        self._accepted = False
        self._stream = MEDIA_STREAM
        self._window = WINDOW
        self._received = 0
        self._acknowledged = 0
        self._waiting: list[RtmpMessage] = []

    def receive(self, data: bytes) -> None:
        """Take received bytes; acknowledges them when the window is full (§5.4.3)."""
        self._reader.feed(data)
        self._received += len(data)
        if self._received - self._acknowledged >= self._window:
            self._acknowledged = self._received
            self._control(_ACK, (self._received & 0xFFFFFFFF).to_bytes(4, "big"))

    def output(self) -> bytes:
        """The bytes to send now; each is given once."""
        out = bytes(self._out)
        self._out.clear()
        return out

    def next_event(self) -> Event | None:
        """The next event, or None until more bytes come. Raises RtmpError."""
        while True:
            message = self._waiting.pop(0) if self._waiting else self._reader.next()
            if message is None:
                return None
            event = self._handle(message)
            if event is not None:
                return event

    def accept(self) -> None:
        """Let the publisher in: media is taken from here on."""
        self._accepted = True
        self._reader.greatest = GREATEST_MESSAGE
        begin = _STREAM_BEGIN.to_bytes(2, "big") + self._stream.to_bytes(4, "big")
        self._control(_USER, begin)
        self._status("status", "NetStream.Publish.Start", "publishing")

    def refuse(self, code: str, message: str) -> None:
        """Tell the publisher no; encoders show the description."""
        self._accepted = False
        self._status("error", "NetStream.Publish.BadName", f"[{code}] {message}")

    # -- messages -----------------------------------------------------------------------------

    def _handle(self, message: RtmpMessage) -> Event | None:
        kind, payload = message.kind, message.payload
        if kind in (_AUDIO, _VIDEO, _DATA):
            return self._media(message)
        if kind in (_COMMAND, _COMMAND3):
            return self._command(payload if kind == _COMMAND else payload[1:], message.stream)
        if kind == _AGGREGATE:
            self._waiting.extend(_parts(message))
        elif kind == _DATA3:
            return self._media(RtmpMessage(_DATA, message.timestamp, message.stream, payload[1:]))
        elif kind in (_SET_CHUNK, _ABORT, _WINDOW):
            self._protocol(kind, payload)
        elif kind == _USER and payload[:2] == _PING.to_bytes(2, "big"):
            self._control(_USER, _PONG.to_bytes(2, "big") + payload[2:6])
        return None

    def _media(self, message: RtmpMessage) -> Media | None:
        if not self._accepted:
            if self._asked:
                return None  # sent before the refusal reached it
            raise RtmpError("media before publish")
        return Media(message.kind, message.timestamp, message.payload)

    def _protocol(self, kind: int, payload: bytes) -> None:
        if len(payload) < 4:
            raise RtmpError("a control message is cut short")
        value = int.from_bytes(payload[:4], "big")
        if kind == _ABORT:
            self._reader.abort(value)
        elif value < 1 or value >= 1 << 31:
            raise RtmpError("a control value is out of bounds")
        elif kind == _SET_CHUNK:
            self._reader.chunk_size = min(value, GREATEST_CHUNK)
        else:
            self._window = max(value, OUT_CHUNK)

    def _command(self, payload: bytes, stream: int) -> Event | None:
        values = amf.decode(payload)
        if len(values) < 2 or not isinstance(values[0], str):
            raise RtmpError("a command without a name")
        name, number = values[0], values[1] if isinstance(values[1], float) else 0.0
        if name == "connect":
            self._connect(number, values[2] if len(values) > 2 else None)
        elif not self._connected:
            raise RtmpError("a command before connect")
        elif name == "publish":
            return self._publish(values, stream)
        elif name in _LEAVING:
            return Left() if self._accepted else None
        else:
            self._other(name, number)
        return None

    def _connect(self, number: float, options: object) -> None:
        app = str(options.get("app", "")) if isinstance(options, dict) else ""
        if app.split("?")[0].strip("/") != APP:
            text = "推流地址应为 /live / the address must end in /live"
            facts = {"level": "error", "code": "NetConnection.Connect.Rejected"}
            self._reply("_error", number, None, {**facts, "description": text})
            return
        self._connected = True
        self._control(_WINDOW, WINDOW.to_bytes(4, "big"))
        self._control(_BANDWIDTH, WINDOW.to_bytes(4, "big") + b"\x02")
        self._control(_SET_CHUNK, OUT_CHUNK.to_bytes(4, "big"))
        server = {"fmsVer": "courtstream/1", "capabilities": 31.0}
        facts = {"level": "status", "code": "NetConnection.Connect.Success"}
        about = {**facts, "description": "connected", "objectEncoding": 0.0}
        self._reply("_result", number, server, about)

    def _publish(self, values: list[amf.AmfValue], stream: int) -> Publish:
        if self._asked:
            raise RtmpError("a second publish on one connection")
        if len(values) < 4 or not isinstance(values[3], str):
            raise RtmpError("publish without a name")
        self._asked = True
        self._stream = stream or MEDIA_STREAM
        return Publish(values[3].split("?")[0].strip("/"))

    def _other(self, name: str, number: float) -> None:
        if name == "createStream":
            self._reply("_result", number, None, float(MEDIA_STREAM))
        elif name in _NICETIES:
            self._reply("_result", number, None, None)
        elif name == "play":
            self._status("error", "NetStream.Play.Failed", "此端口只接收推流 / publishing only")
        elif number:
            facts = {"level": "error", "code": "NetConnection.Call.Failed"}
            self._reply("_error", number, None, {**facts, "description": "unknown"})

    # -- sending ------------------------------------------------------------------------------

    def _control(self, kind: int, payload: bytes) -> None:
        self._out += write_message(RtmpMessage(kind, 0, 0, payload), _CONTROL_CHUNKS, OUT_CHUNK)

    def _reply(self, name: str, number: float, *values: amf.AmfValue) -> None:
        payload = amf.encode(name, number, *values)
        # our chunk size is said before anything longer than the default of 128 bytes is sent
        size = OUT_CHUNK if self._connected else 128
        self._out += write_message(RtmpMessage(_COMMAND, 0, 0, payload), _COMMAND_CHUNKS, size)

    def _status(self, level: str, code: str, description: str) -> None:
        facts = {"level": level, "code": code, "description": description}
        payload = amf.encode("onStatus", 0.0, None, facts)
        message = RtmpMessage(_COMMAND, 0, self._stream, payload)
        self._out += write_message(message, _STATUS_CHUNKS, OUT_CHUNK)


def _parts(message: RtmpMessage) -> Iterator[RtmpMessage]:
    """The messages inside an aggregate (§7.1.6): FLV tags whose times begin at the message's."""
    data, at = message.payload, 0
    first: int | None = None
    while at + 11 <= len(data):
        length = int.from_bytes(data[at + 1 : at + 4], "big")
        when = int.from_bytes(data[at + 4 : at + 7], "big") | data[at + 7] << 24
        first = when if first is None else first
        if at + 11 + length > len(data):
            raise RtmpError("an aggregate is cut short")
        if data[at] in (_AUDIO, _VIDEO, _DATA):
            moment = (message.timestamp + when - first) & 0xFFFFFFFF
            yield RtmpMessage(data[at], moment, message.stream, data[at + 11 : at + 11 + length])
        at += 15 + length
