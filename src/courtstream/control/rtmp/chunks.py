"""Messages in chunks, RTMP 1.0 §5.3. No I/O: bytes in, messages out, and the other way round."""

from __future__ import annotations

from dataclasses import dataclass, field

from courtstream.control.rtmp.errors import RtmpError

DEFAULT_CHUNK = 128
GREATEST_CHUNK = 0xFFFFFF  # §5.4.1: larger ones cannot matter
EXTENDED = 0xFFFFFF
HEADER_BYTES = (11, 7, 3, 0)  # §5.3.1.2, by format
GREATEST_MESSAGE = 4 << 20
PENDING_MESSAGES = 2
"""Unfinished messages may hold as much as this many of the greatest ones."""

MOST_STREAMS = 64
_WRAP = 1 << 32


@dataclass(frozen=True, slots=True)
class RtmpMessage:
    """A whole message; `timestamp` in milliseconds, modulo 2**32."""

    kind: int
    timestamp: int
    stream: int
    payload: bytes


@dataclass(slots=True)
class _ChunkStream:
    """What later chunks of one chunk stream leave out because it stays the same."""

    timestamp: int = 0
    step: int = 0
    length: int = 0
    kind: int = 0
    stream: int = 0
    extended: int | None = None
    parts: bytearray = field(default_factory=bytearray)
    open: bool = False


class ChunkReader:
    """Takes bytes as they come and gives whole messages, one a call.

    `chunk_size` and `abort` are set by the session when the peer says so; they hold from the next
    chunk on, which is why messages are given one by one. `greatest`: bytes of a message.
    """

    def __init__(self, greatest: int = GREATEST_MESSAGE) -> None:
        self.chunk_size = DEFAULT_CHUNK
        self.greatest = greatest
        self._buffer = bytearray()
        self._streams: dict[int, _ChunkStream] = {}
        self._pending = 0

    def feed(self, data: bytes) -> None:
        """Add received bytes."""
        self._buffer += data

    def abort(self, chunk_stream: int) -> None:
        """Forget the partly received message of a chunk stream (§5.4.2)."""
        known = self._streams.get(chunk_stream)
        if known is not None:
            self._pending -= len(known.parts)
            known.parts, known.open = bytearray(), False

    def next(self) -> RtmpMessage | None:
        """The next whole message, or None until more bytes come. Raises RtmpError."""
        position = 0
        try:
            while True:
                end, message = self._chunk(position)
                if end is None:
                    return None
                position = end
                if message is not None:
                    return message
        finally:
            del self._buffer[:position]

    def _chunk(self, at: int) -> tuple[int | None, RtmpMessage | None]:
        basic = self._basic(at)
        if basic is None:
            return None, None
        form, number, body = basic
        known = self._known(form, number)
        size = HEADER_BYTES[form]
        if len(self._buffer) < body + size:
            return None, None
        header = _Header.parse(self._buffer, body, form, known)
        body = self._extended(header, body + size, form, known)
        if body < 0:
            return None, None
        have = len(known.parts) if known.open else 0
        take = min(self.chunk_size, header.length - have)
        if len(self._buffer) < body + take:
            return None, None
        self._begin(header, form, known)
        self._streams[number] = known
        known.parts += self._buffer[body : body + take]
        self._pending += take
        if self._pending > PENDING_MESSAGES * self.greatest:
            raise RtmpError("too many unfinished messages")
        return body + take, self._whole(known)

    def _basic(self, at: int) -> tuple[int, int, int] | None:
        """Format, chunk stream and the offset behind the basic header (§5.3.1.1)."""
        buffer = self._buffer
        if len(buffer) <= at:
            return None
        form, number = buffer[at] >> 6, buffer[at] & 0x3F
        extra = 1 if number == 0 else 2 if number == 1 else 0
        if len(buffer) < at + 1 + extra:
            return None
        if extra:
            number = 64 + int.from_bytes(buffer[at + 1 : at + 1 + extra], "little")
        return form, number, at + 1 + extra

    def _known(self, form: int, number: int) -> _ChunkStream:
        known = self._streams.get(number)
        if known is None:
            if form == 3:
                raise RtmpError("a chunk stream begins without a header")
            if len(self._streams) >= MOST_STREAMS:
                raise RtmpError("too many chunk streams")
            known = _ChunkStream()
        if known.open and form != 3:
            raise RtmpError("a message begins inside another")
        return known

    def _extended(self, header: _Header, at: int, form: int, known: _ChunkStream) -> int:
        """Read the extended timestamp (§5.3.1.3); the offset behind it, or -1 for more bytes.

        In chunks without a header some senders repeat it and some do not: it is taken where it
        repeats the last one.
        """
        if header.extended is None:
            return at
        if len(self._buffer) < at + 4:
            return -1
        value = int.from_bytes(self._buffer[at : at + 4], "big")
        if form == 3:
            return at + 4 if value == header.extended else at
        header.extended = value
        return at + 4

    def _begin(self, header: _Header, form: int, known: _ChunkStream) -> None:
        if known.open:
            return
        if header.length > self.greatest:
            raise RtmpError("a message is too large")
        step = header.step if header.extended is None else header.extended
        base = 0 if form == 0 else known.timestamp
        known.timestamp = (base + step) % _WRAP
        known.step, known.extended = step, header.extended
        known.length, known.kind, known.stream = header.length, header.kind, header.stream
        known.open = True

    def _whole(self, known: _ChunkStream) -> RtmpMessage | None:
        if len(known.parts) < known.length:
            return None
        message = RtmpMessage(known.kind, known.timestamp, known.stream, bytes(known.parts))
        self._pending -= known.length
        known.parts, known.open = bytearray(), False
        return message


@dataclass(slots=True)
class _Header:
    """A message header (§5.3.1.2) filled up with what the chunk stream already said."""

    step: int
    length: int
    kind: int
    stream: int
    extended: int | None

    @classmethod
    def parse(cls, buffer: bytearray, at: int, form: int, known: _ChunkStream) -> _Header:
        if form == 3:
            return cls(known.step, known.length, known.kind, known.stream, known.extended)
        step = int.from_bytes(buffer[at : at + 3], "big")
        length, kind, stream = known.length, known.kind, known.stream
        if form <= 1:
            length = int.from_bytes(buffer[at + 3 : at + 6], "big")
            kind = buffer[at + 6]
        if form == 0:
            stream = int.from_bytes(buffer[at + 7 : at + 11], "little")
        return cls(step, length, kind, stream, 0 if step == EXTENDED else None)


def write_message(
    message: RtmpMessage, chunk_stream: int, chunk_size: int = DEFAULT_CHUNK
) -> bytes:
    """One message as chunks: a full header, then continuations. `chunk_stream` from 2 to 63."""
    long = message.timestamp >= EXTENDED
    extra = message.timestamp.to_bytes(4, "big") if long else b""
    out = bytearray([chunk_stream])
    out += min(message.timestamp, EXTENDED).to_bytes(3, "big")
    out += len(message.payload).to_bytes(3, "big")
    out += bytes([message.kind]) + message.stream.to_bytes(4, "little") + extra
    for start in range(0, max(1, len(message.payload)), chunk_size):
        if start:
            out += bytes([0xC0 | chunk_stream]) + extra
        out += message.payload[start : start + chunk_size]
    return bytes(out)
