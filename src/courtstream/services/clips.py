"""文字加短视频: passages with their films, arranged by an editor and released together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action, may
from courtstream.domain.errors import Conflict, InvalidInput, NotFound
from courtstream.domain.ids import new_id
from courtstream.domain.redaction import RedactionKind
from courtstream.domain.time import Span, seconds, to_seconds
from courtstream.domain.trial import HearingState, PublicationMode, Role
from courtstream.services import audit, publishing, shape, watch
from courtstream.services.clip_proposals import LONGEST, SHORTEST, proposals, snap, text_of
from courtstream.services.names import step_titles
from courtstream.services.scope import hearing_for, target_of
from courtstream.services.screening import screen
from courtstream.services.steps_now import found_steps
from courtstream.services.views import HearingCard, UserView
from courtstream.services.watch import HeardLine
from courtstream.store.tables import (
    ClipRow,
    ClipState,
    Hearing,
    PublicationState,
    RedactionRow,
)

MODE = PublicationMode.TEXT_CLIPS
_WHOLE = (RedactionKind.WHOLE_SOUND.value, RedactionKind.WHOLE_PICTURE.value)


@dataclass(frozen=True, slots=True)
class ClipView:
    """A passage. Times in seconds of the recording; `film` is empty until it is cut."""

    id: str
    position: int
    title: str
    text: str
    step_zh: str
    step_en: str
    roles: tuple[Role, ...]
    start: float
    end: float
    why: str
    chosen: bool
    state: ClipState
    film: str
    stale: bool


@dataclass(frozen=True, slots=True)
class StepMark:
    """A step on the timeline; seconds."""

    title_zh: str
    title_en: str
    start: float


@dataclass(frozen=True, slots=True)
class ClipDesk:
    """The editor's timeline of one hearing."""

    card: HearingCard
    duration: float
    clips: tuple[ClipView, ...]
    steps: tuple[StepMark, ...]
    open_by_gate: bool
    may_act: bool
    released: bool
    checked: bool

    @property
    def ready(self) -> bool:
        """Whether every chosen passage has its film and there is one at least."""
        chosen = [c for c in self.clips if c.chosen]
        return bool(chosen) and all(c.state is ClipState.READY and not c.stale for c in chosen)

    @property
    def cutting(self) -> bool:
        """Whether a film is being made."""
        return any(c.state is ClipState.CUTTING for c in self.clips)


@dataclass(frozen=True, slots=True)
class Story:
    """What the public gets: the passages in the editor's order."""

    card: HearingCard
    clips: tuple[ClipView, ...]
    withdrawn: bool
    modes: tuple[PublicationMode, ...]


@dataclass(frozen=True, slots=True)
class FilmOrder:
    """What the cutter needs; `upto`: how far the journal was when it was asked."""

    clip_id: str
    hearing_id: str
    span: Span
    file: str
    upto: int


def desk(session: Session, actor: UserView, hearing_id: str) -> ClipDesk:
    """The editor's page. Raises NotFound, Forbidden."""
    hearing = hearing_for(session, actor, Action.SEE_COURTROOM, hearing_id)
    found = found_steps(session, hearing) if hearing.state is HearingState.ENDED else ()
    marks = [(step_titles(hearing.procedure, s.code), s.span) for s in found]
    return ClipDesk(
        card=shape.card_view(session, hearing),
        duration=to_seconds(hearing.duration),
        clips=tuple(view(session, hearing, row) for row in _rows(session, hearing_id)),
        steps=tuple(StepMark(t[0], t[1], to_seconds(s.start)) for t, s in marks if s is not None),
        open_by_gate=_allowed(hearing),
        may_act=may(actor, Action.PUBLISH, target_of(session, hearing)),
        released=shape.released(hearing, MODE),
        checked=shape.replay_open(hearing),
    )


def view(session: Session, hearing: Hearing, row: ClipRow) -> ClipView:
    """One passage."""
    zh, en = step_titles(hearing.procedure, row.step) if row.step else ("", "")
    return ClipView(
        id=row.id,
        position=row.position,
        title=row.title,
        text=row.text,
        step_zh=zh,
        step_en=en,
        roles=tuple(Role(r) for r in row.roles),
        start=to_seconds(row.start),
        end=to_seconds(row.end),
        why=row.why,
        chosen=row.chosen,
        state=row.state,
        film=row.file if row.state is ClipState.READY else "",
        stale=stale(session, row),
    )


