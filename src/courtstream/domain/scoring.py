"""Facts of a hearing, and scores that always point at their evidence.

The machine suggests, people decide: an outcome is `met`, `not_found` or `unclear`, and
`not_found` is a question to a person, never a deduction by itself (法发〔2022〕33号).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from courtstream.domain.time import MediaTime, Span
from courtstream.domain.transcript import Transcript
from courtstream.domain.trial import CaseKind, MinuteState, Participant, Procedure


class Outcome(StrEnum):
    """The only three outcomes, and the case that does not arise."""

    MET = "met"
    NOT_FOUND = "not_found"
    UNCLEAR = "unclear"
    NOT_APPLICABLE = "not_applicable"


class ScoreState(StrEnum):
    """suggested → confirmed by a reviewer → final, or under appeal."""

    SUGGESTED = "suggested"
    CONFIRMED = "confirmed"
    CONTESTED = "contested"
    FINAL = "final"


class Channel(StrEnum):
    """Where a finding's evidence comes from (court-rules §4.2)."""

    SPEECH = "SP"
    AUDIO = "AU"
    VIDEO = "VI"
    METADATA = "ME"
    HUMAN = "HU"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A moment of the recording, or the metadata row a finding rests on.

    Raises ValueError when neither is given: a finding without evidence cannot exist.
    """

    span: Span | None = None
    row: str = ""
    quote: str = ""
    confidence: float = 1.0

    def __post_init__(self) -> None:
        if self.span is None and not self.row:
            raise ValueError("evidence needs a span of the recording or a metadata row")


@dataclass(frozen=True, slots=True)
class StepFinding:
    """Whether a procedure step was found, and where."""

    code: str
    outcome: Outcome
    span: Span | None = None
    quote: str = ""
    confidence: float = 0.0
    why: str = ""


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """Whether a rule (X-…) of court-rules §3.8 was broken, and where."""

    code: str
    violated: bool
    t: MediaTime | None = None
    why: str = ""


class MediaFault(StrEnum):
    """What can be wrong with sound and picture. The method of each stands with its measure in
    `media_workers`; the threshold stands in the standard."""

    BLACK = "black"
    FROZEN = "frozen"
    BLURRED = "blurred"
    TILTED = "tilted"
    OVEREXPOSED = "overexposed"
    UNDEREXPOSED = "underexposed"
    DROPPED = "dropped"
    VIEW_MISSING = "view_missing"
    NO_CLOCK = "no_clock"
    BENCH_EMPTY = "bench_empty"
    SILENT = "silent"
    CLIPPED = "clipped"
    HUM = "hum"
    HOWL = "howl"
    NOISY = "noisy"
    SKEW = "skew"


@dataclass(frozen=True, slots=True)
class MediaSecond:
    """About a second of sound and picture by numbers, None where not measured.

    `sharpness`: share of fine detail; `tilt`: degrees off level; `bright`, `dark`: shares of the
    picture blown out or lost; `missing`: share of frames that never came; `views_dead`: tiles of a
    split picture that show nothing; `clock`: whether a running clock stands in the picture;
    `bench_empty`: nobody in the bench's zone; `hum_db`, `howl_db`: how far mains hum or a single
    ringing tone stands out; `skew`: sound ahead of the picture, in ns.
    """

    span: Span
    black: bool = False
    frozen: bool = False
    silent: bool = False
    clipped: bool = False
    lufs: float | None = None
    snr_db: float | None = None
    hum_db: float | None = None
    howl_db: float | None = None
    sharpness: float | None = None
    tilt: float | None = None
    bright: float | None = None
    dark: float | None = None
    missing: float | None = None
    views_dead: int | None = None
    clock: bool | None = None
    bench_empty: bool | None = None
    skew: MediaTime = 0


@dataclass(frozen=True, slots=True)
class MediaMeasures:
    """A/V facts of a hearing. Spans are stretches with the fault; levels in LUFS / dB.

    `seconds` are the measures themselves, from which a standard's thresholds make the rest.
    """

    picture_black: tuple[Span, ...] = ()
    picture_frozen: tuple[Span, ...] = ()
    sound_silent: tuple[Span, ...] = ()
    sound_clipped: tuple[Span, ...] = ()
    loudness_lufs: float | None = None
    snr_db: float | None = None
    max_av_skew: MediaTime = 0
    stalls: tuple[Span, ...] = ()
    seconds: tuple[MediaSecond, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """The sealed original: what it covers and every interruption with its reason or None."""

    recorded: tuple[Span, ...] = ()
    interruptions: tuple[tuple[Span, str | None], ...] = ()
    chain_ok: bool | None = None


@dataclass(frozen=True, slots=True)
class ScheduleFacts:
    """Times from the schedule, all in seconds relative to the recording's time zero.

    `scheduled_start` may be negative (scheduled before the recording began). `notice_days` is the
    number of days between the public notice and the sitting, None when unknown.
    """

    scheduled_start: float | None = None
    actual_start: float | None = None
    notice_days: float | None = None
    approved_before_start: bool | None = None
    panel_size: int | None = None
    uploaded_within_hours: float | None = None


@dataclass(frozen=True, slots=True)
class HearingFacts:
    """Everything the scoring engine may know about one sitting. Same facts, same score."""

    hearing_id: str
    kind: CaseKind
    procedure: Procedure
    transcript: Transcript
    participants: tuple[Participant, ...] = ()
    sole_judge: bool = False
    public: bool = True
    states: tuple[tuple[MediaTime, MinuteState], ...] = ()
    media: MediaMeasures = field(default_factory=MediaMeasures)
    recording: RecordingFacts = field(default_factory=RecordingFacts)
    schedule: ScheduleFacts = field(default_factory=ScheduleFacts)
    private_spans: tuple[Span, ...] = ()
    guard_closed: tuple[Span, ...] = ()
    leaks_confirmed: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """One scored item: points are out of `weight` after the profile was normalised to 100.

    `loss` is what a fault takes off (for an unclear item at worst), on the same scale.
    """

    item: str
    category: str
    title_zh: str
    title_en: str
    outcome: Outcome
    weight: float
    points: float
    method: str
    basis: str
    evidence: tuple[Evidence, ...]
    confidence: float = 1.0
    loss: float = 0.0
    critical: bool = False


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A suggestion for people to confirm.

    `low` counts every unclear or not-found item against, `high` counts them in favour; `total`
    lies between. `standard` and `standard_version` name the frozen standard used. `barred` names
    the critical items that failed: each holds `total` at `cap` or below.
    """

    hearing_id: str
    standard: str
    standard_version: str
    profile: str
    findings: tuple[Finding, ...]
    steps: tuple[StepFinding, ...]
    rules: tuple[RuleFinding, ...]
    total: float
    low: float
    high: float
    state: ScoreState = ScoreState.SUGGESTED
    barred: tuple[str, ...] = ()
    cap: float = 100.0
