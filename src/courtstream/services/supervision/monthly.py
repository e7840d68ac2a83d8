"""月度监督: every court's month computed, and what the watches notice in it proposed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action, Target, require
from courtstream.domain.clock import court_day
from courtstream.domain.errors import InvalidInput
from courtstream.domain.ids import new_id
from courtstream.domain.staff import MACHINE
from courtstream.domain.supervision import NoticeState
from courtstream.rules import indicators as ind
from courtstream.rules.supervision import Noticed, Subject, noticed
from courtstream.services.people import audit
from courtstream.services.people.scope import court_path
from courtstream.services.supervision import gaming, reporting, tallying
from courtstream.services.views import UserView
from courtstream.store.tables import MonthlyRun, Notice


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a month's supervision did."""

    month: str
    courts: int
    found: int
    new: int


def run(session: Session, month: str, now: datetime, by: str = MACHINE) -> RunReport:
    """Compute every court's sheet of a month and propose what the watches notice.

    Doing it again adds only what is new; what people have already decided stays decided.
    """
    by_court = ind.grouped(tallying.cells(session, [month]), lambda c: c.court)
    reported = reporting.by_court(session, [month])
    known = _known(session, month)
    proposals = []
    for court_id, cells in sorted(by_court.items()):
        proposals += _court_proposals(court_id, cells, reported.get(court_id, {}))
    made = [_notice(month, *p, now) for p in proposals]
    made += [_sign(month, sign, now) for sign in gaming.signs_of(session, month)]
    new = [n for n in made if (n.code, n.subject_id) not in known]
    session.add_all(new)
    session.merge(MonthlyRun(month=month, at=now, by=by, found=len(made)))
    detail = {"month": month, "found": len(made), "new": len(new)}
    audit.append(session, by, "monthly_run", month, detail, now)
    return RunReport(month, len(by_court), len(made), len(new))


def due(session: Session, now: datetime) -> str | None:
    """The month that is over, has sittings, and has not been run; None when there is none."""
    last = tallying.month_of(court_day(now).replace(day=1) - timedelta(days=1))
    known = last in tallying.months_known(session)
    return last if known and session.get(MonthlyRun, last) is None else None


def run_by(session: Session, actor: UserView, month: str, now: datetime) -> RunReport:
    """`run` by hand. Raises Forbidden, InvalidInput for a month that is not one."""
    require(actor, Action.SUPERVISE, _own(session, actor))
    checked_month(month)
    return run(session, month, now, actor.id)


def checked_month(month: str) -> str:
    """The month as given. Raises InvalidInput when it is not like 2026-11."""
    try:
        date.fromisoformat(f"{month}-01")
    except ValueError:
        raise InvalidInput("月份应如 2026-11 / a month like 2026-11") from None
    return month


def _sign(month: str, sign: gaming.Sign, now: datetime) -> Notice:
    return Notice(
        id=new_id("n"),
        month=month,
        code=sign.code,
        court_id=sign.court_id,
        subject_kind=Subject.HEARING.value,
        subject_id=sign.hearing_id,
        state=NoticeState.DETECTED,
        facts={"hearings": [sign.hearing_id, *sign.others], **sign.facts},
        created_at=now,
    )


def _known(session: Session, month: str) -> set[tuple[str, str]]:
    query = select(Notice.code, Notice.subject_id).where(Notice.month == month)
    return {(code, subject) for code, subject in session.execute(query)}


def _court_proposals(
    court_id: str, cells: list[ind.Cell], reported: Mapping[str, int]
) -> list[tuple[str, str, Noticed]]:
    """(court, subject, what was noticed) of a court and of each of its judges."""
    found = [(court_id, court_id, n) for n in noticed(Subject.COURT, cells, reported)]
    for judge_id, own in sorted(ind.grouped(cells, lambda c: c.judge).items()):
        if judge_id:
            found += [(court_id, judge_id, n) for n in noticed(Subject.JUDGE, own)]
    return found


def _notice(month: str, court_id: str, subject: str, found: Noticed, now: datetime) -> Notice:
    value = found.figure
    return Notice(
        id=new_id("n"),
        month=month,
        code=found.watch.code,
        court_id=court_id,
        subject_kind=found.watch.subject.value,
        subject_id=subject,
        state=NoticeState.DETECTED,
        facts={
            "indicator": value.code,
            "value": value.value,
            "numerator": value.numerator,
            "denominator": value.denominator,
            "left_out": value.left_out,
            "missing": list(value.missing) if found.watch.subject is Subject.COURT else [],
        },
        created_at=now,
    )


def _own(session: Session, actor: UserView) -> Target:
    return Target(court_path(session, actor.court_id) if actor.court_id else ())
