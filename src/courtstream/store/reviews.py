"""Scorecards with their findings, people's reviews of them, and the audit chain."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courtstream.domain.scoring import Outcome, ScoreState
from courtstream.store.base import Base, Nanoseconds, word


class ReviewVerdict(StrEnum):
    """What a person says to a finding."""

    CONFIRM = "confirm"
    CORRECT = "correct"
    CONTEST = "contest"
    EXPLAIN = "explain"
    UPHOLD = "uphold"
    DISMISS = "dismiss"
    BONUS = "bonus"


class ScorecardRow(Base):
    """评分 of one hearing by one frozen standard. Only one is `current`; older ones stay.

    `barred`: critical items that fail, each of which holds the total at `cap` (一票否决).
    `contest_until`: until when the judge may contest, once a reviewer has confirmed.
    """

    __tablename__ = "scorecards"
    __table_args__ = (Index("ix_scorecards_hearing_id_current", "hearing_id", "current"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"))
    standard: Mapped[str] = mapped_column(String(64))
    standard_version: Mapped[str] = mapped_column(String(64))
    profile: Mapped[str] = mapped_column(String(64))
    total: Mapped[float]
    low: Mapped[float]
    high: Mapped[float]
    state: Mapped[ScoreState] = mapped_column(word(ScoreState))
    computed_at: Mapped[datetime]
    current: Mapped[bool] = mapped_column(default=True)
    barred: Mapped[list[Any]] = mapped_column(default=list)
    cap: Mapped[float] = mapped_column(default=100.0)
    contest_until: Mapped[datetime | None]
    final_at: Mapped[datetime | None]
    steps: Mapped[list[Any]] = mapped_column(default=list)
    rules: Mapped[list[Any]] = mapped_column(default=list)

    findings: Mapped[list[FindingRow]] = relationship(order_by="FindingRow.position")


class FindingRow(Base):
    """评查项 result. `evidence` is a list of {start, end, row, quote, confidence}, never empty.

    `outcome` and `points` are what holds now; `suggested` is what the machine said, `loss` the
    points a fault (or, where unclear, the worst case) takes off.
    """

    __tablename__ = "findings"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    scorecard_id: Mapped[str] = mapped_column(ForeignKey("scorecards.id"), index=True)
    position: Mapped[int]
    item: Mapped[str] = mapped_column(String(64))
    category: Mapped[str] = mapped_column(String(64))
    title_zh: Mapped[str]
    title_en: Mapped[str]
    outcome: Mapped[Outcome] = mapped_column(word(Outcome))
    weight: Mapped[float]
    points: Mapped[float]
    method: Mapped[str]
    basis: Mapped[str] = mapped_column(String(300))
    confidence: Mapped[float]
    suggested: Mapped[Outcome] = mapped_column(word(Outcome))
    loss: Mapped[float] = mapped_column(default=0.0)
    critical: Mapped[bool] = mapped_column(default=False)
    evidence: Mapped[list[Any]]

    reviews: Mapped[list[Review]] = relationship(order_by="Review.at")


class Review(Base):
    """复核: a person's word on a finding; added, never changed. `points`: of a bonus only."""

    __tablename__ = "reviews"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    finding_id: Mapped[str] = mapped_column(ForeignKey("findings.id"), index=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    verdict: Mapped[ReviewVerdict] = mapped_column(word(ReviewVerdict))
    outcome: Mapped[Outcome | None] = mapped_column(word(Outcome))
    points: Mapped[float | None]
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]


class StandardRow(Base):
    """庭审规范标准 the office made: a whole edition as its text, frozen once released."""

    __tablename__ = "standards"

    version: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    based_on: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text, default="")
    made_by: Mapped[str] = mapped_column(String(40))
    made_at: Mapped[datetime]
    released_at: Mapped[datetime | None]


class LeakRow(Base):
    """泄露: something private that reached the public, found by a person who looked."""

    __tablename__ = "leaks"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    start: Mapped[int] = mapped_column(Nanoseconds)
    end: Mapped[int] = mapped_column(Nanoseconds)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text, default="")


class FalsePositive(Base):
    """An error of the system: a finding an upheld appeal overturned, with the facts it came from.

    `facts` are without names of persons, so that tests can replay them.
    """

    __tablename__ = "false_positives"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    finding_id: Mapped[str] = mapped_column(ForeignKey("findings.id"))
    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), index=True)
    item: Mapped[str] = mapped_column(String(64))
    standard_version: Mapped[str] = mapped_column(String(64))
    suggested: Mapped[Outcome] = mapped_column(word(Outcome))
    facts: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class AuditEntry(Base):
    """One act, chained: `hash` covers `prev_hash` and every other field.

    Append only: triggers of the database refuse UPDATE, DELETE and TRUNCATE.
    """

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(64), index=True)
    action: Mapped[str] = mapped_column(String(64), index=True)
    subject: Mapped[str] = mapped_column(String(64), index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
