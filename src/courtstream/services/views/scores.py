"""Scores with their evidence, and a judge's own page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from courtstream.domain.scoring import Outcome, ScoreState
from courtstream.services.views.hearings import HearingCard
from courtstream.services.views.people import JudgeView
from courtstream.store.reviews import ReviewVerdict


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """Where to look: seconds in the recording (None for a metadata row)."""

    start: float | None
    end: float | None
    row: str
    quote: str
    confidence: float


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A person's word on a finding."""

    by: str
    verdict: ReviewVerdict
    outcome: Outcome | None
    note: str
    at: datetime
    points: float | None = None


@dataclass(frozen=True, slots=True)
class FindingView:
    """One item. `needs_person`: not found or unclear and no reviewer has spoken yet.

    `suggested` is what the machine said; `loss` what a fault takes off; `reviewers` how many
    people's words the points are the mean of; `contested`: an appeal waits for its answer.
    """

    id: str
    item: str
    category: str
    title_zh: str
    title_en: str
    outcome: Outcome
    weight: float
    points: float
    method: str
    basis: str
    confidence: float
    evidence: tuple[EvidenceView, ...]
    reviews: tuple[ReviewView, ...]
    needs_person: bool
    suggested: Outcome = Outcome.MET
    loss: float = 0.0
    critical: bool = False
    reviewers: int = 0
    contested: bool = False


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of the procedure, in the order of the procedure. Seconds, None when not found."""

    code: str
    title_zh: str
    title_en: str
    outcome: Outcome
    start: float | None
    end: float | None
    quote: str
    confidence: float
    why: str


@dataclass(frozen=True, slots=True)
class RuleView:
    """One X- rule of the procedure."""

    code: str
    title_zh: str
    title_en: str
    violated: bool
    at: float | None
    why: str


@dataclass(frozen=True, slots=True)
class CategoryScore:
    """One dimension of the card: points got, points possible, findings that await a person.

    `low`..`high`: what the open questions can still make of the points.
    """

    code: str
    title_zh: str
    title_en: str
    points: float
    weight: float
    open: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class ScorecardView:
    """A suggestion for people: `low`..`high` is what the open questions can still change.

    `barred`: critical items that failed and hold the total at `cap`. `bonus`: highlights, given by
    people only, never part of the total.
    """

    id: str
    hearing: HearingCard
    standard: str
    standard_version: str
    profile: str
    total: float
    low: float
    high: float
    state: ScoreState
    computed_at: datetime
    categories: tuple[CategoryScore, ...]
    findings: tuple[FindingView, ...]
    steps: tuple[StepView, ...]
    rules: tuple[RuleView, ...]
    barred: tuple[str, ...] = ()
    cap: float = 100.0
    bonus: float = 0.0
    contest_until: datetime | None = None
    final_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ScoredHearing:
    """A row of a judge's own list."""

    card: HearingCard
    total: float
    low: float
    high: float
    state: ScoreState
    open: int


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One week (`start` is its Monday): mean score and how many hearings."""

    start: date
    mean: float
    hearings: int


@dataclass(frozen=True, slots=True)
class CourtBand:
    """The middle half of the court's scores in the same time, without names.

    None of it is given when fewer than five judges are behind it.
    """

    lower: float
    middle: float
    upper: float
    judges: int


@dataclass(frozen=True, slots=True)
class Performance:
    """A judge's own page: own hearings, own trend, and an anonymous band of the own court."""

    judge: JudgeView
    hearings: tuple[ScoredHearing, ...]
    trend: tuple[TrendPoint, ...]
    categories: tuple[CategoryScore, ...]
    mean: float | None
    earlier_mean: float | None
    band: CourtBand | None
    open: int
