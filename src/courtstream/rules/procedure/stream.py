"""A transcript as one stream of sounds, with speakers and times at every position."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from courtstream.domain.time import MediaTime, Span, seconds
from courtstream.domain.transcript import EventKind, Transcript, Utterance
from courtstream.domain.trial import Participant, Role
from courtstream.rules.procedure.sound import BOUNDARY, encode_char

JOINED = seconds(0.15)
"""Two utterances closer than this were cut by the recogniser, not by a pause."""

BREATH = seconds(0.6)
"""Without speakers the recogniser cuts where it likes; only a longer pause is a boundary."""

_SIDES = {
    Role.JUDGE: "court",
    Role.CLERK: "court",
    Role.PLAINTIFF: "P",
    Role.DEFENDANT: "D",
    Role.THIRD_PARTY: "T",
    Role.PROSECUTOR: "PR",
    Role.ACCUSED: "DF",
    Role.COUNSEL: "DF",
    Role.VICTIM: "V",
    Role.WITNESS: "neutral",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One utterance in the stream: positions `start`..`end`, who, and which side."""

    index: int
    start: int
    end: int
    role: Role
    side: str
    utterance: Utterance

    @property
    def span(self) -> Span:
        """When it was said."""
        return self.utterance.span

    @property
    def length(self) -> int:
        """Characters without punctuation."""
        return self.end - self.start


class Stream:
    """The whole hearing, character by character; every position knows its line and its time."""

    def __init__(self, transcript: Transcript, participants: Sequence[Participant]) -> None:
        self.transcript = transcript
        self.participants = tuple(participants)
        self._by_label = {p.label: p.side for p in participants if p.label and p.side}
        codes: list[str] = []
        plain: list[str] = []
        offsets: list[int] = []
        lines: list[Line] = []
        previous: Utterance | None = None
        for utterance in transcript.utterances:
            if previous is not None and not _joined(previous, utterance):
                codes.append(BOUNDARY * 2)
                plain.append("|")
                offsets.append(0)
            start = len(codes)
            for offset, char in enumerate(utterance.text):
                code = encode_char(char)
                if code is not None:
                    codes.append(code + char)
                    plain.append(char)
                    offsets.append(offset)
            lines.append(self._line(len(lines), start, len(codes), utterance))
            previous = utterance
        self._paired = "".join(codes)
        self.plain = "".join(plain)
        self.lines: tuple[Line, ...] = tuple(lines)
        self._offsets = offsets
        self._starts = [line.start for line in lines]

    def _line(self, index: int, start: int, end: int, utterance: Utterance) -> Line:
        """A line with the side its speaker sits on."""
        side = self._by_label.get(utterance.speaker) or _SIDES.get(utterance.role, "")
        return Line(index, start, end, utterance.role, side, utterance)

    def matches(
        self, pattern: re.Pattern[str], start: int = 0, end: int | None = None
    ) -> Iterator[tuple[int, int]]:
        """Stream positions (start, end) of a cue between two positions."""
        last = len(self._paired) if end is None else 2 * end
        for match in pattern.finditer(self._paired, 2 * start, last):
            yield match.start() // 2, match.end() // 2

    def has(self, pattern: re.Pattern[str] | None, start: int, end: int) -> bool:
        """Whether a cue stands between two positions."""
        return bool(pattern and pattern.search(self._paired, 2 * start, 2 * end))

    def says(self, line: Line, pattern: re.Pattern[str]) -> bool:
        """Whether a line holds a cue."""
        return self.has(pattern, line.start, line.end)

    def line_at(self, position: int) -> Line:
        """The line that holds `position`; a boundary belongs to the line before it."""
        return self.lines[max(0, bisect.bisect_right(self._starts, position) - 1)]

    def time(self, position: int) -> MediaTime:
        """When the character at `position` was said: by its word, else by its place in the text."""
        line = self.line_at(position)
        offset = self._offsets[position] if position < len(self._offsets) else 0
        utterance = line.utterance
        reached = 0
        for word in utterance.words:
            if reached <= offset < reached + len(word.text):
                inside = (offset - reached) / len(word.text)
                return word.span.start + round(word.span.length * inside)
            reached += len(word.text)
        share = offset / max(1, len(utterance.text))
        return utterance.span.start + round(utterance.span.length * share)

    def quote(self, start: int, end: int) -> str:
        """The text as it stands, from one position to another, within the first line."""
        line = self.line_at(start)
        last = min(end, line.end) - 1
        if last < start:
            return ""
        return line.utterance.text[self._offsets[start] : self._offsets[last] + 1]

    def sides(self) -> tuple[str, ...]:
        """The sides that came, without the court: from the list, else from who spoke."""
        listed = [p.side for p in self.participants if p.present and _is_party(p.role)]
        spoken = [line.side for line in self.lines if _is_party(line.role)]
        return tuple(dict.fromkeys(side for side in (listed or spoken) if side))

    def events(self, kind: EventKind) -> list[MediaTime]:
        """When events of a kind happened."""
        return [event.t for event in self.transcript.events if event.kind is kind]


def _joined(before: Utterance, after: Utterance) -> bool:
    """Whether two utterances may be one sentence cut in two."""
    unlabelled = before.role is Role.UNKNOWN and after.role is Role.UNKNOWN
    return after.span.start - before.span.end <= (BREATH if unlabelled else JOINED)


def _is_party(role: Role) -> bool:
    """Whether the role is a party or an accused, who must be asked and heard."""
    return role in (Role.PLAINTIFF, Role.DEFENDANT, Role.THIRD_PARTY, Role.ACCUSED)
