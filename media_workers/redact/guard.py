"""The guard: lets a chunk out only when faces and speech have both passed all of it. Fail closed.

Nothing else makes a `Released`; outputs accept nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from courtstream.domain.redaction import FAIL_CLOSED, Reason
from courtstream.domain.time import SECOND, Span
from courtstream.domain.trial import MinuteState
from media_workers.redact.bleep import Mode, bleep, mute
from media_workers.redact.closures import STATE_OF, Closures
from media_workers.redact.delay import Held
from media_workers.redact.ledger import SpeechLedger
from media_workers.runtime.items import Caption, EncodedPacket, Picture, Planes, Released

REACH = SECOND // 10
"""Private spans just outside a chunk matter for the ramps of its bleeps."""

CardEncoder = Callable[[Planes, Span], tuple[EncodedPacket, ...]]
CardPainter = Callable[[Picture | None, Reason], Planes]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may leave of a chunk. `closed` is the reason for a card and silence, None when open."""

    state: MinuteState
    closed: Reason | None
    private: tuple[Span, ...] = ()
    by: str = "machine"
    why: str = ""


class Guard:
    """Judges held chunks and makes them `Released`."""

    def __init__(
        self,
        ledger: SpeechLedger,
        closures: Closures,
        paint: CardPainter,
        encode_card: CardEncoder,
        bleep_mode: Mode = "tone",
    ) -> None:
        self._ledger, self._closures = ledger, closures
        self._paint, self._encode_card = paint, encode_card
        self._mode = bleep_mode
        self.closures_made = 0
        self._was_closed = False

    def judge(self, held: Held) -> Verdict:
        """The verdict on a chunk whose time to air has come."""
        closure = self._closures.over(held.span)
        if closure is not None:
            state = STATE_OF.get(closure.reason, MinuteState.CLOSED)
            return Verdict(state, closure.reason, (), closure.by, closure.why)
        if not held.seen:
            return Verdict(MinuteState.OFF, Reason.SIGNAL_LOST)
        hidden = next((s.whole for s in held.pictures if s.whole is not None), None)
        if hidden is not None:
            return Verdict(MinuteState.MUTED, hidden)
        if not held.pictures:
            return Verdict(MinuteState.MUTED, Reason.ANALYSIS_LATE)
        if held.heard is not None and not self._ledger.passed(held.heard):
            return Verdict(MinuteState.MUTED, Reason.ANALYSIS_LATE)
        near = self._ledger.private_near(held.span, REACH)
        return Verdict(MinuteState.LIVE, None, tuple(p.span for p in near))

    def release(self, held: Held, verdict: Verdict, captions: Sequence[Caption] = ()) -> Released:
        """Carry the verdict out."""
        if verdict.closed is None:
            self._was_closed = False
            return Released(
                span=held.span,
                video=tuple(shown.packet for shown in held.pictures),
                sound=bleep(held.sound, verdict.private, self._mode),
                state=verdict.state,
                captions=tuple(captions),
                still=held.small,
            )
        if verdict.closed in FAIL_CLOSED and not self._was_closed:
            self.closures_made += 1
        self._was_closed = verdict.closed in FAIL_CLOSED
        card = self._paint(held.small, verdict.closed)
        return Released(
            span=held.span,
            video=self._encode_card(card, held.span),
            sound=mute(held.sound),
            state=verdict.state,
            reasons=frozenset({verdict.closed}),
        )
