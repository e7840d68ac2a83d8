"""Time-based one-time codes (RFC 6238) and the recovery codes beside them."""

from __future__ import annotations

import hmac
import io
import re
import secrets
from base64 import b32encode
from datetime import datetime

import pyotp
import segno

from courtstream.auth.tokens import digest

STEP = 30
DRIFT = 1
"""Steps a telephone's clock may be off either way."""

RECOVERY_CODES = 10
_RECOVERY_BYTES = 10  # 80 bits, 16 letters and digits


def new_secret() -> str:
    """A 160-bit secret as authenticator apps take it."""
    return pyotp.random_base32()


def matching_step(secret: str, code: str, now: datetime, after: int) -> int | None:
    """The 30-second step whose code this is, None when none is or it is not newer than `after`."""
    present = int(now.timestamp()) // STEP
    made = pyotp.TOTP(secret)
    found = None
    for step in range(present - DRIFT, present + DRIFT + 1):
        if hmac.compare_digest(made.at(step * STEP), plain(code)[:6].rjust(6)) and step > after:
            found = step
    return found


def address(secret: str, login: str, issuer: str) -> str:
    """The otpauth:// address that an app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def qr_svg(text: str) -> str:
    """The text as a QR code: an SVG element without styles of its own."""
    out = io.BytesIO()
    segno.make(text, error="m").save(
        out, kind="svg", xmldecl=False, svgns=True, nl=False, scale=4, border=4, light="#fff"
    )
    return out.getvalue().decode()


def new_recovery_codes() -> tuple[str, ...]:
    """Codes for the day the telephone is lost, each good once."""
    return tuple(_grouped(secrets.token_bytes(_RECOVERY_BYTES)) for _ in range(RECOVERY_CODES))


def recovery_digest(code: str) -> str:
    """What the database keeps of a recovery code, however it is spelled."""
    return digest(plain(code))


def plain(code: str) -> str:
    """A code without the blanks and dashes people put in."""
    return re.sub(r"[\s-]", "", code).lower()


def _grouped(raw: bytes) -> str:
    text = b32encode(raw).decode().lower()
    return "-".join(text[n : n + 4] for n in range(0, len(text), 4))
