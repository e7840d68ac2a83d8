"""Legal holds: what must not be erased, whatever the retention rules say."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from courtstream.store.base import Base


class LegalHold(Base):
    """Somebody's order that nothing of a hearing may be erased; `lifted_at` None while in force."""

    __tablename__ = "legal_holds"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), index=True)
    reason: Mapped[str]
    placed_at: Mapped[datetime]
    placed_by: Mapped[str] = mapped_column(String(64))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str] = mapped_column(String(64), default="")
