"""Runs an analysis stage in a thread of its own, and starts it anew when it dies or hangs.

Analysis may fail in any way; what it has not passed is hidden by others. A thread that hangs in
foreign code cannot be stopped, so it is left behind: whatever it says later is not listened to.
Each keeps its memory and a core; whoever owns the process counts them (`left_behind`) and leaves.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from courtstream.domain.time import SECOND, MediaTime
from media_workers.runtime.edge import Edge, EndOfEdge, Overflow
from media_workers.runtime.stage import Stage

In = TypeVar("In")
Out = TypeVar("Out")


class Pause:
    """Stands between items: the source is silent, let the stage give what it still holds."""


PAUSE = Pause()

STALL_SECONDS = 6.0
"""One item may keep a stage busy this long before the stage counts as hung."""

LOADING_SECONDS = 120.0
"""A large model may take this long to load; nothing is passed meanwhile."""

FADE: MediaTime = 10 * SECOND
"""Media time over which the real-time factor is averaged."""

BACK_OFF = (0.5, 1.0, 2.0, 5.0)
"""Seconds of pause before each new start; the last one is repeated."""

PATIENCE = 10.0
"""A file can wait so many times longer for a stage than what is live: a machine that is busy with
other things must not make it hide what it would have passed."""

MOST_AWAITED = 5
"""After so many falls a file is worked on without waiting for the next start."""

HUNG_BACK_OFF = 30.0
"""Seconds of pause while an earlier thread still hangs: whatever holds it would hold the next one
too, and each costs a thread. A stall of a minute is sat out this way."""


class Supervised(Generic[In, Out]):
    """Feeds items to a stage made by `factory`; `deliver` gets its results, `lost` its failures.

    `deliver` and `lost` are called from this object's threads. `lost(code)` is called before a
    new stage starts: everything offered and not yet passed will never be passed.
    """

    def __init__(
        self,
        name: str,
        factory: Callable[[], Stage[In, Out]],
        measure: Callable[[In], tuple[MediaTime, int]],
        deliver: Callable[[Out], None],
        lost: Callable[[str], None],
        *,
        span: MediaTime,
        size: int,
        overflow: Overflow,
        stall: float = STALL_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._factory, self._measure = factory, measure
        self._deliver, self._lost = deliver, lost
        self._bounds = (span, size, overflow)
        self._patience = PATIENCE if overflow is Overflow.BLOCK else 1.0
        self._stall = stall * self._patience
        self._clock = clock
        self._lock = threading.RLock()
        self._generation = 0
        self._busy_since: float | None = None
        self._resume_at = 0.0
        self._ending = False
        self.finished = threading.Event()
        self.failures = 0
        self._stuck: set[int] = set()
        self._open = 0
        self.refused = 0
        self.code = ""
        self.rtf = 0.0
        self._worked_to: MediaTime = 0
        self._edge: Edge[In | Pause] | None = self._start()

    @property
    def dead(self) -> bool:
        """Whether the stage is down and waits for its next start."""
        return self._edge is None and not self.finished.is_set()

    @property
    def busy(self) -> bool:
        """Whether the stage works on an item, or is being made."""
        return self._busy_since is not None

    @property
    def idle(self) -> bool:
        """Whether all that was offered, and every pause, has been worked through, or given up."""
        return self._open <= 0

    @property
    def left_behind(self) -> int:
        """Threads that were given up as hung and have not come back."""
        return len(self._stuck)

    @property
    def held(self) -> MediaTime:
        """Media time waiting in front of the stage."""
        edge = self._edge
        return edge.held if edge else 0

    def offer(self, item: In) -> bool:
        """Give the stage an item; False when it will not see it."""
        self.watch()
        self._await_start()
        edge = self._edge
        if edge is None or not edge.put(item):
            self.refused += 1
            return False
        with self._lock:
            self._open += 1
        return True

    def _await_start(self) -> None:
        """A file waits for a fallen stage to stand again; what is live goes on without it."""
        while (
            self._bounds[2] is Overflow.BLOCK
            and self.dead
            and not self._ending
            and self.failures <= MOST_AWAITED
        ):
            time.sleep(0.05)
            self.watch()

    def watch(self) -> None:
        """Notice a hung stage; start a fallen one anew when its pause is over."""
        with self._lock:
            since = self._busy_since
            if self._edge is not None and since is not None:
                if self._clock() - since > self._stall:
                    others = bool(self._stuck)
                    self._stuck.add(self._generation)
                    self._fall(self._generation, "hung")
                    if others:
                        self._resume_at = self._clock() + HUNG_BACK_OFF
            elif self._edge is None and not self._ending and self._clock() >= self._resume_at:
                self._edge = self._start()

    def skip(self) -> list[In]:
        """Give up what still waits in front of the stage; whoever asks must answer for it."""
        edge = self._edge
        cleared = edge.clear() if edge else []
        dropped = [i for i in cleared if not isinstance(i, Pause)]
        self.refused += len(dropped)
        with self._lock:
            self._open -= len(cleared)
        return dropped

    def pause(self) -> None:
        """Nothing more comes for now: what the stage waits to see more of is answered as it is."""
        self.watch()
        edge = self._edge
        if edge is not None:
            with self._lock:
                self._open += 1
            if not edge.put(PAUSE):
                with self._lock:
                    self._open -= 1

    def declare(self, code: str) -> None:
        """Somebody downstream found that the stage lies."""
        with self._lock:
            self._fall(self._generation, code)

    def finish(self, timeout: float) -> None:
        """No more items: flush and wait at most `timeout` seconds."""
        with self._lock:
            self._ending = True
            edge = self._edge
        if edge is None:
            self.finished.set()
            return
        edge.close()
        deadline = self._clock() + timeout * self._patience
        while not self.finished.wait(0.05):
            self.watch()
            if self._edge is None or self._clock() > deadline:
                self.finished.set()

    def _start(self) -> Edge[In | Pause]:
        span, size, overflow = self._bounds
        edge: Edge[In | Pause] = Edge(
            self.name,
            lambda item: None if isinstance(item, Pause) else self._measure(item),
            span=span,
            size=size,
            overflow=overflow,
        )
        self._generation += 1
        self._busy_since = None
        threading.Thread(
            target=self._run, args=(self._generation, edge), name=self.name, daemon=True
        ).start()
        return edge

    def _run(self, generation: int, edge: Edge[In | Pause]) -> None:
        try:
            self._busy(generation, LOADING_SECONDS)
            stage = self._factory()
            while True:
                self._idle(generation)
                try:
                    item = edge.get(0.5)
                except EndOfEdge:
                    break
                if item is not None:
                    self._work(generation, stage, item)
            self._busy(generation)
            for result in stage.flush():
                self._hand_on(generation, result)
        except Exception as error:  # noqa: BLE001 - the supervised boundary of analysis
            code = getattr(error, "code", type(error).__name__)
            with self._lock:
                self._stuck.discard(generation)
                self._fall(generation, str(code))
            return
        with self._lock:
            if generation == self._generation:
                self._busy_since = None
                self.finished.set()

    def _work(self, generation: int, stage: Stage[In, Out], item: In | Pause) -> None:
        self._busy(generation)
        began = self._clock()
        for result in stage.flush() if isinstance(item, Pause) else stage.push(item):
            self._hand_on(generation, result)
        if not isinstance(item, Pause):
            self._note_cost(self._measure(item)[0], self._clock() - began)
        with self._lock:
            self._open -= generation == self._generation

    def _note_cost(self, t: MediaTime, spent: float) -> None:
        """Seconds of work a second of media, over the last `FADE` of media or so."""
        step, self._worked_to = t - self._worked_to, t
        if 0 < step < FADE:
            self.rtf += step / FADE * (spent * SECOND / step - self.rtf)

    def _hand_on(self, generation: int, result: Out) -> None:
        with self._lock:
            if generation != self._generation:
                raise Superseded
            self._deliver(result)
            self._busy_since = self._clock()

    def _busy(self, generation: int, grace: float = 0.0) -> None:
        with self._lock:
            if generation != self._generation:
                raise Superseded
            self._busy_since = self._clock() + grace

    def _idle(self, generation: int) -> None:
        with self._lock:
            if generation == self._generation:
                self._busy_since = None

    def _fall(self, generation: int, code: str) -> None:
        if generation != self._generation or self._edge is None:
            return
        edge, self._edge = self._edge, None
        self._generation += 1
        edge.close()
        edge.clear()
        self._open = 0
        pause = BACK_OFF[min(self.failures, len(BACK_OFF) - 1)]
        self.failures += 1
        self.code = code
        self._resume_at = self._clock() + pause
        self._lost(code)


class Superseded(Exception):
    """This thread's stage has been given up; a newer one does its work."""
