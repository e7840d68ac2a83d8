"""Check digits and shapes of identifiers, on plain ASCII digits (and X or letters)."""

from __future__ import annotations

import re
from datetime import date

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"
_USCC_SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def id_checksum(value: str) -> bool:
    """Whether 18 characters carry the check digit of GB 11643."""
    if not re.fullmatch(r"\d{17}[\dX]", value):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(value, _ID_WEIGHTS, strict=False))
    return _ID_CHECK[total % 11] == value[17]


def luhn(value: str) -> bool:
    """Whether the digits pass Luhn's test (bank cards)."""
    total = 0
    for place, digit in enumerate(reversed(value)):
        number = int(digit) * (1 + place % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def uscc(value: str) -> bool:
    """Whether 18 symbols are a unified social credit code (GB 32100)."""
    if not re.fullmatch(rf"[{_USCC_SYMBOLS}]{{18}}", value):
        return False
    total = sum(
        _USCC_SYMBOLS.index(symbol) * pow(3, place, 31) for place, symbol in enumerate(value[:17])
    )
    return _USCC_SYMBOLS[(31 - total % 31) % 31] == value[17]


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def id_shape(value: str) -> bool:
    """18 characters with a possible area and date of birth, or the old 15 digits."""
    if re.fullmatch(r"[1-9]\d{16}[\dX]", value):
        year, month, day = int(value[6:10]), int(value[10:12]), int(value[12:14])
        return 1880 <= year <= 2099 and _is_date(year, month, day)
    if re.fullmatch(r"[1-8]\d{14}", value):
        return _is_date(1900 + int(value[6:8]), int(value[8:10]), int(value[10:12]))
    return False


def mobile(value: str) -> bool:
    """A mobile number, with or without the country code."""
    return re.fullmatch(r"(?:86|0086)?1[3-9]\d{9}", value) is not None


def landline(value: str) -> bool:
    """A landline with its area code: 010, 02x or a four-digit code."""
    return re.fullmatch(r"0(?:10|2\d)[2-9]\d{7}|0[3-9]\d{2}[2-9]\d{6,7}", value) is not None


def card(value: str) -> bool:
    """A bank card: 16-19 digits of a known range, Luhn; 62… counts without."""
    if not re.fullmatch(r"\d{15,19}", value) or value[0] not in "3456":
        return False
    return value.startswith("62") or (len(value) >= 16 and luhn(value))
