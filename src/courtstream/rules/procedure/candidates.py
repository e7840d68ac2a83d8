"""Places where a step may have been spoken, with a weight for each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from courtstream.domain.time import seconds
from courtstream.domain.transcript import EventKind
from courtstream.domain.trial import Role
from courtstream.rules.procedure.pack import Pack, Step
from courtstream.rules.procedure.stream import Line, Stream

CUE, IDEA, HINT = 1.0, 0.9, 0.34
REACH = 40
"""Characters within which all parts of an idea must be heard."""

WRONG_SPEAKER, UNKNOWN_SPEAKER = 0.55, 0.95
BEFORE, AFTER = 6, 8
GAVEL = seconds(10)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A cue heard at stream positions `start`..`end`; `weight` in 0..1."""

    code: str
    start: int
    end: int
    weight: float
    line: int


def candidates(stream: Stream, pack: Pack) -> dict[str, list[Candidate]]:
    """All candidates of all steps, by code, in order of position."""
    return {step.code: _of_step(stream, step) for step in pack.steps}


def _of_step(stream: Stream, step: Step) -> list[Candidate]:
    """One candidate a line: its cues together, starting at the earliest of the strong ones."""
    by_line: dict[int, list[tuple[int, int, float]]] = {}
    for start, end, weight in _hits(stream, step):
        line = stream.line_at(start)
        weight *= speaker_factor(step, line) * _gavel_factor(stream, step, start)
        by_line.setdefault(line.index, []).append((start, end, weight))
    return [_joined(step.code, index, by_line[index]) for index in sorted(by_line)]


def _joined(code: str, line: int, hits: list[tuple[int, int, float]]) -> Candidate:
    """Several cues in one line are one candidate; different cues add a little certainty."""
    best = max(weight for _, _, weight in hits)
    start, end = min((s, e) for s, e, weight in hits if weight >= 0.9 * best)
    places = {s for s, _, _ in hits}
    return Candidate(code, start, end, min(1.0, best + 0.15 * (len(places) - 1)), line)


def _hits(stream: Stream, step: Step) -> Iterator[tuple[int, int, float]]:
    """Positions of the step's cues that no barrier forbids."""
    for patterns, weight in ((step.cues, CUE), (step.hints, HINT)):
        for pattern in patterns:
            for start, end in stream.matches(pattern):
                if not _barred(stream, step, start, end):
                    yield start, end, weight
    for idea in step.ideas:
        for start, end in _together(stream, idea):
            if not _barred(stream, step, start, end):
                yield start, end, IDEA


def _together(stream: Stream, idea: tuple[re.Pattern[str], ...]) -> Iterator[tuple[int, int]]:
    """Where all parts of an idea are heard near each other in one line, in any order."""
    first, *others = idea
    for start, end in stream.matches(first):
        line = stream.line_at(start)
        low, high = max(line.start, start - REACH), min(line.end, end + REACH)
        places = [next(stream.matches(part, low, high), None) for part in others]
        found = [place for place in places if place is not None]
        if len(found) == len(others):
            yield min([start, *(s for s, _ in found)]), max([end, *(e for _, e in found)])


def _barred(stream: Stream, step: Step, start: int, end: int) -> bool:
    """Whether words around the match say it is something else."""
    line = stream.line_at(start)
    first, last = max(line.start, start - BEFORE), min(max(line.end, end), end + AFTER)
    return (
        stream.has(step.not_before, first, start)
        or stream.has(step.not_inside, start, last)
        or stream.has(step.not_earlier, line.start, start)
    )


def speaker_factor(step: Step, line: Line) -> float:
    """Full weight from the right speaker; labels may be wrong, so never nothing."""
    if line.role is Role.UNKNOWN:
        return UNKNOWN_SPEAKER
    return 1.0 if line.role in step.who else WRONG_SPEAKER


def _gavel_factor(stream: Stream, step: Step, start: int) -> float:
    """A stroke where one belongs makes weak words certain; without one they stay a hint."""
    if step.gavel != "before":
        return 1.0
    t = stream.time(start)
    near = any(t - GAVEL <= g <= t for g in stream.events(EventKind.GAVEL))
    return 1.9 if near else 0.9
