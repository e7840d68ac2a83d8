"""Numbers being read or written, whatever their form: 138…, 幺三八…, 三个八, 一百三十八."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from courtstream.rules.masking.catalogue import alternatives, catalogue

_SMALL = {"十": 10, "百": 100, "千": 1000}
_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
_JOIN = re.compile(r"[ \t\u3000，,、\-－—–.·：:…]{0,3}$")
TURN = "\n"
"""Parts what two people say, or two segments of a recogniser."""

_BORDER = re.compile(r"[。．.…！？?!，, ]{0,3}\n?(?:嗯|好|对|是|哦|后面是|然后)?[，,。 ]{0,2}$")
_NEARLY = 15
"""Digits after which a single one with the check X is an identity number's end."""

_PIECE = 2
"""So many digits on both sides at least, before a number goes on over a sentence's end."""


@dataclass(frozen=True, slots=True)
class Group:
    """Digits said without a pause: text[start:end] means `digits`; `whole` e.g. 一百三十八."""

    start: int
    end: int
    digits: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """Groups that follow each other with nothing but pauses and fillers between."""

    groups: tuple[Group, ...]

    @property
    def start(self) -> int:
        """First character."""
        return self.groups[0].start

    @property
    def end(self) -> int:
        """One past the last character."""
        return self.groups[-1].end

    @property
    def digits(self) -> str:
        """All digits in order."""
        return "".join(group.digits for group in self.groups)

    @property
    def counted(self) -> bool:
        """One number said in tens and hundreds, as counts and sums are."""
        return len(self.groups) == 1 and self.groups[0].whole


@cache
def digit_map() -> dict[str, str]:
    """Spoken and written characters that are a digit wherever they stand."""
    return dict(catalogue().tables["digits"]["strong"])


@cache
def _lexer() -> re.Pattern[str]:
    tables = catalogue().tables["digits"]
    one = "".join(tables["strong"])
    weak = "".join(tables["weak"])
    confused = "".join(tables["confused"])
    counting, check = "一二两三四五六七八九", f"(?:{alternatives(tables['check'])})"
    return re.compile(
        rf"(?P<repeat>[两俩二三四五六]个[{one}0-9](?![十百千万亿]))"
        rf"|(?P<whole>(?:[{counting}](?=[十百千])|(?=十))(?:[{counting}]?[十百千][零〇]?)+[{counting}]?)"
        rf"|(?P<digits>[0-9０-９]+|[{one}])"
        rf"|(?P<weak>(?<=[{one}0-9])[{weak}](?=[{one}0-9])|[{weak}](?=[{one}0-9]{{5}})"
        rf"|(?<=[{one}0-9]{{2}})[{confused}](?=[{one}0-9](?:[{one}0-9]|{check})))"
    )


@cache
def _fillers() -> re.Pattern[str]:
    fillers = alternatives(catalogue().tables["digits"]["fillers"])
    return re.compile(rf"[，,、 ]{{0,2}}(?:{fillers})[，,、 ]{{0,2}}$")


@cache
def _check() -> re.Pattern[str]:
    return re.compile(
        rf"[ ，,、\-]{{0,2}}(?:{alternatives(catalogue().tables['digits']['check'])})"
    )


def whole_number(text: str) -> int:
    """The value of a number such as 一千二百零二 (below ten thousand, no 万)."""
    total, digit = 0, 0
    for char in text:
        if char in _SMALL:
            total += (digit or 1) * _SMALL[char]
            digit = 0
        else:
            digit = int(digit_map()[char])
    return total + digit


def _group(match: re.Match[str]) -> Group:
    text, start, end = match.group(), match.start(), match.end()
    tables = catalogue().tables["digits"]
    digits = {**digit_map(), **tables["weak"], **tables["confused"]}
    if match["repeat"]:
        said = digits.get(text[2], text[2])
        return Group(start, end, said * int(digits[text[0]]))
    if match["whole"]:
        return Group(start, end, str(whole_number(text)), whole=True)
    return Group(
        start, end, "".join(digits.get(char, char) for char in text.translate(_FULL_WIDTH))
    )


def groups(text: str) -> list[Group]:
    """Every stretch of digits; neighbours without anything between become one group."""
    found: list[Group] = []
    for match in _lexer().finditer(text):
        group = _group(match)
        last = found[-1] if found else None
        if last and last.end == group.start and not (last.whole or group.whole):
            found[-1] = Group(last.start, group.end, last.digits + group.digits)
        else:
            found.append(group)
    return found


def _joined(text: str, run: list[Group], group: Group) -> bool:
    between = text[run[-1].end : group.start]
    if _JOIN.fullmatch(between) or _fillers().fullmatch(between):
        return True
    if _goes_on(text, run, group, between):
        return True
    said = sum(len(one.digits) for one in run)
    # a birth date read as a date inside an identity number: 220102一九九零年三月七日…
    return said >= 10 and between in {"年", "月", "日", "号"}


def _goes_on(text: str, run: list[Group], group: Group, between: str) -> bool:
    """Whether a number is read on over the end of a sentence, of a segment or of a turn."""
    if not between or not _BORDER.fullmatch(between) or run[-1].whole or group.whole:
        return False
    said = sum(len(one.digits) for one in run)
    last = said >= _NEARLY and _check().match(text, group.end) is not None
    if min(said, len(group.digits)) < _PIECE and not last:
        return False
    return not text.startswith(catalogue().words("units", "words"), group.end)


def runs(text: str) -> list[Run]:
    """Groups joined over pauses, hyphens and fillers; a spoken check X belongs to the number."""
    found: list[list[Group]] = []
    for group in groups(text):
        if found and _joined(text, found[-1], group):
            found[-1].append(group)
        else:
            found.append([group])
    return [Run(tuple(_with_check(text, run))) for run in found]


def _with_check(text: str, run: list[Group]) -> list[Group]:
    last = run[-1]
    match = _check().match(text, last.end)
    if match and sum(len(group.digits) for group in run) >= 16:
        return [*run[:-1], Group(last.start, match.end(), last.digits + "X")]
    return run
