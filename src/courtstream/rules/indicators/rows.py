"""What indicators are computed from and what they give: plain rows, no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from courtstream.domain.trial import CaseKind


@dataclass(frozen=True, slots=True)
class Sitting:
    """One sitting as the indicators see it; `judge` presides or sits alone.

    `held` whether it took place; `may_broadcast` whether the gate allowed sound and picture;
    `on_air_minutes` how long it was live; `good_share` the share of that time with picture and
    sound in order (0..1, None unmeasured); `leaks` confirmed ones. `late_minutes`,
    `approved_before` and `record_passed` are None when nobody recorded or checked them; `score`
    is the share of applicable points met, 0..100, None unscored. `reason`: the code
    on file for why it was not broadcast, empty when there is none.
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
    reason: str = ""
    recorded: bool = False
    record_passed: bool | None = None
    score: float | None = None
    contested: int = 0
    overturned: int = 0


@dataclass(frozen=True, slots=True)
class Validity:
    """What makes a broadcast a valid one (有效直播); every parameter is shown beside the figure."""

    version: str
    least_minutes: float
    least_share: float
    mark: str = ""


def is_valid(sitting: Sitting, rule: Validity) -> bool:
    """Whether a broadcast is a valid one: opened, long enough, in order, no leak."""
    good = sitting.good_share is None or sitting.good_share >= rule.least_share
    long_enough = sitting.on_air_minutes >= rule.least_minutes
    return sitting.broadcast and sitting.opened and long_enough and good and not sitting.leaks


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
class Definition:
    """An indicator as data: what is divided by what, over which units, for whose eyes.

    `kind`: `share` numerator / denominator; `coverage` units with at least one numerator over
    units with at least one denominator; `balance` of case kinds; `rate` numerator per
    `per` of the denominator; `count`. `reported` says that its two counts come from figures the
    courts report, not from hearings. `target` is the wanted range of the value, None open.
    `audience`: `public`, `office` or `judge` (the person and the head alone). `mark` is `mem` or
    `proposal` where the source is unverified.
    """

    code: str
    zh: str
    en: str
    kind: str
    numerator: str
    denominator: str
    formula: str
    source: str
    unit: str = ""
    per: int = 1
    period: str = "month"
    target: tuple[float | None, float | None] = (None, None)
    audience: str = "office"
    reported: bool = False
    mark: str = ""
    formula_en: str = ""

    def meets(self, value: float | None) -> bool | None:
        """Whether a value lies in the target range; None without a value or a target."""
        low, high = self.target
        if value is None or (low is None and high is None):
            return None
        return (low is None or value >= low) and (high is None or value <= high)


@dataclass(frozen=True, slots=True)
class IndicatorValue:
    """A figure that shows its own making.

    `value` is None where there is nothing to divide by: not applicable, never zero. `left_out`
    counts what the denominator does not hold because the law closes it. `missing` names the
    covered-for units without a valid broadcast, for a notice to them alone.
    """

    definition: Definition
    value: float | None
    numerator: int
    denominator: int
    left_out: int = 0
    missing: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The indicator's code."""
        return self.definition.code

    @property
    def meets(self) -> bool | None:
        """Whether the value lies in the target range."""
        return self.definition.meets(self.value)
