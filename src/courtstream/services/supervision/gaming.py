"""Signs that a figure was made rather than earned, gathered from a month's broadcasts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from courtstream.domain.scoring import Outcome
from courtstream.domain.time import SECOND
from courtstream.rules.supervision.gaming import Shown, number_of, signs
from courtstream.services.sealed.late_rows import TAKEN, clock_off
from courtstream.store.tables import Case, Hearing, LateUpload, Measure, ScorecardRow, SittingFact

LISTENED = 600 * SECOND
"""The first ten minutes tell whether the sound was heard before."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A watch's code, the hearing it speaks of, and the others it speaks of besides."""

    code: str
    court_id: str
    hearing_id: str
    others: tuple[str, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)


def signs_of(session: Session, month: str) -> tuple[Sign, ...]:
    """What the broadcasts of a month give to look at."""
    shown = _shown(session, month)
    courts = {s.hearing_id: s.court for s in shown}
    found = tuple(
        Sign(code, courts[hearing_id], hearing_id, others)
        for code, found in signs(shown).items()
        for hearing_id, others in sorted(found.items())
    )
    return (*found, *_old_clocks(session, month))


def _old_clocks(session: Session, month: str) -> Iterator[Sign]:
    """Recordings brought afterwards whose own clock does not fit their hearing."""
    query = (
        select(LateUpload, Hearing)
        .join(Hearing, Hearing.id == LateUpload.hearing_id)
        .join(SittingFact, SittingFact.hearing_id == Hearing.id)
        .where(SittingFact.month == month, LateUpload.state.in_(TAKEN))
        .order_by(LateUpload.at, LateUpload.id)
    )
    for upload, hearing in session.execute(query):
        distance = clock_off(upload, hearing)
        if distance is not None:
            facts = {"minutes": round(distance.total_seconds() / 60)}
            yield Sign("OLD_CLOCK", hearing.court_id, hearing.id, facts=facts)


def _shown(session: Session, month: str) -> list[Shown]:
    query = (
        select(SittingFact, Case.number, Case.cause)
        .join(Hearing, Hearing.id == SittingFact.hearing_id)
        .join(Case, Case.id == Hearing.case_id)
        .where(SittingFact.month == month, SittingFact.broadcast == 1)
    )
    rows = session.execute(query).all()
    found, loudness = _steps_found(session, month), _loudness(session, month)
    silent = _silent(session, month)
    courts = {fact.court_id for fact, _, _ in rows if fact.hearing_id in silent}
    motion = _motion(session, [f.hearing_id for f, _, _ in rows if f.court_id in courts])
    return [
        Shown(
            fact.hearing_id,
            fact.court_id,
            fact.judge_id,
            fact.day,
            fact.streamed / 60,
            cause,
            number_of(number),
            found.get(fact.hearing_id),
            loudness.get(fact.hearing_id, ()),
            fact.hearing_id in silent,
            motion.get(fact.hearing_id, ()),
        )
        for fact, number, cause in rows
    ]


def _steps_found(session: Session, month: str) -> dict[str, float]:
    """The share of steps found in each scored hearing; unclear ones count for nobody."""
    query = (
        select(ScorecardRow.hearing_id, ScorecardRow.steps)
        .join(SittingFact, SittingFact.hearing_id == ScorecardRow.hearing_id)
        .where(SittingFact.month == month, ScorecardRow.current.is_(True))
    )
    shares = {}
    for hearing_id, steps in session.execute(query):
        told = [s.get("outcome") for s in steps]
        met, missed = told.count(Outcome.MET.value), told.count(Outcome.NOT_FOUND.value)
        if met + missed:
            shares[hearing_id] = met / (met + missed)
    return shares


def _loudness(session: Session, month: str) -> dict[str, list[float]]:
    """LUFS second by second of the first minutes."""
    query = (
        select(Measure.hearing_id, Measure.lufs)
        .join(SittingFact, SittingFact.hearing_id == Measure.hearing_id)
        .where(SittingFact.month == month, SittingFact.broadcast == 1)
        .where(Measure.start < LISTENED, func.coalesce(Measure.lufs, 0) < 0)
        .order_by(Measure.hearing_id, Measure.start)
    )
    curves: dict[str, list[float]] = defaultdict(list)
    for hearing_id, lufs in session.execute(query):
        curves[hearing_id].append(float(lufs or 0.0))
    return dict(curves)


def _silent(session: Session, month: str) -> frozenset[str]:
    """Broadcasts whose first minutes are mostly without sound."""
    quiet = func.sum(case((Measure.silent.is_(True), 1), else_=0))
    query = (
        select(Measure.hearing_id)
        .join(SittingFact, SittingFact.hearing_id == Measure.hearing_id)
        .where(SittingFact.month == month, SittingFact.broadcast == 1)
        .where(Measure.start < LISTENED)
        .group_by(Measure.hearing_id)
        .having(quiet * 2 > func.count())
    )
    return frozenset(session.scalars(query))


def _motion(session: Session, hearing_ids: list[str]) -> dict[str, list[list[int]]]:
    """How the picture moved, second by second of the first minutes."""
    found: dict[str, list[list[int]]] = {}
    for hearing_id in hearing_ids:
        query = select(Measure.start, Measure.detail).where(
            Measure.hearing_id == hearing_id, Measure.start < LISTENED
        )
        known = {start // SECOND: d.get("motion") or [] for start, d in session.execute(query)}
        found[hearing_id] = [known.get(n, []) for n in range(max(known, default=-1) + 1)]
    return found
