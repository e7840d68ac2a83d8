"""What must stay audible: case numbers, dates, sums, statutes, and the court's own contacts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from courtstream.domain.redaction import Reason
from courtstream.domain.time import MediaTime, Span, seconds
from courtstream.rules.masking.nearness import ALIKE, NEAR, grade
from courtstream.rules.masking.spoken import listed, said_at, table
from media_workers.speech.extent import Evidence
from media_workers.speech.heard import DIGIT, LIKE_DIGIT, Heard

_NUMERAL = "0-9十百千万亿点"
_FORMS = (
    re.compile(r"(?:19|20)?\d{2}年(?:\d{0,2}十?\d?月(?:\d{0,2}十?\d{0,2}[日号]?)?)?"),
    re.compile(r"\d{0,2}十?\d?月\d{0,2}十?\d{0,2}[日号]"),
    re.compile(rf"第[{_NUMERAL}]+[条款项组册页章]?"),
    re.compile(rf"(?<![{_NUMERAL}])\d?[{_NUMERAL}]{{1,7}}条"),
    re.compile(rf"百分之[{_NUMERAL}]+"),
    re.compile(rf"[\d十][{_NUMERAL}]*[元块]"),
    re.compile(rf"[\d十][{_NUMERAL}]*[万亿千百][{_NUMERAL}]*"),
    re.compile(rf"\d[{_NUMERAL}]*(?:平方|平米|公里|公斤|毫克|分钟|小时)"),
    re.compile(rf"\d[{_NUMERAL}]*.?\d角(?:\d分)?"),  # of 元 another sign was made
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d")
_REACH, _BACK = 20, 14
_OWNER = 4
_NUMBER = seconds(7.0)
"""How long the number of a telephone takes to say at most."""

_SENTENCE, _PERSON = 24, 8
"""Signs before 电话 in which an office or a request to call may stand, and a person's own."""

_MOBILE, _NO_AREA = re.compile(r"1[3-9]\d{6}"), re.compile(r"(?!400|800)[3-9]\d{9}")
"""Nobody's office: so it begins, or so when its 1 was not heard and no area code stands there."""

_AREA = ("0", "400", "800")
"""How a number begins that says of itself that it is no mobile: an area code, a service line."""
_SHORT = 2
_BEFORE, _SAME = seconds(0.2), seconds(0.7)
_KNOWN = 8
"""Numbers heard as public that later windows, which may begin inside one, are told of."""
_HOTLINE, _LONGEST_PHONE = 3, 13
"""Digits of a hotline at least, of a telephone with area code and extension at most."""

_PHONE = frozenset({Reason.PHONE, Reason.NUMBER_BEING_READ, Reason.PLATE})
_PLACE = frozenset({Reason.ADDRESS})
_BOTH = _PHONE | _PLACE


def kept_signs(heard: Heard) -> list[tuple[int, int]]:
    """Ranges of signs that are a date, a sum, a statute or a case number."""
    ranges = [match.span() for form in _FORMS for match in form.finditer(heard.text)]
    ranges += [_case(heard, at) for at in range(len(heard.signs)) if _is_case(heard, at)]
    years = _YEAR.finditer(heard.digits)
    return ranges + [span for year in years if (span := _case_from(heard, year.start()))]


def _is_case(heard: Heard, at: int) -> bool:
    """Whether 民初 or the like stands at `at`, with a number after it."""
    after = heard.text[at + 2 : at + 6]
    pair = said_at(heard.sounds, at, listed("case", "kinds"))
    return pair > 0 and len(re.findall(r"\d", after)) >= 2


def _case(heard: Heard, at: int) -> tuple[int, int]:
    """From the year before 民初 to the 号 after it."""
    start = at
    for back in range(at - 1, max(-1, at - _BACK), -1):
        if heard.signs[back].kind == DIGIT:
            start = back
        elif at - back > 3 and start - back > 3:
            break
    end = at + 2
    while end < len(heard.signs) and heard.signs[end].kind == DIGIT:
        end += 1
    return start, min(end + 1, len(heard.signs))


