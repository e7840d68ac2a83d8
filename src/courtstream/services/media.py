"""Whether the public may have a hearing's files at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from courtstream.services import shape
from courtstream.store.tables import Hearing


@dataclass(frozen=True, slots=True)
class MediaGrant:
    """What may be served. `withdrawn` beats both; all False: there is nothing here."""

    live: bool = False
    replay: bool = False
    withdrawn: bool = False


def media_grant(session: Session, hearing_id: str, now: datetime) -> MediaGrant:
    """The present grant; unknown and non-public hearings have none."""
    hearing = session.get(Hearing, hearing_id)
    if hearing is None or not hearing.public:
        return MediaGrant()
    if shape.withdrawn(hearing):
        return MediaGrant(withdrawn=True)
    return MediaGrant(live=shape.live_open(hearing, now), replay=shape.replay_open(hearing))
