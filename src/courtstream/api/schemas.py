"""What the JSON API takes and gives. Instants are ISO 8601 with zone, places are seconds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from courtstream.control.protocol import Verb
from courtstream.domain.transcript import TranscriptState
from courtstream.domain.trial import (
    CaseKind,
    HearingState,
    MinuteState,
    Procedure,
    PublicationMode,
    Role,
)
from courtstream.store.trials import PublicationState


class Body(BaseModel):
    """A request: unknown fields are an error."""

    model_config = ConfigDict(extra="forbid")


class View(BaseModel):
    """An answer, read from a service's view."""

    model_config = ConfigDict(from_attributes=True)


class ProblemOut(View):
    """RFC 9457 problem."""

    type: str
    title: str
    title_zh: str
    status: int
    code: str
    remedy: str = ""
    detail: str = ""


class SignInBody(Body):
    """账号与密码；启用动态口令的账号还须给出 `code`."""

    login: str = Field(max_length=64)
    password: str = Field(max_length=256)
    code: str = Field("", max_length=40)


class UserOut(View):
    """A staff account."""

    id: str
    login: str
    name: str
    role: str
    court_id: str | None
    court_name: str
    judge_id: str | None


class SignInOut(View):
    """A sign-in; send `csrf` back as `X-CSRF-Token` with every unsafe request."""

    user: UserOut
    csrf: str
    expires_at: datetime


class JudgeOut(View):
    """A judge."""

    id: str
    name: str
    title: str
    court_name: str


class HearingOut(View):
    """A hearing in a list."""

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
    judges: tuple[JudgeOut, ...]
    state: HearingState
    scheduled_start: datetime
    actual_start: datetime | None
    actual_end: datetime | None
    duration: float
    demo: bool
    live: bool
    replay: bool
    still: str


class HearingListOut(View):
    """A page of hearings, newest first."""

    cards: tuple[HearingOut, ...]
    total: int
    page: int
    pages: int


class ChapterOut(View):
    """A step of the procedure found in the hearing."""

    code: str
    title_zh: str
    title_en: str
    start: float
    end: float
    confidence: float


class PartyOut(View):
    """A participant as the public may see one."""

    role: Role
    label: str
    shown: str
    protected: bool


class PublicationOut(View):
    """One mode of publication."""

    mode: PublicationMode
    state: PublicationState
    at: datetime
    reason: str


class HearingDetailOut(View):
    """A hearing with everything the watch page shows."""

    card: HearingOut
    media: str
    recording: str
    minute_state: MinuteState
    minute_why: str
    wall_zero: datetime | None
    participants: tuple[PartyOut, ...]
    publications: tuple[PublicationOut, ...]
    chapters: tuple[ChapterOut, ...]
    withdrawn: bool


class LineOut(View):
    """One utterance, masked."""

    seq: int
    start: float
    end: float
    role: Role
    speaker: str
    text: str
    confidence: float
    state: TranscriptState


class TranscriptOut(View):
    """The released words of a hearing."""

    lines: tuple[LineOut, ...]


class SearchQuery(Body):
    """What to look for; empty fields do not narrow."""

    q: str = Field("", max_length=200)
    court: str = Field("", max_length=40)
    judge: str = Field("", max_length=40)
    kind: CaseKind | None = None
    day: date | None = None
    state: HearingState | None = None
    page: int = Field(1, ge=1, le=100_000)


class TranscriptQuery(Body):
    """Only lines that begin at or after `start` seconds."""

    start: float = Field(0.0, ge=0.0, le=1_000_000.0)


class RowErrorOut(View):
    """One fault of an imported file; row 1 is the first after the heading."""

    row: int
    column: str
    message_zh: str
    message_en: str


class ImportOut(View):
    """The hearings made."""

    hearing_ids: tuple[str, ...]


class ImportProblemOut(ProblemOut):
    """Nothing was imported; every fault by row and column."""

    errors: tuple[RowErrorOut, ...]


class KeyOut(View):
    """An ingest key as far as it may be shown."""

    id: str
    last4: str
    created_at: datetime
    revoked_at: datetime | None


class NewKeyOut(View):
    """A new ingest key: the only time it is seen whole."""

    key: KeyOut
    secret: str
    server: str
    url: str


class SourceBody(Body):
    """The address of a source to fetch: `rtsp`, `http` or `https`, with or without a login."""

    url: str = Field(min_length=8, max_length=500)


class SourceOut(View):
    """A source. `last_code`: how its last connection ended."""

    id: str
    url: str
    has_login: bool
    enabled: bool
    last_code: str
    last_at: datetime | None


class SourceListOut(View):
    """The sources of a courtroom."""

    items: tuple[SourceOut, ...]


class LookBody(Body):
    """Which preview: what the public will get, or what the courtroom sends."""

    view: Literal["redacted", "raw"] = "redacted"


class LookOut(View):
    """Where a WHEP player posts its offer and the Bearer token it sends, valid for `seconds`."""

    url: str
    ticket: str
    seconds: int


class CommandBody(Body):
    """A command to a running hearing; `value` is the delay in seconds for `set_delay`.

    `start` and `end`: media time in seconds of the sound that `hide` and `keep` speak of.
    """

    verb: Verb
    reason: str = Field("", max_length=200)
    value: float | None = Field(None, ge=0.0, le=600.0)
    start: float | None = Field(None, ge=0.0)
    end: float | None = Field(None, ge=0.0)


class ComingOut(View):
    """A stretch or line of the delay line; `reason` is empty for words that will be heard."""

    start: float
    end: float
    airs_in: float
    text: str
    reason: str
    by: str
    kept: bool
    may_keep: bool


class ComingListOut(View):
    """What has not aired yet, in order of time."""

    coming: tuple[ComingOut, ...]


class ReplyOut(View):
    """The worker's answer."""

    ok: bool
    code: str
    message: str


class ClosuresBody(Body):
    """Closure codes found to apply; empty: someone has checked and none does.

    Taking one back once the hearing has begun needs a reason.
    """

    codes: tuple[str, ...] = Field(max_length=40)
    reason: str = Field("", max_length=500)


class GateOut(View):
    """The gate's decision: the modes it allows, and every code and reason."""

    allowed: tuple[PublicationMode, ...]
    codes: tuple[str, ...]
    reasons: tuple[str, ...]
    version: str
    decided_at: datetime


class WithdrawBody(Body):
    """Why a hearing is taken back from the public."""

    reason: str = Field(min_length=1, max_length=500)