def stale(session: Session, row: ClipRow) -> bool:
    """Whether something in it was hidden, or its pictures were made anew, after it was cut."""
    if row.state is not ClipState.READY:
        return False
    later = (
        select(RedactionRow.seq)
        .where(RedactionRow.hearing_id == row.hearing_id, RedactionRow.seq > row.upto)
        .where(RedactionRow.start < row.end, RedactionRow.end > row.start)
        .limit(1)
    )
    return session.scalar(later) is not None


def story(session: Session, hearing_id: str) -> Story:
    """The released passages. Raises NotFound where they were never released."""
    hearing = watch.public_hearing(session, hearing_id)
    row = shape.publication_of(hearing, MODE)
    if row is None or row.state is PublicationState.PENDING:
        raise NotFound
    gone = shape.withdrawn(hearing)
    shown = [] if gone else [view(session, hearing, r) for r in _rows(session, hearing_id)]
    return Story(
        card=shape.card_view(session, hearing),
        clips=tuple(c for c in shown if c.chosen and c.film and not c.stale),
        withdrawn=gone,
        modes=shape.open_modes(hearing),
    )


def propose(session: Session, actor: UserView, hearing_id: str, now: datetime) -> int:
    """Propose passages of an ended hearing; how many are new.

    Raises NotFound, Forbidden, Conflict while the hearing goes on or the gate is closed.
    """
    hearing = _for_act(session, actor, hearing_id)
    lines, shut = watch.heard_lines(session, hearing, limit=20_000), _closed(session, hearing_id)
    found = proposals(lines, found_steps(session, hearing), shut, hearing.duration)
    known = [Span(row.start, row.end) for row in _rows(session, hearing_id)]
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
    hearing = _for_act(session, actor, hearing_id)
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
    row, hearing = _clip(session, actor, clip_id)
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
    row, hearing = _clip(session, actor, clip_id)
    rows = _rows(session, hearing.id)
    at = rows.index(row)
    to = min(len(rows) - 1, max(0, at + by))
    rows.insert(to, rows.pop(at))
    for position, each in enumerate(rows):
        each.position = position
    row.changed_by, row.changed_at = actor.id, now


def drop(session: Session, actor: UserView, clip_id: str, now: datetime) -> None:
    """Take a passage off the timeline."""
    row, hearing = _clip(session, actor, clip_id)
    session.delete(row)
    audit.append(session, actor.id, "clip_dropped", hearing.id, {"clip": clip_id}, now)


def order_films(session: Session, actor: UserView, hearing_id: str, now: datetime) -> int:
    """Ask for the films of all chosen passages that have none; how many.

    Where something was hidden since, the words are taken anew: an editor's own may still hold it.
    """
    hearing = _for_act(session, actor, hearing_id)
    wanted = [
        row
        for row in _rows(session, hearing_id)
        if row.chosen
        and row.state is not ClipState.CUTTING
        and (row.state is not ClipState.READY or stale(session, row))
    ]
    for row in wanted:
        if stale(session, row):
            row.text = _as_heard(session, hearing, Span(row.start, row.end))
        row.state, row.changed_by, row.changed_at = ClipState.CUTTING, actor.id, now
    audit.append(session, actor.id, "films_ordered", hearing.id, {"clips": len(wanted)}, now)
    return len(wanted)


def _as_heard(session: Session, hearing: Hearing, span: Span) -> str:
    """The passage's words as the public may read them now."""
    lines = watch.heard_lines(session, hearing, limit=20_000)
    return text_of([line for line in lines if line.start < span.end and line.end > span.start])


def next_film(session: Session) -> FilmOrder | None:
    """The oldest film that is wanted. A file's name tells nothing and is never used twice."""
    query = select(ClipRow).where(ClipRow.state == ClipState.CUTTING)
    row = session.scalars(query.order_by(ClipRow.changed_at, ClipRow.position).limit(1)).first()
    if row is None:
        return None
    hearing = session.get_one(Hearing, row.hearing_id)
    name = f"{new_id('f').lower()}.mp4"
    return FilmOrder(row.id, row.hearing_id, Span(row.start, row.end), name, hearing.last_seq)


def film_made(
    session: Session, order: FilmOrder, size: int, sha256: str, now: datetime
) -> tuple[bool, str]:
    """The film is on disk: whether it is still wanted, and the one it replaces."""
    row = session.get(ClipRow, order.clip_id)
    if row is None or row.state is not ClipState.CUTTING:
        return False, ""
    if Span(row.start, row.end) != order.span:
        return False, ""
    before, row.file = row.file, order.file
    row.bytes, row.sha256, row.upto = size, sha256, order.upto
    row.state, row.changed_at = ClipState.READY, now
    return True, before


