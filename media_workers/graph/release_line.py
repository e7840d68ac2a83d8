"""The exit: each chunk is judged when its time to air has come, carried out, and published."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from courtstream.domain.errors import LeaseLost
from courtstream.domain.redaction import Reason
from courtstream.domain.time import SECOND, MediaTime, Span, seconds
from courtstream.domain.transcript import Word
from media_workers.graph.diary import Diary
from media_workers.graph.picture_line import PictureLine
from media_workers.graph.sound_line import SoundLine
from media_workers.redact.delay import CHUNK, DelayLine, Held
from media_workers.redact.guard import Guard, Verdict
from media_workers.redact.ledger import SpeechLedger
from media_workers.runtime.items import Released
from media_workers.speech.captions import MASK, CaptionLines, mask_words

CHECK_AHEAD: MediaTime = 5 * SECOND
"""In a file worked through fast, analysis must have got this much further before a chunk leaves:
a check of the face finder that fails takes back what came since the check before."""

NEIGHBOURS: MediaTime = 6 * SECOND
"""Words this far around a chunk are looked at when its words are masked: the longest number."""

POLL_SECONDS = 0.05

MOST_CARDS: MediaTime = 10 * SECOND
"""Cards that are made at once when a hearing is taken up again: a second's each costs a tenth."""

NOT_YET: MediaTime = 1 << 62
"""`opens_at` of a hearing that waits for its clerk's word."""

Now = Callable[[], MediaTime]


