"""Scoring many stored hearings again: gathered and judged side by side, written by one hand.

Same facts and edition give the same card in any order, so the order of work means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from courtstream.domain.errors import NotFound
from courtstream.domain.scoring import Scorecard, ScoreState
from courtstream.domain.trial import HearingState
from courtstream.rules import scoring as engine
from courtstream.services.scoring import scorecards as scoring
from courtstream.services.scoring import standards
from courtstream.services.scoring.facts import facts_of
from courtstream.store.tables import Court, FindingRow, Hearing, Review, ScorecardRow
from courtstream.store.unit import Store


@dataclass(frozen=True, slots=True)
class Rescored:
    """One hearing: its total before (None: never scored) and after."""

    hearing_id: str
    case_number: str
    before: float | None
    after: float

    @property
    def changed(self) -> bool:
        """Whether the total moved, or is the first one."""
        return self.before is None or abs(self.before - self.after) >= 0.005


def due(session: Session, hearing_ids: Sequence[str] = ()) -> tuple[str, ...]:
    """Ended hearings that may be scored again, in order of time; of `hearing_ids` when given.

    Left out: cards that people have spoken to or made final, and courts without scoring.
    """
    spoken = (
        select(ScorecardRow.hearing_id)
        .join(FindingRow, FindingRow.scorecard_id == ScorecardRow.id)
        .join(Review, Review.finding_id == FindingRow.id)
        .where(ScorecardRow.current.is_(True))
    )
    final = exists().where(
        ScorecardRow.hearing_id == Hearing.id,
        ScorecardRow.current.is_(True),
        ScorecardRow.state == ScoreState.FINAL,
    )
    query = (
        select(Hearing.id)
        .join(Court, Court.id == Hearing.court_id)
        .where(Hearing.state == HearingState.ENDED, Court.scoring.is_(True), ~final)
        .where(Hearing.id.not_in(spoken))
        .order_by(Hearing.scheduled_start, Hearing.id)
    )
    if hearing_ids:
        query = query.where(Hearing.id.in_(list(hearing_ids)))
    return tuple(session.scalars(query))


def judged(database: str, hearing_id: str, version: str) -> Scorecard:
    """The card of one hearing by an edition; reads only. Made to run in a process of its own."""
    store = Store(database)
    try:
        with store.read() as session:
            hearing = session.get(Hearing, hearing_id)
            if hearing is None:
                raise NotFound
            standard = standards.standard_of(session, version)
            return engine.score_hearing(facts_of(session, hearing), standard)
    finally:
        store.close()


def all_judged(
    pool: Executor, database: str, hearing_ids: Iterable[str], version: str
) -> Iterator[Scorecard]:
    """Cards as they come, in no order."""
    asked = [pool.submit(judged, database, hearing_id, version) for hearing_id in hearing_ids]
    for one in as_completed(asked):
        yield one.result()


def compared(session: Session, card: Scorecard) -> Rescored:
    """The new card beside the one in force."""
    hearing = session.get_one(Hearing, card.hearing_id)
    row = scoring.current(session, card.hearing_id)
    return Rescored(hearing.id, hearing.case.number, row.total if row else None, card.total)


def keep(session: Session, card: Scorecard, now: datetime) -> Rescored:
    """Put the new card in force when its total moved; an equal one changes nothing."""
    found = compared(session, card)
    row = scoring.current(session, card.hearing_id)
    same = row is not None and row.standard_version == card.standard_version
    if found.changed or not same:
        scoring.keep(session, card, now)
    return found
