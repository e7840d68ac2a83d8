"""Cases, participants, hearings, and the decisions about publishing them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courtstream.domain.approval import ApprovalOutcome
from courtstream.domain.publication import ClosureEffect
from courtstream.domain.staff import MACHINE
from courtstream.domain.trial import (
    CaseKind,
    HearingState,
    MinuteState,
    Procedure,
    PublicationMode,
    Role,
)
from courtstream.store.approvals import ApprovalFile, ObjectionRow
from courtstream.store.base import Base, Nanoseconds, word
from courtstream.store.people import Court, Courtroom, Judge


class PublicationState(StrEnum):
    """Released by a person or the policy; withdrawn stays withdrawn until released anew."""

    PENDING = "pending"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


class Case(Base):
    """案件."""

    __tablename__ = "cases"
    __table_args__ = (UniqueConstraint("court_id", "number"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"), index=True)
    number: Mapped[str] = mapped_column(String(100), index=True)
    cause: Mapped[str] = mapped_column(index=True)
    kind: Mapped[CaseKind] = mapped_column(word(CaseKind))
    procedure: Mapped[Procedure] = mapped_column(word(Procedure))
    demo: Mapped[bool] = mapped_column(default=False)

    participants: Mapped[list[ParticipantRow]] = relationship(order_by="ParticipantRow.position")


class ParticipantRow(Base):
    """诉讼参与人. `protected` names are never heard or read; `label` is what the public sees."""

    __tablename__ = "participants"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    role: Mapped[Role] = mapped_column(word(Role))
    name: Mapped[str]
    label: Mapped[str]
    side: Mapped[str] = mapped_column(String(20), default="")
    protected: Mapped[bool] = mapped_column(default=False)
    present: Mapped[bool] = mapped_column(default=True)


class Hearing(Base):
    """庭审, one sitting. `wall_zero` is the instant of media time 0; `last_seq` the journal's row
    up to which the database knows what happened.

    What the gate asks: `closure_codes` None means nobody has checked; `applications` code →
    granted, refused or None while waiting. Approval and objections are on the hearing's file.
    """

    __tablename__ = "hearings"
    __table_args__ = (
        Index("ix_hearings_court_id_scheduled_start", "court_id", "scheduled_start"),
        Index("ix_hearings_courtroom_id_scheduled_start", "courtroom_id", "scheduled_start"),
        Index("ix_hearings_scheduled_start_id", "scheduled_start", "id", "court_id"),
        Index("ix_hearings_state_scheduled_start", "state", "scheduled_start"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"))
    courtroom_id: Mapped[str] = mapped_column(ForeignKey("courtrooms.id"))
    title: Mapped[str] = mapped_column(String(300))
    procedure: Mapped[Procedure] = mapped_column(word(Procedure))
    state: Mapped[HearingState] = mapped_column(word(HearingState))
    scheduled_start: Mapped[datetime]
    scheduled_end: Mapped[datetime]
    actual_start: Mapped[datetime | None]
    actual_end: Mapped[datetime | None]
    wall_zero: Mapped[datetime | None]
    duration: Mapped[int] = mapped_column(Nanoseconds, default=0)
    sole_judge: Mapped[bool] = mapped_column(default=False)
    public: Mapped[bool] = mapped_column(default=True)
    closure_codes: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    applications: Mapped[dict[str, Any]] = mapped_column(default=dict)
    waived: Mapped[list[Any]] = mapped_column(default=list)
    notice_at: Mapped[datetime | None]
    demo: Mapped[bool] = mapped_column(default=False)
    node: Mapped[str] = mapped_column(String(64), default="")
    epoch: Mapped[int] = mapped_column(default=0)
    last_seq: Mapped[int] = mapped_column(default=0)
    minute_state: Mapped[MinuteState] = mapped_column(word(MinuteState), default=MinuteState.OFF)
    minute_by: Mapped[str] = mapped_column(String(64), default="")
    minute_why: Mapped[str] = mapped_column(default="")
    worker_seen_at: Mapped[datetime | None]
    worker_gone: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(64), default="")

    case: Mapped[Case] = relationship()
    court: Mapped[Court] = relationship()
    courtroom: Mapped[Courtroom] = relationship()
    bench: Mapped[list[HearingJudge]] = relationship(order_by="HearingJudge.position")
    policy: Mapped[PolicyRow | None] = relationship()
    publications: Mapped[list[Publication]] = relationship()
    file: Mapped[ApprovalFile | None] = relationship()
    objections: Mapped[list[ObjectionRow]] = relationship(order_by=ObjectionRow.filed_at)
    gate_decisions: Mapped[list[GateDecisionRow]] = relationship(
        order_by="GateDecisionRow.decided_at"
    )

    @property
    def approval(self) -> bool | None:
        """Whether the chain approved the publication; None while it has not finished."""
        outcome = self.file.outcome if self.file else None
        return None if outcome is None else outcome is ApprovalOutcome.PUBLISH

    @property
    def approved_at(self) -> datetime | None:
        """When the chain finished."""
        return self.file.decided_at if self.file else None


class HearingJudge(Base):
    """A judge's seat in the panel; position 0 presides."""

    __tablename__ = "hearing_judges"

    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), primary_key=True)
    judge_id: Mapped[str] = mapped_column(ForeignKey("judges.id"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(default=0)

    judge: Mapped[Judge] = relationship()


class PolicyRow(Base):
    """隐私策略 of one hearing; delays in seconds."""

    __tablename__ = "privacy_policies"

    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), primary_key=True)
    delay: Mapped[float] = mapped_column(default=10.0)
    delay_min: Mapped[float] = mapped_column(default=6.0)
    delay_max: Mapped[float] = mapped_column(default=30.0)
    faces: Mapped[str] = mapped_column(String(16), default="all")
    bleep: Mapped[str] = mapped_column(String(16), default="tone")
    identity_window: Mapped[bool] = mapped_column(default=True)
    replay_release: Mapped[str] = mapped_column(String(16), default="person")
    picture_text: Mapped[str] = mapped_column(String(16), default="person")
    start: Mapped[str] = mapped_column(String(8), default="auto")


class GateDecisionRow(Base):
    """A decision of the gate as it was made; decisions are added, never changed."""

    __tablename__ = "gate_decisions"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), index=True)
    allowed: Mapped[list[Any]]
    effect: Mapped[ClosureEffect | None] = mapped_column(word(ClosureEffect))
    codes: Mapped[list[Any]]
    reasons: Mapped[list[Any]]
    version: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(64), default=MACHINE)


class Publication(Base):
    """Whether one mode of one hearing is before the public, by whose act and why."""

    __tablename__ = "publications"
    __table_args__ = (UniqueConstraint("hearing_id", "mode"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), index=True)
    mode: Mapped[PublicationMode] = mapped_column(word(PublicationMode))
    state: Mapped[PublicationState] = mapped_column(word(PublicationState))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text, default="")
