"""The transcript as people read, check and correct it. Texts are masked; times in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from courtstream.domain.transcript import TranscriptState
from courtstream.domain.trial import Role
from courtstream.services.views.hearings import HearingCard


@dataclass(frozen=True, slots=True)
class TurnView:
    """One speaker's turn. `id` stays the same through all revisions."""

    id: str
    start: float
    end: float
    role: Role
    speaker: str
    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class SignatureView:
    """Who signed, as what, and when."""

    by: str
    capacity: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RevisionView:
    """One revision. `sha256` stands from signing on; number 0: nobody has touched the draft."""

    number: int
    state: TranscriptState
    source: str
    created_at: datetime | None
    created_by: str
    checked_at: datetime | None
    checked_by: str
    signatures: tuple[SignatureView, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class ChangeView:
    """How a turn differs between two revisions: pieces of (`same`, `gone` or `new`, text)."""

    id: str
    start: float
    pieces: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request to correct; `outcome` is empty while it waits."""

    id: str
    turn_id: str
    asked_by: str
    why: str
    wanted: str
    filed_at: datetime
    filed_by: str
    outcome: str
    answer: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class SpeechView:
    """A later decision about sound. `making`: the public recording is being made again."""

    id: str
    op: str
    start: float
    end: float
    reason: str
    note: str
    state: str
    at: datetime
    by: str
    decided_by: str
    making: bool


@dataclass(frozen=True, slots=True)
class TextPage:
    """The reviewer's page of one hearing.

    `listening`: how far the second listening is, empty when nobody asked for one; `found`: how
    many stretches it proposed.
    """

    hearing: HearingCard
    revision: RevisionView
    revisions: tuple[RevisionView, ...]
    turns: tuple[TurnView, ...]
    requests: tuple[RequestView, ...]
    speech: tuple[SpeechView, ...]
    media: str
    ended: bool
    listening: str = ""
    found: int = 0
