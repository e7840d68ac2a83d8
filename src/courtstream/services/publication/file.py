"""The publication file of one hearing for staff."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action, Target, may
from courtstream.domain.approval import ApprovalOutcome, Stage
from courtstream.domain.trial import HearingState
from courtstream.rules.gate import Closure, closures
from courtstream.services.gate import approving, objecting
from courtstream.services.people.scope import court_path, hearing_for
from courtstream.services.publication import shape
from courtstream.services.views import GateView, HearingCard, UserView
from courtstream.store.tables import (
    ClosureChange,
    Hearing,
    ObjectionRow,
    User,
)

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
