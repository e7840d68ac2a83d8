"""The stream that the node's door sends: FLV tags on a socket, read by us and not by a demuxer.

A demuxer decides once which tracks there are; a courtroom's encoder begins its sound late, changes
its picture size or its codec parameters in the middle. Here each of these is an item of its own
between the packets. Layout: Video File Format 10.1 annex E, Enhanced RTMP v2 for VP8, Opus and
several sound tracks (a microphone each, merged by `SeatTracks`).
"""

from __future__ import annotations

import contextlib
import io
import itertools
import socket
from collections.abc import Iterator
from dataclasses import dataclass

from courtstream.domain.errors import BrokenStream
from courtstream.domain.time import MILLISECOND, MediaTime
from media_workers.sources.base import AudioTrack, RawPacket, VideoTrack
from media_workers.sources.describe import describe_audio, describe_video
from media_workers.sources.seats import SeatTracks

LARGEST_TAG = 8 << 20
"""No picture of a courtroom is larger; what says it is, is damaged."""

PATIENCE_MS = 1500
"""How long, on the stream's own clock, a promised track is waited for before the session begins."""

AGAIN = 8
"""Flag in the file header (reserved by the standard): the door goes on with a stream that broke
off, and what it sends first it has sent before."""

_ENOUGH = 6
"""Pictures from which the rate can be told."""

_USUAL_FPS = (5.0, 8.0, 10.0, 12.5, 15.0, 20.0, 24.0, 25.0, 30.0, 50.0, 60.0)
_AUDIO, _VIDEO = 8, 9
_SOUND_CODECS = {2: "mp3", 3: "pcm_s16le", 7: "pcm_alaw", 8: "pcm_mulaw", 10: "aac", 11: "speex"}
_RATES = (5512, 11025, 22050, 44100)
_FOUR = {b"vp08": "vp8", b"Opus": "opus", b"mp4a": "aac"}
_MULTITRACK = 5


@dataclass(frozen=True, slots=True)
class Tag:
    """What one tag holds: codec, whether it is setup, a key frame, its times in ms, its bytes."""

    kind: str
    codec: str
    setup: bool
    key: bool
    dts: int
    offset: int
    data: bytes
    rate: int = 0
    channels: int = 0
    track: int = 0


class TagSource:
    """One session. Raises BrokenStream while it opens when no track can be made out.

    `again`: the stream begins with what an earlier connection was sent already.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._file = io.BufferedReader(_Reading(connection), 1 << 16)
        self._setup: dict[str, bytes] = {}
        self._codec: dict[str, str] = {}
        self.video: VideoTrack | None = None
        self.audio: AudioTrack | None = None
        self.again = False
        self._held: list[Tag] = []
        self._more: dict[int, AudioTrack] = {}
        self._seats: SeatTracks | None = None
        try:
            self._open()
        except BrokenStream:
            self.close()
            raise

    def packets(self) -> Iterator[RawPacket | VideoTrack | AudioTrack]:
        """Packets as they come; a track stands before the first packet of its new description."""
        held, self._held = self._held, []
        for tag in held:
            yield from self._items(tag)
        while (tag_ := self._next()) is not None:
            yield from self._items(tag_)

    def unblock(self) -> None:
        """Make a reader that waits come back; from any thread."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of the socket."""
        self.unblock()
        self._connection.close()

    # -- opening --------------------------------------------------------------------------------

    def _open(self) -> None:
        head = self._file.read(13)
        if len(head) < 13 or head[:4] != b"FLV\x01":
            raise BrokenStream("no FLV stream")
        self.again = bool(head[4] & AGAIN)
        awaited = ({"audio"} if head[4] & 4 else set()) | ({"video"} if head[4] & 1 else set())
        pictures = 0
        while (awaited or 0 < pictures < _ENOUGH) and (tag := self._next()) is not None:
            self._held.append(tag)
            if not tag.setup and (tag.key or tag.kind == "audio"):
                awaited.discard(tag.kind)
            pictures += tag.kind == "video" and not tag.setup
            if tag.dts - self._held[0].dts > PATIENCE_MS:
                break
        for tag in self._held:
            self._learn(tag)
        if self.audio is not None and self._more:
            tracks = [self.audio, *(self._more[n] for n in sorted(self._more))]
            self._seats, self.audio = SeatTracks(tracks), None
            self.audio = self._seats.track
        if self.video is None and self.audio is None:
            raise BrokenStream("no track that can be read")

    def _learn(self, tag: Tag) -> VideoTrack | AudioTrack | None:
        """Note setup; a packet that begins a new description gives its track."""
        if tag.track:
            self._learn_more(tag)
            return None
        if tag.setup:
            self._setup[tag.kind] = tag.data
            return None
        if tag.kind == "audio":
            return self._sound(tag)
        return self._picture(tag) if tag.key else None

    def _learn_more(self, tag: Tag) -> None:
        """A further microphone, known by its setup when the session begins."""
        if self._seats is None and tag.setup:
            self._more[tag.track] = AudioTrack(tag.codec, tag.data, 48_000, 1)

    def _sound(self, tag: Tag) -> AudioTrack | None:
        if self._seats is not None:
            return None
        extradata = self._setup.get("audio", b"")
        if tag.codec == "aac" and not extradata:
            return None  # nothing can be made of it before its setup
        known = self.audio
        if known is not None and (known.codec, known.extradata) == (tag.codec, extradata):
            return None
        found = describe_audio(tag.codec, extradata, tag.data, tag.rate, tag.channels)
        if found is not None:
            self.audio = found
        return found

    def _picture(self, tag: Tag) -> VideoTrack | None:
        extradata = self._setup.get("video", b"")
        known = self.video
        if known is not None and (known.codec, known.extradata) == (tag.codec, extradata):
            return None
        found = describe_video(tag.codec, extradata, tag.data, self._fps())
        if found is not None:
            self.video = found
        return found

    def _fps(self) -> float:
        """From the tags at hand: the usual distance of pictures; 25 when there are too few."""
        times = sorted({t.dts for t in self._held if t.kind == "video" and not t.setup})
        steps = sorted(b - a for a, b in itertools.pairwise(times))
        if len(steps) < 4:
            return self.video.fps if self.video else 25.0
        seen = 1000.0 / (sum(steps) / len(steps))
        usual = min(_USUAL_FPS, key=lambda rate: abs(rate - seen))
        return usual if abs(usual - seen) < 0.04 * seen else round(seen, 2)

    # -- packets --------------------------------------------------------------------------------

    def _items(self, tag: Tag) -> Iterator[RawPacket | VideoTrack | AudioTrack]:
        before = self.video if tag.kind == "video" else self.audio
        change = self._learn(tag)
        if change is not None and change != before:
            yield change
        if self._seats is not None and tag.kind == "audio":
            yield from self._seated(self._seats, tag)
            return
        known = self.video if tag.kind == "video" else self.audio
        if not tag.track and not tag.setup and known is not None and known.codec == tag.codec:
            yield _packet(tag)

    def _seated(self, seats: SeatTracks, tag: Tag) -> Iterator[RawPacket]:
        order = [0, *sorted(self._more)]
        if not tag.setup and tag.track in order:
            yield from seats.push(order.index(tag.track), tag.dts * MILLISECOND, tag.data)

    def _next(self) -> Tag | None:
        """The next tag of sound or picture; None at the end."""
        while True:
            head = self._file.read(11)
            if len(head) < 11:
                return None
            size = int.from_bytes(head[1:4], "big")
            if size > LARGEST_TAG:
                raise BrokenStream("a tag is too large")
            payload = self._file.read(size)
            if len(payload) < size or len(self._file.read(4)) < 4:
                return None
            at = int.from_bytes(head[4:7], "big") | head[7] << 24
            tag = _tag(head[0], at, payload) if payload else None
            if tag is not None:
                return tag


