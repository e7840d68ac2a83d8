"""Every table of the platform in one import; the modules group them by what they speak of."""

from __future__ import annotations

from courtstream.store.base import Base
from courtstream.store.people import (
    Court,
    Courtroom,
    Division,
    IngestKey,
    Judge,
    User,
    WebSession,
)
from courtstream.store.records import (
    Asset,
    GuardClosure,
    Mark,
    Measure,
    MinuteChange,
    RedactionRow,
    Segment,
    Stream,
    UtteranceRow,
)
from courtstream.store.reviews import (
    AuditEntry,
    FindingRow,
    Review,
    ReviewVerdict,
    ScorecardRow,
)
from courtstream.store.trials import (
    Case,
    GateDecisionRow,
    Hearing,
    HearingJudge,
    ParticipantRow,
    PolicyRow,
    Publication,
    PublicationState,
)

__all__ = [
    "Asset",
    "AuditEntry",
    "Base",
    "Case",
    "Court",
    "Courtroom",
    "Division",
    "FindingRow",
    "GateDecisionRow",
    "GuardClosure",
    "Hearing",
    "HearingJudge",
    "IngestKey",
    "Judge",
    "Mark",
    "Measure",
    "MinuteChange",
    "ParticipantRow",
    "PolicyRow",
    "Publication",
    "PublicationState",
    "RedactionRow",
    "Review",
    "ReviewVerdict",
    "ScorecardRow",
    "Segment",
    "Stream",
    "User",
    "UtteranceRow",
    "WebSession",
]
