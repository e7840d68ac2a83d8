"""Small hearings written as lines: `J 现在开庭。`, `P/原告 …`, `#gavel`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from courtstream.domain.scoring import Outcome
from courtstream.domain.time import Span, seconds
from courtstream.domain.transcript import EventKind, HearingEvent, Transcript, Utterance
from courtstream.domain.trial import Participant, Procedure, Role
from courtstream.rules.procedure import assess

SIDES = {"J": "court", "K": "court", "L": "DF", "W": "neutral"}


def written(text: str, confidence: float = 1.0) -> Transcript:
    """A transcript from lines, at the pace of speech; blank lines are skipped."""
    now, said, events = 5.0, [], []
    for line in filter(None, (part.strip() for part in text.splitlines())):
        if line.startswith("#"):
            events.append(HearingEvent(seconds(now), EventKind(line[1:].strip())))
            now += 1.2
            continue
        who, words = line.split(" ", 1)
        role, _, label = who.partition("/")
        length = max(0.6, len(words) / 4.5)
        span = Span.of_seconds(now, now + length)
        said.append(Utterance(span, words, Role(role), label or role, confidence))
        now += length + 0.7
    return Transcript(tuple(said), tuple(events))


def people(transcript: Transcript) -> tuple[Participant, ...]:
    """Participants from the labels that speak."""
    seats = dict.fromkeys((u.speaker, u.role) for u in transcript.utterances)
    return tuple(
        Participant(role, label, label, SIDES.get(role.value, role.value)) for label, role in seats
    )


def outcomes(text: str, procedure: Procedure, **known: Any) -> dict[str, Outcome]:
    """Outcome of every step."""
    transcript = written(text)
    known.setdefault("participants", people(transcript))
    steps, _ = assess(transcript, procedure, **known)
    return {s.code: s.outcome for s in steps}


def violated(
    text: str,
    procedure: Procedure,
    participants: Sequence[Participant] | None = None,
    **known: Any,
) -> set[str]:
    """Codes of the rules that were broken."""
    transcript = written(text)
    listed = people(transcript) if participants is None else participants
    _, found = assess(transcript, procedure, participants=listed, **known)
    return {rule.code for rule in found if rule.violated}
