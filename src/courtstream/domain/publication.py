"""Whether a hearing may go out: the gate's decision object and the privacy policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from courtstream.domain.trial import PublicationMode


class ClosureEffect(StrEnum):
    """Effects of court-rules §2, from the most to the least restrictive."""

    NO_HEARING_PUBLIC = "NO_HEARING_PUBLIC"
    NO_BROADCAST = "NO_BROADCAST"
    SEGMENT_CLOSED = "SEGMENT_CLOSED"
    MASK = "MASK"
    ALWAYS_PUBLIC = "ALWAYS_PUBLIC"


@dataclass(frozen=True, slots=True)
class GateDecision:
    """The only thing that lets a hearing reach `live`. Unknown is closed.

    `codes` are the closure codes that applied, `reasons` sentences in Chinese for the file,
    `version` the rule pack's version.
    """

    allowed: frozenset[PublicationMode]
    effect: ClosureEffect | None
    codes: tuple[str, ...]
    reasons: tuple[str, ...]
    version: str
    decided_at: datetime

    @property
    def may_broadcast(self) -> bool:
        """Whether live sound and picture may go out."""
        return PublicationMode.LIVE in self.allowed


@dataclass(frozen=True, slots=True)
class PrivacyPolicy:
    """隐私策略 of one hearing. Delays in seconds; `faces` is `all` or `none`."""

    delay: float = 10.0
    delay_min: float = 6.0
    delay_max: float = 30.0
    faces: str = "all"
    bleep: str = "tone"
    identity_window: bool = True
    replay_release: str = "person"
