"""Whose microphone each channel of a courtroom's sound is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.control.protocol import SeatChannel
from courtstream.domain.errors import InvalidInput
from courtstream.services.people import audit
from courtstream.services.people.scope import courtroom_for
from courtstream.services.views import UserView
from courtstream.store.tables import Courtroom

CHANNELS = 8


def seats_of(room: Courtroom) -> tuple[SeatChannel, ...]:
    """The seats as the worker takes them, by channel."""
    return tuple(SeatChannel.model_validate(row) for row in room.seats)


def set_seats(
    session: Session,
    actor: UserView,
    courtroom_id: str,
    rows: Sequence[Mapping[str, object]],
    now: datetime,
) -> tuple[SeatChannel, ...]:
    """Say whose microphone each channel is; holds from the next hearing on.

    Raises NotFound, Forbidden, InvalidInput (a channel twice, an unknown role).
    """
    room = courtroom_for(session, actor, Action.CHANGE_KEY, courtroom_id)
    try:
        seats = sorted((SeatChannel.model_validate(r) for r in rows), key=lambda s: s.channel)
    except ValidationError as error:
        raise InvalidInput("席位通道 / seat channels") from error
    if len({s.channel for s in seats}) < len(seats):
        raise InvalidInput("同一通道填了两次 / a channel stands twice")
    room.seats = [s.model_dump(mode="json") for s in seats]
    audit.append(session, actor.id, "set_seats", courtroom_id, {"seats": len(seats)}, now)
    return tuple(seats)
