"""The shape of a hearing in time: its chapters, what the public got, what was held back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courtstream.domain.scoring import Outcome
from courtstream.domain.time import to_seconds
from courtstream.domain.trial import Procedure
from courtstream.services.scoring.names import step_titles
from courtstream.services.views import (
    Chapter,
    ClosureView,
    MinuteView,
)
from courtstream.store.tables import (
    GuardClosure,
    MinuteChange,
    ScorecardRow,
    Segment,
)

_GRAIN = 1_000_000_000
"""Nanoseconds between two segments that are no loss: frames do not end on the grid."""


def chapters(session: Session, hearing_id: str, procedure: Procedure) -> tuple[Chapter, ...]:
    """Procedure steps found in the hearing, in order of time."""
    query = select(ScorecardRow).where(
        ScorecardRow.hearing_id == hearing_id, ScorecardRow.current.is_(True)
    )
    card = session.scalars(query).first()
    found = [step for step in (card.steps if card else []) if _placed(step)]
    found.sort(key=lambda step: (step["start"], step["code"]))
    return tuple(_chapter(procedure, step) for step in found)


def _chapter(procedure: Procedure, step: dict[str, Any]) -> Chapter:
    zh, en = step_titles(procedure, step["code"])
    return Chapter(
        code=step["code"],
        title_zh=zh,
        title_en=en,
        start=to_seconds(step["start"]),
        end=to_seconds(step["end"]),
        confidence=step["confidence"],
    )


def _placed(step: dict[str, Any]) -> bool:
    return step["outcome"] == Outcome.MET.value and step["start"] is not None


def minutes(session: Session, hearing_id: str) -> tuple[MinuteView, ...]:
    """What the public got from when on, by whom and why."""
    query = (
        select(MinuteChange)
        .where(MinuteChange.hearing_id == hearing_id)
        .order_by(MinuteChange.t, MinuteChange.seq)
    )
    return tuple(MinuteView(to_seconds(m.t), m.state, m.by, m.why) for m in session.scalars(query))


def missed(session: Session, hearing_id: str) -> tuple[tuple[float, float], ...]:
    """Stretches between two published segments that never aired, in seconds."""
    before = func.lag(Segment.end).over(order_by=Segment.n)
    pairs = select(before.label("end"), Segment.start.label("start")).where(
        Segment.hearing_id == hearing_id
    )
    rows = pairs.subquery()
    query = select(rows.c.end, rows.c.start).where(rows.c.start - rows.c.end > _GRAIN)
    return tuple((to_seconds(end), to_seconds(start)) for end, start in session.execute(query))


def closures(session: Session, hearing_id: str) -> tuple[ClosureView, ...]:
    """Stretches the guard kept from the public."""
    query = (
        select(GuardClosure)
        .where(GuardClosure.hearing_id == hearing_id)
        .order_by(GuardClosure.start)
    )
    return tuple(
        ClosureView(
            to_seconds(c.start), None if c.end is None else to_seconds(c.end), c.kind, c.reason
        )
        for c in session.scalars(query)
    )
