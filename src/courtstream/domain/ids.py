"""Opaque identifiers that sort by the time they were made and carry no personal data."""

from __future__ import annotations

import secrets
import time
from typing import NewType

CourtId = NewType("CourtId", str)
CourtroomId = NewType("CourtroomId", str)
CaseId = NewType("CaseId", str)
HearingId = NewType("HearingId", str)
JudgeId = NewType("JudgeId", str)
UserId = NewType("UserId", str)

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base 32: no i, l, o, u to misread


def new_id(prefix: str) -> str:
    """A fresh identifier such as `h_01k9…`: prefix, 48 bits of milliseconds, 50 random bits."""
    number = (time.time_ns() // 1_000_000) << 50 | secrets.randbits(50)
    digits = []
    for _ in range(20):
        number, digit = divmod(number, 32)
        digits.append(_ALPHABET[digit])
    return f"{prefix}_{''.join(reversed(digits))}"
