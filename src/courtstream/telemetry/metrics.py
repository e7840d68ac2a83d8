"""Figures for Prometheus. Labels are hearings and codes, never people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
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
MOVES = Counter(
    "courtstream_hearings_moved", "Hearings that went on at another node.", registry=REGISTRY
)
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


_QUEUE = Gauge(
    "courtstream_queue_seconds",
    "Media waiting in front of a stage.",
    ["hearing", "stage"],
    registry=REGISTRY,
)
_RTF = Gauge(
    "courtstream_realtime_factor",
    "Seconds of work a second of media: 1 is too slow.",
    ["hearing", "stage"],
    registry=REGISTRY,
)
_DROPS = Gauge(
    "courtstream_given_up",
    "What a stage refused, skipped or could not write, since the worker began.",
    ["hearing", "what"],
    registry=REGISTRY,
)
_DELAY = Gauge(
    "courtstream_delay_seconds", "Privacy delay in force.", ["hearing"], registry=REGISTRY
)
_MEMORY = Gauge(
    "courtstream_worker_memory_bytes",
    "Memory given out in a worker, written to or not: what grows for hours is a leak.",
    ["hearing"],
    registry=REGISTRY,
)
_OWN_MEMORY = Gauge(
    "courtstream_web_memory_bytes", "The same of the web process.", registry=REGISTRY
)
_NODE = Gauge(
    "courtstream_node",
    "Of a node: cores, cores its workers use, cores one more hearing needs, free bytes.",
    ["node", "what"],
    registry=REGISTRY,
)

QUEUES = {
    "picture_queue_seconds": "faces",
    "sound_queue_seconds": "speech",
    "video_queue_seconds": "decode",
    "sealed_queue_seconds": "sealed",
}
FACTORS = {"faces_rtf": "faces", "speech_rtf": "speech"}
GIVEN_UP = ("_refused", "_too_late", "_not_analysed", "_not_written", "broken_")


class Node(Protocol):
    """A node's heartbeat, as far as figures need it."""

    @property
    def node(self) -> str:
        """Its name."""

    @property
    def cores(self) -> float:
        """Cores of the machine."""

    @property
    def busy(self) -> float:
        """Cores its workers use."""

    @property
    def cost(self) -> float:
        """Cores one more hearing needs."""

    @property
    def free_bytes(self) -> int:
        """Free disk."""


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

    @property
    def delay(self) -> float:
        """Seconds."""

    @property
    def counters(self) -> Mapping[str, float]:
        """Totals and figures of every edge and stage."""


class Heard(Protocol):
    """What the metrics need of the board."""

    def beats(self) -> Iterable[tuple[Beat, datetime]]:
        """Every worker's last beat and when it came."""

    def nodes(self, now: datetime) -> Sequence[Node]:
        """Nodes heard of lately."""


def render(
    board: Heard, viewers: int, now: datetime, named: Collection[str], memory: int = 0
) -> bytes:
    """The exposition text; gauges of hearings that are over disappear.

    `named`: hearings whose ids may be labels; the others are only counted. `memory`: bytes that
    this process uses.
    """
    beats = list(board.beats())
    _VIEWERS.set(viewers)
    _OWN_MEMORY.set(memory)
    _WORKERS.set(len(beats))
    nodes = board.nodes(now)
    _NODES.set(len(nodes))
    for gauge in (_GUARD, _LAG, _CLOSURES, _QUEUE, _RTF, _DROPS, _DELAY, _MEMORY, _NODE):
        gauge.clear()
    for node in nodes:
        for what in ("cores", "busy", "cost", "free_bytes"):
            _NODE.labels(node.node, what).set(getattr(node, what))
    for beat in (beat for beat, _ in beats if beat.hearing_id in named):
        _GUARD.labels(beat.hearing_id).set(beat.guard_open)
        _CLOSURES.labels(beat.hearing_id).set(beat.guard_closures)
        _LAG.labels(beat.hearing_id, "picture").set(beat.picture_lag)
        _LAG.labels(beat.hearing_id, "speech").set(beat.speech_lag)
        _DELAY.labels(beat.hearing_id).set(beat.delay)
        _stages(beat)
    return generate_latest(REGISTRY)


def _stages(beat: Beat) -> None:
    """Queue depth, real-time factor and drops of every stage, and the memory in use by all."""
    if used := beat.counters.get("memory_in_use"):
        _MEMORY.labels(beat.hearing_id).set(used)
    for name, value in beat.counters.items():
        if name in QUEUES:
            _QUEUE.labels(beat.hearing_id, QUEUES[name]).set(value)
        elif name in FACTORS:
            _RTF.labels(beat.hearing_id, FACTORS[name]).set(value)
        elif any(part in name for part in GIVEN_UP):
            _DROPS.labels(beat.hearing_id, name).set(value)
