"""What the public comes for: what is live, what is on today, one hearing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.domain.clock import court_day, day_bounds
from courtstream.domain.trial import (
    HearingState,
)
from courtstream.services.public import outline
from courtstream.services.public.hearings import listed, public_hearing
from courtstream.services.publication import shape
from courtstream.services.views import (
    HearingCard,
    HearingView,
)
from courtstream.store.tables import (
    Hearing,
)


def live_now(session: Session, limit: int = 24) -> tuple[HearingCard, ...]:
    """Hearings the public may watch live at this moment, longest running first."""
    query = listed(select(Hearing)).where(Hearing.state.in_(shape.ON_AIR))
    rows = session.scalars(query.order_by(Hearing.actual_start).limit(limit))
    return tuple(card for row in rows if (card := shape.card_view(session, row)).live)


def today(session: Session, now: datetime, limit: int = 50) -> tuple[HearingCard, ...]:
    """Today's hearings open to the public, by their time."""
    begin, end = day_bounds(court_day(now))
    query = listed(select(Hearing)).where(
        Hearing.scheduled_start >= begin,
        Hearing.scheduled_start < end,
        Hearing.state != HearingState.CANCELLED,
    )
    rows = session.scalars(query.order_by(Hearing.scheduled_start).limit(limit))
    return tuple(shape.card_view(session, row) for row in rows)


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
