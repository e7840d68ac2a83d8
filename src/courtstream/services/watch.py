"""What the public comes for: what is live, one hearing, its words and chapters, and the search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, selectinload

from courtstream.domain.clock import court_day, day_bounds
from courtstream.domain.errors import NotFound
from courtstream.domain.publication import ClosureEffect
from courtstream.domain.redaction import RedactionKind
from courtstream.domain.time import MediaTime, to_seconds
from courtstream.domain.transcript import TranscriptState
from courtstream.domain.trial import (
    CaseKind,
    HearingState,
    Procedure,
    PublicationMode,
    Role,
)
from courtstream.services import outline, shape, transcripts
from courtstream.services.scope import courts_within
from courtstream.services.views import (
    CourtView,
    HearingCard,
    HearingList,
    HearingView,
    TranscriptLine,
)
from courtstream.store.tables import (
    Court,
    GateDecisionRow,
    Hearing,
    HearingIndex,
    HearingJudge,
    Judge,
    RedactionRow,
    Segment,
    TranscriptRevision,
    UtteranceRow,
)

PAGE = 20
FEW = 500
"""Matches up to which one look through the index gives both the count and the page."""

_WHOLE = (RedactionKind.WHOLE_SOUND.value, RedactionKind.WHOLE_PICTURE.value)
"""A closed picture is always silent too."""


@dataclass(frozen=True, slots=True)
class Search:
    """What a viewer looks for; empty fields do not narrow. `text`: number, cause, title, judge.

    A court stands for itself and those below it. `day` alone is one day, with `until` a stretch.
    `mode`: what can be had at this moment.
    """

    text: str = ""
    court_id: str = ""
    judge_id: str = ""
    kind: CaseKind | None = None
    procedure: Procedure | None = None
    mode: PublicationMode | None = None
    day: date | None = None
    until: date | None = None
    state: HearingState | None = None
    page: int = 1


def courts(session: Session) -> tuple[CourtView, ...]:
    """All courts in tree order: each before those below it."""
    children: dict[str | None, list[Court]] = {}
    for court in session.scalars(select(Court).order_by(Court.code, Court.name)):
        children.setdefault(court.parent_id, []).append(court)

    def below(parent: str | None, depth: int) -> list[CourtView]:
        found: list[CourtView] = []
        for c in children.get(parent, []):
            found.append(CourtView(c.id, c.name, c.name_en, c.level, c.parent_id, depth))
            found.extend(below(c.id, depth + 1))
        return found

    return tuple(below(None, 0))


def live_now(session: Session, limit: int = 24) -> tuple[HearingCard, ...]:
    """Hearings the public may watch live at this moment, longest running first."""
    query = _public(select(Hearing)).where(Hearing.state.in_(shape.ON_AIR))
    rows = session.scalars(query.order_by(Hearing.actual_start).limit(limit))
    return tuple(card for row in rows if (card := shape.card_view(session, row)).live)


def today(session: Session, now: datetime, limit: int = 50) -> tuple[HearingCard, ...]:
    """Today's hearings open to the public, by their time."""
    begin, end = day_bounds(court_day(now))
    query = _public(select(Hearing)).where(
        Hearing.scheduled_start >= begin,
        Hearing.scheduled_start < end,
        Hearing.state != HearingState.CANCELLED,
    )
    rows = session.scalars(query.order_by(Hearing.scheduled_start).limit(limit))
    return tuple(shape.card_view(session, row) for row in rows)


