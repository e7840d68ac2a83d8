"""Courtrooms, their keys, and the worker behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from courtstream.control.protocol import SeatChannel
from courtstream.domain.trial import MinuteState
from courtstream.services.views.hearings import GateView, HearingCard, MinuteView, PolicyView


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
    """A courtroom in a list, with the hearing going on or next in it today.

    `waiting`: the one that is due while nobody has ended the current one.
    """

    id: str
    name: str
    court_id: str
    court_name: str
    key_last4: str
    publishing: bool
    current: HearingCard | None
    waiting: HearingCard | None = None


@dataclass(frozen=True, slots=True)
class IngestUrls:
    """What a clerk pastes into an encoder. `key` is whole only right after it was made."""

    server: str
    key: str
    whole: str
    ffmpeg: str
    whip: str = ""
    srt: str = ""
    srt_ids: tuple[str, ...] = ()
    srt_passphrase: str = ""


@dataclass(frozen=True, slots=True)
class PullView:
    """A source that is fetched, as staff see it: never its login."""

    id: str
    url: str
    has_login: bool
    enabled: bool
    last_code: str
    last_at: datetime | None


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
class ComingView:
    """A stretch or a line that has not aired. Seconds; `airs_in` from now on.

    `reason` is empty for words that will be heard; `text` is masked: for a stretch what is said
    around it, with the mark in its place.
    """

    start: float
    end: float
    airs_in: float
    text: str
    reason: str = ""
    by: str = ""
    kept: bool = False
    may_keep: bool = False


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
    coming: tuple[ComingView, ...] = ()


@dataclass(frozen=True, slots=True)
class DeskFacts:
    """What the clerk's page shows beside the figures.

    `people`: names of those who decided a minute, by user id. `free_bytes` of the node's disk, 0
    when unknown; `least_bytes` that a new hearing needs. `lost`: seconds the public has missed.
    """

    minutes: tuple[MinuteView, ...] = ()
    people: Mapping[str, str] = field(default_factory=dict)
    free_bytes: int = 0
    least_bytes: int = 0
    lost: float = 0.0


@dataclass(frozen=True, slots=True)
class CourtroomPage:
    """The courtroom stream endpoint page."""

    courtroom: CourtroomView
    keys: tuple[KeyView, ...]
    urls: IngestUrls
    sources: tuple[PullView, ...]
    streams: tuple[StreamView, ...]
    marks: tuple[MarkView, ...]
    today: tuple[HearingCard, ...]
    status: LiveStatus | None
    gate: GateView | None
    policy: PolicyView | None
    segments: int
    redactions: int
    desk: DeskFacts = DeskFacts()
    seats: tuple[SeatChannel, ...] = ()
