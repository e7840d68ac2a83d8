"""Whether the public may have a hearing's files at this moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.domain.trial import PublicationMode
from courtstream.services.clips import rows as clip_rows
from courtstream.services.publication import shape
from courtstream.services.second_pass import standing as second_pass
from courtstream.services.transcripts import corrections
from courtstream.store.tables import (
    ClipRow,
    ClipState,
    EntryRow,
    EntryState,
    Hearing,
    VerdictRow,
)


@dataclass(frozen=True, slots=True)
class MediaGrant:
    """What may be served. `withdrawn` beats the rest but `clips` named by an open verdict.

    `text`: the entries' files. `stills` and `clips`: single files that released entries, films and
    the verdict show, each by its name. `replaced`: files made anew after the second pass, never
    served again. `node`: who has the hearing. Nothing set: there is nothing here.
    """

    live: bool = False
    replay: bool = False
    withdrawn: bool = False
    replaced: frozenset[str] = frozenset()
    text: bool = False
    stills: frozenset[str] = frozenset()
    clips: frozenset[str] = frozenset()
    node: str = ""


def media_grant(session: Session, hearing_id: str, now: datetime) -> MediaGrant:
    """The present grant; unknown and non-public hearings have none but their verdict's."""
    hearing = session.get(Hearing, hearing_id)
    if hearing is None:
        return MediaGrant()
    announced = _announcement(session, hearing)
    if not hearing.public:
        return MediaGrant(clips=announced)
    if shape.withdrawn(hearing):
        return MediaGrant(withdrawn=True, clips=announced)
    text = shape.released(hearing, PublicationMode.PICTURE_TEXT)
    if corrections.unmade(session, hearing_id):
        # Somebody hid sound in it: nothing that can be heard is given out until it is made again.
        return MediaGrant(text=text, stills=_stills(session, hearing_id) if text else frozenset())
    return MediaGrant(
        live=shape.live_open(hearing, now),
        replay=shape.replay_open(hearing),
        replaced=second_pass.replaced(session, hearing_id),
        text=text,
        stills=_stills(session, hearing_id) if text else frozenset(),
        clips=_films(session, hearing) | announced,
        node=hearing.node,
    )


def _stills(session: Session, hearing_id: str) -> frozenset[str]:
    query = select(EntryRow.still).where(
        EntryRow.hearing_id == hearing_id,
        EntryRow.state == EntryState.RELEASED,
        EntryRow.still != "",
    )
    return frozenset(session.scalars(query))


def _films(session: Session, hearing: Hearing) -> frozenset[str]:
    if not shape.released(hearing, PublicationMode.TEXT_CLIPS):
        return frozenset()
    query = select(ClipRow).where(
        ClipRow.hearing_id == hearing.id,
        ClipRow.chosen.is_(True),
        ClipRow.state == ClipState.READY,
    )
    return _current(session, session.scalars(query))


def _current(session: Session, rows: Iterable[ClipRow]) -> frozenset[str]:
    """Films in which nothing was hidden after they were cut."""
    return frozenset(row.file for row in rows if not clip_rows.stale(session, row))


def _announcement(session: Session, hearing: Hearing) -> frozenset[str]:
    """The film of the announcement of a published verdict."""
    if not shape.released(hearing, PublicationMode.VERDICT):
        return frozenset()
    query = (
        select(ClipRow)
        .join(VerdictRow, VerdictRow.clip_id == ClipRow.id)
        .where(VerdictRow.hearing_id == hearing.id, ClipRow.state == ClipState.READY)
    )
    return _current(session, session.scalars(query))
