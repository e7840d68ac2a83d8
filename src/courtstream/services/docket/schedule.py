"""排期: a new hearing with its case, its bench, its privacy policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.control.protocol import SHORTEST_DELAY
from courtstream.domain.errors import InvalidInput
from courtstream.domain.ids import new_id
from courtstream.domain.trial import CaseKind, HearingState, Procedure, Role
from courtstream.rules.gate import closures
from courtstream.services.docket import lifecycle
from courtstream.services.gate import approving, gatekeeping
from courtstream.services.people import audit
from courtstream.services.people.scope import court_for, hearing_for
from courtstream.services.publication import shape
from courtstream.services.views import HearingCard, UserView
from courtstream.store.tables import (
    Case,
    Court,
    Courtroom,
    Hearing,
    HearingJudge,
    Judge,
    ParticipantRow,
    PolicyRow,
)

_KIND_OF = {"CIV": CaseKind.CIVIL, "CRI": CaseKind.CRIMINAL, "ADM": CaseKind.ADMINISTRATIVE}
_LONGEST = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class NewParticipant:
    """A participant as given."""

    role: Role
    name: str
    label: str = ""
    protected: bool = False
    side: str = ""


@dataclass(frozen=True, slots=True)
class NewHearing:
    """A hearing as given by a page, a file or the API. Court, courtroom and judges by name.

    `judges`: the presiding (or sole) judge first. `closure_codes`: codes of the gate's table found
    to apply, empty when someone checked and none does, None when nobody has checked. `approval`:
    the broadcast approval on file, None when not decided.
    """

    court: str
    courtroom: str
    case_number: str
    cause: str
    procedure: Procedure
    start: datetime
    judges: tuple[str, ...]
    end: datetime | None = None
    kind: CaseKind | None = None
    title: str = ""
    public: bool = True
    delay: float = 10.0
    replay_release: str = "person"
    picture_text: str = "person"
    begin: str = "auto"
    closure_codes: tuple[str, ...] | None = None
    approval: bool | None = None
    participants: tuple[NewParticipant, ...] = ()
    notice: datetime | None = None
    demo: bool = field(default=False)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field."""

    column: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Place:
    """The rows a new hearing refers to."""

    court: Court
    courtroom: Courtroom
    judges: tuple[Judge, ...]


def schedule(session: Session, actor: UserView, new: NewHearing, now: datetime) -> HearingCard:
    """Schedule one hearing. Raises InvalidInput naming every fault, Forbidden."""
    place, faults = check(session, new)
    if place is None or faults:
        text = "; ".join(f"{f.column}: {f.zh} / {f.en}" for f in faults)
        raise InvalidInput(text, faults=[f.column for f in faults])
    court_for(session, actor, Action.SCHEDULE, place.court.id)
    return shape.card_view(session, create(session, new, place, actor.id, now))


def cancel(session: Session, actor: UserView, hearing_id: str, now: datetime) -> HearingCard:
    """Cancel a hearing that has not begun. Raises Conflict, Forbidden, NotFound."""
    hearing = hearing_for(session, actor, Action.SCHEDULE, hearing_id)
    lifecycle.move(session, hearing, HearingState.CANCELLED, actor.id, now)
    return shape.card_view(session, hearing)


def check(session: Session, new: NewHearing) -> tuple[Place | None, tuple[Fault, ...]]:
    """Find court, courtroom and judges; everything that is wrong, field by field."""
    court = session.scalars(select(Court).where(Court.name == new.court)).first()
    if court is None:
        return None, (Fault("court", "没有该法院", "no such court"),)
    faults = list(_own_faults(new))
    courtroom = _one_courtroom(session, court, new.courtroom)
    if courtroom is None:
        faults.append(Fault("courtroom", "本院没有该法庭", "this court has no such courtroom"))
    judges, unknown = _find_judges(session, court, new.judges)
    if unknown:
        faults.append(Fault("judges", "本院没有该法官", "a judge is not of this court"))
    if courtroom is None:
        return None, tuple(faults)
    faults.extend(_clashes(session, court, courtroom, new))
    return Place(court, courtroom, judges), tuple(faults)


def create(session: Session, new: NewHearing, place: Place, by: str, now: datetime) -> Hearing:
    """Write a checked hearing."""
    hearing = Hearing(
        id=new_id("h"),
        case=_case(session, new, place.court),
        court=place.court,
        courtroom=place.courtroom,
        title=new.title or f"{new.case_number} {new.cause}",
        procedure=new.procedure,
        state=HearingState.SCHEDULED,
        scheduled_start=new.start,
        scheduled_end=end_of(new),
        sole_judge=len(place.judges) == 1,
        public=new.public,
        closure_codes=None if new.closure_codes is None else list(new.closure_codes),
        applications={},
        waived=[],
        notice_at=new.notice,
        demo=new.demo,
        created_at=now,
        created_by=by,
        bench=[HearingJudge(judge=judge, position=n) for n, judge in enumerate(place.judges)],
        policy=PolicyRow(
            delay=new.delay,
            replay_release=new.replay_release,
            picture_text=new.picture_text,
            start=new.begin,
        ),
    )
    session.add(hearing)
    session.flush()
    audit.append(session, by, "schedule", hearing.id, {"court": place.court.id}, now)
    if new.approval is None:
        approving.open_file(session, hearing, by, now)
    else:
        approving.filed_elsewhere(session, hearing, new.approval, by, now)
    gatekeeping.decide(session, hearing, now)
    return hearing


