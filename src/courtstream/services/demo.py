"""The demonstration: an invented province, a month of its hearings, and today's live one.

Everything made here is flagged as demonstration data. Past hearings come from synthetic facts
through the same scoring engine as real ones. Seeding twice changes nothing: keys and passwords
are derived from the installation's own secret.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courtstream.auth.tokens import derived, digest, site_secret
from courtstream.domain.ids import new_id
from courtstream.domain.staff import StaffRole
from courtstream.domain.trial import CaseKind, CourtLevel, HearingState, Procedure, Role
from courtstream.services import demo_past
from courtstream.services.courtroom import keys
from courtstream.services.docket import schedule
from courtstream.services.docket.schedule import NewHearing, NewParticipant, Place
from courtstream.services.people import accounts
from courtstream.settings import Settings
from courtstream.store.tables import (
    Court,
    Courtroom,
    Division,
    Hearing,
    IngestKey,
    Judge,
    User,
)

CASE_FILE = Path("sample_media/case.json")
_OPEN = (
    HearingState.SCHEDULED,
    HearingState.ADMITTED,
    HearingState.LIVE,
    HearingState.INTERRUPTED,
)
_RECENT = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A staff account of the demonstration with its password, to be printed."""

    login: str
    password: str
    role: StaffRole
    name: str


@dataclass(frozen=True, slots=True)
class DemoSeed:
    """What the demonstration needs to be told: today's hearing, its key, the accounts."""

    hearing_id: str
    courtroom_id: str
    ingest_key: str
    accounts: tuple[DemoAccount, ...]
    past_hearings: int


def seed_demo(
    session: Session, settings: Settings, now: datetime, case_file: Path = CASE_FILE
) -> DemoSeed:
    """Make what is missing and say what there is. Raises OSError when the case file is absent."""
    world = _world()
    case = json.loads(case_file.read_text(encoding="utf-8"))
    secret = site_secret(settings.secret_key)
    courts = _courts(session, world)
    people = _staff(session, world, courts, secret, now)
    past = demo_past.seed_past(session, world, courts, now)
    room = _courtroom(session, case)
    key = _key(session, room, secret, now)
    hearing = _today(session, case, room, now)
    return DemoSeed(hearing.id, room.id, key, people, past)


def _world() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "demo.toml").read_text(encoding="utf-8"))


def _courts(session: Session, world: dict[str, Any]) -> dict[str, Court]:
    courts: dict[str, Court] = {}
    for row in world["court"]:
        court = session.scalars(select(Court).where(Court.name == row["name"])).first()
        if court is None:
            above = courts.get(row.get("above", ""))
            court = _new_court(session, row, above)
        courts[row["key"]] = court
    return courts


def _new_court(session: Session, row: dict[str, Any], above: Court | None) -> Court:
    court = Court(
        id=new_id("c"),
        name=row["name"],
        name_en=row["name_en"],
        level=CourtLevel(row["level"]),
        code=row["code"],
        parent_id=above.id if above else None,
        demo=True,
    )
    division = Division(id=new_id("d"), court_id=court.id, name="民事审判庭")
    session.add(court)
    session.flush()
    session.add(division)
    session.add_all(
        Courtroom(id=new_id("cr"), court_id=court.id, name=name) for name in row["rooms"]
    )
    session.add_all(
        Judge(
            id=new_id("j"),
            court_id=court.id,
            division_id=division.id,
            name=judge["name"],
            title=judge["title"],
            leader=judge.get("leader", False),
            demo=True,
        )
        for judge in row["judges"]
    )
    session.flush()
    return court


def _staff(
    session: Session,
    world: dict[str, Any],
    courts: dict[str, Court],
    secret: bytes,
    now: datetime,
) -> tuple[DemoAccount, ...]:
    made = []
    for row in world["staff"]:
        password = derived(secret, f"demo password {row['login']}")[:12]
        role = StaffRole(row["role"])
        made.append(DemoAccount(row["login"], password, role, row["name"]))
        if session.scalar(select(func.count()).where(User.login == row["login"])):
            continue
        court = courts[row["court"]]
        judge = session.scalars(
            select(Judge).where(Judge.court_id == court.id, Judge.name == row["name"])
        ).first()
        accounts.add_user(
            session,
            None,
            login=row["login"],
            name=row["name"],
            password=password,
            role=role,
            court_id=court.id,
            judge_id=judge.id if judge and role is StaffRole.JUDGE else None,
            now=now,
            demo=True,
        )
    return tuple(made)


def _courtroom(session: Session, case: dict[str, Any]) -> Courtroom:
    query = (
        select(Courtroom)
        .join(Courtroom.court)
        .where(Court.name == case["court"]["name"], Courtroom.name == case["courtroom"]["name"])
    )
    return session.scalars(query).one()


def _key(session: Session, room: Courtroom, secret: bytes, now: datetime) -> str:
    """The courtroom's demonstration key; a revoked one is replaced by the next in line."""
    for number in range(1000):
        key = derived(secret, f"demo ingest key {number}")
        row = session.scalars(select(IngestKey).where(IngestKey.sha256 == digest(key))).first()
        if row is None:
            keys.add(session, room.id, "demo", now, key)
            session.expire(room, ["keys"])
            return key
        if row.revoked_at is None:
            return key
    raise ValueError("every demonstration key was revoked")


def _today(session: Session, case: dict[str, Any], room: Courtroom, now: datetime) -> Hearing:
    """The open hearing of the sample case, or a new one that begins in a moment."""
    query = (
        select(Hearing)
        .where(Hearing.courtroom_id == room.id, Hearing.demo.is_(True))
        .where(Hearing.state.in_(_OPEN), Hearing.scheduled_start > now - _RECENT)
        .order_by(Hearing.scheduled_start.desc())
    )
    found = session.scalars(query).first()
    if found is not None:
        return found
    new = _new_hearing(case, now)
    judge = session.scalars(
        select(Judge).where(Judge.court_id == room.court_id, Judge.name == new.judges[0])
    ).one()
    return schedule.create(session, new, Place(room.court, room, (judge,)), "demo", now)


def _new_hearing(case: dict[str, Any], now: datetime) -> NewHearing:
    hearing = case["hearing"]
    start = now + timedelta(seconds=hearing["scheduled_offset_seconds"])
    return NewHearing(
        court=case["court"]["name"],
        courtroom=case["courtroom"]["name"],
        case_number=case["case"]["number"],
        cause=case["case"]["cause"],
        kind=CaseKind(case["case"]["kind"]),
        procedure=Procedure(hearing["procedure"]),
        start=start,
        end=start + timedelta(minutes=max(30, hearing["minutes"])),
        judges=(case["judge"]["name"],),
        public=hearing["public"],
        replay_release="automatic",
        picture_text="automatic",
        closure_codes=(),
        approval=True,
        delay=hearing.get("delay", 10.0),
        notice=start - timedelta(days=hearing["notice_days"]),
        participants=_participants(case),
        demo=True,
    )


def _participants(case: dict[str, Any]) -> tuple[NewParticipant, ...]:
    people = [
        NewParticipant(Role(p["role"]), p["name"], p["label"], p["protected"], p["side"])
        for p in case["participants"]
        if p["role"] != Role.JUDGE.value
    ]
    people += [
        NewParticipant(Role.UNKNOWN, name, "受保护人", protected=True)
        for name in case["protected_names"]
    ]
    return tuple(people)
