"""What the services hand to pages and API: frozen, complete, without any database object.

Instants are aware UTC datetimes. Places in a recording are seconds on the hearing's clock
(`MediaTime` / 1e9), ready for a player. Nothing here carries the name of a protected person;
`participants` hold what the public may see.
"""

from __future__ import annotations

from courtstream.services.views.hearings import (
    Chapter,
    ClosureView,
    GateView,
    HearingCard,
    HearingList,
    HearingView,
    ImportReport,
    MinuteView,
    PolicyView,
    PublicationView,
    RowError,
    TranscriptLine,
)
from courtstream.services.views.people import (
    AuditView,
    CourtView,
    JudgeView,
    PartyView,
    SignIn,
    UserView,
)
from courtstream.services.views.rooms import (
    ComingView,
    CourtroomPage,
    CourtroomView,
    DeskFacts,
    IngestUrls,
    KeyView,
    LiveStatus,
    MarkView,
    PullView,
    StreamView,
)
from courtstream.services.views.scores import (
    CategoryScore,
    CourtBand,
    EvidenceView,
    FindingView,
    Performance,
    ReviewView,
    RuleView,
    ScorecardView,
    ScoredHearing,
    StepView,
    TrendPoint,
)

__all__ = [
    "AuditView",
    "CategoryScore",
    "Chapter",
    "ClosureView",
    "ComingView",
    "CourtBand",
    "CourtView",
    "CourtroomPage",
    "CourtroomView",
    "DeskFacts",
    "EvidenceView",
    "FindingView",
    "GateView",
    "HearingCard",
    "HearingList",
    "HearingView",
    "ImportReport",
    "IngestUrls",
    "JudgeView",
    "KeyView",
    "LiveStatus",
    "MarkView",
    "MinuteView",
    "PartyView",
    "Performance",
    "PolicyView",
    "PublicationView",
    "PullView",
    "ReviewView",
    "RowError",
    "RuleView",
    "ScorecardView",
    "ScoredHearing",
    "SignIn",
    "StepView",
    "StreamView",
    "TranscriptLine",
    "TrendPoint",
    "UserView",
]
