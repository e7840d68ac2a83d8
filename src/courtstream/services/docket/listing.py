"""Lists and facts the staff pages show: hearings within reach, one hearing, choices in forms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action, may
from courtstream.domain.errors import Forbidden, NotFound
from courtstream.domain.scoring import Outcome
from courtstream.domain.time import to_seconds
from courtstream.services import paging
from courtstream.services.people.scope import courts_within, target_of
from courtstream.services.public import outline
from courtstream.services.publication import shape
from courtstream.services.views import (
    ClosureView,
    GateView,
    HearingCard,
    HearingList,
    PublicationView,
    UserView,
)
from courtstream.store.tables import (
    FindingRow,
    Hearing,
    HearingJudge,
    Measure,
    ScorecardRow,
)

PAGE = 30


@dataclass(frozen=True, slots=True)
class HearingDesk:
    """One hearing for staff. `allowed`: what this person may do with it."""

    card: HearingCard
    gate: GateView | None
    publications: tuple[PublicationView, ...]
    closures: tuple[ClosureView, ...]
    levels: tuple[tuple[float, float], ...]
    wall_zero_ms: float | None
    media: str
    withdrawn: bool
    allowed: frozenset[Action]


@dataclass(frozen=True, slots=True)
class JudgedItem:
    """One item of one hearing's scorecard; `start` seconds into the recording, None unknown."""

    hearing_id: str
    item: str
    title_zh: str
    title_en: str
    outcome: Outcome
    start: float | None


def staff_hearings(session: Session, actor: UserView, page: int = 1) -> HearingList:
    """Hearings of the actor's courts, the latest first; a judge sees the own ones."""
    where: ColumnElement[bool] = Hearing.court_id.in_(courts_within(session, actor.court_id))
    if actor.judge_id is not None:
        where = Hearing.bench.any(HearingJudge.judge_id == actor.judge_id)
    total = session.scalar(select(func.count()).select_from(Hearing).where(where)) or 0
    page, pages, offset = paging.place(total, page, PAGE)
    latest = (Hearing.scheduled_start.desc(), Hearing.id.desc())
    ids = select(Hearing.id).where(where).order_by(*latest).limit(PAGE).offset(offset)
    query = select(Hearing).where(Hearing.id.in_(session.scalars(ids).all())).order_by(*latest)
    rows = session.scalars(query.options(*shape.card_options()))
    cards = tuple(shape.card_view(session, row) for row in rows)
    return HearingList(cards, total, page, pages)


def hearing_desk(session: Session, actor: UserView, hearing_id: str) -> HearingDesk:
    """One hearing of the actor's reach. Raises NotFound, Forbidden."""
    hearing = session.get(Hearing, hearing_id)
    if hearing is None:
        raise NotFound
    target = target_of(session, hearing)
    allowed = frozenset(action for action in Action if may(actor, action, target))
    if not allowed & {Action.SEE_COURTROOM, Action.SEE_SCORE}:
        raise Forbidden
    card = shape.card_view(session, hearing)
    return HearingDesk(
        card=card,
        gate=shape.gate_view(hearing),
        publications=tuple(shape.publication_view(p) for p in hearing.publications),
        closures=outline.closures(session, hearing_id),
        levels=_levels(session, hearing_id),
        wall_zero_ms=hearing.wall_zero.timestamp() * 1000 if hearing.wall_zero else None,
        media=shape.media_path(hearing.id) if card.live or card.replay else "",
        withdrawn=shape.withdrawn(hearing),
        allowed=allowed,
    )


def judged_items(session: Session, hearing_ids: Iterable[str]) -> tuple[JudgedItem, ...]:
    """Every weighed finding of the hearings' current scorecards, without those only people judge.

    The caller has checked who may see them. One query, because a judge's page looks through
    three months of hearings.
    """
    query = (
        select(
            ScorecardRow.hearing_id,
            FindingRow.item,
            FindingRow.title_zh,
            FindingRow.title_en,
            FindingRow.outcome,
            FindingRow.evidence,
        )
        .join(FindingRow, FindingRow.scorecard_id == ScorecardRow.id)
        .where(ScorecardRow.current.is_(True), ScorecardRow.hearing_id.in_(list(hearing_ids)))
        .where(FindingRow.weight > 0)
        .order_by(FindingRow.position)
    )
    return tuple(
        JudgedItem(hearing_id, item, zh, en, outcome, _first_start(evidence))
        for hearing_id, item, zh, en, outcome, evidence in session.execute(query)
    )


def _first_start(evidence: Iterable[dict[str, Any]]) -> float | None:
    starts = (e.get("start") for e in evidence)
    first = next((start for start in starts if start is not None), None)
    return None if first is None else to_seconds(int(first))


def _levels(session: Session, hearing_id: str) -> tuple[tuple[float, float], ...]:
    """Loudness over time as (seconds, LUFS)."""
    query = (
        select(Measure.start, Measure.lufs)
        .where(Measure.hearing_id == hearing_id, Measure.lufs.is_not(None))
        .order_by(Measure.start)
    )
    rows = session.execute(query)
    return tuple((to_seconds(start), lufs) for start, lufs in rows if lufs is not None)
