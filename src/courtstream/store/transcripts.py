"""庭审文字: revisions of a hearing's transcript, requests to correct it, and later decisions about
what is heard. Texts in these tables are masked, always.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courtstream.domain.staff import MACHINE
from courtstream.domain.transcript import TranscriptState
from courtstream.domain.trial import Role
from courtstream.store.base import Base, Nanoseconds, word


class TranscriptRevision(Base):
    """One state of the whole transcript. `sha256` covers its turns and stands from signing on.

    `captioned_at`: since when the captions of the recording follow it.

    `source`: `live`, `archive` (read again after the hearing) or `person`; `signatures` is a list
    of {by, capacity, at}.
    """

    __tablename__ = "transcript_revisions"
    __table_args__ = (UniqueConstraint("hearing_id", "number"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"))
    number: Mapped[int]
    state: Mapped[TranscriptState] = mapped_column(word(TranscriptState))
    source: Mapped[str] = mapped_column(String(16), default="person")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(64), default=MACHINE)
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[str] = mapped_column(String(64), default="")
    signed_at: Mapped[datetime | None]
    signatures: Mapped[list[Any]] = mapped_column(default=list)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    captioned_at: Mapped[datetime | None]

    turns: Mapped[list[TranscriptTurn]] = relationship(order_by="TranscriptTurn.position")


class TranscriptTurn(Base):
    """What one speaker said without a break. `turn_id` stays the same through all revisions.

    `words` is [[text, start, end, confidence], …] in ns; after an edit the times of unchanged
    characters are kept and those between them shared out.
    """

    __tablename__ = "transcript_turns"

    revision_id: Mapped[str] = mapped_column(
        ForeignKey("transcript_revisions.id"), primary_key=True
    )
    turn_id: Mapped[str] = mapped_column(String(24), primary_key=True)
    position: Mapped[int]
    start: Mapped[int] = mapped_column(Nanoseconds)
    end: Mapped[int] = mapped_column(Nanoseconds)
    role: Mapped[Role] = mapped_column(word(Role), default=Role.UNKNOWN)
    speaker: Mapped[str] = mapped_column(String(64), default="")
    text: Mapped[str] = mapped_column(Text)
    confidence: Mapped[float] = mapped_column(default=1.0)
    words: Mapped[list[Any]] = mapped_column(default=list)


class RequestOutcome(StrEnum):
    """What became of a request to correct. A refusal is recorded, too (法释〔2017〕5号 art. 7)."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class CorrectionRequest(Base):
    """差错申请: a party says, through the office, that a turn is not what was said."""

    __tablename__ = "correction_requests"
    __table_args__ = (Index("ix_correction_requests_hearing_id", "hearing_id"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"))
    turn_id: Mapped[str] = mapped_column(String(24))
    asked_by: Mapped[str] = mapped_column(String(64))
    why: Mapped[str] = mapped_column(Text)
    wanted: Mapped[str] = mapped_column(Text, default="")
    filed_at: Mapped[datetime]
    filed_by: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[RequestOutcome | None] = mapped_column(word(RequestOutcome))
    answer: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(64), default="")


class SpeechOp(StrEnum):
    """What is decided about a stretch of sound after the hearing."""

    HIDE = "hide"
    OPEN = "open"


class SpeechState(StrEnum):
    """How far a decision is. `proposed` by the machine; `waiting` for a second person."""

    PROPOSED = "proposed"
    WAITING = "waiting"
    APPLIED = "applied"
    REFUSED = "refused"


class SpeechCorrection(Base):
    """A later decision about sound from `start` to `end`; the public recording follows it.

    `made_at` None while applied: the recording is being made again and is not given out.
    """

    __tablename__ = "speech_corrections"
    __table_args__ = (Index("ix_speech_corrections_hearing_id_state", "hearing_id", "state"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"))
    op: Mapped[SpeechOp] = mapped_column(word(SpeechOp))
    start: Mapped[int] = mapped_column(Nanoseconds)
    end: Mapped[int] = mapped_column(Nanoseconds)
    reason: Mapped[str] = mapped_column(String(32))
    note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[SpeechState] = mapped_column(word(SpeechState))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(64), default="")
    made_at: Mapped[datetime | None]


class ListeningState(StrEnum):
    """How far a second listening is."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class ListeningRow(Base):
    """复听: the sealed original read again with the best model, because somebody asked for it.

    `found`: stretches that were proposed to be hidden.
    """

    __tablename__ = "listenings"

    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), primary_key=True)
    state: Mapped[ListeningState] = mapped_column(word(ListeningState))
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(64))
    finished_at: Mapped[datetime | None]
    found: Mapped[int] = mapped_column(default=0)
    code: Mapped[str] = mapped_column(String(64), default="")
