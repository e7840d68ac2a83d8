"""What the JSON API takes and gives about scores."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from courtstream.api.schemas import Body, View
from courtstream.domain.scoring import Outcome, ScoreState
from courtstream.store.reviews import ReviewVerdict


class ReviewBody(Body):
    """A word on a finding. `outcome` with `correct` only; a note is needed but to confirm."""

    verdict: Literal["confirm", "correct", "contest", "explain", "uphold", "dismiss", "bonus"]
    points: float | None = Field(None, ge=0, le=100)
    outcome: Outcome | None = None
    note: str = Field("", max_length=2000)


class EvidenceOut(View):
    """Where to look."""

    start: float | None
    end: float | None
    row: str
    quote: str
    confidence: float


class ReviewOut(View):
    """A person's word."""

    by: str
    verdict: ReviewVerdict
    outcome: Outcome | None
    note: str
    at: datetime
    points: float | None = None


class FindingOut(View):
    """One scored item."""

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
    evidence: tuple[EvidenceOut, ...]
    reviews: tuple[ReviewOut, ...]
    needs_person: bool
    suggested: Outcome
    loss: float
    critical: bool
    reviewers: int
    contested: bool


class StepOut(View):
    """One step of the procedure."""

    code: str
    title_zh: str
    title_en: str
    outcome: Outcome
    start: float | None
    end: float | None
    confidence: float
    why: str


class RuleOut(View):
    """One X- rule of the procedure."""

    code: str
    title_zh: str
    title_en: str
    violated: bool
    at: float | None
    why: str


class CategoryOut(View):
    """One dimension; `low`..`high` is what the open questions can still change."""

    code: str
    title_zh: str
    title_en: str
    points: float
    weight: float
    open: int
    low: float | None
    high: float | None


class ScorecardOut(View):
    """A suggestion for people."""

    id: str
    standard: str
    standard_version: str
    profile: str
    total: float
    low: float
    high: float
    state: ScoreState
    computed_at: datetime
    findings: tuple[FindingOut, ...]
    steps: tuple[StepOut, ...]
    rules: tuple[RuleOut, ...]
    categories: tuple[CategoryOut, ...]
    barred: tuple[str, ...]
    cap: float
    bonus: float
    contest_until: datetime | None
    final_at: datetime | None