def search(session: Session, wanted: Search) -> HearingList:
    """Hearings open to the public that match, newest first."""
    page = max(1, wanted.page)
    total, ids = _found(session, tuple(_narrow(session, wanted)), (page - 1) * PAGE)
    rows = session.scalars(_loaded(select(Hearing).where(Hearing.id.in_(ids))))
    cards = {row.id: shape.card_view(session, row) for row in rows}
    shown = tuple(cards[i] for i in ids if i in cards)
    return HearingList(shown, total, page, max(1, -(-total // PAGE)))


def _found(
    session: Session, where: tuple[ColumnElement[bool], ...], skip: int
) -> tuple[int, list[str]]:
    """How many match, and a page of them: in one look where they are few."""
    index = select(HearingIndex.start, HearingIndex.hearing_id).where(*where)
    few = list(session.execute(index.limit(FEW)))
    if len(few) < FEW:
        few.sort(key=lambda row: row[0], reverse=True)
        return len(few), [row[1] for row in few[skip : skip + PAGE]]
    total = session.scalar(select(func.count()).select_from(HearingIndex).where(*where)) or 0
    found = select(HearingIndex.hearing_id).where(*where).order_by(HearingIndex.start.desc())
    return total, list(session.scalars(found.limit(PAGE).offset(skip)))


def known_to_the_public(session: Session, hearing_ids: Iterable[str]) -> frozenset[str]:
    """Those of the hearings that the public may know of and that are not withdrawn."""
    query = _public(select(Hearing).where(Hearing.id.in_(list(hearing_ids))))
    return frozenset(h.id for h in session.scalars(query) if not shape.withdrawn(h))


def hearing_page(session: Session, hearing_id: str, now: datetime) -> HearingView:
    """The watch page. Raises NotFound for hearings that are not public."""
    hearing = public_hearing(session, hearing_id)
    card = shape.card_view(session, hearing)
    gone = shape.withdrawn(hearing)
    playable = not gone and (shape.live_open(hearing, now) or card.replay)
    return HearingView(
        card=card,
        media=shape.media_path(hearing.id) if playable else "",
        recording=f"/media/{hearing.id}/recording.mp4" if card.replay else "",
        minute_state=hearing.minute_state,
        minute_by=hearing.minute_by,
        minute_why=hearing.minute_why,
        wall_zero=hearing.wall_zero,
        participants=tuple(shape.party_view(p) for p in hearing.case.participants),
        publications=tuple(
            replace(shape.publication_view(p), by="", reason="") for p in hearing.publications
        ),
        policy=shape.policy_view(hearing.policy),
        gate=shape.gate_view(hearing),
        minutes=outline.minutes(session, hearing.id),
        closures=outline.closures(session, hearing.id),
        missed=outline.missed(session, hearing.id),
        chapters=() if gone else outline.chapters(session, hearing.id, hearing.procedure),
        withdrawn=gone,
        worker_gone=hearing.worker_gone,
    )


def transcript(
    session: Session,
    hearing_id: str,
    now: datetime,
    after: int = 0,
    start: MediaTime = 0,
    limit: int = 2000,
) -> tuple[TranscriptLine, ...]:
    """Released lines with `seq > after` that begin at or after `start`, in order of time.

    Words never run ahead of the picture, and words the public could not hear are not read either.
    """
    hearing = public_hearing(session, hearing_id)
    if not (shape.live_open(hearing, now) or shape.replay_open(hearing)):
        return ()
    newest = transcripts.current(session, hearing_id)
    if newest is not None:
        return _revised(session, hearing, newest, start)[:limit]
    rows = heard_lines(session, hearing, after=after, start=start, limit=limit)
    return tuple(line_view(row) for row in rows)


def _revised(
    session: Session, hearing: Hearing, of: TranscriptRevision, start: MediaTime
) -> tuple[TranscriptLine, ...]:
    """The lines of a revision that the public could hear, less what was hidden later."""
    hidden, end = transcripts.hidden_later(session, hearing.id), reached(session, hearing)
    turns = (t for t in of.turns if start <= t.start and t.end <= end)
    return tuple(
        TranscriptLine(
            int(turn.turn_id[1:]),
            to_seconds(turn.start),
            to_seconds(turn.end),
            turn.role,
            turn.speaker,
            transcripts.readable(turn, hidden),
            turn.confidence,
            of.state,
        )
        for turn in turns
        if not silenced(session, hearing.id, turn.start, turn.end)
    )


def silenced(session: Session, hearing_id: str, start: MediaTime, end: MediaTime) -> bool:
    """Whether any of it was closed to the public, sound and picture."""
    query = select(RedactionRow.seq).where(
        RedactionRow.hearing_id == hearing_id,
        RedactionRow.kind.in_(_WHOLE),
        RedactionRow.start < end,
        RedactionRow.end > start,
    )
    return session.scalars(query.limit(1)).first() is not None


@dataclass(frozen=True, slots=True)
class HeardLine:
    """A line the public could hear, less what people hid later. Times in ns, words as recorded."""

    seq: int
    start: MediaTime
    end: MediaTime
    role: Role
    speaker: str
    text: str
    confidence: float
    state: TranscriptState
    words: tuple[Any, ...] = ()


def heard_lines(
    session: Session,
    hearing: Hearing,
    *,
    after: int = 0,
    start: MediaTime = 0,
    limit: int = 2000,
) -> tuple[HeardLine, ...]:
    """Lines that have aired and that the public could hear, whoever asks, in order of time."""
    query = (
        select(UtteranceRow)
        .where(UtteranceRow.hearing_id == hearing.id, UtteranceRow.seq > after)
        .where(UtteranceRow.start >= start)
        .where(UtteranceRow.end <= reached(session, hearing), ~_silenced())
        .order_by(UtteranceRow.start, UtteranceRow.seq)
        .limit(limit)
    )
    hidden = transcripts.hidden_later(session, hearing.id)
    return tuple(
        HeardLine(
            row.seq,
            row.start,
            row.end,
            row.role,
            row.speaker,
            transcripts.readable(row, hidden),
            row.confidence,
            row.state,
            tuple(row.words),
        )
        for row in session.scalars(query)
    )


def aired(session: Session, hearing_id: str) -> float:
    """How far the public has got, in seconds."""
    return to_seconds(_aired(session, hearing_id))


def _aired(session: Session, hearing_id: str) -> int:
    query = select(func.max(Segment.end)).where(Segment.hearing_id == hearing_id)
    return session.scalar(query) or 0


def reached(session: Session, hearing: Hearing) -> MediaTime:
    """Up to where words are out: with the picture while on air, to the end afterwards."""
    if hearing.state is HearingState.ENDED:
        return hearing.duration
    return _aired(session, hearing.id)


def _silenced() -> Any:
    return exists().where(
        RedactionRow.hearing_id == UtteranceRow.hearing_id,
        RedactionRow.kind.in_(_WHOLE),
        RedactionRow.start < UtteranceRow.end,
        RedactionRow.end > UtteranceRow.start,
    )


def line_view(row: HeardLine) -> TranscriptLine:
    """One line, times in seconds."""
    return TranscriptLine(
        row.seq,
        to_seconds(row.start),
        to_seconds(row.end),
        row.role,
        row.speaker,
        row.text,
        row.confidence,
        row.state,
    )


def _public(query: Select[Hearing]) -> Select[Hearing]:
    return _loaded(query.where(_open()))


def _loaded(query: Select[Hearing]) -> Select[Hearing]:
    return query.options(
        selectinload(Hearing.case),
        selectinload(Hearing.court),
        selectinload(Hearing.courtroom),
        selectinload(Hearing.bench).selectinload(HearingJudge.judge).selectinload(Judge.court),
        selectinload(Hearing.publications),
    )


def _open() -> ColumnElement[bool]:
    """Hearings the public may know of: held in public, by the schedule and by the gate."""
    latest = (
        select(GateDecisionRow.effect)
        .where(GateDecisionRow.hearing_id == Hearing.id)
        .order_by(GateDecisionRow.decided_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    return Hearing.public.is_(True) & latest.is_distinct_from(ClosureEffect.NO_HEARING_PUBLIC)


def public_hearing(session: Session, hearing_id: str) -> Hearing:
    """The hearing, when the public may know of it. Raises NotFound."""
    hearing = session.scalars(select(Hearing).where(Hearing.id == hearing_id, _open())).first()
    if hearing is None:
        raise NotFound
    return hearing


def _narrow(session: Session, wanted: Search) -> Iterator[ColumnElement[bool]]:
    yield HearingIndex.open.is_(True)
    if wanted.court_id:
        yield HearingIndex.court_id.in_(courts_within(session, wanted.court_id))
    if wanted.kind is not None:
        yield HearingIndex.kind == wanted.kind
    if wanted.procedure is not None:
        yield HearingIndex.procedure == wanted.procedure
    if wanted.state is not None:
        yield HearingIndex.state == wanted.state
    if wanted.mode is not None:
        yield HearingIndex.modes.contains(f" {wanted.mode.value} ", autoescape=True)
    if wanted.judge_id:
        yield HearingIndex.judges.contains(f" {wanted.judge_id} ", autoescape=True)
    first, last = wanted.day or wanted.until, wanted.until or wanted.day
    if wanted.day is not None and first is not None:
        yield HearingIndex.start >= day_bounds(first)[0]
    if last is not None:
        yield HearingIndex.start < day_bounds(last)[1]
    # Both compare bytes and know no wildcards: a third of the time of LIKE over 100,000 rows.
    place = func.instr if session.get_bind().dialect.name == "sqlite" else func.strpos
    for piece in wanted.text.split()[:6]:
        yield place(HearingIndex.body, piece[:60].lower()) > 0
