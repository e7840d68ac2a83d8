"""What indicators are computed from and what they give: plain rows, no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from courtstream.domain.trial import CaseKind


@dataclass(frozen=True, slots=True)
class Sitting:
    """One sitting as the indicators see it.

    `held` whether it took place; `may_broadcast` whether the gate allowed sound and picture;
    `on_air_minutes` how long it was live; `good_share` the share of that time with picture and
    sound in order (0..1, None unmeasured); `leaks` confirmed ones. `late_minutes` and
    `approved_before` are None when nobody recorded them.
    """

    id: str
    day: date
    court: str
    kind: CaseKind
    judge: str
    leader: bool = False
    held: bool = True
    may_broadcast: bool = True
    broadcast: bool = False
    opened: bool = True
    on_air_minutes: float = 0.0
    good_share: float | None = None
    leaks: int = 0
    late_minutes: float | None = None
    approved_before: bool | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days, both ends included. Raises ValueError when it ends before it starts."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a period may not end before it starts")

    def holds(self, day: date) -> bool:
        """Whether the day lies inside."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class IndicatorValue:
    """A figure that shows its own making.

    `value` is numerator / denominator, None where there is nothing to divide by: not applicable,
    never zero. `left_out` counts what the denominator does not hold because the law closes it.
    `missing` names the covered-for units without a valid broadcast, for a notice to them alone.
    """

    code: str
    zh: str
    en: str
    formula: str
    source: str
    period: Period
    numerator: int
    denominator: int
    left_out: int = 0
    missing: tuple[str, ...] = ()

    @property
    def value(self) -> float | None:
        """The share in 0..1, or None."""
        return self.numerator / self.denominator if self.denominator else None
