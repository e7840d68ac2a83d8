"""The passages of one hearing as they are kept, and who may act on them when."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import Conflict, NotFound
from courtstream.domain.redaction import RedactionKind
from courtstream.domain.time import Span
from courtstream.domain.trial import HearingState, PublicationMode
from courtstream.services.people.scope import hearing_for
from courtstream.services.publication import shape
from courtstream.services.views import UserView
from courtstream.store.tables import ClipRow, ClipState, Hearing, RedactionRow

MODE = PublicationMode.TEXT_CLIPS
_WHOLE = (RedactionKind.WHOLE_SOUND.value, RedactionKind.WHOLE_PICTURE.value)


def rows_of(session: Session, hearing_id: str) -> list[ClipRow]:
    """The passages of a hearing in the editor's order."""
    query = select(ClipRow).where(ClipRow.hearing_id == hearing_id)
    return list(session.scalars(query.order_by(ClipRow.position, ClipRow.start)))


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


def closed(session: Session, hearing_id: str) -> Iterable[Span]:
    """When the recording was shut to the public, whole sound or whole picture."""
    query = select(RedactionRow.start, RedactionRow.end).where(
        RedactionRow.hearing_id == hearing_id, RedactionRow.kind.in_(_WHOLE)
    )
    return [Span(start, end) for start, end in session.execute(query)]


def clip_for_act(session: Session, actor: UserView, clip_id: str) -> tuple[ClipRow, Hearing]:
    """A passage and its hearing, for an act on it. Raises as `hearing_for_act`, NotFound."""
    row = session.get(ClipRow, clip_id)
    if row is None:
        raise NotFound
    return row, hearing_for_act(session, actor, row.hearing_id)


def hearing_for_act(session: Session, actor: UserView, hearing_id: str) -> Hearing:
    """A hearing whose passages may be worked on.

    Raises NotFound, Forbidden, Conflict while it goes on or where the gate is closed.
    """
    hearing = hearing_for(session, actor, Action.PUBLISH, hearing_id)
    if hearing.state is not HearingState.ENDED:
        raise Conflict("庭审尚未结束 / the hearing is not over")
    if not allowed(hearing) or shape.withdrawn(hearing):
        raise Conflict("公开审查不允许或已撤回 / the gate does not allow it, or withdrawn")
    return hearing


def allowed(hearing: Hearing) -> bool:
    """Whether the last gate decision allows passages of this hearing."""
    modes = hearing.gate_decisions[-1].allowed if hearing.gate_decisions else []
    return MODE.value in modes and hearing.public