def film_failed(session: Session, order: FilmOrder, now: datetime) -> None:
    """It could not be made; a person has to look."""
    row = session.get(ClipRow, order.clip_id)
    if row is not None and row.state is ClipState.CUTTING:
        row.state, row.file, row.changed_at = ClipState.FAILED, "", now


def captions(session: Session, clip_id: str) -> Sequence[tuple[float, float, str]]:
    """(start, end, text) of the masked lines within a film, seconds from its beginning."""
    row = session.get(ClipRow, clip_id)
    if row is None:
        return ()
    hearing = session.get_one(Hearing, row.hearing_id)
    lines = watch.heard_lines(session, hearing, start=max(0, row.start - LONGEST), limit=20_000)
    inside = [line for line in lines if line.start < row.end and line.end > row.start]
    return tuple(
        (
            to_seconds(max(0, line.start - row.start)),
            to_seconds(min(row.end, line.end) - row.start),
            line.text,
        )
        for line in inside
    )


def release(session: Session, actor: UserView, hearing_id: str, now: datetime) -> None:
    """Publish the chosen passages together.

    Raises NotFound, Forbidden, and Conflict while one of them has no film that is up to date, the
    recording they are cut from has not passed its own release, or the gate is closed.
    """
    hearing = _for_act(session, actor, hearing_id)
    chosen = [row for row in _rows(session, hearing_id) if row.chosen]
    if not chosen or any(r.state is not ClipState.READY or stale(session, r) for r in chosen):
        raise Conflict("仍有片段未生成或需重新生成 / a film is missing or out of date")
    if not shape.replay_open(hearing):
        raise Conflict("回放尚未审核公开 / the recording itself has not been released")
    publishing.put(session, hearing, MODE, PublicationState.RELEASED, actor.id, now)


def _rows(session: Session, hearing_id: str) -> list[ClipRow]:
    query = select(ClipRow).where(ClipRow.hearing_id == hearing_id)
    return list(session.scalars(query.order_by(ClipRow.position, ClipRow.start)))


def _next(session: Session, hearing_id: str) -> int:
    query = select(func.max(ClipRow.position)).where(ClipRow.hearing_id == hearing_id)
    last = session.scalar(query)
    return 0 if last is None else last + 1


def _in_time(session: Session, hearing_id: str) -> None:
    """Proposals stand in order of time until a person moves them."""
    rows = _rows(session, hearing_id)
    if any(row.changed_by != "machine" for row in rows):
        return
    for position, row in enumerate(sorted(rows, key=lambda r: r.start)):
        row.position = position


def _closed(session: Session, hearing_id: str) -> Iterable[Span]:
    query = select(RedactionRow.start, RedactionRow.end).where(
        RedactionRow.hearing_id == hearing_id, RedactionRow.kind.in_(_WHOLE)
    )
    return [Span(start, end) for start, end in session.execute(query)]


def _span(
    session: Session, hearing: Hearing, start: float, end: float
) -> tuple[Span, list[HeardLine]]:
    """A wanted span at the borders of words, with its lines."""
    length = hearing.duration
    wanted = Span(min(seconds(start), length), min(max(seconds(start), seconds(end)), length))
    lines = watch.heard_lines(session, hearing, limit=20_000)
    span = snap(lines, wanted, length)
    if not SHORTEST <= span.length <= LONGEST:
        raise InvalidInput("片段须为 15 秒至 3 分钟 / a clip lasts 15 s to 3 min")
    if any(span.overlaps(shut) for shut in _closed(session, hearing.id)):
        raise InvalidInput("片段包含未公开的时段 / it touches a part that was not public")
    return span, [line for line in lines if line.start < span.end and line.end > span.start]


def _clip(session: Session, actor: UserView, clip_id: str) -> tuple[ClipRow, Hearing]:
    row = session.get(ClipRow, clip_id)
    if row is None:
        raise NotFound
    return row, _for_act(session, actor, row.hearing_id)


def _for_act(session: Session, actor: UserView, hearing_id: str) -> Hearing:
    hearing = hearing_for(session, actor, Action.PUBLISH, hearing_id)
    if hearing.state is not HearingState.ENDED:
        raise Conflict("庭审尚未结束 / the hearing is not over")
    if not _allowed(hearing) or shape.withdrawn(hearing):
        raise Conflict("公开审查不允许或已撤回 / the gate does not allow it, or withdrawn")
    return hearing


def _allowed(hearing: Hearing) -> bool:
    allowed = hearing.gate_decisions[-1].allowed if hearing.gate_decisions else []
    return MODE.value in allowed and hearing.public
