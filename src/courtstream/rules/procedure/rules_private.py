"""The rule about private numbers said aloud while identities are checked."""

from __future__ import annotations

import re

from courtstream.domain.scoring import RuleFinding
from courtstream.rules.procedure.reading import Reading
from courtstream.rules.procedure.stream import Line

_DIGITS = "0-9０-９零〇一二三四五六七八九幺两"
_LONG_NUMBER = re.compile(f"[{_DIGITS}Xx][{_DIGITS}Xx\\s,，、-]{{9,}}[{_DIGITS}Xx]")
_DOOR = re.compile(
    f"(路|街|道|巷|弄|村|屯|组|小区|胡同|大街|花园|家园|公寓|苑|里|庄)[^，。,.]{{0,8}}?[{_DIGITS}十百]{{1,6}}"
    "(号|栋|幢|楼|单元|室|户|门)"
)
_UNIT = re.compile(
    f"[{_DIGITS}十百]{{1,4}}(号楼|栋|幢|单元)[^，。]{{0,6}}[{_DIGITS}十百]{{2,4}}(室|号|户)?"
)


def private_spoken(reading: Reading) -> RuleFinding:
    """X-PII-SPOKEN: a full number or a door-level address during the identity check."""
    for line in identity_lines(reading):
        if is_private(line.utterance.text):
            why = "核对身份时口播了完整号码或门牌地址"
            return RuleFinding("X-PII-SPOKEN", True, line.span.start, why)
    return RuleFinding("X-PII-SPOKEN", False)


def is_private(text: str) -> bool:
    """Whether the text holds a number of eleven digits or more, or a door-level address."""
    for match in _LONG_NUMBER.finditer(text):
        if sum(char.isalnum() for char in match[0]) >= 11:
            return True
    return bool(_DOOR.search(text) or _UNIT.search(text))


def identity_lines(reading: Reading) -> list[Line]:
    """The lines of the identity check, until the court announces the case."""
    starts = [p.line for p in reading.placed.values() if p.step.identity and p.score >= 0.35]
    if not starts:
        return []
    first = min(starts)
    ends = [
        reading.placed[c].line
        for c in ("P08", "K10", "P09", "K11", "P10", "K12")
        if c in reading.placed and reading.placed[c].line > first
    ]
    return list(reading.lines_in(first, min(ends, default=first + 30)))
