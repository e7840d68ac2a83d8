"""Hearings as the public and staff see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from courtstream.domain.publication import ClosureEffect
from courtstream.domain.transcript import TranscriptState
from courtstream.domain.trial import (
    CaseKind,
    HearingState,
    MinuteState,
    Procedure,
    PublicationMode,
    Role,
)
from courtstream.services.views.people import JudgeView, PartyView
from courtstream.store.trials import PublicationState


@dataclass(frozen=True, slots=True)
class HearingCard:
    """A hearing in a list. `live` and `replay`: what the public may watch at this moment."""

    id: str
    title: str
    case_number: str
    cause: str
    kind: CaseKind
    procedure: Procedure
    court_id: str
    court_name: str
    courtroom_id: str
    courtroom_name: str
    judges: tuple[JudgeView, ...]
    sole_judge: bool
    state: HearingState
    scheduled_start: datetime
    actual_start: datetime | None
    actual_end: datetime | None
    duration: float
    demo: bool
    live: bool
    replay: bool
    still: str


@dataclass(frozen=True, slots=True)
class PublicationView:
    """The state of one mode, by whose act."""

    mode: PublicationMode
    state: PublicationState
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class GateView:
    """The latest decision of the gate."""

    allowed: tuple[PublicationMode, ...]
    effect: ClosureEffect | None
    codes: tuple[str, ...]
    reasons: tuple[str, ...]
    version: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class PolicyView:
    """The privacy policy of the hearing; delays in seconds."""

    delay: float
    delay_min: float
    delay_max: float
    faces: str
    bleep: str
    identity_window: bool
    replay_release: str
    picture_text: str = "person"
    start: str = "auto"


@dataclass(frozen=True, slots=True)
class MinuteView:
    """From `start` seconds on the public got `state`, decided by whom and why."""

    start: float
    state: MinuteState
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class ClosureView:
    """A stretch the guard kept from the public; `end` None while it lasts. Seconds."""

    start: float
    end: float | None
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """A procedure step found in the transcript. `start`, `end` in seconds."""

    code: str
    title_zh: str
    title_en: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True, slots=True)
class HearingView:
    """The watch page of one hearing.

    `media` is the URL path of the playlist the public may play now (live or replay), empty when
    none; `captions` that of the caption playlist inside it comes with the master playlist itself.
    `withdrawn` hearings keep their card and nothing else. `wall_zero`: the instant of second 0.
    `missed`: stretches in seconds that were lost to the public by an interruption.
    """

    card: HearingCard
    media: str
    recording: str
    minute_state: MinuteState
    minute_by: str
    minute_why: str
    wall_zero: datetime | None
    participants: tuple[PartyView, ...]
    publications: tuple[PublicationView, ...]
    policy: PolicyView
    gate: GateView | None
    minutes: tuple[MinuteView, ...]
    closures: tuple[ClosureView, ...]
    chapters: tuple[Chapter, ...]
    withdrawn: bool
    worker_gone: bool
    missed: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """One utterance, masked. `state` says whether a person has checked it."""

    seq: int
    start: float
    end: float
    role: Role
    speaker: str
    text: str
    confidence: float
    state: TranscriptState


@dataclass(frozen=True, slots=True)
class HearingList:
    """A page of a search, newest first. `total` counts all matches."""

    cards: tuple[HearingCard, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class RowError:
    """One fault of an imported file: row 1 is the first after the heading."""

    row: int
    column: str
    message_zh: str
    message_en: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """All or nothing: `hearing_ids` is empty whenever there are `errors`."""

    hearing_ids: tuple[str, ...]
    errors: tuple[RowError, ...]
