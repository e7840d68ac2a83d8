"""The courts, each before those below it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.services.views import CourtView
from courtstream.store.tables import Court


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
