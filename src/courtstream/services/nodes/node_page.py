"""The machines as an administrator sees them: load, hearings, leases, and who is closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action, require
from courtstream.control.protocol import NodeBeat, WorkerBeat
from courtstream.services.nodes import placing
from courtstream.services.views import UserView
from courtstream.store.tables import Hearing, NodeRow

SILENT = timedelta(seconds=6)
FORGOTTEN = timedelta(days=1)


class NodeState(StrEnum):
    """What a person has to know first."""

    OPEN = "open"
    CLOSED = "closed"
    SILENT = "silent"
    OTHER_KEY = "other_key"


@dataclass(frozen=True, slots=True)
class RunningView:
    """A hearing of a node. `epoch`: of its lease; `leased`: whether its worker publishes."""

    hearing_id: str
    case_number: str
    court: str
    courtroom: str
    epoch: int
    leased: bool | None
    gave_up: bool


@dataclass(frozen=True, slots=True)
class NodeView:
    """One machine. Cores; bytes; `share` of the cores in use, in per cent."""

    name: str
    state: NodeState
    heard_at: datetime | None
    version: str
    cores: float
    busy: float
    share: int
    free_bytes: int
    doors: tuple[tuple[str, int], ...]
    closed_by: str
    hearings: tuple[RunningView, ...]


def nodes(
    session: Session,
    actor: UserView,
    beats: Iterable[tuple[NodeBeat, datetime]],
    workers: Mapping[str, WorkerBeat],
    seal: str,
    now: datetime,
) -> tuple[NodeView, ...]:
    """All machines heard of, or believed to run something, by name. Raises Forbidden."""
    require(actor, Action.MANAGE_NODES, placing.the_whole(session))
    heard = {beat.node: (beat, at) for beat, at in beats if now - at < FORGOTTEN}
    rows = {row.name: row for row in session.scalars(select(NodeRow))}
    closed = {name for name, row in rows.items() if row.cordoned_at is not None}
    names = {*heard, *closed, *placing.nodes_in_use(session)}
    return tuple(
        _view(session, name, heard.get(name), rows.get(name), workers, seal, now)
        for name in sorted(names)
    )


def _view(
    session: Session,
    name: str,
    heard: tuple[NodeBeat, datetime] | None,
    row: NodeRow | None,
    workers: Mapping[str, WorkerBeat],
    seal: str,
    now: datetime,
) -> NodeView:
    beat = heard[0] if heard else NodeBeat(node=name, pid=0, version="")
    doors = (("RTMP", beat.rtmp_port), ("SRT", beat.srt_port))
    return NodeView(
        name=name,
        state=_state(heard, row, seal, now),
        heard_at=heard[1] if heard else None,
        version=beat.version,
        cores=beat.cores,
        busy=beat.busy,
        share=round(min(100.0, 100 * beat.busy / beat.cores)) if beat.cores else 0,
        free_bytes=beat.free_bytes,
        doors=tuple((word, port) for word, port in doors if port),
        closed_by=row.cordoned_by if row is not None else "",
        hearings=_hearings(session, name, beat, workers),
    )


def _state(
    heard: tuple[NodeBeat, datetime] | None, row: NodeRow | None, seal: str, now: datetime
) -> NodeState:
    if heard is None or now - heard[1] > SILENT:
        return NodeState.SILENT
    if not placing.usable(heard[0].model_copy(update={"leaving": False}), seal):
        return NodeState.OTHER_KEY
    closed = heard[0].leaving or (row is not None and row.cordoned_at is not None)
    return NodeState.CLOSED if closed else NodeState.OPEN


def _hearings(
    session: Session, name: str, beat: NodeBeat, workers: Mapping[str, WorkerBeat]
) -> tuple[RunningView, ...]:
    ids = {*placing.running_on(session, name), *beat.hearings, *beat.gave_up}
    query = select(Hearing).where(Hearing.id.in_(ids)).order_by(Hearing.scheduled_start)
    return tuple(
        RunningView(
            hearing_id=h.id,
            case_number=h.case.number,
            court=h.court.name,
            courtroom=h.courtroom.name,
            epoch=h.epoch,
            leased=worker.leased if (worker := workers.get(h.id)) is not None else None,
            gave_up=h.id in beat.gave_up,
        )
        for h in session.scalars(query)
    )
