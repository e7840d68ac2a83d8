"""Which passages of a hearing make clips: procedure steps and issues in dispute, by their words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from courtstream.domain.scoring import StepFinding
from courtstream.domain.time import MILLISECOND, SECOND, MediaTime, Span
from courtstream.domain.trial import Role
from courtstream.services.publication.heard import HeardLine

SHORTEST: MediaTime = 15 * SECOND
LONGEST: MediaTime = 180 * SECOND
"""A clip lasts 15 s to 3 min (court-rules §6)."""

USUAL: MediaTime = 60 * SECOND
"""A proposal ends at the first line's end after this much, unless its step ends before."""

BEFORE, AFTER = 250 * MILLISECOND, 350 * MILLISECOND
"""Room around the words at most: recognised words begin early by 0.15 s (measured)."""

ISSUES = re.compile(r"争议(?:的)?焦点|本案(?:的)?焦点|焦点(?:问题)?(?:归纳|是|有|为)")
MOST = 12


@dataclass(frozen=True, slots=True)
class Proposal:
    """A passage. `why`: `step` or `issue`."""

    span: Span
    step: str
    why: str
    text: str
    roles: tuple[Role, ...]


def proposals(
    lines: Sequence[HeardLine],
    steps: Sequence[StepFinding],
    closed: Iterable[Span],
    end: MediaTime,
) -> list[Proposal]:
    """Passages in order of time, without overlap, none that touches a closed stretch.

    `lines` in order of time, as the public could hear them; `end`: the end of the recording.
    """
    shut = tuple(closed)
    begins = [(s.span.start, s.code, "step") for s in steps if s.span is not None]
    begins += [(line.start, "", "issue") for line in lines if ISSUES.search(line.text)]
    begins.sort()
    found: list[Proposal] = []
    for n, (start, code, why) in enumerate(begins):
        if found and start < found[-1].span.end:
            continue
        until = next((at for at, _, kind in begins[n + 1 :] if kind == "step" and at > start), end)
        made = _passage(lines, start, until, end, code or _step_of(steps, start), why)
        if made is not None and not any(made.span.overlaps(span) for span in shut):
            found.append(made)
    return _best(found)


def _best(found: list[Proposal]) -> list[Proposal]:
    """At most `MOST`, issues first, then the longest; in order of time again."""
    ranked = sorted(found, key=lambda p: (p.why != "issue", -p.span.length))[:MOST]
    return sorted(ranked, key=lambda p: p.span.start)


def _step_of(steps: Sequence[StepFinding], t: MediaTime) -> str:
    begun = [s for s in steps if s.span is not None and s.span.start <= t]
    return begun[-1].code if begun else ""


def _passage(
    lines: Sequence[HeardLine],
    start: MediaTime,
    until: MediaTime,
    end: MediaTime,
    step: str,
    why: str,
) -> Proposal | None:
    """Lines from `start`, long enough for a clip and not beyond its step when that suffices."""
    inside = [line for line in lines if line.end > start]
    taken: list[HeardLine] = []
    for line in inside:
        length = line.end - start
        enough = taken and taken[-1].end - start >= SHORTEST
        if length > LONGEST or (enough and (line.start >= until or length > USUAL)):
            break
        taken.append(line)
    if not taken:
        return None
    span = snap(lines, Span(taken[0].start, taken[-1].end), end)
    if not SHORTEST <= span.length <= LONGEST:
        return None
    roles = tuple(dict.fromkeys(line.role for line in taken if line.role is not Role.UNKNOWN))
    return Proposal(span, step, why, text_of(taken), roles)


def text_of(lines: Iterable[HeardLine]) -> str:
    """The passage as text, a line for each change of speaker."""
    parts: list[str] = []
    speaker: tuple[str, str] | None = None
    for line in lines:
        who = (line.role.value, line.speaker)
        if who != speaker:
            parts.append("\n" if parts else "")
            parts.append(f"{line.speaker}：" if line.speaker else "")
            speaker = who
        parts.append(line.text)
    return "".join(parts)


def words_of(lines: Iterable[HeardLine]) -> list[Span]:
    """The spans of all words in order of time; a line without word times is one word."""
    found: list[Span] = []
    for line in lines:
        times = [(int(w[1]), int(w[2])) for w in line.words if len(w) >= 3]
        found += [Span(a, max(a, b)) for a, b in times] or [Span(line.start, line.end)]
    return sorted(found)


def snap(lines: Sequence[HeardLine], span: Span, end: MediaTime) -> Span:
    """The span moved to the borders of words: never inside one, never into a neighbour."""
    words = words_of(lines)
    first = next((n for n, w in enumerate(words) if w.end > span.start), None)
    last = next((n for n in range(len(words) - 1, -1, -1) if words[n].start < span.end), None)
    if first is None or last is None or last < first:
        return Span(span.start, min(max(span.start, span.end), max(span.start, end)))
    before = words[first - 1].end if first else 0
    after = words[last + 1].start if last + 1 < len(words) else end
    begin = max(words[first].start - BEFORE, (before + words[first].start) // 2, 0)
    close = min(words[last].end + AFTER, max(words[last].end, (words[last].end + after) // 2))
    return Span(min(begin, words[first].start), max(close, words[first].end))