class _Reading(io.RawIOBase):
    """A read-only file over a socket; the end where the socket fails."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        try:
            return self._connection.recv_into(buffer)  # type: ignore[arg-type]
        except OSError:
            return 0


def _tag(kind: int, at: int, payload: bytes) -> Tag | None:
    if kind == _VIDEO:
        return _enhanced(kind, at, payload) if payload[0] & 0x80 else _video(at, payload)
    if kind == _AUDIO:
        return _enhanced(kind, at, payload) if payload[0] >> 4 == 9 else _audio(at, payload)
    return None


def _video(at: int, payload: bytes) -> Tag | None:
    if payload[0] & 15 != 7 or len(payload) < 6 or payload[1] > 1:
        return None  # no AVC, or the end of a sequence
    offset = int.from_bytes(payload[2:5], "big", signed=True)
    key = payload[0] >> 4 == 1
    return Tag("video", "h264", payload[1] == 0, key, at, offset, payload[5:])


def _audio(at: int, payload: bytes) -> Tag | None:
    number = payload[0] >> 4
    codec = _SOUND_CODECS.get(number)
    if codec is None or len(payload) < 2:
        return None
    if codec == "aac":
        return Tag("audio", codec, payload[1] == 0, True, at, 0, payload[2:])
    rate = 8000 if number in (7, 8) else _RATES[payload[0] >> 2 & 3]
    return Tag("audio", codec, False, True, at, 0, payload[1:], rate, 1 + (payload[0] & 1))


def _enhanced(kind: int, at: int, payload: bytes) -> Tag | None:
    if kind == _AUDIO and payload[0] & 15 == _MULTITRACK:
        return _one_of_many(at, payload)
    codec, what = _FOUR.get(payload[1:5]), payload[0] & 15
    if codec is None or what not in (0, 1, 3):
        return None
    if kind == _AUDIO:
        return Tag("audio", codec, what == 0, True, at, 0, payload[5:], 48_000, 2)
    return Tag("video", codec, what == 0, payload[0] >> 4 & 7 == 1, at, 0, payload[5:])


def _one_of_many(at: int, payload: bytes) -> Tag | None:
    """A tag of one track among several: kinds, codec, number of the track, data."""
    if len(payload) < 8 or payload[1] >> 4:
        return None  # several tracks in one tag: no encoder we know does that
    codec, what = _FOUR.get(payload[2:6]), payload[1] & 15
    if codec is None or what not in (0, 1):
        return None
    return Tag("audio", codec, what == 0, True, at, 0, payload[7:], 48_000, 1, payload[6])


def _packet(tag: Tag) -> RawPacket:
    dts: MediaTime = tag.dts * MILLISECOND
    return RawPacket(tag.kind, dts + tag.offset * MILLISECOND, dts, 0, tag.key, tag.data)