def _case_from(heard: Heard, start: int) -> tuple[int, int] | None:
    """A case number from its year to its 号, however its middle was recognised.

    What tells it from a number of a person: a kind that sounds like 民初 inside, or 审理, 案号
    before the year; and characters that are no digits between two groups of digits.
    """
    end = _number_mark(heard, start + 4)
    if end is None and len(heard.signs) - start > _REACH:
        return None
    end = end or len(heard.signs)  # cut off by the window: the next one has the rest
    inside = range(start + 4, end)
    foreign = [at for at in inside if heard.signs[at].kind not in {DIGIT, LIKE_DIGIT}]
    known = _opened(heard, start)
    if not known and heard.digits[start] == "2":  # many a mobile begins 19
        known = any(_like_kind(heard, at) for at in inside)
    return (start, end) if foreign and known else None


def _number_mark(heard: Heard, at: int) -> int | None:
    """One past the first 号 after a digit; None when none comes soon."""
    for index in range(at + 1, min(len(heard.signs), at + _REACH)):
        if heard.sounds[index] == "hao" and heard.digits[index - 1].isdigit():
            return index + 1
    return None


def _opened(heard: Heard, start: int) -> bool:
    return any(
        size and 0 <= start - (back + size) <= 2
        for back in range(max(0, start - 6), start)
        if (size := said_at(heard.sounds, back, listed("case", "opens")))
    )


def _like_kind(heard: Heard, at: int) -> bool:
    """民出, 民族, 新初 …: both syllables near a kind of case, one of them nearly the same."""
    part = heard.sounds[at : at + 2]
    if any(heard.text[at] == short for short in table("case")["short"]):
        return True
    if DIGIT in {sign.kind for sign in heard.signs[at : at + 2]}:
        return False  # 一一 sounds as near to 执异 as a kind heard wrongly does
    return any(
        min(marks) >= NEAR and max(marks) >= ALIKE
        for kind in listed("case", "kinds")
        if len(marks := [grade(a, b) for a, b in zip(part, kind, strict=False)]) == 2
    )


@cache
def _limits() -> MediaTime:
    return seconds(float(table("public")["seconds"]))


def _seat(heard: Heard, at: int) -> int:
    """Length of 住所地 and the like right after a company or an office, whose address stays."""
    size = said_at(heard.sounds, at, listed("public", "seats"))
    owners = listed("public", "owners")
    near = range(max(0, at - _OWNER), at)
    return size if size and any(said_at(heard.sounds, n, owners) for n in near) else 0


def _brought(heard: Heard, at: int) -> int:
    """Length of 寄到 and the like at `at` when the sentence has set a day for it: to the court."""
    size = said_at(heard.sounds, at, listed("public", "bring"))
    first = max((rest for rest in heard.rests if rest <= at), default=0)
    first = max(first, at - _SENTENCE)
    if not size or _any(heard, max(first, at - _PERSON), at, "persons"):
        return 0
    return size if _any(heard, first, at, "deadlines") else 0


def _office_phone(heard: Heard, at: int) -> int:
    """Length of 电话 at `at` when it is an office's by the words before it in the same sentence."""
    size = said_at(heard.sounds, at, listed("public", "phones"))
    if not size:
        return 0
    first = max((rest for rest in heard.rests if rest <= at), default=0)
    first = max(first, at - _SENTENCE)
    if _any(heard, max(first, at - _PERSON), at, "persons"):
        return 0
    close = max(first, at - int(table("public")["near"]) - _OWNER)
    return size if _office_named(heard, close, at) or _any(heard, first, at, "calls") else 0


def _any(heard: Heard, first: int, end: int, key: str) -> bool:
    """Whether one of the words is said in `first..end`."""
    words = listed("public", key)
    return any(0 < said_at(heard.sounds, n, words) <= end - n for n in range(first, end))


def _office_named(heard: Heard, first: int, end: int) -> bool:
    """Whether an office is named in `first..end`; a short word for one must be written so.

    花苑 sounds like 法院, and a word as common as that is seldom written as another.
    """
    words = listed("public", "offices")
    short = frozenset(word for word in table("public")["offices"] if len(word) <= _SHORT)
    sizes = ((n, said_at(heard.sounds, n, words)) for n in range(first, end))
    return any(
        0 < size <= end - n and (size > _SHORT or heard.text[n : n + size] in short)
        for n, size in sizes
    )


@dataclass(frozen=True, slots=True)
class _Area:
    """From a phrase that announces a public contact on: what `reasons` hide in it stays."""

    span: Span
    reasons: frozenset[Reason]


