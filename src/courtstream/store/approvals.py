"""The publication file of a hearing: approval, objections, notices to parties, closure history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courtstream.domain.approval import ApprovalOutcome, Stage
from courtstream.store.base import Base, word


class ApprovalFile(Base):
    """公开审批表 of one hearing, for all modes. `outcome` None: the chain has not finished.

    `chain` is the list of stages as configured when it was opened; `round` counts reconsiderations.
    """

    __tablename__ = "approvals"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), unique=True)
    chain: Mapped[list[Any]]
    round: Mapped[int] = mapped_column(default=1)
    outcome: Mapped[ApprovalOutcome | None] = mapped_column(word(ApprovalOutcome))
    opened_at: Mapped[datetime]
    opened_by: Mapped[str] = mapped_column(String(64), default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(64), default="")

    steps: Mapped[list[ApprovalStep]] = relationship(order_by="ApprovalStep.position")


class ApprovalStep(Base):
    """One stage's word, as filed; added, never changed. `stage` None: filed elsewhere."""

    __tablename__ = "approval_steps"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    approval_id: Mapped[str] = mapped_column(ForeignKey("approvals.id"), index=True)
    position: Mapped[int]
    round: Mapped[int] = mapped_column(default=1)
    stage: Mapped[Stage | None] = mapped_column(word(Stage))
    outcome: Mapped[ApprovalOutcome] = mapped_column(word(ApprovalOutcome))
    reason: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class ObjectionRow(Base):
    """异议 of a party or the prosecution. `upheld` None: not decided, and it holds until then."""

    __tablename__ = "objections"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), index=True)
    by_side: Mapped[str] = mapped_column(String(16))
    label: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(Text)
    filed_at: Mapped[datetime]
    filed_by: Mapped[str] = mapped_column(String(64))
    due_at: Mapped[datetime]
    upheld: Mapped[bool | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(64), default="")
    decision: Mapped[str] = mapped_column(Text, default="")


class PartyNotice(Base):
    """告知: that the hearing is to be published, to whom, until when an objection may be made."""

    __tablename__ = "party_notices"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), index=True)
    participant_id: Mapped[str] = mapped_column(ForeignKey("participants.id"))
    sent_at: Mapped[datetime]
    sent_by: Mapped[str] = mapped_column(String(64))
    due_at: Mapped[datetime]


class ClosureChange(Base):
    """Who found, or took back, which closure codes, when and why; added, never changed."""

    __tablename__ = "closure_changes"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))
    added: Mapped[list[Any]]
    removed: Mapped[list[Any]]
    reason: Mapped[str] = mapped_column(Text, default="")
