"""How often one may try a password: by account and by address, in a moving window."""

from __future__ import annotations

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from courtstream.domain.errors import TooManyAttempts

PER_ACCOUNT = RateLimitItemPerMinute(10, 5)
PER_ADDRESS = RateLimitItemPerMinute(60, 5)


class Attempts:
    """Counts sign-in attempts of this process."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def note(self, login: str, address: str) -> None:
        """Count one attempt. Raises TooManyAttempts when a window is full."""
        by_account = self._limiter.hit(PER_ACCOUNT, "account", _name(login))
        by_address = self._limiter.hit(PER_ADDRESS, "address", address)
        if not (by_account and by_address):
            raise TooManyAttempts

    def forgive(self, login: str) -> None:
        """The right password came: what was counted against the account is forgotten."""
        self._limiter.clear(PER_ACCOUNT, "account", _name(login))


def _name(login: str) -> str:
    return login.strip().casefold()
