"""Who is hidden, by seat, and what people have to look at before a replay is released."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from courtstream.store.base import Base, Nanoseconds, word


class ZoneMapRow(Base):
    """A zone map as somebody made it; maps are added, never changed. The newest one counts:
    the hearing's own, else the courtroom's (`hearing_id` None)."""

    __tablename__ = "zone_maps"
    __table_args__ = (Index("ix_zone_maps_courtroom_id_hearing_id", "courtroom_id", "hearing_id"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    courtroom_id: Mapped[str] = mapped_column(ForeignKey("courtrooms.id"))
    hearing_id: Mapped[str | None] = mapped_column(ForeignKey("hearings.id"))
    number: Mapped[int]
    body: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(64))


class ViewStill(Base):
    """The newest picture a view's zones were drawn over: redacted, with its background's look."""

    __tablename__ = "view_stills"

    courtroom_id: Mapped[str] = mapped_column(ForeignKey("courtrooms.id"), primary_key=True)
    view: Mapped[str] = mapped_column(String(40), primary_key=True)
    jpeg: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[list[Any]]
    taken_at: Mapped[datetime]


class PassState(StrEnum):
    """How far a hearing's second pass is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    WAIVED = "waived"


class MomentVerdict(StrEnum):
    """What a person says of a moment."""

    HARMLESS = "harmless"
    HIDE = "hide"


class SecondPassRow(Base):
    """第二遍复核 of one ended hearing. `done` and `length` in seconds.

    `replaced`: files of the public folder that must not be served any more; `code`: of a failure,
    `by` and `why`: of its waiver.
    """

    __tablename__ = "second_passes"

    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), primary_key=True)
    state: Mapped[PassState] = mapped_column(word(PassState))
    done: Mapped[float] = mapped_column(default=0.0)
    length: Mapped[float] = mapped_column(default=0.0)
    asked_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    code: Mapped[str] = mapped_column(String(64), default="")
    replaced: Mapped[list[Any]] = mapped_column(default=list)
    by: Mapped[str] = mapped_column(String(64), default="")
    why: Mapped[str] = mapped_column(Text, default="")


class MomentRow(Base):
    """A moment of the second pass. `box` as [x, y, w, h] in pixels of the published picture;
    `image`: a file of the hearing's own folder; `remade`: hidden in what is published."""

    __tablename__ = "moments"

    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    start: Mapped[int] = mapped_column(Nanoseconds)
    end: Mapped[int] = mapped_column(Nanoseconds)
    t: Mapped[int] = mapped_column(Nanoseconds)
    why: Mapped[str] = mapped_column(String(32))
    score: Mapped[float]
    visible: Mapped[float]
    box: Mapped[list[Any]]
    image: Mapped[str] = mapped_column(String(40))
    verdict: Mapped[MomentVerdict | None] = mapped_column(word(MomentVerdict))
    by: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[datetime | None]
    remade: Mapped[bool] = mapped_column(default=False)
