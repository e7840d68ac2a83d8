"""Moments that a second pass has found, as they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.domain.time import to_seconds
from courtstream.store.tables import MomentRow, MomentVerdict


@dataclass(frozen=True, slots=True)
class MomentView:
    """One moment; times in seconds. `settled`: nothing of it is left to do."""

    n: int
    start: float
    end: float
    t: float
    why: str
    score: float
    visible: float
    verdict: MomentVerdict | None
    by: str
    at: datetime | None
    remade: bool

    @property
    def settled(self) -> bool:
        """Harmless, or hidden in what is published."""
        return self.verdict is MomentVerdict.HARMLESS or self.remade


def moments_of(session: Session, hearing_id: str) -> list[MomentRow]:
    """The moments of a hearing in order of time."""
    query = select(MomentRow).where(MomentRow.hearing_id == hearing_id)
    return list(session.scalars(query.order_by(MomentRow.start, MomentRow.n)))


def moment_view(row: MomentRow) -> MomentView:
    """One moment, times in seconds."""
    return MomentView(
        row.n,
        to_seconds(row.start),
        to_seconds(row.end),
        to_seconds(row.t),
        row.why,
        row.score,
        row.visible,
        row.verdict,
        row.by,
        row.at,
        row.remade,
    )
