"""A wrapper that keeps personal data out of logs and errors by accident-proof printing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pii:
    """Personal text. `str()`, `repr()` and format strings show a mask; `reveal()` is deliberate."""

    _value: str

    def reveal(self) -> str:
        """The text itself, for the one place that must have it."""
        return self._value

    def __str__(self) -> str:
        return "＊" * min(len(self._value), 4)

    def __repr__(self) -> str:
        return f"Pii({len(self._value)} characters)"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)
