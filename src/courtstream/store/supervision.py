"""Counts of sittings by month, the courts' own lists, notices and what was said to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Float, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courtstream.domain.supervision import NoticeAct, NoticeState
from courtstream.store.base import Base, word


class Counts:
    """The counts of `rules.indicators.Tally`, a column each, so that the database can add them."""

    scheduled: Mapped[int] = mapped_column(default=0)
    held: Mapped[int] = mapped_column(default=0)
    closed: Mapped[int] = mapped_column(default=0)
    eligible: Mapped[int] = mapped_column(default=0)
    broadcast: Mapped[int] = mapped_column(default=0)
    valid: Mapped[int] = mapped_column(default=0)
    leader_broadcast: Mapped[int] = mapped_column(default=0)
    approved: Mapped[int] = mapped_column(default=0)
    silent: Mapped[int] = mapped_column(default=0)
    reasoned: Mapped[int] = mapped_column(default=0)
    timed: Mapped[int] = mapped_column(default=0)
    punctual: Mapped[int] = mapped_column(default=0)
    recorded: Mapped[int] = mapped_column(default=0)
    checked: Mapped[int] = mapped_column(default=0)
    passed: Mapped[int] = mapped_column(default=0)
    scored: Mapped[int] = mapped_column(default=0)
    points: Mapped[int] = mapped_column(default=0)
    weight: Mapped[int] = mapped_column(default=0)
    leaks: Mapped[int] = mapped_column(default=0)
    streamed: Mapped[int] = mapped_column(default=0)
    measured: Mapped[int] = mapped_column(default=0)
    in_order: Mapped[int] = mapped_column(default=0)
    contested: Mapped[int] = mapped_column(default=0)
    overturned: Mapped[int] = mapped_column(default=0)


_COUNTED_BY = (
    *("month", "court_id", "day", "judge_id"),
    *("held", "closed", "eligible", "broadcast", "scored", "points", "reason"),
)
"""What the pages of courts count by day, by reason and by band: all of it from the index alone,
because a province's year is 100,000 facts."""


class SittingFact(Counts, Base):
    """What one sitting adds to the counts; `judge_id` presides, empty when nobody is named."""

    __tablename__ = "sitting_facts"
    __table_args__ = (
        Index("ix_sitting_facts_month_court_id", *_COUNTED_BY),
        Index("ix_sitting_facts_judge_id_month", "judge_id", "month"),
    )

    hearing_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[date] = mapped_column(Date)
    month: Mapped[str] = mapped_column(String(7))
    court_id: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(32))
    judge_id: Mapped[str] = mapped_column(String(40))
    leader: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(40), default="")


class TallyRow(Counts, Base):
    """The sum of the facts of one month, court, kind and judge."""

    __tablename__ = "tallies"
    __table_args__ = (Index("ix_tallies_court_id_month", "court_id", "month"),)

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    court_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    judge_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    leader: Mapped[bool] = mapped_column(primary_key=True)


class ReportedFigure(Base):
    """Two counts of a month that a court reports, because no hearing of ours holds them."""

    __tablename__ = "reported_figures"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    numerator: Mapped[int]
    denominator: Mapped[int]
    source: Mapped[str] = mapped_column(default="")
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class IndicatorItem(Base):
    """A row of a court's own indicator list, as imported; `low` and `high` are its target range."""

    __tablename__ = "indicator_items"
    __table_args__ = (UniqueConstraint("court_id", "list_name", "code"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"), index=True)
    list_name: Mapped[str] = mapped_column(String(100))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str]
    dimension: Mapped[str] = mapped_column(String(100), default="")
    weight: Mapped[float] = mapped_column(Float)
    formula: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")
    evidence: Mapped[str] = mapped_column(Text, default="")
    period: Mapped[str] = mapped_column(String(20), default="month")
    low: Mapped[float | None]
    high: Mapped[float | None]

    assessments: Mapped[list[Assessment]] = relationship(order_by="Assessment.at")


class Assessment(Base):
    """A court's own word on one item for one period, with its evidence. Added, never changed."""

    __tablename__ = "assessments"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("indicator_items.id"), index=True)
    period: Mapped[str] = mapped_column(String(10))
    value: Mapped[float]
    note: Mapped[str] = mapped_column(Text, default="")
    files: Mapped[list[Any]] = mapped_column(default=list)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class Notice(Base):
    """监督通知: what was noticed about a court, a judge or a hearing in a month."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("month", "code", "subject_id"),
        Index("ix_notices_court_id_month", "court_id", "month"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    month: Mapped[str] = mapped_column(String(7))
    code: Mapped[str] = mapped_column(String(40))
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"))
    subject_kind: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[str] = mapped_column(String(40), index=True)
    state: Mapped[NoticeState] = mapped_column(word(NoticeState), index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    deadline: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]

    steps: Mapped[list[NoticeStep]] = relationship(order_by="NoticeStep.position")


class NoticeStep(Base):
    """One act on a notice; acts are added, never changed."""

    __tablename__ = "notice_steps"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("notices.id"), index=True)
    position: Mapped[int]
    act: Mapped[NoticeAct] = mapped_column(word(NoticeAct))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text, default="")
    evidence: Mapped[list[Any]] = mapped_column(default=list)


class Annotation(Base):
    """A judge's own words beside a hearing of theirs."""

    __tablename__ = "annotations"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    judge_id: Mapped[str] = mapped_column(ForeignKey("judges.id"), index=True)
    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class ReportJob(Base):
    """A bundle of every court's month, made in the background; `done` of `total` courts so far."""

    __tablename__ = "report_jobs"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    month: Mapped[str] = mapped_column(String(7))
    court_id: Mapped[str | None] = mapped_column(ForeignKey("courts.id"))
    by: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default="queued")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]


class MonthlyRun(Base):
    """That a month's sheets were computed, so that it happens once unless asked for anew."""

    __tablename__ = "monthly_runs"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))
    found: Mapped[int] = mapped_column(default=0)
