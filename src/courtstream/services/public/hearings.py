"""Which hearings the public may know of."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, selectinload

from courtstream.domain.errors import NotFound, Withdrawn
from courtstream.domain.publication import ClosureEffect
from courtstream.services.publication import shape
from courtstream.store.tables import GateDecisionRow, Hearing, HearingJudge, Judge


def public_hearing(session: Session, hearing_id: str) -> Hearing:
    """The hearing, when the public may know of it. Raises NotFound."""
    hearing = session.scalars(select(Hearing).where(Hearing.id == hearing_id, _open())).first()
    if hearing is None:
        raise NotFound
    return hearing


def still_public(session: Session, hearing_id: str) -> Hearing:
    """The hearing, when the public may know of it and still has it. Raises NotFound, Withdrawn."""
    hearing = public_hearing(session, hearing_id)
    if shape.withdrawn(hearing):
        raise Withdrawn
    return hearing


def known_to_the_public(session: Session, hearing_ids: Iterable[str]) -> frozenset[str]:
    """Those of the hearings that the public may know of and that are not withdrawn."""
    query = listed(select(Hearing).where(Hearing.id.in_(list(hearing_ids))))
    return frozenset(h.id for h in session.scalars(query) if not shape.withdrawn(h))


def listed(query: Select[Hearing]) -> Select[Hearing]:
    """Only the hearings of a query that the public may know of, with all that their cards show."""
    return loaded(query.where(_open()))


def loaded(query: Select[Hearing]) -> Select[Hearing]:
    """A query of hearings with all that their cards show, in few further queries."""
    return query.options(
        selectinload(Hearing.case),
        selectinload(Hearing.court),
        selectinload(Hearing.courtroom),
        selectinload(Hearing.bench).selectinload(HearingJudge.judge).selectinload(Judge.court),
        selectinload(Hearing.publications),
    )


def _open() -> ColumnElement[bool]:
    """Hearings the public may know of: held in public, by the schedule and by the gate."""
    latest = (
        select(GateDecisionRow.effect)
        .where(GateDecisionRow.hearing_id == Hearing.id)
        .order_by(GateDecisionRow.decided_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    return Hearing.public.is_(True) & latest.is_distinct_from(ClosureEffect.NO_HEARING_PUBLIC)
