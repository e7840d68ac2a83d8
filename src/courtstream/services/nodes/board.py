"""What the running workers and nodes said last. In memory only: it refills within a second."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from courtstream.control.protocol import NodeBeat, WorkerBeat
from courtstream.services.views import ComingView, LiveStatus

MARK = "〔个人信息〕"
"""Stands for a hidden stretch, as in captions and transcript."""

STALE = timedelta(seconds=6)
"""A worker beats once a second; after this long without one it is not trusted to run."""


class Board:
    """The last heartbeat of every worker and node, with the instant it was heard."""

    def __init__(self) -> None:
        self._workers: dict[str, tuple[WorkerBeat, datetime]] = {}
        self._nodes: dict[str, tuple[NodeBeat, datetime]] = {}

    def worker(self, beat: WorkerBeat, now: datetime) -> None:
        """Note a worker's beat; one of an older epoch than the last is passed over."""
        known = self._workers.get(beat.hearing_id)
        if known is None or beat.epoch >= known[0].epoch:
            self._workers[beat.hearing_id] = (beat, now)

    def node(self, beat: NodeBeat, now: datetime) -> None:
        """Note a node's beat."""
        self._nodes[beat.node] = (beat, now)

    def forget(self, hearing_id: str) -> None:
        """The hearing is over."""
        self._workers.pop(hearing_id, None)

    def node_beats(self) -> Iterable[tuple[NodeBeat, datetime]]:
        """Every node's last beat and when it came."""
        return tuple(self._nodes.values())

    def nodes(self, now: datetime) -> tuple[NodeBeat, ...]:
        """Nodes heard of lately."""
        return tuple(beat for beat, at in self._nodes.values() if now - at < 3 * STALE)

    def node_beat(self, node: str, now: datetime) -> NodeBeat | None:
        """What a node said lately, None when it is silent."""
        known = self._nodes.get(node)
        return known[0] if known is not None and now - known[1] < 3 * STALE else None

    def rtmp_port(self, node: str) -> int:
        """The port a node's receiver listens on, 0 when unknown."""
        known = self._nodes.get(node)
        return known[0].rtmp_port if known else 0

    def srt_port(self, node: str) -> int:
        """The port a node's SRT receiver listens on, 0 when unknown."""
        known = self._nodes.get(node)
        return known[0].srt_port if known else 0

    def beats(self) -> Iterable[tuple[WorkerBeat, datetime]]:
        """Every worker's last beat and when it came."""
        return tuple(self._workers.values())

    def status(self, hearing_id: str, now: datetime) -> LiveStatus | None:
        """One hearing's worker for people, None when it was never heard."""
        known = self._workers.get(hearing_id)
        if known is None:
            return None
        beat, at = known
        return LiveStatus(
            hearing_id=hearing_id,
            heard_at=at,
            stale=now - at > STALE,
            state=beat.state,
            why=beat.why,
            source=beat.source,
            media_time=beat.media_time,
            aired=beat.aired,
            delay=beat.delay,
            picture_lag=beat.picture_lag,
            speech_lag=beat.speech_lag,
            guard_open=beat.guard_open,
            guard_closures=beat.guard_closures,
            slow_stage=beat.slow_stage,
            counters=dict(beat.counters),
            coming=coming_views(beat),
        )


def coming_views(beat: WorkerBeat) -> tuple[ComingView, ...]:
    """What waits to air, hidden stretches and words that will be heard, in order of time."""
    hidden = [
        ComingView(
            start=one.start,
            end=one.end,
            airs_in=max(0.0, one.start - beat.aired),
            text=f"{one.before}{'……' if one.kept else MARK}{one.after}",
            reason=one.reason,
            by=one.by,
            kept=one.kept,
            may_keep=one.may_keep,
        )
        for one in beat.coming
    ]
    heard = [
        ComingView(line.start, line.end, max(0.0, line.start - beat.aired), line.text)
        for line in beat.coming_lines
    ]
    return tuple(sorted([*hidden, *heard], key=lambda one: (one.start, one.reason == "")))
