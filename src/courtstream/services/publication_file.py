"""The publication file of one hearing for staff, and the queue of exceptions the office works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from courtstream.auth.policy import Action, Target, may
from courtstream.domain.approval import ApprovalOutcome, Stage
from courtstream.domain.trial import HearingState, PublicationMode
from courtstream.rules.gate import Closure, closures
from courtstream.services import approving, objecting, shape
from courtstream.services.scope import court_path, courts_within, hearing_for
from courtstream.services.views import GateView, HearingCard, UserView
from courtstream.store.tables import (
    ClipRow,
    ClipState,
    ClosureChange,
    EntryRow,
    EntryState,
    Hearing,
    ObjectionRow,
    PublicationState,
    User,
)

SOON = timedelta(days=10)
OVER = frozenset({HearingState.ENDED, HearingState.CANCELLED})


@dataclass(frozen=True, slots=True)
class StepView:
    """One stage of the chain; `outcome` None while its word is awaited."""

    stage: Stage | None
    round: int
    outcome: ApprovalOutcome | None
    reason: str
    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class ObjectionView:
    """An objection and its answer."""

    id: str
    by_side: str
    label: str
    reason: str
    filed_at: datetime
    due_at: datetime
    upheld: bool | None
    decision: str
    decided_at: datetime | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One addressee; `sent_at` None: not told yet. Names are for staff."""

    label: str
    name: str
    sent_at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One act on the closure codes."""

    at: datetime
    by: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class FileView:
    """Everything of the gate page. `may_*`: what this person may do now."""

    card: HearingCard
    gate: GateView | None
    codes: tuple[str, ...] | None
    table: tuple[Closure, ...]
    changes: tuple[ChangeView, ...]
    steps: tuple[StepView, ...]
    round: int
    outcome: ApprovalOutcome | None
    objections: tuple[ObjectionView, ...]
    notices: tuple[NoticeView, ...]
    over: bool
    begun: bool
    may_find: bool
    may_correct: bool
    may_say: bool
    may_reconsider: bool
    may_object: bool
    may_decide: bool
    may_notify: bool


@dataclass(frozen=True, slots=True)
class ExceptionView:
    """One thing that does not go by itself. `kind` names the sentence, `place` the page."""

    kind: str
    card: HearingCard
    note: str
    due: datetime | None
    place: str
    late: bool = False


def publication_file(session: Session, actor: UserView, hearing_id: str, now: datetime) -> FileView:
    """The file of a hearing within reach. Raises NotFound, Forbidden."""
    hearing = hearing_for(session, actor, Action.SEE_COURTROOM, hearing_id)
    judges = frozenset(seat.judge_id for seat in hearing.bench)
    target = Target(court_path(session, hearing.court_id), judges)
    can = {action: may(actor, action, target) for action in Action}
    over, begun = hearing.state in OVER, hearing.state is not HearingState.SCHEDULED
    file, codes = hearing.file, hearing.closure_codes
    return FileView(
        card=shape.card_view(session, hearing),
        gate=shape.gate_view(hearing),
        codes=None if codes is None else tuple(map(str, codes)),
        table=tuple(row for row in closures().values() if row.in_force(now.date())),
        changes=_changes(session, hearing_id),
        steps=tuple(_steps(session, hearing)),
        round=file.round if file else 1,
        outcome=file.outcome if file else None,
        objections=tuple(objection_view(row, now) for row in hearing.objections),
        notices=_notices(session, hearing) if can[Action.SCHEDULE] else (),
        over=over,
        begun=begun,
        may_find=not over and (can[Action.SCHEDULE] or can[Action.COMMAND]),
        may_correct=not over
        and (can[Action.CORRECT_CLOSURE] or (can[Action.SCHEDULE] and not begun)),
        may_say=approving.may_say(session, actor, hearing),
        may_reconsider=not over and can[Action.APPROVE] and bool(file and file.outcome),
        may_object=not over and can[Action.FILE_OBJECTION],
        may_decide=not over and can[Action.APPROVE],
        may_notify=not begun and can[Action.SCHEDULE],
    )


def objection_view(row: ObjectionRow, now: datetime) -> ObjectionView:
    """One objection; overdue when nobody has answered in time."""
    return ObjectionView(
        id=row.id,
        by_side=row.by_side,
        label=row.label,
        reason=row.reason,
        filed_at=row.filed_at,
        due_at=row.due_at,
        upheld=row.upheld,
        decision=row.decision,
        decided_at=row.decided_at,
        overdue=row.upheld is None and row.due_at < now,
    )


def person_name(session: Session, user_id: str) -> str:
    """The name of an account, the id itself for the machine, the gate and the policy."""
    user = session.get(User, user_id)
    return user.name if user else user_id


def _steps(session: Session, hearing: Hearing) -> Iterator[StepView]:
    """What was filed, then the stages of this round whose word is awaited."""
    file = hearing.file
    if file is None:
        for stage in approving.chain_of(session, hearing.court_id):
            yield StepView(stage, 1, None, "", "", None)
        return
    for step in file.steps:
        name = person_name(session, step.by)
        yield StepView(step.stage, step.round, step.outcome, step.reason, name, step.at)
    if file.outcome is None:
        spoken = sum(step.round == file.round for step in file.steps)
        for word in file.chain[spoken:]:
            yield StepView(Stage(word), file.round, None, "", "", None)


def _changes(session: Session, hearing_id: str) -> tuple[ChangeView, ...]:
    query = select(ClosureChange).where(ClosureChange.hearing_id == hearing_id)
    return tuple(
        ChangeView(c.at, person_name(session, c.by), tuple(c.added), tuple(c.removed), c.reason)
        for c in session.scalars(query.order_by(ClosureChange.at.desc()))
    )


def _notices(session: Session, hearing: Hearing) -> tuple[NoticeView, ...]:
    known = objecting.notices_of(session, hearing.id)
    return tuple(
        NoticeView(
            p.label,
            p.name,
            known[p.id].sent_at if p.id in known else None,
            known[p.id].due_at if p.id in known else None,
        )
        for p in objecting.addressees(hearing)
    )


def exceptions(session: Session, actor: UserView, now: datetime) -> tuple[ExceptionView, ...]:
    """What waits for a person within the actor's courts, the most pressing first.

    What is open by law and ready is not here: it goes out by itself.
    """
    ended_since = now - timedelta(days=60)
    query = (
        select(Hearing)
        .where(Hearing.court_id.in_(courts_within(session, actor.court_id)))
        .where(Hearing.state != HearingState.CANCELLED, Hearing.scheduled_start < now + SOON)
        .where(Hearing.scheduled_start > ended_since, Hearing.public.is_(True))
        .options(
            selectinload(Hearing.case),
            selectinload(Hearing.file),
            selectinload(Hearing.objections),
            selectinload(Hearing.publications),
            selectinload(Hearing.gate_decisions),
        )
        .order_by(Hearing.scheduled_start)
    )
    found: list[ExceptionView] = []
    for hearing in session.scalars(query):
        found.extend(_of_hearing(session, hearing, now))
    found.extend(_work(session, actor, now))
    return tuple(sorted(found, key=lambda e: (not e.late, e.due or e.card.scheduled_start)))


def _of_hearing(session: Session, hearing: Hearing, now: datetime) -> Iterator[ExceptionView]:
    if hearing.state is HearingState.ENDED:
        yield from _after_the_end(session, hearing)
        return
    kinds = list(_before_the_end(hearing, now))
    if kinds:
        card = shape.card_view(session, hearing)
        place = f"/staff/hearings/{hearing.id}/gate"
        for kind, note, due in kinds:
            yield ExceptionView(kind, card, note, due, place, bool(due and due < now))


def _before_the_end(hearing: Hearing, now: datetime) -> Iterator[tuple[str, str, datetime | None]]:
    start = hearing.scheduled_start
    if hearing.closure_codes is None:
        yield "unchecked", "", start
    stage = approving.stage_now(hearing)
    if stage is not None:
        yield "approval", stage.value, start
    for objection in hearing.objections:
        if objection.upheld is None:
            yield "objection", objection.label or objection.by_side, objection.due_at
    if hearing.notice_at is None and hearing.state is HearingState.SCHEDULED:
        yield "notice", "", start - timedelta(days=1)
    live = shape.publication_of(hearing, PublicationMode.LIVE)
    if live is not None and live.state is PublicationState.WITHDRAWN:
        yield "closed_on_air", live.reason, now


def _after_the_end(session: Session, hearing: Hearing) -> Iterator[ExceptionView]:
    replay = shape.publication_of(hearing, PublicationMode.REPLAY)
    if replay is None:
        return
    kinds = {PublicationState.PENDING: "replay", PublicationState.WITHDRAWN: "withdrawn"}
    kind = kinds.get(replay.state)
    if kind is not None:
        card = shape.card_view(session, hearing)
        yield ExceptionView(kind, card, replay.reason, None, f"/staff/hearings/{hearing.id}")


def _work(session: Session, actor: UserView, now: datetime) -> Iterator[ExceptionView]:
    """Drafts that wait and films that failed."""
    courts = courts_within(session, actor.court_id)
    drafts = (
        select(Hearing)
        .join(EntryRow, EntryRow.hearing_id == Hearing.id)
        .where(EntryRow.state == EntryState.DRAFT, Hearing.court_id.in_(courts))
    )
    for hearing in session.scalars(drafts.distinct()):
        card = shape.card_view(session, hearing)
        yield ExceptionView("drafts", card, "", None, f"/staff/hearings/{hearing.id}/entries")
    failed = (
        select(Hearing)
        .join(ClipRow, ClipRow.hearing_id == Hearing.id)
        .where(ClipRow.state == ClipState.FAILED, Hearing.court_id.in_(courts))
    )
    for hearing in session.scalars(failed.distinct()):
        card = shape.card_view(session, hearing)
        yield ExceptionView("clip_failed", card, "", now, f"/staff/hearings/{hearing.id}/clips")
