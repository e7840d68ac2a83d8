"""The picture side: decode, have faces found, hide them, encode, and into the delay line."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from courtstream.domain.errors import LyingAnalysis
from courtstream.domain.redaction import Reason
from courtstream.domain.time import SECOND, MediaTime
from media_workers.graph.catch_up import ENOUGH_WAITING
from media_workers.graph.coding import Coding
from media_workers.graph.packets import packet_edge
from media_workers.graph.supervised import PAUSE, Pause, Supervised
from media_workers.graph.watched_faces import TRUST
from media_workers.redact.delay import DelayLine
from media_workers.redact.veil import Veil
from media_workers.runtime.edge import EndOfEdge, Overflow
from media_workers.runtime.items import FacesAt, Picture, SourcePacket
from media_workers.runtime.stage import Stage
from media_workers.sources.base import VideoTrack
from media_workers.sources.tail import TWICE_WITHIN
from media_workers.timeline.decode import VideoDecoder
from media_workers.timeline.fit import fit
from media_workers.vision.meter import PictureMeasure, PictureMeter

DECODED_BOUND = 300_000_000
"""Bytes of raw pictures that may wait in front of face analysis."""

BATCH: MediaTime = SECOND // 3
"""Pictures that are decoded, hidden and encoded one after another: what each step reads is then
still in the processor's caches for the next picture. The look-ahead leaves time for it."""
FILE_BATCH: MediaTime = SECOND
"""The same of a file, which nobody waits for."""
BATCH_BOUND = 100_000_000
"""Bytes of raw pictures at which a batch is full, whatever their times say."""
QUIET_SECONDS = 0.2
"""Nothing came for so long: what there is of a batch goes on."""

FacesFactory = Callable[[], Stage[Picture, FacesAt]]


