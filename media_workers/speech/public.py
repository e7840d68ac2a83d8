"""What must stay audible: case numbers, dates, sums, statutes, and the court's own contacts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from courtstream.domain.time import Span, seconds
from courtstream.rules.masking.spoken import listed, said_at, table
from media_workers.speech.heard import DIGIT, Heard

_NUMERAL = "0-9十百千万亿点"
_FORMS = (
    re.compile(r"(?:19|20)?\d{2}年(?:\d{0,2}十?\d?月(?:\d{0,2}十?\d{0,2}[日号]?)?)?"),
    re.compile(r"\d{0,2}十?\d?月\d{0,2}十?\d{0,2}[日号]"),
    re.compile(rf"第[{_NUMERAL}]+[条款项组册页章]?"),
    re.compile(rf"百分之[{_NUMERAL}]+"),
    re.compile(rf"\d[{_NUMERAL}]*[元块]"),
    re.compile(rf"\d[{_NUMERAL}]*[万亿千百][{_NUMERAL}]*"),
)
_CASE = {("min", "chu"), ("min", "zhong"), ("xing", "chu"), ("xing", "zhong"), ("zhi", "hui")}
_MOBILE = re.compile(r"1[3-9]")


def kept_signs(heard: Heard) -> list[tuple[int, int]]:
    """Ranges of signs that are a date, a sum, a statute or a case number."""
    ranges = [match.span() for form in _FORMS for match in form.finditer(heard.text)]
    pairs = zip(heard.sounds, heard.sounds[1:], strict=False)
    ranges += [_case(heard, at) for at, pair in enumerate(pairs) if _is_case(heard, at, pair)]
    return ranges


def _is_case(heard: Heard, at: int, pair: tuple[str, str]) -> bool:
    after = heard.text[at + 2 : at + 6]
    return pair in _CASE and len(re.findall(r"\d", after)) >= 2


def _case(heard: Heard, at: int) -> tuple[int, int]:
    """From the year before 民初 to the 号 after it."""
    start = at
    for back in range(at - 1, max(-1, at - 14), -1):
        if heard.signs[back].kind == DIGIT:
            start = back
        elif at - back > 3 and start - back > 3:
            break
    end = at + 2
    while end < len(heard.signs) and heard.signs[end].kind == DIGIT:
        end += 1
    return start, min(end + 1, len(heard.signs))


@cache
def _limits() -> tuple[int, int]:
    return seconds(float(table("public")["seconds"])), seconds(0.2)


class PublicContacts:
    """Remembers where the court gave its own address or telephone number."""

    def __init__(self, keep: Iterable[str] = ()) -> None:
        self._spans: list[Span] = []
        self._digits = tuple("".join(filter(str.isdigit, item)) for item in keep)

    def hear(self, heard: Heard) -> None:
        """Note every phrase that announces a public contact, and where it ends."""
        for at in range(len(heard.signs)):
            size = said_at(heard.sounds, at, listed("public", "words"))
            if size:
                self._spans.append(Span(heard.start(at), self._until(heard, at + size)))

    @staticmethod
    def _until(heard: Heard, after: int) -> int:
        longest, before = _limits()
        limit = heard.start(after - 1) + longest
        for at in range(after, len(heard.signs)):
            if said_at(heard.sounds, at, listed("public", "ends")):
                return min(limit, max(heard.start(at) - before, heard.start(after - 1)))
        return limit

    def covers(self, span: Span, text: str) -> bool:
        """Whether the number or address in `span` is a public one; `text` has its digits."""
        digits = "".join(filter(str.isdigit, text))
        if any(len(digits) >= 5 and digits in kept for kept in self._digits):
            return True
        if _MOBILE.match(digits) and len(digits) >= 8:
            return False
        return any(area.contains(span.start) for area in self._spans)
