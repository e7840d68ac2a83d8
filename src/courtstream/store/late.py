"""Recordings that were brought after the hearing."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from courtstream.store.base import Base, word


class LateState(StrEnum):
    """How far an upload is."""

    RECEIVING = "receiving"
    WAITING = "waiting"
    SEALING = "sealing"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"


class LateUpload(Base):
    """补录: a recorder's file brought after the hearing. The name it came with is not kept.

    `size` in bytes as announced; `length`, `done` in seconds; `began`: when the recording's first
    instant was, as the court says; `clock`: when the file says (`clock_from`: which tag), None
    without one; `why`: why it was not live; `code`: of a failure or refusal.
    """

    __tablename__ = "late_uploads"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), index=True)
    state: Mapped[LateState] = mapped_column(word(LateState))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    length: Mapped[float] = mapped_column(default=0.0)
    done: Mapped[float] = mapped_column(default=0.0)
    began: Mapped[datetime | None]
    clock: Mapped[datetime | None]
    clock_from: Mapped[str] = mapped_column(String(40), default="")
    why: Mapped[str] = mapped_column(String(200), default="")
    code: Mapped[str] = mapped_column(String(64), default="")
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    told_at: Mapped[datetime | None]