class Output(Protocol):
    """Where released groups go."""

    def push(self, group: Released) -> None:
        """Publish one group."""
        ...

    def drop(self) -> None:
        """A push failed: give up what is not published yet and be ready for what follows."""
        ...

    def finish(self, *, final: bool) -> None:
        """Nothing more will be published, by this run or (`final`) at all."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """When a chunk airs. `now` gives the media time of this instant; None works as fast as it goes.

    `delay` is the privacy delay, `grace` how long a lost signal is covered by a card.
    """

    now: Now | None
    delay: float
    grace: float = 60.0


class ReleaseLine:
    """Owns the guard, the captions and the outputs; one thread."""

    def __init__(
        self,
        pace: Pace,
        lines: tuple[PictureLine, SoundLine],
        held: tuple[DelayLine, SpeechLedger],
        guard: Guard,
        diary: Diary,
        output: Output,
    ) -> None:
        self._pace = pace
        self.delay = seconds(pace.delay)
        self._lateness = self.delay
        self._picture, self._sound = lines
        self._delay_line, self._ledger = held
        self._guard, self._diary, self._output = guard, diary, output
        self._captions = CaptionLines()
        self._next: MediaTime | None = None
        self._resumed: MediaTime = 0
        self._lost_since: MediaTime | None = None
        self._grace_told = False
        self._muted: list[Span] = []
        self._said: list[Word] = []
        self._marked: Span | None = None
        self._end: MediaTime | None = None
        self._final = True
        self.aired: MediaTime = 0
        self.verdict: Verdict | None = None
        self.opens_at: MediaTime = 0
        self.grace_over: Callable[[MediaTime], None] = lambda at: None
        self.amend: Callable[[Held], Held] = lambda held: held
        self.catching_up: Callable[[], bool] = lambda: False
        self.airing = threading.Lock()
        self.judging = threading.Lock()
        self.judged: MediaTime = 0
        self.lost_chunks = 0
        self.error: str = ""
        self.finished = threading.Event()
        self._thread = threading.Thread(target=self._run, name="release", daemon=True)

    @property
    def lateness(self) -> MediaTime:
        """How late chunks air: the delay, or more while a shorter one is being come down to."""
        return max(self.delay, self._lateness)

    @property
    def waiting(self) -> bool:
        """Whether nothing is published because nobody has begun the broadcast yet."""
        return self.opens_at >= NOT_YET

    def resume(self, at: MediaTime) -> None:
        """An earlier run has aired all before `at`; nothing of it airs again. Before `start`."""
        at += -at % CHUNK
        self._resumed = self.aired = self.judged = at
        self._delay_line.resume(at)

    def cover(self) -> None:
        """What had not aired is lost: the card of a lost signal stands for it, from where the
        earlier run ended until the time of what comes now. After `resume`, before `start`.

        A signal that had been away for longer than the grace period stays uncovered.
        """
        if self._pace.now is None:
            return
        due = self._pace.now() - self.delay
        if due - self.aired <= seconds(self._pace.grace):
            self._next = max(self.aired, due - due % CHUNK - MOST_CARDS)

    def start(self) -> None:
        """Begin to release."""
        self._thread.start()

    def end(self, at: MediaTime | None = None, *, final: bool = True) -> None:
        """Air what was captured before `at` (all of it when None), then finish.

        `final` False leaves the playlists open: another run of the worker will go on.
        """
        self._final = final
        self._end = at if at is not None else 1 << 62

    def _run(self) -> None:
        try:
            while not self._over():
                chunk = self._due()
                if chunk is None:
                    time.sleep(POLL_SECONDS)
                else:
                    self._air_or_drop(chunk)
            self._diary.flush(self.aired)
            self._finish()
        finally:
            self.finished.set()

    def _air_or_drop(self, chunk: Span) -> None:
        """Air a chunk. One that cannot be written is lost to the public, the next one is tried."""
        try:
            with self.airing:
                if chunk.start < self.opens_at:
                    self._pass_over(chunk)
                else:
                    self._air(chunk)
        except (OSError, LeaseLost) as error:
            # A full or failing disk, or another node has the hearing; sealing has its own line.
            self._broken(error)
            self._output.drop()
            self._next = chunk.end
        else:
            self.error = ""

    def _finish(self) -> None:
        try:
            self._output.finish(final=self._final)
        except OSError as error:
            self._broken(error)

    def _pass_over(self, chunk: Span) -> None:
        """What came before the broadcast began is let go, unpublished."""
        self._delay_line.take(chunk)
        self._ledger.take_words(chunk.end)
        self._ledger.forget(chunk.start - 30 * SECOND)
        self._next = self.aired = chunk.end

    def _broken(self, error: OSError | LeaseLost) -> None:
        self.lost_chunks += 1
        if not self.error:
            self._diary.failed("release", type(error).__name__)
        self.error = type(error).__name__

    def _over(self) -> bool:
        if self._end is None:
            return False
        drained = self._picture.finished.is_set() and self._sound.finished.is_set()
        if self._next is None:
            return drained and self._delay_line.first() is None
        # A rest of sound after the last picture has nothing it could be shown with.
        last = self._delay_line.picture_upto or self._delay_line.sound_upto
        return self._next >= self._end or (drained and self._next >= last)

    def _due(self) -> Span | None:
        """The next chunk, when its time to air has come."""
        if self._next is None or self._resting():
            self._tell_grace_over()
            first = self._delay_line.first()
            if first is None:
                return None
            self._next = max(first, self._next or self._resumed)
            self._lost_since = None
        span = Span(self._next, self._next + CHUNK)
        return span if self._may_air(span) else None

    def _tell_grace_over(self) -> None:
        """Once a loss. From here on a person decides: who comes back so late may be another."""
        if self._lost_since is not None and self._pace.now is not None and not self._grace_told:
            self._grace_told = True
            self.grace_over(self._next or 0)

    def _resting(self) -> bool:
        """After the grace period a lost signal is no longer covered; the playlist pauses."""
        since = self._lost_since
        return since is not None and (self._next or 0) - since >= seconds(self._pace.grace)

    def _may_air(self, span: Span) -> bool:
        if self._pace.now is not None:
            return self._has_time_come(span, self._pace.now() - span.end)
        picture = self._picture.finished.is_set() or (
            self._delay_line.picture_upto >= span.end + CHECK_AHEAD
        )
        heard = self._sound.finished.is_set() or self._ledger.upto >= span.end
        return picture and heard

    def _has_time_come(self, span: Span, age: MediaTime) -> bool:
        """Whether a chunk of this age airs now.

        A longer delay holds at once. A shorter one is come down to with chunks that analysis has
        passed already; the others have the old delay until analysis keeps to the new one, so that
        none is closed for the change. While what an earlier run left is made up for, a chunk waits
        for its analysis, and for the check of the face finder that comes after it.
        """
        if age < self.delay:
            return False
        if self._lateness <= self.delay or self._sound.dial.keeps(self.delay):
            self._lateness = self.delay
        late = self.catching_up()
        seen = self._delay_line.picture_upto >= span.end + (CHECK_AHEAD if late else 0)
        ready = seen and self._ledger.upto >= span.end
        return ready or (age >= self._lateness and not late)

    def _air(self, span: Span) -> None:
        held = self.amend(self._delay_line.take(span))
        with self.judging:
            verdict = self._guard.judge(held)
            self.judged = span.end
        private = self._ledger.private_near(span, 0) if verdict.closed is None else []
        words = self._words(held, verdict)
        captions = self._captions.push(words, span.end)
        self._output.push(self._guard.release(held, verdict, captions))
        self._diary.measured(held, self._picture.measure(span.start), self._sound.take_skew())
        self._diary.aired(held, verdict, private, words)
        for change in self._sound.dial.take_changes():
            self._diary.effort(change)
        self._ledger.forget(span.start - 30 * SECOND)
        self._next = self.aired = span.end
        self.verdict = verdict
        lost = verdict.closed is Reason.SIGNAL_LOST
        self._lost_since = (self._lost_since or span.start) if lost else None
        self._grace_told = self._grace_told and lost

    def _words(self, held: Held, verdict: Verdict) -> Sequence[Word]:
        """Masked words that end in this chunk; none that was said where sound was closed."""
        if verdict.closed is not None:
            self._muted = [*self._muted[-60:], held.span]
        begun = [p.span for p in verdict.private if p.reason is Reason.UNHEARD]
        self._muted = [*self._muted[-60:], *begun] if begun else self._muted
        words = self._ledger.take_words(held.span.end)
        fresh = (w for w in words if w.span.end > self._resumed)
        audible = [w for w in fresh if not any(w.span.overlaps(m) for m in self._muted)]
        before, after = self._said, self._ledger.coming_words(held.span.end + NEIGHBOURS)
        self._said = [w for w in (*before, *words) if w.span.end > held.span.start - NEIGHBOURS]
        times = [held.span, *(w.span for w in (*before, *audible, *after))]
        reach = Span(min(s.start for s in times), max(s.end for s in times))
        private = self._ledger.private_near(reach, SECOND)
        return self._once(mask_words(audible, private, before, after))

    def _once(self, words: Sequence[Word]) -> list[Word]:
        """Without marks that go on from a mark already given: one hidden stretch, one mark."""
        kept = []
        for word in words:
            if word.text == MASK and self._marked and word.span.start - self._marked.end < SECOND:
                self._marked = word.span
                continue
            self._marked = word.span if word.text == MASK else None
            kept.append(word)
        return kept
