"""What the publication API takes and gives: approval, objections, notices, text modes."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from courtstream.api.schemas import Body, GateOut, View
from courtstream.domain.approval import ApprovalOutcome, Stage
from courtstream.rules.gate import ObjectionBy


class ApprovalBody(Body):
    """The word of the stage whose turn it is; not to publish needs a reason."""

    outcome: ApprovalOutcome
    reason: str = Field("", max_length=1000)


class ReasonBody(Body):
    """Why."""

    reason: str = Field(min_length=1, max_length=1000)


class ObjectionBody(Body):
    """Who objects (a role, never a name) and why."""

    by: ObjectionBy
    label: str = Field("", max_length=40)
    reason: str = Field(min_length=1, max_length=2000)


class DecisionBody(Body):
    """The answer to an objection."""

    upheld: bool
    reason: str = Field(min_length=1, max_length=2000)


class StageOut(View):
    """One stage of the chain; `outcome` None while its word is awaited."""

    stage: Stage | None
    round: int
    outcome: ApprovalOutcome | None
    reason: str
    at: datetime | None


class ObjectionOut(View):
    """An objection and its answer."""

    id: str
    by_side: str
    label: str
    reason: str
    filed_at: datetime
    due_at: datetime
    upheld: bool | None
    decision: str
    decided_at: datetime | None
    overdue: bool


class FileOut(View):
    """The publication file of a hearing."""

    gate: GateOut | None
    codes: tuple[str, ...] | None
    round: int
    outcome: ApprovalOutcome | None
    steps: tuple[StageOut, ...]
    objections: tuple[ObjectionOut, ...]


class NoticesOut(View):
    """How many were put on file as told just now."""

    told: int
