"""Courts, cases, hearings and the states a hearing and its minutes pass through."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CourtLevel(StrEnum):
    """法院层级."""

    HIGH = "high"
    INTERMEDIATE = "intermediate"
    BASIC = "basic"


class CaseKind(StrEnum):
    """案件类型."""

    CIVIL = "civil"
    CRIMINAL = "criminal"
    ADMINISTRATIVE = "administrative"
    COMPENSATION = "compensation"
    ENFORCEMENT = "enforcement"


class Procedure(StrEnum):
    """程序 (court-rules §3)."""

    CIV1_ORD = "CIV1_ORD"
    CIV1_SUM = "CIV1_SUM"
    CRI1_ORD = "CRI1_ORD"
    CRI1_SUM = "CRI1_SUM"
    CRI1_FAST = "CRI1_FAST"
    ADM1 = "ADM1"
    CIV2 = "CIV2"
    CRI2 = "CRI2"
    ADM2 = "ADM2"


class Role(StrEnum):
    """诉讼角色, with the one-letter codes the hearing transcripts use."""

    JUDGE = "J"
    CLERK = "K"
    PLAINTIFF = "P"
    DEFENDANT = "D"
    THIRD_PARTY = "T"
    PROSECUTOR = "PR"
    ACCUSED = "DF"
    VICTIM = "V"
    COUNSEL = "L"
    WITNESS = "W"
    UNKNOWN = "?"


class HearingState(StrEnum):
    """The life of one sitting. `TRANSITIONS` says which step may follow which."""

    SCHEDULED = "scheduled"
    ADMITTED = "admitted"
    LIVE = "live"
    INTERRUPTED = "interrupted"
    ENDED = "ended"
    CANCELLED = "cancelled"


TRANSITIONS: dict[HearingState, frozenset[HearingState]] = {
    HearingState.SCHEDULED: frozenset(  # ended at once: held, and its recording comes afterwards
        {HearingState.ADMITTED, HearingState.CANCELLED, HearingState.ENDED}
    ),
    HearingState.ADMITTED: frozenset(
        {HearingState.LIVE, HearingState.SCHEDULED, HearingState.CANCELLED, HearingState.ENDED}
    ),
    HearingState.LIVE: frozenset({HearingState.INTERRUPTED, HearingState.ENDED}),
    HearingState.INTERRUPTED: frozenset({HearingState.LIVE, HearingState.ENDED}),
    HearingState.ENDED: frozenset({HearingState.LIVE}),
    HearingState.CANCELLED: frozenset(),
}


class MinuteState(StrEnum):
    """What the public gets at an instant, always with who decided it and why."""

    LIVE = "LIVE"
    DELAYED = "DELAYED"
    MUTED = "MUTED"
    CLOSED = "CLOSED"
    RECESS = "RECESS"
    OFF = "OFF"


class PublicationMode(StrEnum):
    """公开方式: the five modes of the opinion."""

    LIVE = "live"
    REPLAY = "replay"
    PICTURE_TEXT = "picture_text"
    TEXT_CLIPS = "text_clips"
    VERDICT = "verdict"


class InterruptionReason(StrEnum):
    """The only reasons for which a recording may pause (法释〔2017〕5号 art. 3)."""

    RECESS = "RECESS"
    CLOSED_EVIDENCE = "CLOSED_EVIDENCE"
    MEDIATION = "MEDIATION"


@dataclass(frozen=True, slots=True)
class Participant:
    """诉讼参与人. `protected` names must not be heard or read (刑诉解释 arts. 256-257)."""

    role: Role
    name: str
    label: str
    side: str = ""
    protected: bool = False
    present: bool = True
