"""What the text modes publish: entries, clips, verdicts. Texts shown here are masked."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from courtstream.domain.staff import MACHINE
from courtstream.domain.trial import CaseKind, HearingState, Procedure, Role
from courtstream.store.base import Base, Nanoseconds, word


class EntryState(StrEnum):
    """A draft waits for a person (or the policy); a dropped one stays on file unpublished."""

    DRAFT = "draft"
    RELEASED = "released"
    DROPPED = "dropped"


class ClipState(StrEnum):
    """The film of a passage: not wanted yet, being cut, there, or failed."""

    PROPOSED = "proposed"
    CUTTING = "cutting"
    READY = "ready"
    FAILED = "failed"


class VerdictState(StrEnum):
    """A judgment is being prepared, published, or listed as not published with its reason."""

    DRAFT = "draft"
    PUBLISHED = "published"
    NOT_PUBLISHED = "not_published"


class EntryRow(Base):
    """图文直播 entry. `start` and `end` are media times, None where there is no recording.

    `lines`: numbers of the transcript lines it was drafted from. `revision` grows with every act
    on the hearing's entries, so that readers know what is new.
    """

    __tablename__ = "entries"
    __table_args__ = (Index("ix_entries_hearing_id_at", "hearing_id", "at"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"))
    at: Mapped[datetime]
    start: Mapped[int | None] = mapped_column(Nanoseconds)
    end: Mapped[int | None] = mapped_column(Nanoseconds)
    role: Mapped[Role] = mapped_column(word(Role), default=Role.UNKNOWN)
    speaker: Mapped[str] = mapped_column(String(64), default="")
    text: Mapped[str] = mapped_column(Text)
    still: Mapped[str] = mapped_column(default="")
    step: Mapped[str] = mapped_column(String(16), default="")
    lines: Mapped[list[Any]] = mapped_column(default=list)
    state: Mapped[EntryState] = mapped_column(word(EntryState))
    edited: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[str] = mapped_column(String(64), default=MACHINE)
    released_at: Mapped[datetime | None]
    released_by: Mapped[str] = mapped_column(String(64), default="")
    revision: Mapped[int] = mapped_column(default=0)


class ClipRow(Base):
    """文字加短视频: a passage with its film. `chosen`: part of what is released together.

    `file` is a name in the public folder's `clips/`, cut from the public recording only, when the
    journal had reached row `upto`: what is hidden later makes it out of date.
    """

    __tablename__ = "clips"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), index=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(Text, default="")
    step: Mapped[str] = mapped_column(String(16), default="")
    roles: Mapped[list[Any]] = mapped_column(default=list)
    start: Mapped[int] = mapped_column(Nanoseconds)
    end: Mapped[int] = mapped_column(Nanoseconds)
    why: Mapped[str] = mapped_column(String(16), default="")
    chosen: Mapped[bool] = mapped_column(default=False)
    state: Mapped[ClipState] = mapped_column(word(ClipState))
    file: Mapped[str] = mapped_column(String(80), default="")
    bytes: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    upto: Mapped[int] = mapped_column(default=0)
    changed_by: Mapped[str] = mapped_column(String(64), default=MACHINE)
    changed_at: Mapped[datetime]


class VerdictRow(Base):
    """宣判公开 of one hearing's case.

    `source` is the judgment as the court wrote it and never leaves the staff pages; `masked` is
    what the public reads. `keep` and `hide` are the editor's own corrections (literal texts).
    """

    __tablename__ = "verdicts"

    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), primary_key=True)
    state: Mapped[VerdictState] = mapped_column(word(VerdictState))
    announced_at: Mapped[datetime | None]
    title: Mapped[str] = mapped_column(default="")
    operative: Mapped[str] = mapped_column(Text, default="")
    appeal: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")
    masked: Mapped[str] = mapped_column(Text, default="")
    keep: Mapped[list[Any]] = mapped_column(default=list)
    hide: Mapped[list[Any]] = mapped_column(default=list)
    clip_id: Mapped[str] = mapped_column(String(40), default="")
    reason_code: Mapped[str] = mapped_column(String(32), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(64))


class HearingIndex(Base):
    """What the search looks through: one narrow row a hearing, kept in step by every write.

    `body`: number, cause, title, court and bench in lower case; never a word that was spoken.
    `modes` and `judges` are words between spaces. `open`: whether the public may know of it.
    """

    __tablename__ = "hearing_index"
    __table_args__ = (Index("ix_hearing_index_open_start", "open", "start"),)

    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), primary_key=True)
    open: Mapped[bool]
    start: Mapped[datetime]
    court_id: Mapped[str] = mapped_column(String(40))
    kind: Mapped[CaseKind] = mapped_column(word(CaseKind))
    procedure: Mapped[Procedure] = mapped_column(word(Procedure))
    state: Mapped[HearingState] = mapped_column(word(HearingState))
    modes: Mapped[str] = mapped_column(default="")
    judges: Mapped[str] = mapped_column(String(400), default="")
    body: Mapped[str] = mapped_column(Text)


class ViewCount(Base):
    """How often a hearing's page was opened on a day; nobody's address or cookie is kept."""

    __tablename__ = "view_counts"

    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    views: Mapped[int] = mapped_column(default=0)