def end_of(new: NewHearing) -> datetime:
    """The planned end; two hours when nobody said."""
    return new.end or new.start + timedelta(hours=2)


def kind_of(procedure: Procedure) -> CaseKind:
    """The kind of case a procedure belongs to."""
    return _KIND_OF[procedure.value[:3]]


def _own_faults(new: NewHearing) -> Iterator[Fault]:
    if not new.case_number:
        yield Fault("case_number", "案号为空", "the case number is empty")
    if not new.cause:
        yield Fault("cause", "案由为空", "the cause is empty")
    if not new.judges:
        yield Fault("judges", "缺少审判长或独任法官", "a presiding or sole judge is missing")
    if len(set(new.judges)) != len(new.judges):
        yield Fault("judges", "合议庭成员重复", "a judge is named twice")
    if not new.start < end_of(new) <= new.start + _LONGEST:
        yield Fault("end", "结束时间须在开始之后且不超过14小时", "end after start, at most 14 h")
    if not SHORTEST_DELAY <= new.delay <= 120.0:
        yield Fault("delay", "延时须在6至120秒之间", "the delay is 6 to 120 seconds")
    unknown = set(new.closure_codes or ()) - closures().keys()
    if unknown:
        yield Fault("closure_codes", "没有该不公开情形代码", "no such closure code")
    if new.replay_release not in {"person", "automatic"}:
        yield Fault("replay_release", "只能是 person 或 automatic", "person or automatic")
    if new.begin not in {"auto", "clerk"}:
        yield Fault("begin", "只能是 auto 或 clerk", "auto or clerk")


def _one_courtroom(session: Session, court: Court, name: str) -> Courtroom | None:
    query = select(Courtroom).where(Courtroom.court_id == court.id, Courtroom.name == name)
    return session.scalars(query).first()


def _find_judges(
    session: Session, court: Court, names: Sequence[str]
) -> tuple[tuple[Judge, ...], bool]:
    query = select(Judge).where(Judge.court_id == court.id, Judge.name.in_(names))
    known = {judge.name: judge for judge in session.scalars(query)}
    found = tuple(known[name] for name in names if name in known)
    return found, len(found) < len(names)


def _clashes(
    session: Session, court: Court, courtroom: Courtroom, new: NewHearing
) -> Iterator[Fault]:
    """The same case at the same time, or another hearing in the same room."""
    query = (
        select(Hearing)
        .where(Hearing.courtroom_id == courtroom.id)
        .where(Hearing.state.not_in((HearingState.CANCELLED, HearingState.ENDED)))
        .where(Hearing.scheduled_start < end_of(new), Hearing.scheduled_end > new.start)
    )
    if session.scalars(query.limit(1)).first() is not None:
        yield Fault("start", "该法庭此时段已有庭审", "the courtroom is taken at that time")
    same = (
        select(Hearing)
        .join(Hearing.case)
        .where(Case.court_id == court.id, Case.number == new.case_number)
        .where(Hearing.scheduled_start == new.start)
    )
    if session.scalars(same.limit(1)).first() is not None:
        yield Fault("case_number", "该案此时间已排期", "this case is scheduled at that time")


def _case(session: Session, new: NewHearing, court: Court) -> Case:
    """The case, as this hearing knows it: cause and kind as given now, and everybody ever named.

    Nobody is dropped and nobody's protection is lifted, because an earlier sitting of the same
    case may not have known of a witness who must not be heard by name.
    """
    query = select(Case).where(Case.court_id == court.id, Case.number == new.case_number)
    case = session.scalars(query).first()
    if case is None:
        case = Case(
            id=new_id("ca"),
            court_id=court.id,
            number=new.case_number,
            cause=new.cause,
            kind=new.kind or kind_of(new.procedure),
            procedure=new.procedure,
            demo=new.demo,
        )
        session.add(case)
    case.cause, case.kind = new.cause, new.kind or case.kind
    known = {(row.role, row.name): row for row in case.participants}
    for p in new.participants:
        row = known.get((p.role, p.name))
        if row is None:
            row = known[p.role, p.name] = _participant(len(known), p)
            case.participants.append(row)
        row.protected = row.protected or p.protected
    return case


LABELS = {
    Role.PLAINTIFF: "原告",
    Role.DEFENDANT: "被告",
    Role.THIRD_PARTY: "第三人",
    Role.PROSECUTOR: "公诉人",
    Role.ACCUSED: "被告人",
    Role.VICTIM: "被害人",
    Role.COUNSEL: "诉讼代理人",
    Role.WITNESS: "证人",
    Role.CLERK: "书记员",
    Role.JUDGE: "审判员",
    Role.UNKNOWN: "参与人",
}


def _participant(position: int, p: NewParticipant) -> ParticipantRow:
    return ParticipantRow(
        id=new_id("pt"),
        position=position,
        role=p.role,
        name=p.name,
        label=p.label or LABELS[p.role],
        side=p.side,
        protected=p.protected,
    )
