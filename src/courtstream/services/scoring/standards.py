"""庭审规范标准 as the office keeps it: editions compared, tried on past hearings, released.

A released edition is frozen: scorecards name the edition they were made by and never change.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action, Target, may, require
from courtstream.domain.errors import Conflict, InvalidInput, NotFound
from courtstream.domain.trial import HearingState
from courtstream.rules import scoring as engine
from courtstream.rules.scoring import Change, Standard, StandardInvalid
from courtstream.services.people import audit
from courtstream.services.scoring.facts import facts_of
from courtstream.services.views import UserView
from courtstream.store.tables import Court, Hearing, StandardRow

LONGEST = 300_000
MOST_TRIED = 30
_VERSION = re.compile(r"^[0-9A-Za-z][0-9A-Za-z.\-]{0,30}$")


@dataclass(frozen=True, slots=True)
class EditionView:
    """One edition. `own`: made here, not shipped; `released_at` None: a draft."""

    version: str
    zh: str
    en: str
    own: bool
    in_force: bool
    items: int
    based_on: str = ""
    note: str = ""
    sha256: str = ""
    released_at: datetime | None = None
    draft: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """A past hearing by both editions, on the same facts."""

    hearing_id: str
    case_number: str
    day: datetime
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Trial:
    """What an edition would have said of past hearings; nothing of it is stored."""

    rows: tuple[Tried, ...]
    before: float
    after: float


def in_force(session: Session) -> Standard:
    """The edition new scorecards are made by: the office's latest release, else the shipped one."""
    query = (
        select(StandardRow)
        .where(StandardRow.released_at.is_not(None))
        .order_by(StandardRow.released_at.desc(), StandardRow.version.desc())
        .limit(1)
    )
    row = session.scalars(query).first()
    return engine.parse_standard(row.text, _name(row.version)) if row else engine.load_standard()


def standard_of(session: Session, version: str) -> Standard:
    """The edition a scorecard names. Raises NotFound."""
    row = session.get(StandardRow, version)
    if row is not None:
        return engine.parse_standard(row.text, _name(version))
    return engine.load_standard(_shipped(version))


def text_of(session: Session, version: str) -> str:
    """The edition as text. Raises NotFound."""
    row = session.get(StandardRow, version)
    return row.text if row is not None else engine.standard_text(_shipped(version))


def editions(session: Session, actor: UserView) -> tuple[EditionView, ...]:
    """All editions, the newest first. Raises Forbidden."""
    may_manage(session, actor)
    now = in_force(session).version
    rows = session.scalars(select(StandardRow).order_by(StandardRow.made_at.desc()))
    own = [_view(row, now) for row in rows]
    shipped = [_shipped_view(version, now) for version in reversed(engine.released_standards())]
    return (*own, *shipped)


def changes(session: Session, old: str, new: str) -> tuple[Change, ...]:
    """What differs between two editions. Raises NotFound."""
    return engine.diff(standard_of(session, old), standard_of(session, new))


def propose(
    session: Session, actor: UserView, text: str, note: str, based_on: str, now: datetime
) -> EditionView:
    """Keep a new edition as a draft; a draft of the same version is replaced.

    Raises Forbidden, StandardInvalid naming the line, Conflict when the version is released.
    """
    may_manage(session, actor)
    if len(text) > LONGEST:
        raise InvalidInput("文件过长 / too long")
    standard = engine.parse_standard(text, "standard.toml")
    engine.check(standard)
    if not _VERSION.match(standard.version):
        raise InvalidInput("版本号只用字母、数字和点 / letters, digits and dots in the version")
    known = session.get(StandardRow, standard.version)
    shipped = standard.version in engine.released_standards()
    if shipped or (known is not None and known.released_at is not None):
        raise Conflict("该版本已发布，请另取版本号 / this version is released: take a new one")
    row = known or StandardRow(version=standard.version)
    row.name, row.text, row.sha256 = standard.name, text, _digest(text)
    row.based_on, row.note = based_on[:64], note.strip()[:2000]
    row.made_by, row.made_at = actor.id, now
    session.add(row)
    session.flush()
    audit.append(session, actor.id, "standard_draft", standard.version, {"sha256": row.sha256}, now)
    return _view(row, in_force(session).version)


