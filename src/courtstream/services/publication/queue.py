"""What does not go out by itself, for the office to work: one light query a kind, then the cards
of the page that is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from courtstream.domain.trial import HearingState, PublicationMode
from courtstream.services.gate import approving
from courtstream.services.paging import Page, cut
from courtstream.services.people.scope import courts_within
from courtstream.services.publication import shape
from courtstream.services.views import HearingCard, UserView
from courtstream.store.tables import (
    ApprovalFile,
    ClipRow,
    ClipState,
    EntryRow,
    EntryState,
    Hearing,
    ObjectionRow,
    Publication,
    PublicationState,
)

SOON = timedelta(days=10)
LATELY = timedelta(days=60)
PAGE = 50
_BEFORE = (HearingState.SCHEDULED, HearingState.ADMITTED, *shape.ON_AIR)


@dataclass(frozen=True, slots=True)
class ExceptionView:
    """One thing that does not go by itself. `kind` names the sentence, `place` the page."""

    kind: str
    card: HearingCard
    note: str
    due: datetime | None
    place: str
    late: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of what waits, the most pressing first; `late` counts what is overdue of all."""

    part: Page[ExceptionView]
    late: int


@dataclass(frozen=True, slots=True)
class _Waiting:
    """One thing before its card is known; `start` is the sitting's."""

    kind: str
    hearing_id: str
    start: datetime
    note: str = ""
    due: datetime | None = None
    page: str = ""
    late: bool = False


def exceptions(session: Session, actor: UserView, now: datetime, page: int = 1) -> Queue:
    """What waits for a person within the actor's courts, overdue first, then by when it is due.

    What is open by law and ready is not here: it goes out by itself.
    """
    near = (
        Hearing.court_id.in_(courts_within(session, actor.court_id)),
        Hearing.scheduled_start < now + SOON,
        Hearing.scheduled_start > now - LATELY,
        Hearing.public.is_(True),
    )
    found = [w for kind in _KINDS for w in kind(session, near, now)]
    found.sort(key=lambda w: (not w.late, w.due or w.start, w.hearing_id, w.kind))
    part = cut(found, page, PAGE)
    cards = _cards(session, {w.hearing_id for w in part.rows})
    shown = part.showing(_view(w, cards[w.hearing_id]) for w in part.rows)
    return Queue(shown, sum(w.late for w in found))


_Near = tuple[Any, ...]


def _view(waiting: _Waiting, card: HearingCard) -> ExceptionView:
    place = f"/staff/hearings/{card.id}{waiting.page}"
    return ExceptionView(waiting.kind, card, waiting.note, waiting.due, place, waiting.late)


def _cards(session: Session, wanted: set[str]) -> dict[str, HearingCard]:
    query = select(Hearing).where(Hearing.id.in_(wanted)).options(*shape.card_options())
    return {hearing.id: shape.card_view(session, hearing) for hearing in session.scalars(query)}


def _before(*columns: Any, near: _Near) -> Select[Any]:
    """Columns of sittings that are not over, the id and the start first."""
    query = select(Hearing.id, Hearing.scheduled_start, *columns)
    return query.where(*near, Hearing.state.in_(_BEFORE))


def _unchecked(session: Session, near: _Near, now: datetime) -> Iterator[_Waiting]:
    query = _before(near=near).where(Hearing.closure_codes.is_(None))
    for hearing_id, start in session.execute(query):
        yield _Waiting("unchecked", hearing_id, start, "", start, "/gate", start < now)


def _approvals(session: Session, near: _Near, now: datetime) -> Iterator[_Waiting]:
    query = (
        _before(ApprovalFile, near=near)
        .join(ApprovalFile, ApprovalFile.hearing_id == Hearing.id)
        .where(ApprovalFile.outcome.is_(None))
        .options(selectinload(ApprovalFile.steps))
    )
    for hearing_id, start, file in session.execute(query):
        stage = approving.stage_of(file)
        if stage is not None:
            yield _Waiting("approval", hearing_id, start, stage.value, start, "/gate", start < now)


def _objections(session: Session, near: _Near, now: datetime) -> Iterator[_Waiting]:
    columns = (ObjectionRow.label, ObjectionRow.by_side, ObjectionRow.due_at)
    query = _before(*columns, near=near).join(ObjectionRow, ObjectionRow.hearing_id == Hearing.id)
    for hearing_id, start, label, side, due in session.execute(
        query.where(ObjectionRow.upheld.is_(None))
    ):
        yield _Waiting("objection", hearing_id, start, label or side, due, "/gate", due < now)


def _untold(session: Session, near: _Near, now: datetime) -> Iterator[_Waiting]:
    query = _before(near=near).where(Hearing.notice_at.is_(None))
    for hearing_id, start in session.execute(query.where(Hearing.state == HearingState.SCHEDULED)):
        due = start - timedelta(days=1)
        yield _Waiting("notice", hearing_id, start, "", due, "/gate", due < now)


def _closed_on_air(session: Session, near: _Near, now: datetime) -> Iterator[_Waiting]:
    query = (
        _before(Publication.reason, near=near)
        .join(Publication, Publication.hearing_id == Hearing.id)
        .where(Publication.mode == PublicationMode.LIVE)
        .where(Publication.state == PublicationState.WITHDRAWN)
    )
    for hearing_id, start, reason in session.execute(query):
        yield _Waiting("closed_on_air", hearing_id, start, reason, now, "/gate")


def _replays(session: Session, near: _Near, now: datetime) -> Iterator[_Waiting]:
    """Replays of sittings that are over: to be released, or withdrawn."""
    kinds = {PublicationState.PENDING: "replay", PublicationState.WITHDRAWN: "withdrawn"}
    query = (
        select(Hearing.id, Hearing.scheduled_start, Publication.state, Publication.reason)
        .join(Publication, Publication.hearing_id == Hearing.id)
        .where(*near, Hearing.state == HearingState.ENDED)
        .where(Publication.mode == PublicationMode.REPLAY, Publication.state.in_(kinds))
    )
    for hearing_id, start, state, reason in session.execute(query):
        yield _Waiting(kinds[state], hearing_id, start, reason)


def _drafts(session: Session, near: _Near, now: datetime) -> Iterator[_Waiting]:
    query = (
        select(Hearing.id, Hearing.scheduled_start)
        .join(EntryRow, EntryRow.hearing_id == Hearing.id)
        .where(EntryRow.state == EntryState.DRAFT, near[0])
        .distinct()
    )
    for hearing_id, start in session.execute(query):
        yield _Waiting("drafts", hearing_id, start, page="/entries")


def _failed_clips(session: Session, near: _Near, now: datetime) -> Iterator[_Waiting]:
    query = (
        select(Hearing.id, Hearing.scheduled_start)
        .join(ClipRow, ClipRow.hearing_id == Hearing.id)
        .where(ClipRow.state == ClipState.FAILED, near[0])
        .distinct()
    )
    for hearing_id, start in session.execute(query):
        yield _Waiting("clip_failed", hearing_id, start, "", now, "/clips")


_Kind = Callable[[Session, _Near, datetime], Iterator[_Waiting]]
_KINDS: tuple[_Kind, ...] = (
    _unchecked,
    _approvals,
    _objections,
    _untold,
    _closed_on_air,
    _replays,
    _drafts,
    _failed_clips,
)
