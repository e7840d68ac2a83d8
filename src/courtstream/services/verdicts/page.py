"""宣判公开: what the public reads of one verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from courtstream.domain.errors import NotFound, Withdrawn
from courtstream.domain.trial import PublicationMode
from courtstream.services.publication import shape
from courtstream.services.verdicts.editing import MODE
from courtstream.services.verdicts.masking import masked
from courtstream.services.views import HearingCard
from courtstream.store.tables import (
    ClipRow,
    ClipState,
    Hearing,
    PublicationState,
    VerdictRow,
    VerdictState,
)


@dataclass(frozen=True, slots=True)
class VerdictPage:
    """What the public reads. `film` is empty where the announcement has none."""

    card: HearingCard
    title: str
    announced_at: datetime | None
    operative: str
    appeal: str
    document: str
    film: str
    watch: bool
    modes: tuple[PublicationMode, ...]


def page(session: Session, hearing_id: str) -> VerdictPage:
    """The public's page, even after a closed hearing. Raises NotFound, Withdrawn."""
    hearing, row = session.get(Hearing, hearing_id), session.get(VerdictRow, hearing_id)
    publication = shape.publication_of(hearing, MODE) if hearing else None
    if hearing is None or row is None or publication is None:
        raise NotFound
    if publication.state is PublicationState.WITHDRAWN:
        raise Withdrawn
    if row.state is not VerdictState.PUBLISHED or not shape.released(hearing, MODE):
        raise NotFound
    clip = session.get(ClipRow, row.clip_id) if row.clip_id else None
    modes = shape.open_modes(hearing) if hearing.public else (MODE,)
    return VerdictPage(
        card=shape.card_view(session, hearing),
        title=row.title,
        announced_at=row.announced_at,
        operative=masked(hearing, row.operative, row.keep, row.hide).text,
        appeal=row.appeal,
        document=row.masked,
        film=clip.file if clip is not None and clip.state is ClipState.READY else "",
        watch=PublicationMode.LIVE in modes,
        modes=modes,
    )
