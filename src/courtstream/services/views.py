"""What the services hand to pages and API: frozen, complete, without any database object.

Instants are aware UTC datetimes. Places in a recording are seconds on the hearing's clock
(`MediaTime` / 1e9), ready for a player. Nothing here carries the name of a protected person;
`participants` hold what the public may see.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from courtstream.domain.publication import ClosureEffect
from courtstream.domain.scoring import Outcome, ScoreState
from courtstream.domain.staff import StaffRole
from courtstream.domain.transcript import TranscriptState
from courtstream.domain.trial import (
    CaseKind,
    CourtLevel,
    HearingState,
    MinuteState,
    Procedure,
    PublicationMode,
    Role,
)
from courtstream.store.reviews import ReviewVerdict
from courtstream.store.trials import PublicationState


@dataclass(frozen=True, slots=True)
class UserView:
    """A staff account. `court_id` None means every court (the High Court's administrators)."""

    id: str
    login: str
    name: str
    role: StaffRole
    court_id: str | None
    court_name: str
    judge_id: str | None
    active: bool
    demo: bool


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in in force. `csrf` must come back with every unsafe request."""

    user: UserView
    session_id: str
    csrf: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CourtView:
    """A court in the province's tree. `depth` 0 is the High Court; the list is in tree order."""

    id: str
    name: str
    name_en: str
    level: CourtLevel
    parent_id: str | None
    depth: int


@dataclass(frozen=True, slots=True)
class JudgeView:
    """A judge as the public may see one."""

    id: str
    name: str
    title: str
    leader: bool
    court_id: str
    court_name: str


@dataclass(frozen=True, slots=True)
class PartyView:
    """A participant as the public may see one: `shown` is a masked name or only the label."""

    role: Role
    label: str
    shown: str
    protected: bool


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
class KeyView:
    """An ingest key as far as it may be shown."""

    id: str
    last4: str
    created_at: datetime
    created_by: str
    revoked_at: datetime | None
    revoked_by: str


@dataclass(frozen=True, slots=True)
class CourtroomView:
    """A courtroom in a list, with the hearing going on or next in it today."""

    id: str
    name: str
    court_id: str
    court_name: str
    key_last4: str
    publishing: bool
    current: HearingCard | None


@dataclass(frozen=True, slots=True)
class IngestUrls:
    """What a clerk pastes into an encoder. `key` is whole only right after it was made."""

    server: str
    key: str
    whole: str
    ffmpeg: str


@dataclass(frozen=True, slots=True)
class StreamView:
    """A publisher's session."""

    id: str
    node: str
    protocol: str
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    end_code: str


@dataclass(frozen=True, slots=True)
class MarkView:
    """A thing that happened to the stream, newest first: kind, code and sentence for people."""

    at: datetime
    kind: str
    code: str
    text_zh: str
    text_en: str


@dataclass(frozen=True, slots=True)
class LiveStatus:
    """A running worker as last heard. Seconds; `counters` are the worker's own totals.

    `aired`: how far the public has got; `media_time`: how far the courtroom has got.
    """

    hearing_id: str
    heard_at: datetime
    stale: bool
    state: MinuteState
    why: str
    source: str
    media_time: float
    aired: float
    delay: float
    picture_lag: float
    speech_lag: float
    guard_open: bool
    guard_closures: int
    slow_stage: str
    counters: dict[str, float]


@dataclass(frozen=True, slots=True)
class CourtroomPage:
    """The courtroom stream endpoint page."""

    courtroom: CourtroomView
    keys: tuple[KeyView, ...]
    urls: IngestUrls
    streams: tuple[StreamView, ...]
    marks: tuple[MarkView, ...]
    today: tuple[HearingCard, ...]
    status: LiveStatus | None
    gate: GateView | None
    policy: PolicyView | None
    segments: int
    redactions: int


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """Where to look: seconds in the recording (None for a metadata row)."""

    start: float | None
    end: float | None
    row: str
    quote: str
    confidence: float


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A person's word on a finding."""

    by: str
    verdict: ReviewVerdict
    outcome: Outcome | None
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FindingView:
    """One item. `needs_person`: not found or unclear and nobody has spoken yet."""

    id: str
    item: str
    category: str
    title_zh: str
    title_en: str
    outcome: Outcome
    weight: float
    points: float
    method: str
    basis: str
    confidence: float
    evidence: tuple[EvidenceView, ...]
    reviews: tuple[ReviewView, ...]
    needs_person: bool


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of the procedure, in the order of the procedure. Seconds, None when not found."""

    code: str
    title_zh: str
    title_en: str
    outcome: Outcome
    start: float | None
    end: float | None
    quote: str
    confidence: float
    why: str


@dataclass(frozen=True, slots=True)
class RuleView:
    """One X- rule of the procedure."""

    code: str
    title_zh: str
    title_en: str
    violated: bool
    at: float | None
    why: str


@dataclass(frozen=True, slots=True)
class CategoryScore:
    """One dimension of the card: points got, points possible, findings that await a person."""

    code: str
    title_zh: str
    title_en: str
    points: float
    weight: float
    open: int


@dataclass(frozen=True, slots=True)
class ScorecardView:
    """A suggestion for people: `low`..`high` is what the open questions can still change."""

    id: str
    hearing: HearingCard
    standard: str
    standard_version: str
    profile: str
    total: float
    low: float
    high: float
    state: ScoreState
    computed_at: datetime
    categories: tuple[CategoryScore, ...]
    findings: tuple[FindingView, ...]
    steps: tuple[StepView, ...]
    rules: tuple[RuleView, ...]


@dataclass(frozen=True, slots=True)
class ScoredHearing:
    """A row of a judge's own list."""

    card: HearingCard
    total: float
    low: float
    high: float
    state: ScoreState
    open: int


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One week (`start` is its Monday): mean score and how many hearings."""

    start: date
    mean: float
    hearings: int


@dataclass(frozen=True, slots=True)
class CourtBand:
    """The middle half of the court's scores in the same time, without names.

    None of it is given when fewer than five judges are behind it.
    """

    lower: float
    middle: float
    upper: float
    judges: int


@dataclass(frozen=True, slots=True)
class Performance:
    """A judge's own page: own hearings, own trend, and an anonymous band of the own court."""

    judge: JudgeView
    hearings: tuple[ScoredHearing, ...]
    trend: tuple[TrendPoint, ...]
    categories: tuple[CategoryScore, ...]
    mean: float | None
    earlier_mean: float | None
    band: CourtBand | None
    open: int


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


@dataclass(frozen=True, slots=True)
class AuditView:
    """One act in the audit chain."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, object]


@dataclass(frozen=True, slots=True)
class SiteStats:
    """The counts of the front page."""

    live: int
    today: int
    past: int
    courts: int
