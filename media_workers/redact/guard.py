"""The guard: lets a chunk out only when faces and speech have both passed all of it. Fail closed.

Nothing else makes a `Released`; outputs accept nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from courtstream.domain.redaction import FAIL_CLOSED, Reason
from courtstream.domain.staff import MACHINE
from courtstream.domain.time import SECOND, Span
from courtstream.domain.trial import MinuteState
from media_workers.redact.bleep import Mode, bleep, mute, replaced
from media_workers.redact.closures import STATE_OF, Closures
from media_workers.redact.delay import Held
from media_workers.redact.ledger import SpeechLedger
from media_workers.redact.shields import Shield, Shields
from media_workers.redact.voice import VoiceChanger
from media_workers.runtime.items import (
    Caption,
    EncodedPacket,
    Picture,
    Planes,
    PrivateSpan,
    Released,
    Sound,
)

REACH = SECOND // 10
"""Private spans just outside a chunk matter for the ramps of its bleeps."""

UNKNOWN = FAIL_CLOSED | {Reason.UNHEARD}
"""Reasons to be silent where a tone would say that something private was found."""

CardEncoder = Callable[[Planes, Span], tuple[EncodedPacket, ...]]
CardPainter = Callable[[Picture | None, Reason], Planes]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may leave of a chunk. `closed` is the reason for a card and silence, None when open.

    `private` is not heard; under `shields` no voice is heard as it is.
    """

    state: MinuteState
    closed: Reason | None
    private: tuple[PrivateSpan, ...] = ()
    by: str = MACHINE
    why: str = ""
    shields: tuple[Shield, ...] = ()


class Guard:
    """Judges held chunks and makes them `Released`.

    `sound_only`: the source is known to have no picture (a sound recording), so that sound leaves
    when speech analysis has passed it; a hearing's camera that sends none is a fault and closes.
    """

    def __init__(
        self,
        ledger: SpeechLedger,
        closures: Closures,
        paint: CardPainter,
        encode_card: CardEncoder,
        bleep_mode: Mode = "tone",
        shields: Shields | None = None,
        *,
        sound_only: bool = False,
    ) -> None:
        self._ledger, self._closures = ledger, closures
        self._paint, self._encode_card = paint, encode_card
        self._mode = bleep_mode
        self._shields = shields or Shields()
        self._changer = VoiceChanger()
        self._sound_only = sound_only
        self.closures_made = 0
        self._was_closed = False

    def judge(self, held: Held) -> Verdict:
        """The verdict on a chunk whose time to air has come."""
        closure = self._closures.over(held.span)
        if closure is not None:
            state = STATE_OF.get(closure.reason, MinuteState.CLOSED)
            return Verdict(state, closure.reason, (), closure.by, closure.why)
        if held.seen or not self._sound_only:
            closed = self._unfit(held)
            if closed is not None:
                return closed
        if held.heard is not None and not self._ledger.passed(held.heard):
            return Verdict(MinuteState.MUTED, Reason.ANALYSIS_LATE)
        near = self._ledger.private_near(held.span, REACH)
        shields = self._shields.near(held.span.padded(REACH, REACH))
        return Verdict(MinuteState.LIVE, None, tuple(near), shields=tuple(shields))

    @staticmethod
    def _unfit(held: Held) -> Verdict | None:
        """Why the pictures of a chunk may not leave, None when they may."""
        if not held.seen:
            return Verdict(MinuteState.OFF, Reason.SIGNAL_LOST)
        hidden = next((s.whole for s in held.pictures if s.whole is not None), None)
        if hidden is not None:
            return Verdict(MinuteState.MUTED, hidden)
        return None if held.pictures else Verdict(MinuteState.MUTED, Reason.ANALYSIS_LATE)

    def release(self, held: Held, verdict: Verdict, captions: Sequence[Caption] = ()) -> Released:
        """Carry the verdict out."""
        if verdict.closed is None:
            self._was_closed = False
            return Released(
                span=held.span,
                video=self._video(held),
                sound=self._redacted(held, verdict),
                state=verdict.state,
                captions=tuple(captions),
                still=held.small,
                low=_low(held),
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

    def _video(self, held: Held) -> tuple[EncodedPacket, ...]:
        """The pictures; of a recording that has none, the card, so that the file has a track."""
        if held.pictures:
            return tuple(shown.packet for shown in held.pictures)
        card = self._paint(held.small, Reason.SIGNAL_LOST)
        return tuple(self._encode_card(card, held.span))

    def _redacted(self, held: Held, verdict: Verdict) -> Sound:
        """The chunk's sound with voices changed and private speech replaced, in this order."""
        sound = self._shielded(held, verdict.shields)
        private = [p.span for p in verdict.private if p.reason not in UNKNOWN]
        unheard = [p.span for p in verdict.private if p.reason in UNKNOWN]
        return bleep(bleep(sound, private, self._mode), unheard, "silence")

    def _shielded(self, held: Held, shields: Sequence[Shield]) -> Sound:
        wide = held.span.padded(REACH, REACH)
        spans = {
            mode: [part for s in shields if s.mode == mode and (part := s.over(wide)) is not None]
            for mode in ("change", "mute")
        }
        sound = held.sound
        if spans["change"]:
            sound = replaced(sound, spans["change"], self._changer.push(held.sound))
        return bleep(sound, spans["mute"], "silence")


def _low(held: Held) -> tuple[EncodedPacket, ...]:
    """The group at 360 lines, where every picture of it was made; the output makes it otherwise."""
    low = tuple(shown.low for shown in held.pictures if shown.low is not None)
    return low if len(low) == len(held.pictures) else ()
