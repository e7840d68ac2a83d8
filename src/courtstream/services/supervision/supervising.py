"""监督通知: the way of each notice, from what the machine noticed to what people settled.

A notice goes out only after a person has confirmed it, to the one it concerns and the head
alone. Nobody is ranked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action, Target, may, require
from courtstream.domain.clock import COURT_ZONE, court_day
from courtstream.domain.errors import Conflict, NotFound
from courtstream.domain.ids import new_id
from courtstream.domain.staff import MACHINE, StaffRole
from courtstream.domain.supervision import (
    BY_RECIPIENT,
    OBJECTION_DAYS,
    REMIND_DAYS,
    SETTLED,
    NoticeAct,
    NoticeState,
    acts,
    step,
)
from courtstream.rules.supervision import Subject, Watch, watches
from courtstream.services.people import audit
from courtstream.services.people.scope import court_path, courts_within, target_of
from courtstream.services.views import UserView
from courtstream.store.tables import Court, Hearing, Judge, Notice, NoticeStep

MOST = 300
"""Notices on one page; a month narrows what is more."""


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice as its reader may see it. `acts`: what this person may do with it now."""

    id: str
    month: str
    watch: Watch
    court_id: str
    court_name: str
    subject_kind: str
    subject_id: str
    subject_name: str
    state: NoticeState
    facts: Mapping[str, object]
    created_at: datetime
    sent_at: datetime | None
    deadline: datetime | None
    overdue: bool
    acts: tuple[NoticeAct, ...]
    steps: tuple[StepView, ...] = ()


@dataclass(frozen=True, slots=True)
class StepView:
    """One act on a notice."""

    act: NoticeAct
    by: str
    at: datetime
    note: str
    evidence: tuple[str, ...]


def notices(
    session: Session,
    actor: UserView,
    now: datetime,
    month: str | None = None,
    subject_id: str | None = None,
) -> tuple[NoticeView, ...]:
    """The notices this person may see, open ones first, then by deadline; `MOST` at most."""
    settled = Notice.state.in_(SETTLED)
    query = select(Notice).order_by(settled, Notice.deadline, Notice.created_at, Notice.id)
    if month is not None:
        query = query.where(Notice.month == month)
    if subject_id is not None:
        query = query.where(Notice.subject_id == subject_id)
    if actor.court_id is not None:
        query = query.where(Notice.court_id.in_(courts_within(session, actor.court_id)))
    if actor.role is not StaffRole.OFFICE:
        query = query.where(Notice.sent_at.is_not(None))
    if actor.role is StaffRole.JUDGE:
        own = (Notice.subject_id == actor.judge_id) | (Notice.subject_kind == Subject.HEARING)
        query = query.where(own)
    rows = list(session.scalars(query.limit(MOST)))
    # What every row asks for is loaded in three queries, not in three a row.
    subjects = {row.subject_id for row in rows}
    held = (session.query(Court).all(), _judges(session, subjects))
    seen = [row for row in rows if _may_see(session, actor, row)]
    views = tuple(_view(session, actor, row, now) for row in seen)
    del held  # kept until here, for the session only holds weakly what it has loaded
    return views


def _judges(session: Session, ids: set[str]) -> list[Judge]:
    return list(session.scalars(select(Judge).where(Judge.id.in_(ids))))


def notice(session: Session, actor: UserView, notice_id: str, now: datetime) -> NoticeView:
    """One notice with its whole history. Raises NotFound for one this person may not see."""
    return _view(session, actor, _get(session, actor, notice_id), now, whole=True)


def act(
    session: Session,
    actor: UserView,
    notice_id: str,
    what: NoticeAct,
    note: str,
    evidence: Iterable[str],
    now: datetime,
) -> NoticeView:
    """One step of a notice's way. Raises NotFound, Forbidden, Conflict, InvalidInput."""
    row = _get(session, actor, notice_id)
    action = Action.ANSWER_NOTICE if what in BY_RECIPIENT else Action.SUPERVISE
    require(actor, action, _target(session, row))
    _in_time(row, what, now)
    after = step(row.state, what, note)
    if what in {NoticeAct.SEND, NoticeAct.OVERRULE, NoticeAct.RETURN}:
        _start_clock(row, now)
    row.state = after
    row.closed_at = now if after in SETTLED else None
    row.steps.append(_step(row, what, actor.id, note, evidence, now))
    session.flush()
    audit.append(session, actor.id, "notice", row.id, {"act": what.value}, now)
    return _view(session, actor, row, now, whole=True)


