"""Passwords by argon2id with the library's own parameters (RFC 9106, low memory)."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from courtstream.domain.errors import InvalidInput

SHORTEST = 10
_LONGEST = 256


def hash_password(password: str) -> str:
    """The argon2id hash of a password. Raises InvalidInput when it is too short or too long."""
    if not SHORTEST <= len(password) <= _LONGEST:
        raise InvalidInput(f"密码至少 {SHORTEST} 个字符 / at least {SHORTEST} characters")
    return PasswordHasher().hash(password)


def password_fits(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one.

    An unknown account (`None`) costs the same time, so that nobody can tell which accounts exist.
    """
    try:
        fits = PasswordHasher().verify(stored or _nobody(), password[:_LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return fits and stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether the library's parameters have grown since the hash was made."""
    return PasswordHasher().check_needs_rehash(stored)


@cache
def _nobody() -> str:
    """A hash that no password fits, to spend the same time on accounts that do not exist."""
    return PasswordHasher().hash(secrets.token_urlsafe(32))
