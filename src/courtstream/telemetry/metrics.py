"""Figures for Prometheus. Labels are hearings and codes, never people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

REGISTRY = CollectorRegistry()

ADMISSIONS = Counter(
    "courtstream_admissions", "Publishers at the door, by answer.", ["answer"], registry=REGISTRY
)
ROWS = Counter(
    "courtstream_journal_rows", "Journal rows taken into the database.", registry=REGISTRY
)
GAPS = Counter("courtstream_journal_gaps", "Times rows had to be asked for.", registry=REGISTRY)
SCORED = Counter("courtstream_hearings_scored", "Hearings scored.", registry=REGISTRY)

_VIEWERS = Gauge("courtstream_event_viewers", "Open event streams.", registry=REGISTRY)
_WORKERS = Gauge("courtstream_workers", "Workers heard of lately.", registry=REGISTRY)
_NODES = Gauge("courtstream_nodes", "Node agents heard of lately.", registry=REGISTRY)
_GUARD = Gauge(
    "courtstream_guard_open",
    "1 while clear picture and sound go out.",
    ["hearing"],
    registry=REGISTRY,
)
_LAG = Gauge(
    "courtstream_analysis_lag_seconds",
    "How far analysis is behind the courtroom.",
    ["hearing", "kind"],
    registry=REGISTRY,
)
_CLOSURES = Gauge(
    "courtstream_guard_closures", "Times the guard has closed.", ["hearing"], registry=REGISTRY
)


class Beat(Protocol):
    """A worker's heartbeat, as far as figures need it."""

    @property
    def hearing_id(self) -> str:
        """Whose."""

    @property
    def guard_open(self) -> bool:
        """Whether clear picture and sound go out."""

    @property
    def guard_closures(self) -> int:
        """How often the guard has closed."""

    @property
    def picture_lag(self) -> float:
        """Seconds."""

    @property
    def speech_lag(self) -> float:
        """Seconds."""


class Heard(Protocol):
    """What the metrics need of the board."""

    def beats(self) -> Iterable[tuple[Beat, datetime]]:
        """Every worker's last beat and when it came."""

    def nodes(self, now: datetime) -> Sequence[object]:
        """Nodes heard of lately."""


def render(board: Heard, viewers: int, now: datetime, named: Collection[str]) -> bytes:
    """The exposition text; gauges of hearings that are over disappear.

    `named`: hearings whose ids may be labels; the others are only counted.
    """
    beats = list(board.beats())
    _VIEWERS.set(viewers)
    _WORKERS.set(len(beats))
    _NODES.set(len(board.nodes(now)))
    for gauge in (_GUARD, _LAG, _CLOSURES):
        gauge.clear()
    for beat in (beat for beat, _ in beats if beat.hearing_id in named):
        _GUARD.labels(beat.hearing_id).set(beat.guard_open)
        _CLOSURES.labels(beat.hearing_id).set(beat.guard_closures)
        _LAG.labels(beat.hearing_id, "picture").set(beat.picture_lag)
        _LAG.labels(beat.hearing_id, "speech").set(beat.speech_lag)
    return generate_latest(REGISTRY)
