"""The search's own table follows every write, whoever makes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from courtstream.domain.publication import ClosureEffect
from courtstream.services.publication import shape
from courtstream.store.tables import (
    Case,
    GateDecisionRow,
    Hearing,
    HearingIndex,
    HearingJudge,
    Publication,
)

_OF_A_HEARING = (Publication, GateDecisionRow, HearingJudge)


@contextmanager
def indexed(session: Session) -> Iterator[Touched]:
    """What the unit of work changes of hearings is found again once it commits."""
    touched = Touched(session)
    yield touched
    touched.index()


class Touched:
    """Notes which hearings a unit of work changes, and indexes them before it commits."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.hearings: set[str] = set()
        self._cases: set[str] = set()
        event.listen(session, "before_flush", self._note)

    def _note(self, session: Session, *_: object) -> None:
        for thing in (*session.new, *session.dirty):
            if isinstance(thing, Hearing):
                self.hearings.add(thing.id)
            elif isinstance(thing, Case):
                self._cases.add(thing.id)
            elif isinstance(thing, _OF_A_HEARING) and thing.hearing_id:
                self.hearings.add(thing.hearing_id)

    def index(self) -> None:
        """Bring the rows of all noted hearings up to date."""
        self._session.flush()
        if self._cases:
            query = select(Hearing.id).where(Hearing.case_id.in_(self._cases))
            self.hearings.update(self._session.scalars(query))
        for hearing_id in sorted(self.hearings):
            hearing = self._session.get(Hearing, hearing_id)
            if hearing is not None:
                self._session.merge(index_row(hearing))


def index_row(hearing: Hearing) -> HearingIndex:
    """What the search knows of one hearing."""
    decision = hearing.gate_decisions[-1] if hearing.gate_decisions else None
    closed = decision is not None and decision.effect is ClosureEffect.NO_HEARING_PUBLIC
    return HearingIndex(
        hearing_id=hearing.id,
        open=hearing.public and not closed,
        start=hearing.scheduled_start,
        court_id=hearing.court_id,
        kind=hearing.case.kind,
        procedure=hearing.procedure,
        state=hearing.state,
        modes="".join(f" {mode.value} " for mode in shape.open_modes(hearing)),
        judges="".join(f" {seat.judge_id} " for seat in hearing.bench)[:400],
        body="\n".join(_words(hearing)).lower(),
    )


def _words(hearing: Hearing) -> Iterator[str]:
    yield hearing.case.number
    yield hearing.case.cause
    yield hearing.title
    yield hearing.court.name
    yield from (seat.judge.name for seat in hearing.bench)
