"""The sound side: decode, have speech analysed, and keep the PCM in the delay line meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from courtstream.domain.time import SECOND, MediaTime, Span
from courtstream.domain.transcript import Word
from media_workers.graph.catch_up import ENOUGH_WAITING
from media_workers.graph.packets import packet_edge
from media_workers.graph.seats import SeatLevels
from media_workers.graph.supervised import PAUSE, Pause, Supervised
from media_workers.redact.delay import DelayLine
from media_workers.redact.ledger import SpeechLedger
from media_workers.runtime.edge import EndOfEdge, Overflow
from media_workers.runtime.items import Sound, SourcePacket, SpeechPassed
from media_workers.runtime.stage import Stage
from media_workers.sources.base import AudioTrack
from media_workers.speech.dial import SpeechDial
from media_workers.timeline.decode import LAID_WITHIN, AudioDecoder

SpeechFactory = Callable[[], Stage[Sound, SpeechPassed]]
MAX_LAG: MediaTime = 30 * SECOND
"""Sound that may wait in front of the analyser when a file is worked through fast."""

BEHIND: MediaTime = 5 * SECOND
"""Live, an analyser this far behind cannot be in time any more. What waits is given up and stays
silent, so that what follows can be heard: late for a moment, not for the rest of the hearing."""

TO_READ: MediaTime = 2 * SECOND
"""What the first analyser needs of the delay to read what came while it was being made: hearings
that begin at one hour load their models at once. Until it has caught up, the rest may wait."""


STALL_SECONDS = 12.0
"""One window may keep the recogniser busy this long before it counts as hung."""

GAP: MediaTime = SECOND
"""A longer hole in the courtroom's sound may hide the beginning of something private."""

NEVER: MediaTime = 1 << 62


class SoundLine:
    """Owns the audio decoder; one thread, fed by an edge. Results go to the ledger.

    `heard`: how far an earlier run had heard the hearing, NEVER when this is the first. `dial`
    is told what comes and what has to be given up; while it mutes, nothing is analysed. `wary`:
    the first sound may be the middle of something, so that it begins silent. `words` hears the
    stable text long before it airs; `seats` learns how loud each microphone is.
    `clock` gives the seconds by which analysis counts as hung.
    """

    def __init__(
        self,
        delay: DelayLine,
        ledger: SpeechLedger,
        speech: SpeechFactory,
        *,
        fast: bool,
        heard: MediaTime = NEVER,
        dial: SpeechDial | None = None,
        wary: bool = False,
        words: Callable[[Sequence[Word]], None] = lambda words: None,
        seats: SeatLevels | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._delay, self._ledger, self._fast = delay, ledger, fast
        self.dial = dial or SpeechDial()
        self._words = words
        self._seats = seats or SeatLevels()
        overflow = Overflow.BLOCK if fast else Overflow.REFUSE
        self.edge = packet_edge(AudioTrack, 16 << 20, fast=fast)
        self.speech: Supervised[Sound, SpeechPassed] = Supervised(
            "speech",
            speech,
            lambda s: (s.t, s.pcm.nbytes),
            self._passed,
            self._fallen,
            span=MAX_LAG,
            size=64 << 20,
            overflow=overflow,
            stall=STALL_SECONDS,
            clock=clock,
        )
        self._lost = threading.Event()
        self._paused = heard != NEVER
        self.catching_up: Callable[[], bool] = lambda: False
        self._decoder: AudioDecoder | None = None
        self._last: MediaTime = 0
        self._heard: MediaTime = heard
        self._first = wary and heard == NEVER
        self._hurry = False
        self._spoken = self._caught_up = False
        self.broken = 0
        self._skew: MediaTime = 0
        self.worst_skew: MediaTime = 0
        self.skewed = 0
        self.finished = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sound", daemon=True)

    def take_skew(self) -> MediaTime:
        """How far sound lay from its own stamps, and so from the picture, at most since asked."""
        skew, self._skew = self._skew, 0
        return skew

    def _off(self, off: MediaTime) -> None:
        self._skew = max(self._skew, abs(off))
        self.worst_skew = max(self.worst_skew, abs(off))
        self.skewed += abs(off) >= LAID_WITHIN

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

    def _run(self) -> None:
        try:
            while True:
                item = self._next()
                if isinstance(item, Pause):
                    self._paused = True
                    self.speech.pause()
                elif isinstance(item, AudioTrack):
                    self._decoder = AudioDecoder(
                        item.codec,
                        item.extradata,
                        item.rate,
                        item.channels,
                        seats=item.seats,
                        levels=self._seats.push,
                    )
                elif item is not None and self._decoder is not None:
                    for sound in self._decoder.push(item):
                        self._take(sound)
                    self.broken = self._decoder.broken
                    self._off(self._decoder.off)
                self.speech.watch()
        except EndOfEdge:
            self.speech.finish(timeout=0.0 if self._hurry else 60.0)
        finally:
            self.finished.set()

    def _next(self) -> SourcePacket | AudioTrack | Pause | None:
        """The next item; none while enough waits for the analyser, or for a new one after a fall,
        where there is time for it.
        """
        full = self.speech.held > ENOUGH_WAITING or self.speech.dead
        if full and self.catching_up():
            time.sleep(0.02)
            return None
        return self.edge.get(0.2)

    def _may_wait(self) -> MediaTime:
        """How much sound may wait for the analyser before it is given up."""
        self._caught_up |= self._spoken and self.speech.held <= SECOND
        if self._caught_up:
            return BEHIND
        return max(BEHIND, self.dial.policy.delay - TO_READ)

    def _passed(self, passed: SpeechPassed) -> None:
        self._spoken = True
        self._ledger.record(passed)
        self._words(passed.stable)

    def _fallen(self, code: str) -> None:
        self.dial.fell()
        self._lost.set()

    def _take(self, sound: Sound) -> None:
        if sound.span.end <= self._last:
            return
        self._last = sound.span.end
        if self._lost.is_set():
            # The fallen analyser's unfinished windows are gone; the new one starts here.
            self._lost.clear()
            self._ledger.restart(sound.t)
        if self._begins_unheard(sound.t):
            self._ledger.begun_unheard(sound.t)
        self._heard = sound.span.end
        self._delay.add_sound(sound)
        self.dial.arrived(sound.span.end)
        if not self._fast and self.speech.held > self._may_wait():
            self.dial.gave_up(sound.t, self.speech.held)
            self._give_up_waiting()
        muted = not self._fast and self.dial.muted(sound.t)
        if muted:
            self._give_up_waiting()
        if muted or not self.speech.offer(sound):
            self._ledger.unheard(sound.span)

    def _begins_unheard(self, t: MediaTime) -> bool:
        """Whether nobody knows what was said before `t`: silent for a while, the picture stays.

        At a hearing's beginning; after a gap, for the courtroom spoke on while its signal was away;
        after a pause and in a new run, where the analyser begins anew.
        """
        first, paused = self._first and not self._fast, self._paused
        self._first = self._paused = False
        return first or paused or t - self._heard > GAP

    def _give_up_waiting(self) -> None:
        waiting = self.speech.skip()
        if waiting:
            self._ledger.unheard(Span(waiting[0].t, waiting[-1].span.end))
