"""A person writes entries, rewrites them and takes them back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import Conflict, InvalidInput, NotFound
from courtstream.domain.ids import new_id
from courtstream.domain.trial import HearingState, Role
from courtstream.services.courtroom.admission import EARLY
from courtstream.services.docket import lifecycle
from courtstream.services.docket.schedule import LABELS
from courtstream.services.entries.release import release_rows
from courtstream.services.entries.rows import hearing_for_act, revision
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.publication.screening import screen
from courtstream.services.views import UserView
from courtstream.store.tables import Asset, EntryRow, EntryState


def edit(
    session: Session,
    actor: UserView,
    entry_id: str,
    *,
    text: str,
    speaker: str,
    still: str,
    now: datetime,
) -> tuple[str, ...]:
    """Rewrite an entry; the kinds of what the rules hid in the new text.

    Raises NotFound, Forbidden, Conflict, InvalidInput for an empty text or an unknown still.
    """
    row = session.get(EntryRow, entry_id)
    if row is None:
        raise NotFound
    hearing = hearing_for_act(session, actor, row.hearing_id)
    screened = screen(hearing, text)
    _known_still(session, hearing.id, still)
    row.text, row.still, row.edited = screened.text, still, True
    row.speaker = screen(hearing, speaker, 40).text if speaker.strip() else ""
    if row.state is EntryState.RELEASED:
        row.revision = revision(session, hearing.id) + 1
    audit.append(session, actor.id, "entry_edited", hearing.id, {"entry": row.id}, now)
    return screened.hidden


def drop(session: Session, actor: UserView, entry_id: str, now: datetime) -> str:
    """Take an entry back, or never publish it; it stays on file. The hearing's id."""
    row = session.get(EntryRow, entry_id)
    if row is None:
        raise NotFound
    hearing = hearing_for(session, actor, Action.PUBLISH, row.hearing_id)
    row.state, row.revision = EntryState.DROPPED, revision(session, hearing.id) + 1
    audit.append(session, actor.id, "entry_dropped", hearing.id, {"entry": row.id}, now)
    return hearing.id


def post(
    session: Session,
    actor: UserView,
    hearing_id: str,
    *,
    text: str,
    role: Role,
    still: str,
    now: datetime,
) -> tuple[str, ...]:
    """A person writes an entry and releases it; the kinds of what the rules hid in it.

    Works without any video: the hearing then begins with its first entry. Raises NotFound,
    Forbidden, Conflict when the gate is closed or it is too early, InvalidInput.
    """
    hearing = hearing_for_act(session, actor, hearing_id)
    if hearing.state is HearingState.SCHEDULED and now < hearing.scheduled_start - EARLY:
        raise Conflict("尚未到开庭时间 / it is too early")
    screened = screen(hearing, text)
    _known_still(session, hearing_id, still)
    row = EntryRow(
        id=new_id("en"),
        hearing_id=hearing_id,
        at=now,
        role=role,
        speaker=LABELS.get(role, ""),
        text=screened.text,
        still=still,
        state=EntryState.DRAFT,
        created_by=actor.id,
    )
    session.add(row)
    session.flush()
    hearing.actual_start = hearing.actual_start or now
    release_rows(session, hearing, [row], actor.id, now)
    return screened.hidden


def finish(session: Session, actor: UserView, hearing_id: str, now: datetime) -> None:
    """A hearing that was told in text only is over. Raises Conflict where it has a recording."""
    hearing = hearing_for_act(session, actor, hearing_id)
    if hearing.last_seq or hearing.state not in {HearingState.SCHEDULED, HearingState.ADMITTED}:
        raise Conflict("有视频的庭审由书记员在法庭页面结束 / end it on the courtroom page")
    for state in (HearingState.ADMITTED, HearingState.ENDED):
        lifecycle.move(session, hearing, state, actor.id, now, "text_only")
    hearing.actual_end = now


def _known_still(session: Session, hearing_id: str, still: str) -> None:
    """A picture is one of the hearing's own redacted stills, nothing else."""
    if not still:
        return
    query = select(Asset.uri).where(Asset.hearing_id == hearing_id, Asset.kind == "still")
    if still not in {uri.rsplit("/", 1)[-1] for uri in session.scalars(query)}:
        raise InvalidInput("没有这张图片 / there is no such picture")
