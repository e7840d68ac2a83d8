"""Brings the courtroom's media into the graph, session after session, until the hearing ends."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import structlog

from courtstream.control.protocol import RowKind, SourceSpec
from courtstream.domain.errors import BrokenStream, CourtstreamError, NoAudioTrack, NoVideoTrack
from courtstream.domain.time import MILLISECOND, SECOND, MediaTime, to_seconds
from media_workers.pipelines import Graph
from media_workers.refill import Refill
from media_workers.runtime.items import SourcePacket
from media_workers.runtime.journal import Rows
from media_workers.sources.base import AudioTrack, RawPacket, Source, VideoTrack
from media_workers.sources.container import ContainerSource
from media_workers.sources.tags import TagSource
from media_workers.sources.tail import Joint, Tail, lead_in
from media_workers.timeline.clock import anchored

log = structlog.get_logger()

IDLE_END_SECONDS = 1800.0
"""A hearing whose encoder stays away this long is over."""

SETTLE: MediaTime = 400 * MILLISECOND
"""How long a live session is watched before its clock is set; a backlog has been read by then."""

MOST_SETTLING = 4000

BELIEVED: MediaTime = 60 * SECOND
"""The door keeps less than this of a stream whose worker is away."""

Item = RawPacket | VideoTrack | AudioTrack
Arrived = list[tuple[MediaTime, Item]]

AHEAD: MediaTime = SECOND // 2
"""A file played at wall-clock pace is read at most this far ahead."""
PIECE: MediaTime = SECOND // 5
"""And so much at a time: packet by packet a hearing costs two hundredths of a core more."""


class Sessions:
    """One thread: waits for the source, feeds its packets, notes when it comes and goes."""

    def __init__(
        self,
        spec: SourceSpec,
        graph: Graph,
        journal: Rows,
        now: Callable[[], MediaTime],
        floor: MediaTime = 0,
        before: Refill | None = None,
    ) -> None:
        self._floor, self._before = floor, before
        self._tail = Tail()
        self._spec, self._graph, self._journal, self._now = spec, graph, journal, now
        self._stop = threading.Event()
        self._source: Source | None = None
        self.state = "waiting"
        self.code = ""
        self.over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="source", daemon=True)

    def start(self) -> None:
        """Begin to listen, or to play."""
        self._thread.start()

    def stop(self) -> None:
        """Take nothing more; a session in hand ends and is closed by its own thread."""
        self._stop.set()
        source = self._source
        if source is not None:
            source.unblock()

    def _run(self) -> None:
        if self._before is not None:
            self._make_up(self._before)
        if self._spec.kind == "file":
            self._play()
        else:
            self._listen()
        self.over.set()

    def _make_up(self, before: Refill) -> None:
        """Bring what an earlier run recorded and did not air; what cannot be read stays unaired."""
        self._graph.catch_up.begin()
        count, code = 0, ""
        try:
            for piece in before.pieces():
                self._graph.refill(piece)
                if isinstance(piece, SourcePacket):
                    self._tail.note(piece)
                    count += 1
        except (CourtstreamError, OSError) as error:
            code = str(getattr(error, "code", type(error).__name__))
            self._journal.write(RowKind.ERROR, stage="refill", code=code)
        self._floor = max(self._floor, self._graph.newest)
        self._graph.catch_up.fed()
        log.info("made_up", packets=count, code=code)

    def _play(self) -> None:
        try:
            source = ContainerSource.from_file(self._spec.path)
        except CourtstreamError as error:
            self._tell("broken", error.code)
            return
        self._session(source)

    def _listen(self) -> None:
        path = self._spec.path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(path))
            path.chmod(0o600)
            listener.listen(1)
            listener.settimeout(0.5)
            last = time.monotonic()
            while not self._stop.is_set() and time.monotonic() - last < IDLE_END_SECONDS:
                with contextlib.suppress(TimeoutError):
                    connection, _ = listener.accept()
                    connection.settimeout(None)
                    self._accept(connection)
                    last = time.monotonic()
        path.unlink(missing_ok=True)

    def _accept(self, connection: socket.socket) -> None:
        self.state = "connecting"
        try:
            source = TagSource(connection)
        except BrokenStream as error:
            connection.close()
            self._tell("broken", error.code)
            return
        self._session(source)

    def _session(self, source: Source) -> None:
        self._source = source
        items = source.packets()
        first, broken = self._first(items)
        joint, first = self._joint(source, first)
        anchor = joint.anchor if joint else self._anchor(first)
        known = joint.known if joint else 0
        self._graph.begin_session(anchor, source.video, source.audio, goes_on=joint is not None)
        missing = _missing(source)
        self._tell("connected", missing, source)
        outcome, code = "lost", ""
        try:
            for item in _rejoined(first, items, broken):
                if self._stop.is_set():
                    break
                if isinstance(item, RawPacket) and known > 0:
                    self._graph.feed_again(item)
                    known -= 1
                elif isinstance(item, RawPacket):
                    self._tail.note(self._graph.feed(item))
                    self._wait_for_wall()
                else:
                    self._graph.change(source.video, source.audio, item)
                    self._note("changed", _missing(source), source)
        except BrokenStream as error:
            outcome, code = "broken", error.code
        finally:
            source.close()
            self._source = None
            self._graph.pause()
        self._tell("ended" if self._stop.is_set() else outcome, code)

    def _first(self, items: Iterator[Item]) -> tuple[Arrived, BrokenStream | None]:
        """What comes in the first moment of a live session, with the instant it came.

        And the damage that ended it, if any. A file has no instant of its own.
        """
        found: Arrived = []
        if self._spec.kind == "file":
            return found, None
        began = self._now()
        try:
            for item in items:
                found.append((self._now(), item))
                if self._now() - began >= SETTLE or len(found) >= MOST_SETTLING:
                    break
        except BrokenStream as error:
            return found, error
        return found, None

    def _anchor(self, first: Arrived) -> MediaTime:
        """Media time of the session's first packet: by its source's clock, not by its arrival.

        Never before what an earlier run has aired or sealed.
        """
        stamps = [(at, i.dts) for at, i in first if isinstance(i, RawPacket) and i.dts is not None]
        found = anchored((at, dts) for at, dts in stamps)
        return max(self._floor, self._now() if found is None else found)

    def _joint(self, source: Source, first: Arrived) -> tuple[Joint | None, Arrived]:
        """Where a stream that the door goes on with overlaps what came before it broke off, and
        what of it is needed.

        One that lies far from where the wall clock puts it is not believed: clocks may have been
        set meanwhile.
        """
        packets = [i for _, i in first if isinstance(i, RawPacket)]
        joint = self._tail.joint(packets) if source.again else None
        if joint is None or packets[0].dts is None or packets[-1].dts is None:
            return None, first
        newest = joint.anchor + packets[-1].dts - packets[0].dts
        if abs(self._now() - newest) > BELIEVED:
            return None, first
        joint, spare = lead_in(joint, packets)
        needless = {id(p) for p in packets[:spare]}
        return joint, [one for one in first if id(one[1]) not in needless]

    def _wait_for_wall(self) -> None:
        """A file is read at the pace of the wall clock; a socket brings its own pace."""
        if self._spec.kind == "file" and self._graph.clock is not None:
            early = self._graph.clock.newest - AHEAD - self._now()
            if early > 0:
                self._stop.wait(to_seconds(early + PIECE))

    def _tell(self, state: str, code: str, source: Source | None = None) -> None:
        self.state, self.code = state, code
        self._note(state, code, source)

    def _note(self, state: str, code: str, source: Source | None = None) -> None:
        video = source.video if source else None
        self._journal.write(
            RowKind.SOURCE,
            self._now(),
            state=state,
            code=code,
            **(
                {"width": video.width, "height": video.height, "fps": round(video.fps, 3)}
                if video
                else {}
            ),
        )


def _rejoined(first: Arrived, items: Iterator[Item], broken: BrokenStream | None) -> Iterator[Item]:
    """What was read to set the clock, then the rest, or the damage that was met meanwhile."""
    for _, item in first:
        yield item
    if broken is not None:
        raise broken
    yield from items


def _missing(source: Source) -> str:
    """The code of what a clerk should look after, empty when all is there."""
    if source.video is None:
        return NoVideoTrack.code
    return NoAudioTrack.code if source.audio is None else ""