class PublicContacts:
    """Remembers where the court gave its own address or telephone number."""

    def __init__(self, keep: Iterable[str] = ()) -> None:
        self._areas: list[_Area] = []
        self._numbers: list[Span] = []
        """Where telephones with an area code were said that stay: a later reading may begin inside
        one."""
        self._digits = tuple("".join(filter(str.isdigit, item)) for item in keep)

    def hear(self, heard: Heard) -> None:
        """Note every phrase that announces a public contact, and where it ends."""
        found = [area for at in range(len(heard.signs)) if (area := self._announced(heard, at))]
        self._areas = [_cut(area, heard) for area in self._areas if not _replaced(area, found)]
        self._areas += found

    @staticmethod
    def _announced(heard: Heard, at: int) -> _Area | None:
        size, longest, reasons = (
            said_at(heard.sounds, at, listed("public", "words")),
            _limits(),
            _BOTH,
        )
        if not size:
            size, reasons = _seat(heard, at), _PLACE
        if not size:
            size, reasons = _brought(heard, at), _BOTH
        if not size:
            size, longest, reasons = _office_phone(heard, at), _NUMBER, _PHONE
        if not size:
            return None
        return _Area(Span(heard.start(at), _until(heard, at + size, longest)), reasons)

    def covers(self, heard: Heard, one: Evidence) -> bool:
        """Whether what was found is a public contact.

        Nobody's identity, card or account number is the court's, and no telephone is that long.
        """
        begin, end, reason = one.first, one.last + 1, one.reason
        digits = "".join(filter(str.isdigit, heard.text[begin:end]))
        said = "".join(filter(str.isdigit, heard.digits[begin:end]))
        if any(len(digits) >= 5 and digits in kept for kept in self._digits):
            return True
        span = Span(heard.start(begin), heard.end(end - 1))
        # a window may begin inside a number: then its area code was not heard
        known = any(one.contains(span.start) for one in self._numbers)
        if reason in _PHONE and not known and _personal(heard, begin, digits, said):
            return False
        if reason in _PHONE and len(digits) > _LONGEST_PHONE:
            return False
        stays = any(a.span.contains(span.start) and reason in a.reasons for a in self._areas)
        if stays and reason in _PHONE and said.startswith(_AREA):
            self._numbers = [*self._numbers[-_KNOWN:], span]
        return stays


def _personal(heard: Heard, begin: int, digits: str, said: str) -> bool:
    """Whether digits from `begin` on are a mobile's, or one's whose 1 was not heard."""
    if _MOBILE.match(digits) or _MOBILE.match(said):
        return True
    return begin > 0 and _NO_AREA.match(_digits_before(heard, begin) + said) is not None


def _digits_before(heard: Heard, at: int) -> str:
    """The digits right before sign `at`, those recognised as other words too."""
    first = at
    while first and heard.signs[first - 1].kind in {DIGIT, LIKE_DIGIT}:
        first -= 1
    return "".join(filter(str.isdigit, heard.digits[first:at]))


def _until(heard: Heard, after: int, longest: MediaTime) -> MediaTime:
    """Where the announcement that ends before sign `after` no longer reaches."""
    begin = heard.start(after - 1)
    limit, digits = begin + longest, 0
    for at in range(after, len(heard.signs)):
        over = at in heard.rests and digits >= _HOTLINE and heard.signs[at].kind != DIGIT
        if over or said_at(heard.sounds, at, listed("public", "ends")):
            return min(limit, max(heard.start(at) - _BEFORE, begin))
        digits += heard.signs[at].kind == DIGIT
    return limit


def _cut(area: _Area, heard: Heard) -> _Area:
    """The area up to where this reading hears that something private begins."""
    for at in range(len(heard.signs)):
        end = heard.start(at) - _BEFORE
        inside = area.span.start < end < area.span.end
        if inside and said_at(heard.sounds, at, listed("public", "ends")):
            return replace(area, span=Span(area.span.start, end))
    return area


def _replaced(area: _Area, found: list[_Area]) -> bool:
    """Whether a reading that heard farther told anew where the area ends."""
    return any(
        abs(one.span.start - area.span.start) < _SAME and one.span.end <= area.span.end
        for one in found
    )
