"""Where hearings run: which node takes one, and the fence that puts a new epoch in force."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action, Target, require
from courtstream.control.protocol import NodeBeat, TakeReply, TakeRequest, WorkerSpec
from courtstream.domain.errors import NotFound
from courtstream.domain.staff import MACHINE
from courtstream.domain.trial import HearingState
from courtstream.services.courtroom import admission, zone_maps
from courtstream.services.nodes.capacity import refusal, room_of
from courtstream.services.people import audit
from courtstream.services.publication.shape import ON_AIR
from courtstream.services.views import UserView
from courtstream.settings import AdmissionSettings, Settings
from courtstream.store.tables import Court, Hearing, HearingNode, NodeRow, Stream

_RUNNING = (*ON_AIR, HearingState.ADMITTED)


@dataclass(frozen=True, slots=True)
class Stranded:
    """A hearing whose node is silent, with the order for another one."""

    hearing_id: str
    node: str
    spec: WorkerSpec


def take(session: Session, request: TakeRequest, now: datetime) -> TakeReply:
    """Put the hearing under the request's epoch: from here on every older one is refused.

    The caller holds the lease. Refused when the hearing does not run any more, or when the
    database knows of a later epoch.
    """
    hearing = session.get(Hearing, request.hearing_id)
    if hearing is None or hearing.state not in _RUNNING:
        return TakeReply(ok=False, code="hearing_ended", message="庭审已结束 / the hearing is over")
    if request.epoch <= hearing.epoch:
        return TakeReply(ok=False, code="old_epoch", message="租约已过期 / a later claim is known")
    before = hearing.node
    nodes = _parts(session, hearing.id) | {before}
    hearing.node, hearing.worker_gone = request.node, False
    if before != request.node:  # a node's own journal goes on in one line, nothing is fenced off
        hearing.epoch = request.epoch
    session.add(
        HearingNode(
            hearing_id=hearing.id,
            epoch=request.epoch,
            node=request.node,
            seq=hearing.last_seq,
            at=now,
            why="same_node" if before == request.node else "moved",
        )
    )
    detail = {"from": before, "to": request.node, "epoch": request.epoch}
    audit.append(session, MACHINE, "hearing_moved", hearing.id, detail, now)
    others = tuple(sorted(nodes - {"", request.node}))
    return TakeReply(ok=True, seq=hearing.last_seq, before=before, nodes=others)


def parts(session: Session, hearing_id: str) -> tuple[str, ...]:
    """The nodes that may have files of a hearing, the present one first."""
    hearing = session.get(Hearing, hearing_id)
    if hearing is None or not hearing.node:
        return ()
    return (hearing.node, *sorted(_parts(session, hearing_id) - {hearing.node}))


def stranded(session: Session, silent: Collection[str], settings: Settings) -> tuple[Stranded, ...]:
    """Hearings that run, by the database, on nodes nobody hears any more."""
    query = select(Hearing).where(Hearing.state.in_(_RUNNING), Hearing.node.in_(silent))
    return tuple(_stranded(session, h, settings) for h in session.scalars(query))


def order_for(session: Session, hearing_id: str, settings: Settings) -> Stranded | None:
    """The same for one hearing that is to move; None when it does not run."""
    hearing = session.get(Hearing, hearing_id)
    if hearing is None or hearing.state not in _RUNNING or not hearing.node:
        return None
    return _stranded(session, hearing, settings)


def nodes_in_use(session: Session) -> tuple[str, ...]:
    """Nodes that the database believes to run a hearing."""
    query = select(Hearing.node).where(Hearing.state.in_(_RUNNING), Hearing.node != "")
    return tuple(session.scalars(query.distinct()))


def running_on(session: Session, node: str) -> tuple[str, ...]:
    """Hearings that run on a node, by the database."""
    query = select(Hearing.id).where(Hearing.state.in_(_RUNNING), Hearing.node == node)
    return tuple(session.scalars(query))


def cordoned(session: Session) -> frozenset[str]:
    """Nodes that take in nothing new."""
    return frozenset(session.scalars(select(NodeRow.name).where(NodeRow.cordoned_at.is_not(None))))


def cordon(session: Session, actor: UserView, node: str, closed: bool, now: datetime) -> None:
    """Close a node to new hearings, or open it again. Raises Forbidden, NotFound."""
    require(actor, Action.MANAGE_NODES, the_whole(session))
    set_cordon(session, actor.id, node, closed, now)


def the_whole(session: Session) -> Target:
    """Machines serve everybody: the courts at the top answer for them."""
    return Target(tuple(session.scalars(select(Court.id).where(Court.parent_id.is_(None)))))


def set_cordon(session: Session, by: str, node: str, closed: bool, now: datetime) -> None:
    """The same for an operator at the machine."""
    if not node:
        raise NotFound
    row = session.get(NodeRow, node)
    if row is None:
        row = NodeRow(name=node)
        session.add(row)
    row.cordoned_at, row.cordoned_by = (now, by) if closed else (None, "")
    audit.append(session, by, "node_cordoned" if closed else "node_opened", node, {}, now)


def choose(
    beats: Iterable[NodeBeat], barred: Collection[str], rule: AdmissionSettings, seal: str = ""
) -> str | None:
    """The node with most room for one hearing more; None when no open node has any."""
    fit = [
        beat
        for beat in beats
        if beat.node not in barred and usable(beat, seal) and not refusal(room_of(beat), "", rule)
    ]
    best = min(fit, key=lambda beat: (beat.busy / (beat.cores or 1.0), beat.node), default=None)
    return best.node if best else None


def usable(beat: NodeBeat, seal: str) -> bool:
    """Whether a node takes in hearings and seals with the installation's own key."""
    return not beat.leaving and (not seal or not beat.seal or beat.seal == seal)


def puller_of(source_id: str, nodes: Collection[str]) -> str | None:
    """The node that fetches a source, the same for every asker (rendezvous hashing)."""
    return max(nodes, key=lambda node: _weight(source_id, node), default=None)


def _weight(source_id: str, node: str) -> bytes:
    return hashlib.sha256(f"{source_id}\n{node}".encode()).digest()


def _parts(session: Session, hearing_id: str) -> set[str]:
    stays = select(HearingNode.node).where(HearingNode.hearing_id == hearing_id)
    streams = select(Stream.node).where(Stream.hearing_id == hearing_id)
    return {*session.scalars(stays), *session.scalars(streams)}


def _stranded(session: Session, hearing: Hearing, settings: Settings) -> Stranded:
    zones = zone_maps.in_force(session, hearing.courtroom_id, hearing.id)
    spec = admission.worker_spec(hearing, "", settings, zones)
    return Stranded(hearing.id, hearing.node, spec)
