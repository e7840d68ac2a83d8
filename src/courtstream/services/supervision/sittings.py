"""A hearing as the indicators see it: what was held, shown, recorded, scored, and what the law
closed."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courtstream.domain.clock import court_day
from courtstream.domain.publication import ClosureEffect
from courtstream.domain.time import SECOND
from courtstream.domain.trial import HearingState, PublicationMode
from courtstream.rules import indicators as ind
from courtstream.rules.gate import closures
from courtstream.services.gate import gatekeeping
from courtstream.services.publication import shape
from courtstream.services.sealed import late_rows
from courtstream.store.tables import (
    Asset,
    FindingRow,
    Hearing,
    LeakRow,
    Measure,
    PublicationState,
    Review,
    ReviewVerdict,
    ScorecardRow,
    Segment,
)

CLOSING = frozenset({ClosureEffect.NO_HEARING_PUBLIC, ClosureEffect.NO_BROADCAST})
NOT_PUBLIC = "NOT_PUBLIC"
REFUSED = "NOT_APPROVED"
BROUGHT_LATE = "BROUGHT_LATE"
"""Recorded in the courtroom, brought afterwards: its replay is no broadcast in any figure."""
OUT = frozenset({PublicationState.RELEASED, PublicationState.WITHDRAWN})
"""A withdrawn broadcast was one: withdrawing does not undo it in the figures."""
OVERTURNS = frozenset({ReviewVerdict.CORRECT, ReviewVerdict.UPHOLD})


def sitting_of(session: Session, hearing: Hearing) -> ind.Sitting:
    """The facts of one hearing from its rows."""
    first = hearing.bench[0].judge if hearing.bench else None
    card = _card(session, hearing.id)
    held = hearing.state in {*shape.ON_AIR, HearingState.ENDED} or hearing.actual_start is not None
    late = late_rows.taken(session, hearing.id)
    shown = held and not late and _shown(hearing)
    contested, overturned = _contests(session, card)
    return ind.Sitting(
        id=hearing.id,
        day=court_day(hearing.scheduled_start),
        court=hearing.court_id,
        kind=hearing.case.kind,
        judge=first.id if first else "",
        leader=bool(first and first.leader),
        held=held,
        may_broadcast=not law_closes(hearing),
        broadcast=shown,
        on_air_minutes=_minutes(session, hearing) if shown else 0.0,
        good_share=_good(session, hearing.id) if shown else None,
        leaks=_leaks(session, hearing.id),
        late_minutes=None if late else _late(hearing),
        approved_before=_approved(hearing),
        reason="" if shown else _reason(hearing) or (BROUGHT_LATE if late else ""),
        recorded=_recorded(session, hearing),
        score=card.total if card is not None else None,
        contested=contested,
        overturned=overturned,
    )


def law_closes(hearing: Hearing) -> bool:
    """Whether a closure of the law, not a missing approval, keeps the hearing off the air."""
    return _closing_code(hearing) != ""


def _closing_code(hearing: Hearing) -> str:
    decision = hearing.gate_decisions[-1] if hearing.gate_decisions else None
    codes = [str(c) for c in decision.codes] if decision is not None else []
    known = closures()
    named = (c for c in codes if c == NOT_PUBLIC or (c in known and known[c].effect in CLOSING))
    if decision is not None and decision.effect in CLOSING:
        return next(named, "")
    return "" if hearing.public else NOT_PUBLIC


def _reason(hearing: Hearing) -> str:
    """Why it was not broadcast, as a code: the law's, or that the approval says so."""
    return _closing_code(hearing) or (REFUSED if _refused(hearing) else "")


def _shown(hearing: Hearing) -> bool:
    modes = {PublicationMode.LIVE, PublicationMode.REPLAY}
    return any(p.mode in modes and p.state in OUT for p in hearing.publications)


def _minutes(session: Session, hearing: Hearing) -> float:
    """Minutes that went out: the segments, or the whole sitting where none is kept."""
    query = select(func.sum(Segment.end - Segment.start)).where(Segment.hearing_id == hearing.id)
    aired = session.scalar(query)
    if aired:
        return float(aired) / SECOND / 60
    if hearing.actual_start is None or hearing.actual_end is None:
        return 0.0
    return (hearing.actual_end - hearing.actual_start).total_seconds() / 60


def _good(session: Session, hearing_id: str) -> float | None:
    """The share of measured seconds with picture and sound in order, None unmeasured."""
    rows = session.execute(
        select(Measure.black, Measure.frozen, Measure.clipped).where(
            Measure.hearing_id == hearing_id
        )
    ).all()
    return sum(not any(row) for row in rows) / len(rows) if rows else None


def _leaks(session: Session, hearing_id: str) -> int:
    """Leaks that people have confirmed."""
    query = select(func.count()).where(LeakRow.hearing_id == hearing_id)
    return session.scalar(query) or 0


def _late(hearing: Hearing) -> float | None:
    if hearing.actual_start is None:
        return None
    return (hearing.actual_start - hearing.scheduled_start).total_seconds() / 60


def _refused(hearing: Hearing) -> bool:
    """Whether "do not publish, because" is on file."""
    approval = gatekeeping.facts_of(hearing).approval
    return approval is not None and not approval.granted


def _approved(hearing: Hearing) -> bool | None:
    approval = gatekeeping.facts_of(hearing).approval
    if approval is None or not approval.granted or approval.at is None:
        return False if hearing.actual_start else None
    return hearing.actual_start is None or approval.at <= hearing.actual_start


def _recorded(session: Session, hearing: Hearing) -> bool:
    if hearing.demo and hearing.duration and not hearing.last_seq:
        return True  # the demonstration's past has recordings in its story only
    query = select(Asset.seq).where(Asset.hearing_id == hearing.id, Asset.kind == "sealed")
    return session.scalars(query.limit(1)).first() is not None


def _card(session: Session, hearing_id: str) -> ScorecardRow | None:
    query = select(ScorecardRow).where(
        ScorecardRow.hearing_id == hearing_id, ScorecardRow.current.is_(True)
    )
    return session.scalars(query).first()


def _contests(session: Session, card: ScorecardRow | None) -> tuple[int, int]:
    """(findings contested, of them overturned by a person)."""
    if card is None:
        return 0, 0
    query = (
        select(Review.finding_id, Review.verdict, Review.at)
        .join(FindingRow, FindingRow.id == Review.finding_id)
        .where(FindingRow.scorecard_id == card.id)
        .order_by(Review.at)
    )
    contested: set[str] = set()
    overturned: set[str] = set()
    for finding_id, verdict, _ in session.execute(query):
        if verdict is ReviewVerdict.CONTEST:
            contested.add(finding_id)
        elif verdict in OVERTURNS and finding_id in contested:
            overturned.add(finding_id)
    return len(contested), len(overturned)
