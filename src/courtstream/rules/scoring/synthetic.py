"""Invented hearings for demonstrations: facts that go through the same engine as real ones.

Everything here is made up and deterministic: the same seed gives the same facts. The caller marks
what comes out as demonstration data. No names of persons occur; speakers are seat labels.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from courtstream.domain.scoring import (
    HearingFacts,
    MediaMeasures,
    RecordingFacts,
    ScheduleFacts,
)
from courtstream.domain.time import SECOND, MediaTime, Span, seconds
from courtstream.domain.transcript import EventKind, HearingEvent, Transcript, Utterance
from courtstream.domain.trial import CaseKind, MinuteState, Participant, Procedure, Role
from courtstream.rules.scoring.scripts import KEPT, SOLE, Turn, script_for

_RATE = 4.6
"""Characters a second at which a court speaks."""


@dataclass(slots=True)
class _Tape:
    """A hearing being written: the clock, what was said and what was heard besides."""

    rng: random.Random
    now: float = 6.0
    said: list[Utterance] = field(default_factory=list)
    events: list[HearingEvent] = field(default_factory=list)
    states: list[tuple[MediaTime, MinuteState]] = field(default_factory=list)

    def say(self, turn: Turn, confidence: float) -> None:
        """Add one turn at the pace of speech, with a pause before it."""
        length = max(0.8, len(turn.text) / _RATE * self.rng.uniform(0.9, 1.15))
        span = Span.of_seconds(self.now, self.now + length)
        self.said.append(Utterance(span, turn.text, turn.role, turn.label, confidence))
        self.now += length + self.rng.uniform(0.4, 1.6)

    def hear(self, kind: EventKind) -> None:
        """Add an event now."""
        self.events.append(HearingEvent(seconds(self.now), kind))
        self.now += self.rng.uniform(0.8, 1.5)


def synthetic_facts(
    seed: int,
    *,
    kind: CaseKind,
    procedure: Procedure,
    judge_quality: float,
    hearing_id: str = "",
    start_of_day: float = 0.0,
) -> HearingFacts:
    """Facts of an invented sitting.

    `judge_quality` in 0..1 is how rarely something is left out or goes wrong (1: never by
    itself). `start_of_day` shifts nothing but the random stream, so that one judge's hearings
    differ. Raises ValueError when the quality lies outside 0..1.
    """
    if not 0.0 <= judge_quality <= 1.0:
        raise ValueError("judge_quality lies between 0 and 1")
    rng = random.Random(f"{seed}/{procedure.value}/{start_of_day}")
    sole = procedure in SOLE
    slip = 0.22 * (1.0 - judge_quality)
    tape = _write(rng, procedure, slip)
    end = tape.now + rng.uniform(2, 8)
    return HearingFacts(
        hearing_id=hearing_id or f"synthetic-{procedure.value}-{seed}",
        kind=kind,
        procedure=procedure,
        transcript=Transcript(tuple(tape.said), tuple(tape.events)),
        participants=_participants(tape.said),
        sole_judge=sole,
        public=True,
        states=tuple(tape.states),
        media=_media(rng, slip, end),
        recording=_recording(rng, slip, end),
        schedule=_schedule(rng, slip, sole),
        private_spans=_private(rng, slip, end),
        guard_closed=_spans(rng, end, 1 if rng.random() < slip / 2 else 0, 2, 6),
        leaks_confirmed=0,
    )


def _write(rng: random.Random, procedure: Procedure, slip: float) -> _Tape:
    """Play the procedure's script, leaving out a step now and then."""
    tape = _Tape(rng)
    tape.states.append((0, MinuteState.LIVE))
    dropped: dict[str, bool] = {}
    clear = rng.uniform(0.84, 0.97)
    for turn in script_for(procedure, rng):
        left_out = dropped.setdefault(turn.step, turn.step not in KEPT and rng.random() < slip)
        if left_out:
            continue
        before, after = turn.gavel == "before", turn.gavel == "after"
        struck = rng.random() >= slip
        if before and struck:
            tape.hear(EventKind.GAVEL)
        if turn.rise:
            tape.hear(EventKind.ALL_RISE)
        tape.say(turn, round(min(0.99, clear + rng.uniform(-0.05, 0.03)), 3))
        if after and struck:
            tape.hear(EventKind.GAVEL)
        if turn.state is not None:
            tape.states.append((seconds(tape.now), turn.state))
        tape.now += turn.wait
    return tape


def _participants(said: list[Utterance]) -> tuple[Participant, ...]:
    """Who spoke, by seat."""
    seats = dict.fromkeys((u.speaker, u.role) for u in said)
    court = (Role.JUDGE, Role.CLERK)
    return tuple(
        Participant(role, label, label, "court" if role in court else role.value)
        if role is not Role.COUNSEL
        else Participant(role, label, label, "DF")
        for label, role in seats
    )


def _spans(rng: random.Random, end: float, count: int, low: float, high: float) -> tuple[Span, ...]:
    """Some stretches of `low`..`high` seconds inside the hearing."""
    starts = sorted(rng.uniform(10, max(11, end - high - 1)) for _ in range(count))
    return tuple(Span.of_seconds(t, t + rng.uniform(low, high)) for t in starts)


def _media(rng: random.Random, slip: float, end: float) -> MediaMeasures:
    """Measures of picture and sound, with an odd fault."""
    return MediaMeasures(
        picture_black=_spans(rng, end, rng.random() < slip * 0.8, 4, 25),
        picture_frozen=_spans(rng, end, rng.random() < slip * 0.8, 4, 40),
        sound_silent=_spans(rng, end, rng.random() < slip * 1.5, 5, 50),
        sound_clipped=_spans(rng, end, rng.random() < slip * 0.6, 3, 8),
        loudness_lufs=round(rng.uniform(-27, -17), 1),
        snr_db=round(rng.uniform(18, 32), 1),
        max_av_skew=round(rng.uniform(4, 60 + 180 * slip)) * SECOND // 1000,
        stalls=_spans(rng, end, rng.random() < slip, 1, 4),
    )


def _recording(rng: random.Random, slip: float, end: float) -> RecordingFacts:
    """What the sealed original covers."""
    late = min(rng.uniform(60, 110), end / 2) if rng.random() < slip / 2 else 0.0
    gap = _spans(rng, end, rng.random() < slip / 2, 10, 40)
    return RecordingFacts(
        recorded=(Span.of_seconds(late, end),),
        interruptions=tuple((span, None) for span in gap),
        chain_ok=True,
    )


def _schedule(rng: random.Random, slip: float, sole: bool) -> ScheduleFacts:
    """When it should have begun and did; most begin within three minutes."""
    late = rng.uniform(8, 40) if rng.random() < slip * 1.5 else rng.uniform(-1, 3)
    scheduled = -round(late * 60, 1)
    return ScheduleFacts(
        scheduled_start=scheduled,
        actual_start=0.0,
        notice_days=float(rng.choice((3, 4, 5, 7)) if rng.random() >= slip / 2 else 2),
        approved_before_start=rng.random() >= slip / 4,
        panel_size=1 if sole else 3,
        uploaded_within_hours=round(rng.uniform(1, 20) if rng.random() >= slip else 30.0, 1),
    )


def _private(rng: random.Random, slip: float, end: float) -> tuple[Span, ...]:
    """Numbers read aloud during the identity check, hidden by the veil."""
    return _spans(rng, min(end, 90.0), rng.random() < slip * 2, 3, 7)