def adjusted(
    session: Session,
    base: str,
    version: str,
    weights: Mapping[str, float],
    thresholds: Mapping[str, float],
) -> str:
    """The text of `base` as edition `version` with these weights and single-number thresholds.

    Comments and everything else stay. Raises NotFound, InvalidInput for an unknown entry.
    """
    text = text_of(session, base)
    text = re.sub(r'(?m)^version = ".*"$', f'version = "{version}"', text, count=1)
    for code, value in weights.items():
        block = re.compile(
            rf'(\[\[item\]\]\nid = "{re.escape(code)}"\n(?:(?!\[\[).*\n)*?weight = )[\d.]+'
        )
        text, done = block.subn(rf"\g<1>{value:g}", text, count=1)
        if not done:
            raise InvalidInput(f"没有该评查项 / no such item: {code[:20]}")
    for name, value in thresholds.items():
        line = re.compile(rf"(?m)^({re.escape(name)} = )-?[\d.]+")
        text, done = line.subn(rf"\g<1>{float(value)!r}", text, count=1)
        if not done:
            raise InvalidInput(f"没有该阈值 / no such threshold: {name[:40]}")
    return text


def release(session: Session, actor: UserView, version: str, now: datetime) -> EditionView:
    """From now on new scorecards use it; it can never be changed again.

    Raises Forbidden, NotFound, Conflict when it is released already.
    """
    may_manage(session, actor)
    row = session.get(StandardRow, version)
    if row is None:
        raise NotFound
    if row.released_at is not None:
        raise Conflict("已发布 / released already")
    engine.check(engine.parse_standard(row.text, _name(version)))
    row.released_at = now
    audit.append(session, actor.id, "standard_released", version, {"sha256": row.sha256}, now)
    session.flush()
    return _view(row, in_force(session).version)


def preview(session: Session, actor: UserView, version: str, most: int = MOST_TRIED) -> Trial:
    """The latest past hearings by the edition in force and by `version`, on the same facts.

    In order of time, by case number: hearings, not people. Raises Forbidden, NotFound.
    """
    may_manage(session, actor)
    old, new = in_force(session), standard_of(session, version)
    query = (
        select(Hearing)
        .where(Hearing.state == HearingState.ENDED)
        .order_by(Hearing.scheduled_start.desc())
        .limit(most)
    )
    rows = tuple(_tried(session, hearing, old, new) for hearing in session.scalars(query))
    if not rows:
        return Trial((), 0.0, 0.0)
    return Trial(rows, fmean(r.before for r in rows), fmean(r.after for r in rows))


def may_manage(session: Session, actor: UserView) -> None:
    """Editions belong to the office of the province. Raises Forbidden."""
    require(actor, Action.MANAGE_STANDARDS, Target(_top(session)))


def manages(session: Session, actor: UserView) -> bool:
    """Whether `may_manage` lets the actor through."""
    return may(actor, Action.MANAGE_STANDARDS, Target(_top(session)))


def _top(session: Session) -> tuple[str, ...]:
    """The court that has none above it."""
    top = session.scalars(select(Court.id).where(Court.parent_id.is_(None)).limit(1)).first()
    return (top,) if top else ()


def _tried(session: Session, hearing: Hearing, old: Standard, new: Standard) -> Tried:
    facts = facts_of(session, hearing)
    return Tried(
        hearing.id,
        hearing.case.number,
        hearing.scheduled_start,
        engine.score_hearing(facts, old).total,
        engine.score_hearing(facts, new).total,
    )


def _view(row: StandardRow, now: str) -> EditionView:
    standard = engine.parse_standard(row.text, _name(row.version))
    return EditionView(
        row.version,
        standard.zh,
        standard.en,
        True,
        row.version == now,
        len(standard.items),
        row.based_on,
        row.note,
        row.sha256,
        row.released_at,
        row.released_at is None,
    )


def _shipped_view(version: str, now: str) -> EditionView:
    standard = engine.load_standard(version)
    digest = _digest(engine.standard_text(version))
    return EditionView(
        version, standard.zh, standard.en, False, version == now, len(standard.items), sha256=digest
    )


def _shipped(version: str) -> str:
    """Only versions that come with the platform: never a path."""
    if version not in engine.released_standards():
        raise NotFound(f"standard {version[:40]}")
    return version


def _name(version: str) -> str:
    return f"{version}.toml"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


__all__ = [
    "EditionView",
    "StandardInvalid",
    "Trial",
    "Tried",
    "adjusted",
    "changes",
    "editions",
    "in_force",
    "manages",
    "may_manage",
    "preview",
    "propose",
    "release",
    "standard_of",
    "text_of",
]
