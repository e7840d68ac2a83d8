"""The zone map in force for a hearing, as the database keeps it."""

from __future__ import annotations

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.domain.zones import ZoneMap
from courtstream.store.tables import ZoneMapRow

MAPS = TypeAdapter(ZoneMap)


def in_force(session: Session, courtroom_id: str, hearing_id: str) -> ZoneMap | None:
    """The map a hearing goes by: its own, else its courtroom's. None: every face is hidden."""
    row = newest(session, courtroom_id, hearing_id) or newest(session, courtroom_id, None)
    return read(row.body) if row is not None else None


def read(body: object) -> ZoneMap | None:
    """A map as it is kept; one that cannot be read any more hides every face."""
    try:
        return MAPS.validate_python(body)
    except ValidationError:
        return None


def newest(session: Session, courtroom_id: str, hearing_id: str | None) -> ZoneMapRow | None:
    """The newest map of a hearing, or (None) of the courtroom."""
    whose = (
        ZoneMapRow.hearing_id.is_(None)
        if hearing_id is None
        else ZoneMapRow.hearing_id == hearing_id
    )
    query = select(ZoneMapRow).where(ZoneMapRow.courtroom_id == courtroom_id).where(whose)
    return session.scalars(query.order_by(ZoneMapRow.number.desc()).limit(1)).first()