def reminding(session: Session, now: datetime) -> bool:
    """Whether anybody is to be reminded."""
    return session.scalars(_near(now).limit(1)).first() is not None


def remind(session: Session, now: datetime) -> tuple[str, ...]:
    """Mark the notices whose deadline is near and of which nobody was reminded; their ids."""
    rows = list(session.scalars(_near(now)))
    for row in rows:
        row.reminded_at = now
        audit.append(session, MACHINE, "notice_reminder", row.id, {}, now)
    return tuple(row.id for row in rows)


def _start_clock(row: Notice, now: datetime) -> None:
    days = _watch(row.code).deadline_days
    end_of_day = datetime.combine(court_day(now) + timedelta(days=days), time(23, 59), COURT_ZONE)
    row.sent_at, row.deadline, row.reminded_at = now, end_of_day, None


def _in_time(row: Notice, what: NoticeAct, now: datetime) -> None:
    if what is not NoticeAct.OBJECT or row.sent_at is None:
        return
    if now > row.sent_at + timedelta(days=OBJECTION_DAYS):
        raise Conflict("异议期已过 / the time for objections is over")


def _near(now: datetime) -> Select[Notice]:
    return select(Notice).where(
        Notice.state == NoticeState.SENT,
        Notice.reminded_at.is_(None),
        Notice.deadline <= now + timedelta(days=REMIND_DAYS),
    )


def _get(session: Session, actor: UserView, notice_id: str) -> Notice:
    row = session.get(Notice, notice_id)
    if row is None or not _may_see(session, actor, row):
        raise NotFound
    return row


def _may_see(session: Session, actor: UserView, row: Notice) -> bool:
    """The office above it sees all; the one it concerns and the head, once it was sent."""
    target = _target(session, row)
    if may(actor, Action.SUPERVISE, target):
        return True
    return row.sent_at is not None and may(actor, Action.ANSWER_NOTICE, target)


def _target(session: Session, row: Notice) -> Target:
    hearing = session.get(Hearing, row.subject_id) if row.subject_kind == Subject.HEARING else None
    if hearing is not None:
        return target_of(session, hearing)
    judge = session.get(Judge, row.subject_id) if row.subject_kind == Subject.JUDGE else None
    divisions = frozenset({judge.division_id}) if judge and judge.division_id else frozenset[str]()
    judges = frozenset({judge.id}) if judge else frozenset[str]()
    return Target(court_path(session, row.court_id), judges, divisions)


def _watch(code: str) -> Watch:
    return next(w for w in watches() if w.code == code)


def _step(
    row: Notice, what: NoticeAct, by: str, note: str, evidence: Iterable[str], now: datetime
) -> NoticeStep:
    kept = [e.strip()[:200] for e in evidence if e.strip()][:20]
    return NoticeStep(
        id=new_id("ns"),
        notice_id=row.id,
        position=len(row.steps),
        act=what,
        by=by,
        at=now,
        note=note.strip()[:2000],
        evidence=kept,
    )


def _name(session: Session, row: Notice, judge: Judge | None, court: Court) -> str:
    if row.subject_kind == Subject.HEARING:
        hearing = session.get(Hearing, row.subject_id)
        return hearing.case.number if hearing else "–"
    return judge.name if judge else court.name


def _view(
    session: Session, actor: UserView, row: Notice, now: datetime, whole: bool = False
) -> NoticeView:
    target = _target(session, row)
    allowed = tuple(
        a
        for a in acts(row.state)
        if may(actor, Action.ANSWER_NOTICE if a in BY_RECIPIENT else Action.SUPERVISE, target)
    )
    court = session.get_one(Court, row.court_id)
    judge = session.get(Judge, row.subject_id) if row.subject_kind == Subject.JUDGE else None
    return NoticeView(
        id=row.id,
        month=row.month,
        watch=_watch(row.code),
        court_id=court.id,
        court_name=court.name,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        subject_name=_name(session, row, judge, court),
        state=row.state,
        facts=dict(row.facts),
        created_at=row.created_at,
        sent_at=row.sent_at,
        deadline=row.deadline,
        overdue=row.state is NoticeState.SENT and row.deadline is not None and now > row.deadline,
        acts=allowed,
        steps=_history(row) if whole else (),
    )


def _history(row: Notice) -> tuple[StepView, ...]:
    return tuple(
        StepView(s.act, s.by, s.at, s.note, tuple(str(e) for e in s.evidence)) for s in row.steps
    )
