"""What must stay: case numbers, statutes, dates, sums, hotlines, credit codes, court contacts."""

from __future__ import annotations

import re
from functools import cache

from courtstream.rules.masking.catalogue import alternatives, catalogue
from courtstream.rules.masking.checksums import id_shape, landline, uscc

_NUMERAL = "0-9０-９零〇一二三四五六七八九十百千万亿两幺"
_YEAR = "0-9０-９零〇一二三四五六七八九幺"


_JUDGE_S = re.compile(
    r"(?:审判[员长]|法官|法官助理|书记员)[\u4e00-\u9fff]{2,3}的?(?:联系|办公)?(?:电话|座机)[是为：:]?$"
)
"""A name between office and 电话: told of the judge, not said to the bench."""


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    provinces = catalogue().tables["plate"]["provinces"] + "最高兵"
    code = rf"[{_NUMERAL}]{{0,8}}"
    kind = (
        "(?:民|刑|行|执|赔|知|商|破|法|司|财|委|申|保|调|诉|认|监|协|他|再|"
        "特|督|催|撤|提|辖|更|初|终|恢|异|复|督|强|清|抗|审|减|假){1,5}"
    )
    return tuple(
        re.compile(pattern)
        for pattern in (
            rf"[（(\[〔]?[{_YEAR}]{{4}}[）)\]〕]?年?度?[{provinces}]{code}{kind}字?第?[{_NUMERAL}]+号?(?:之[{_NUMERAL}]+)?",
            rf"第[{_NUMERAL}]+(?:条|款|项|章|节|编|页|卷|册|组|次|期|审|届)(?:之[{_NUMERAL}]+)?",
            rf"[{_YEAR}]{{2,4}}年(?:度|[{_NUMERAL}]{{1,3}}月(?:[{_NUMERAL}]{{1,3}}[日号])?)?",
            rf"(?:[{_NUMERAL}]{{1,3}})月[{_NUMERAL}]{{1,3}}[日号]",
            rf"(?:百分之|千分之)[{_NUMERAL}点.]+",
            rf"(?:人民币|￥|¥|RMB)?[{_NUMERAL},，.点]*[{_NUMERAL}](?:多|余)?(?:元|块|美元|港元|角)",
            rf"〔[{_NUMERAL}]+〕[{_NUMERAL}]+号",
        )
    )


def kept_ranges(text: str) -> list[tuple[int, int]]:
    """Ranges that are case numbers, statutes, dates or sums by their form."""
    ranges = [match.span() for pattern in _patterns() for match in pattern.finditer(text)]
    for match in re.finditer(r"(?<![0-9A-Z])[0-9A-HJ-NP-RT-UW-Y]{18}(?![0-9A-Z])", text):
        if uscc(match.group()) and not id_shape(match.group()):
            ranges.append(match.span())
    return ranges


def hotline(digits: str) -> bool:
    """A public number: 12368, 110, 95xxx, 400…"""
    keep = catalogue().tables["keep"]
    if digits in keep["hotlines"]:
        return True
    return any(digits.startswith(head) and len(digits) == size for head, size in keep["prefixes"])


@cache
def _near(key: str) -> re.Pattern[str]:
    return re.compile(alternatives(catalogue().tables["keep"][key]))


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.start() for match in pattern.finditer(text)), default=-1)


def court_contact(before: str, digits: str) -> bool:
    """A landline that the words before it give as the court's or an office's.

    `before` is the clause up to the number. A mobile number is never taken for an office's.
    """
    local = re.fullmatch(r"[2-9]\d{6,7}", digits) is not None
    if not (landline(digits) or local or re.fullmatch(r"0\d{8,12}", digits)):
        return False
    if _JUDGE_S.search(before):
        return True
    return _last(_near("court"), before) > _last(_near("personal"), before)


def quantity(after: str, digits: str, whole: bool) -> bool:
    """Whether what follows makes a short number a count, a date or a sum."""
    units = catalogue().words("units", "words")
    limit = 12 if whole else 7
    return len(digits) < limit and after.startswith(units)
