"""An editor proposes, adds, words, moves and drops passages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courtstream.domain.errors import InvalidInput
from courtstream.domain.ids import new_id
from courtstream.domain.staff import MACHINE
from courtstream.domain.time import Span, seconds, to_seconds
from courtstream.domain.trial import Role
from courtstream.services.clips.proposals import LONGEST, SHORTEST, proposals, snap, text_of
from courtstream.services.clips.rows import clip_for_act, closed, hearing_for_act, rows_of
from courtstream.services.people import audit
from courtstream.services.publication import heard
from courtstream.services.publication.heard import HeardLine
from courtstream.services.publication.screening import screen
from courtstream.services.scoring.steps_now import found_steps
from courtstream.services.views import UserView
from courtstream.store.tables import ClipRow, ClipState, Hearing


def propose(session: Session, actor: UserView, hearing_id: str, now: datetime) -> int:
    """Propose passages of an ended hearing; how many are new.

    Raises NotFound, Forbidden, Conflict while the hearing goes on or the gate is closed.
    """
    hearing = hearing_for_act(session, actor, hearing_id)
    lines, shut = heard.heard_lines(session, hearing, limit=20_000), closed(session, hearing_id)
    found = proposals(lines, found_steps(session, hearing), shut, hearing.duration)
    known = [Span(row.start, row.end) for row in rows_of(session, hearing_id)]
    fresh = [p for p in found if not any(p.span.overlaps(span) for span in known)]
    for proposal in fresh:
        session.add(
            ClipRow(
                id=new_id("cl"),
                hearing_id=hearing_id,
                position=_next(session, hearing_id),
                text=proposal.text,
                step=proposal.step,
                roles=[role.value for role in proposal.roles],
                start=proposal.span.start,
                end=proposal.span.end,
                why=proposal.why,
                chosen=False,
                state=ClipState.PROPOSED,
                changed_at=now,
            )
        )
        session.flush()
    _in_time(session, hearing_id)
    audit.append(session, actor.id, "clips_proposed", hearing_id, {"clips": len(fresh)}, now)
    return len(fresh)


def add(
    session: Session, actor: UserView, hearing_id: str, start: float, end: float, now: datetime
) -> str:
    """A passage by hand, moved to the borders of words; its id.

    Raises NotFound, Forbidden, Conflict, InvalidInput for a length that no clip may have.
    """
    hearing = hearing_for_act(session, actor, hearing_id)
    span, lines = _span(session, hearing, start, end)
    roles = dict.fromkeys(line.role.value for line in lines if line.role is not Role.UNKNOWN)
    row = ClipRow(
        id=new_id("cl"),
        hearing_id=hearing_id,
        position=_next(session, hearing_id),
        text=text_of(lines),
        roles=list(roles),
        start=span.start,
        end=span.end,
        why="person",
        chosen=True,
        state=ClipState.PROPOSED,
        changed_by=actor.id,
        changed_at=now,
    )
    session.add(row)
    session.flush()
    audit.append(session, actor.id, "clip_added", hearing_id, {"clip": row.id}, now)
    return row.id


@dataclass(frozen=True, slots=True)
class ClipEdit:
    """What an editor sets; seconds of the recording."""

    title: str
    text: str
    start: float
    end: float
    chosen: bool


def edit(
    session: Session, actor: UserView, clip_id: str, change: ClipEdit, now: datetime
) -> tuple[str, ...]:
    """Change a passage; the kinds of what the rules hid in its words.

    Another span needs another film. Raises NotFound, Forbidden, Conflict, InvalidInput.
    """
    row, hearing = clip_for_act(session, actor, clip_id)
    hidden: tuple[str, ...] = ()
    if change.text.strip() and change.text.strip() != row.text.strip():
        screened = screen(hearing, change.text, 8000)
        row.text, hidden = screened.text, screened.hidden
    row.title = screen(hearing, change.title, 80).text if change.title.strip() else ""
    before = round(to_seconds(row.start), 1), round(to_seconds(row.end), 1)
    if (round(change.start, 1), round(change.end, 1)) != before:
        span, _ = _span(session, hearing, change.start, change.end)
        row.start, row.end = span.start, span.end
        row.state, row.file = ClipState.PROPOSED, ""
    row.chosen, row.changed_by, row.changed_at = change.chosen, actor.id, now
    audit.append(session, actor.id, "clip_edited", hearing.id, {"clip": row.id}, now)
    return hidden


def shift(session: Session, actor: UserView, clip_id: str, by: int, now: datetime) -> None:
    """Move a passage one place up or down in the story."""
    row, hearing = clip_for_act(session, actor, clip_id)
    rows = rows_of(session, hearing.id)
    at = rows.index(row)
    to = min(len(rows) - 1, max(0, at + by))
    rows.insert(to, rows.pop(at))
    for position, each in enumerate(rows):
        each.position = position
    row.changed_by, row.changed_at = actor.id, now


def drop(session: Session, actor: UserView, clip_id: str, now: datetime) -> None:
    """Take a passage off the timeline."""
    row, hearing = clip_for_act(session, actor, clip_id)
    session.delete(row)
    audit.append(session, actor.id, "clip_dropped", hearing.id, {"clip": clip_id}, now)


def _next(session: Session, hearing_id: str) -> int:
    query = select(func.max(ClipRow.position)).where(ClipRow.hearing_id == hearing_id)
    last = session.scalar(query)
    return 0 if last is None else last + 1


def _in_time(session: Session, hearing_id: str) -> None:
    """Proposals stand in order of time until a person moves them."""
    rows = rows_of(session, hearing_id)
    if any(row.changed_by != MACHINE for row in rows):
        return
    for position, row in enumerate(sorted(rows, key=lambda r: r.start)):
        row.position = position


def _span(
    session: Session, hearing: Hearing, start: float, end: float
) -> tuple[Span, list[HeardLine]]:
    """A wanted span at the borders of words, with its lines."""
    length = hearing.duration
    wanted = Span(min(seconds(start), length), min(max(seconds(start), seconds(end)), length))
    lines = heard.heard_lines(session, hearing, limit=20_000)
    span = snap(lines, wanted, length)
    if not SHORTEST <= span.length <= LONGEST:
        raise InvalidInput("片段须为 15 秒至 3 分钟 / a clip lasts 15 s to 3 min")
    if any(span.overlaps(shut) for shut in closed(session, hearing.id)):
        raise InvalidInput("片段包含未公开的时段 / it touches a part that was not public")
    return span, [line for line in lines if line.start < span.end and line.end > span.start]
