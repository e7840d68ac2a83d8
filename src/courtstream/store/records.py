"""What happened in a hearing: streams, files, words, redactions, measures. Times in ns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from courtstream.domain.staff import MACHINE
from courtstream.domain.transcript import TranscriptState
from courtstream.domain.trial import MinuteState, Role
from courtstream.store.base import Base, Nanoseconds, word


class Stream(Base):
    """直播流: one publisher's session at a courtroom's door."""

    __tablename__ = "streams"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), index=True)
    courtroom_id: Mapped[str] = mapped_column(ForeignKey("courtrooms.id"), index=True)
    key_id: Mapped[str] = mapped_column(ForeignKey("ingest_keys.id"))
    node: Mapped[str] = mapped_column(String(64))
    protocol: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_code: Mapped[str] = mapped_column(String(64), default="")


class Segment(Base):
    """A published media segment. `uri` is relative to the hearing's public folder."""

    __tablename__ = "segments"

    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    epoch: Mapped[int]
    uri: Mapped[str]
    start: Mapped[int] = mapped_column(Nanoseconds)
    end: Mapped[int] = mapped_column(Nanoseconds)
    bytes: Mapped[int]
    pdt: Mapped[str] = mapped_column(String(40), default="")
    discontinuity: Mapped[bool] = mapped_column(default=False)


class Asset(Base):
    """Another file of the hearing: `caption`, `still`, `recording` or a `sealed` part."""

    __tablename__ = "assets"
    __table_args__ = (Index("ix_assets_hearing_id_kind", "hearing_id", "kind"),)

    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    uri: Mapped[str]
    start: Mapped[int] = mapped_column(Nanoseconds)
    end: Mapped[int] = mapped_column(Nanoseconds)
    bytes: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")


class UtteranceRow(Base):
    """A line of the transcript, private words already masked. `words` as in the journal.

    `told_by`: what named the speaker: `channel`, `words`, `guess`, `voice` or `person`.
    """

    __tablename__ = "utterances"
    __table_args__ = (Index("ix_utterances_hearing_id_start", "hearing_id", "start"),)

    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    start: Mapped[int] = mapped_column(Nanoseconds)
    end: Mapped[int] = mapped_column(Nanoseconds)
    role: Mapped[Role] = mapped_column(word(Role), default=Role.UNKNOWN)
    speaker: Mapped[str] = mapped_column(String(64), default="")
    told_by: Mapped[str] = mapped_column(String(8), default="", server_default="")
    text: Mapped[str] = mapped_column(Text)
    confidence: Mapped[float] = mapped_column(default=1.0)
    state: Mapped[TranscriptState] = mapped_column(word(TranscriptState))
    words: Mapped[list[Any]] = mapped_column(default=list)


class RedactionRow(Base):
    """One row of the redaction record. `body` is the row as the worker wrote it."""

    __tablename__ = "redactions"
    __table_args__ = (Index("ix_redactions_hearing_id_start", "hearing_id", "start"),)

    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(String(64), default="")
    kind: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(String(32))
    start: Mapped[int] = mapped_column(Nanoseconds)
    end: Mapped[int] = mapped_column(Nanoseconds)
    basis: Mapped[str] = mapped_column(default="")
    decided_by: Mapped[str] = mapped_column(String(64), default=MACHINE)
    track: Mapped[int | None]
    confidence: Mapped[float] = mapped_column(default=1.0)
    body: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Measure(Base):
    """Picture and sound measured over a second or so; levels in LUFS and dB, None unknown.

    `skew`: how far sound was ahead of the picture, in ns. `detail`: further numbers by the
    names of `MediaSecond`; the standard's thresholds make faults of them.
    """

    __tablename__ = "measures"

    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    start: Mapped[int] = mapped_column(Nanoseconds)
    end: Mapped[int] = mapped_column(Nanoseconds)
    lufs: Mapped[float | None]
    peak_db: Mapped[float | None]
    snr_db: Mapped[float | None]
    black: Mapped[bool] = mapped_column(default=False)
    frozen: Mapped[bool] = mapped_column(default=False)
    silent: Mapped[bool] = mapped_column(default=False)
    clipped: Mapped[bool] = mapped_column(default=False)
    faces: Mapped[int] = mapped_column(default=0)
    skew: Mapped[int] = mapped_column(Nanoseconds, default=0)
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Mark(Base):
    """Anything else the journal says at an instant: `source`, `event`, `error`, `started` ..."""

    __tablename__ = "marks"
    __table_args__ = (Index("ix_marks_hearing_id_kind", "hearing_id", "kind"),)

    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    t: Mapped[int] = mapped_column(Nanoseconds, default=0)
    body: Mapped[dict[str, Any]] = mapped_column(default=dict)


class MinuteChange(Base):
    """From `t` on the public gets `state`, decided by whom and why."""

    __tablename__ = "minute_changes"

    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    t: Mapped[int] = mapped_column(Nanoseconds)
    state: Mapped[MinuteState] = mapped_column(word(MinuteState))
    by: Mapped[str] = mapped_column(String(64), default="")
    why: Mapped[str] = mapped_column(default="")


class GuardClosure(Base):
    """A stretch in which the guard let nothing clear out. `end` is None while it lasts."""

    __tablename__ = "guard_closures"

    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), default="")
    reason: Mapped[str] = mapped_column(String(32))
    start: Mapped[int] = mapped_column(Nanoseconds)
    end: Mapped[int | None] = mapped_column(Nanoseconds)
