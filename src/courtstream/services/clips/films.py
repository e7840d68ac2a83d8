"""Films of passages: ordered by an editor, cut one at a time, captioned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.domain.ids import new_id
from courtstream.domain.time import SECOND, Span, to_seconds
from courtstream.services.clips.proposals import LONGEST, text_of
from courtstream.services.clips.rows import hearing_for_act, rows_of, stale
from courtstream.services.people import audit
from courtstream.services.publication import heard
from courtstream.services.views import UserView
from courtstream.store.tables import ClipRow, ClipState, Hearing, Segment

AROUND = 10 * SECOND
"""Of the segments beside a passage: its sound may lie in the one before, and none is longer."""


@dataclass(frozen=True, slots=True)
class FilmOrder:
    """What the cutter needs; `upto`: how far the journal was when it was asked."""

    clip_id: str
    hearing_id: str
    span: Span
    file: str
    upto: int


def order_films(session: Session, actor: UserView, hearing_id: str, now: datetime) -> int:
    """Ask for the films of all chosen passages that have none; how many.

    Where something was hidden since, the words are taken anew: an editor's own may still hold it.
    """
    hearing = hearing_for_act(session, actor, hearing_id)
    wanted = [
        row
        for row in rows_of(session, hearing_id)
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
    lines = heard.heard_lines(session, hearing, limit=20_000)
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


def segments_around(session: Session, order: FilmOrder) -> frozenset[str]:
    """The file names of all segments that may hold some of a film, and of their neighbours."""
    query = select(Segment.uri).where(
        Segment.hearing_id == order.hearing_id,
        Segment.end > order.span.start - AROUND,
        Segment.start < order.span.end + AROUND,
    )
    return frozenset(uri.rpartition("/")[2] for uri in session.scalars(query))


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
    lines = heard.heard_lines(session, hearing, start=max(0, row.start - LONGEST), limit=20_000)
    inside = [line for line in lines if line.start < row.end and line.end > row.start]
    return tuple(
        (
            to_seconds(max(0, line.start - row.start)),
            to_seconds(min(row.end, line.end) - row.start),
            line.text,
        )
        for line in inside
    )