class PictureLine:
    """Owns the video decoder, the veil and the encoders; one thread, fed by an edge.

    `low`: a rendition of 360 lines is made beside, from the same hidden planes.
    """

    def __init__(
        self,
        delay: DelayLine,
        faces: FacesFactory,
        *,
        fast: bool,
        preset: str,
        low: bool = False,
    ) -> None:
        self._delay, self._fast = delay, fast
        self.coding = Coding(delay, preset, low)
        self._veil = Veil()
        self._results: deque[FacesAt] = deque()
        self._lost = threading.Event()
        self._lied = False
        self._believed: MediaTime = 0
        overflow = Overflow.BLOCK if fast else Overflow.REFUSE
        self.edge = packet_edge(VideoTrack, 96 << 20, fast=fast)
        self.faces: Supervised[Picture, FacesAt] = Supervised(
            "faces",
            faces,
            lambda p: (p.t, p.i420.nbytes),
            self._results.append,
            self._fallen,
            # of a file no more is decoded than the next batch: raw pictures are large
            span=FILE_BATCH + SECOND // 5 if fast else 4 * SECOND,
            size=DECODED_BOUND,
            overflow=overflow,
        )
        self._decoder: VideoDecoder | None = None
        self._last: MediaTime = -TWICE_WITHIN
        self._index = 0
        self._fresh: list[Picture] = []
        self._batch = FILE_BATCH if fast else BATCH
        self._meter = PictureMeter()
        self._skipping = False
        self.catching_up: Callable[[], bool] = lambda: False
        self._hurry = False
        self.skipped = 0
        self.broken = 0
        self.finished = threading.Event()
        self._thread = threading.Thread(target=self._run, name="picture", daemon=True)

    @property
    def veiled(self) -> int:
        """Pictures that wait for what analysis says of them, and of those that follow."""
        return self._veil.held + len(self._results) + len(self._fresh)

    def start(self) -> None:
        """Begin to take packets."""
        self._thread.start()

    def end(self, *, hurry: bool = False) -> None:
        """No more packets; `hurry` gives up what has not been analysed."""
        self._hurry = hurry
        self.edge.close()
        if hurry:
            self.edge.clear()

    def pause(self) -> None:
        """The source is silent: what came last is to be judged by what is known of it."""
        self.edge.put(PAUSE)

    def measure(self, chunk: MediaTime) -> PictureMeasure | None:
        """The measure of the chunk that starts at `chunk`, given once."""
        return self._meter.take(chunk)

    def _fallen(self, code: str) -> None:
        if code == LyingAnalysis.code:
            self._lied = True
            self._distrust()
        self._lost.set()

    def _distrust(self) -> None:
        """The last check that succeeded is at most this old; all since then may be untrue.

        Counted from the newest answer: the newest picture may lie seconds further.
        """
        self._delay.distrust(self._believed - 2 * TRUST, Reason.ANALYSIS_LYING)

    def _run(self) -> None:
        try:
            while True:
                item = self._next()
                if isinstance(item, SourcePacket):
                    self._decode(item)
                    if not self._batch_is_full():
                        continue
                self._take_fresh()
                if isinstance(item, Pause):
                    self.faces.pause()
                elif isinstance(item, VideoTrack):
                    self._new_track(item)
                self._drain()
        except EndOfEdge:
            self._end()
        finally:
            self.finished.set()

    def _next(self) -> SourcePacket | VideoTrack | Pause | None:
        """The next item; none while enough waits for the analyser, or for a new one after a fall,
        where there is time for it.
        """
        full = self.faces.held > ENOUGH_WAITING or self.faces.dead
        if full and self.catching_up():
            time.sleep(0.02)
            return None
        return self.edge.get(QUIET_SECONDS)

    def _decode(self, packet: SourcePacket) -> None:
        if self._decoder is not None and not self._too_late(packet):
            self._fresh.extend(self._decoder.push(packet))
            self.broken = self._decoder.broken

    def _batch_is_full(self) -> bool:
        fresh = self._fresh
        if not fresh:
            return False
        small = len(fresh) * fresh[-1].i420.nbytes < BATCH_BOUND
        return not (small and 0 <= fresh[-1].t - fresh[0].t < self._batch)

    def _take_fresh(self) -> None:
        fresh, self._fresh = self._fresh, []
        for picture in fresh:
            self._take(picture)

    def _too_late(self, packet: SourcePacket) -> bool:
        """Whether a packet's chunk has aired without it: then only a later key frame helps.

        Without this an overloaded machine would work on pictures nobody will see, for ever.
        """
        late = packet.pts < self._delay.aired and not self._fast and not self.catching_up()
        if late:
            self._skipping = True
        elif self._skipping and packet.key:
            self._skipping = False
        self.skipped += self._skipping
        return self._skipping

    def _new_track(self, track: VideoTrack) -> None:
        self._end_of_decoder()
        self._decoder = VideoDecoder(track.codec, track.extradata, self._index)
        self.coding.rate(track.fps)

    def _take(self, picture: Picture) -> None:
        if picture.t < self._last + TWICE_WITHIN:
            return  # it has come before, or its time has not gone on
        self._last, self._index = picture.t, picture.index + 1
        fitted = fit(picture, *self.coding.fit_for(picture))
        self._meter.push(fitted)
        self._veil.push(fitted, self.faces.offer(fitted))

    def _drain(self, *, over: bool = False) -> None:
        self.faces.watch()
        while self._results and not self._lost.is_set():
            answer = self._results.popleft()
            try:
                self._veil.passed(answer)
                self._believed = answer.t
            except LyingAnalysis:
                self.faces.declare(LyingAnalysis.code)
        if self._lost.is_set():
            self._give_up()
        self._encode_all(dead=over)

    def _give_up(self) -> None:
        """Whatever the fallen analysis had in hand will never be passed."""
        self._lost.clear()
        self._results.clear()
        self._encode_all(dead=True)
        if self._lied:
            # Once more: pictures may have been on their way while the other thread said it.
            self._lied = False
            self._distrust()

    def _encode_all(self, *, dead: bool) -> None:
        for veiled in list(self._veil.ready(dead=dead, wait=self._fast)):
            self.coding.push(veiled)

    def _end_of_decoder(self) -> None:
        self._take_fresh()
        if self._decoder is not None:
            for picture in self._decoder.flush():
                self._take(picture)

    def _end(self) -> None:
        self._end_of_decoder()
        self.faces.finish(timeout=0.0 if self._hurry else 30.0)
        self._drain(over=True)
        self.coding.flush()
