"""At the door: which hearing a publisher's key belongs to, and whether it may go out."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from courtstream.control.policy import SETTLE_SECONDS
from courtstream.control.protocol import (
    SHORTEST_DELAY,
    ModelSpec,
    PolicySpec,
    SourceSpec,
    SpokenParticipant,
    WorkerSpec,
)
from courtstream.domain.clock import court_day, day_bounds, utc_now
from courtstream.domain.errors import (
    CourtstreamError,
    GateClosed,
    NodeClosed,
    NoHearingNow,
    PreviousHearingOpen,
    PublisherPresent,
    UnknownIngestKey,
)
from courtstream.domain.ids import new_id
from courtstream.domain.trial import HearingState, PublicationMode, Role
from courtstream.domain.zones import ZoneMap
from courtstream.services.courtroom import keys, zone_maps
from courtstream.services.courtroom.seats import seats_of
from courtstream.services.docket import lifecycle
from courtstream.services.gate import gatekeeping
from courtstream.services.nodes.capacity import Room, admits_low, refusal
from courtstream.services.people import audit
from courtstream.services.publication import publishing, shape
from courtstream.settings import Settings
from courtstream.store.tables import Hearing, IngestKey, NodeRow, PublicationState, Stream

EARLY = timedelta(hours=1)
"""An encoder may be started this long before the scheduled time."""

ALIVE = timedelta(seconds=20)
"""A stream nobody has heard of for this long does not keep another publisher out."""

SETTLE = timedelta(seconds=SETTLE_SECONDS)
"""A publisher older than this yields to a newer one with its key at the same door."""

BREAK = timedelta(seconds=60)
"""An encoder that fell away and is back within this time still shows the same hearing."""

LEFT = "publisher_left"
"""The gateway's word for an encoder that was stopped by a person."""

OVERRUN = timedelta(hours=6)
"""A hearing of an earlier day holds its courtroom this long after its planned end, no longer: one
that nobody ended must not take in another day's stream under its own approval."""

_WAITING = frozenset({HearingState.SCHEDULED, HearingState.ADMITTED})


def admit_publisher(
    session: Session,
    key: str,
    node: str,
    settings: Settings,
    protocol: str = "rtmp",
    now: datetime | None = None,
    room: Room | None = None,
    alive: frozenset[str] | None = None,
) -> WorkerSpec | CourtstreamError:
    """The worker's order, or the error to tell the encoder. `alive`: nodes heard of just now;
    what a dead one had keeps nobody out.

    Errors come as values so that the gate's decision and the refusal stay on record:
    UnknownIngestKey, NoHearingNow, PublisherPresent, PreviousHearingOpen, GateClosed, and
    MachineFull or DiskPressure when the node has no `room` for one hearing more.
    """
    now = now or utc_now()
    known = keys.find(session, key)
    if known is None:
        return UnknownIngestKey()
    hearing = hearing_now(session, known.courtroom_id, now)
    if hearing is None:
        return NoHearingNow(courtroom=known.courtroom_id)
    if _taken(session, hearing.id, known.id, node, now, alive):
        return PublisherPresent(hearing=hearing.id)
    if next_due(session, hearing, now) and not _short_break(session, hearing.id, now):
        return PreviousHearingOpen(hearing.case.number, hearing=hearing.id)
    decision = gatekeeping.decide(session, hearing, now)
    if not decision.may_broadcast:
        audit.append(session, "gate", "refused", hearing.id, {"codes": list(decision.codes)}, now)
        return GateClosed(hearing=hearing.id)
    if hearing.node != node and _closed(session, node):
        return NodeClosed(node)
    full = refusal(room, hearing.id, settings.admission)
    if full is not None:
        audit.append(session, "gate", "refused", hearing.id, {"codes": [full.code]}, now)
        return full
    _open(session, hearing, known, node, protocol, now)
    zones = zone_maps.in_force(session, hearing.courtroom_id, hearing.id)
    spec = worker_spec(hearing, node, settings, zones)
    return spec.model_copy(update={"low": admits_low(room, settings.admission)})


def hearing_now(session: Session, courtroom_id: str, now: datetime) -> Hearing | None:
    """The hearing on air in the courtroom, else today's next one that is due or nearly so.

    One that was admitted and never went on air gives way to the next when its time is over.
    """
    begin, _ = day_bounds(court_day(now))
    due = (
        Hearing.state.in_(_WAITING)
        & ((Hearing.scheduled_start >= begin) | (Hearing.scheduled_end > now))
        & (Hearing.scheduled_start <= now + EARLY)
    )
    on_air_here = Hearing.state.in_(shape.ON_AIR) & (
        (Hearing.scheduled_start >= begin) | (Hearing.scheduled_end > now - OVERRUN)
    )
    query = (
        select(Hearing)
        .where(Hearing.courtroom_id == courtroom_id)
        .where(or_(on_air_here, due))
        .order_by(Hearing.scheduled_start)
    )
    found = list(session.scalars(query))
    on_air = [h for h in found if h.state in shape.ON_AIR]
    fresh = [h for h in found if h.scheduled_end >= now]
    admitted = [h for h in fresh if h.state is HearingState.ADMITTED]
    return next(iter(on_air or admitted or fresh or found[-1:]), None)


def next_due(session: Session, hearing: Hearing, now: datetime) -> Hearing | None:
    """The next hearing of the courtroom when it is due while `hearing` is still on air.

    What comes in then may be either: only a person can say, by ending the one on air.
    """
    if hearing.state not in shape.ON_AIR:
        return None
    query = (
        select(Hearing)
        .where(Hearing.courtroom_id == hearing.courtroom_id, Hearing.id != hearing.id)
        .where(Hearing.state.in_(_WAITING), Hearing.scheduled_end >= now)
        .where(Hearing.scheduled_start <= now + EARLY)
        .order_by(Hearing.scheduled_start)
        .limit(1)
    )
    return session.scalars(query).first()


def publisher_gone(session: Session, hearing_id: str, node: str, code: str, now: datetime) -> None:
    """Close the hearing's open streams of this node."""
    for stream in open_streams(session, hearing_id):
        if stream.node == node or not node:
            stream.ended_at, stream.end_code = now, code


def open_streams(session: Session, hearing_id: str) -> list[Stream]:
    """Publisher sessions that nobody has closed."""
    query = select(Stream).where(Stream.hearing_id == hearing_id, Stream.ended_at.is_(None))
    return list(session.scalars(query))


def worker_spec(
    hearing: Hearing, node: str, settings: Settings, zones: ZoneMap | None = None
) -> WorkerSpec:
    """All the hearing's worker needs to know; the node puts in its own paths."""
    policy = shape.policy_view(hearing.policy)
    folder = (settings.hearings / hearing.id).absolute()
    return WorkerSpec(
        hearing_id=hearing.id,
        epoch=hearing.epoch + 1,
        node=node,
        title=hearing.title,
        case_number=hearing.case.number,
        court=hearing.court.name,
        procedure=hearing.procedure,
        folder=folder,
        public=(settings.public / hearing.id).absolute(),
        master_key_file=settings.master_key.absolute(),
        source=SourceSpec(kind="socket", path=folder / "in.sock"),
        policy=PolicySpec.model_validate(
            {
                "delay": policy.delay,
                "delay_min": max(SHORTEST_DELAY, policy.delay_min),
                "delay_max": max(policy.delay, policy.delay_max),
                "faces": policy.faces,
                "bleep": policy.bleep,
                "witness_voice": _witness_voice(hearing),
                "identity_window": policy.identity_window,
                "zones": zones,
                "start": policy.start,
                "seats": seats_of(hearing.courtroom) if hearing.courtroom else (),
            }
        ),
        language=settings.models.languages.get(hearing.courtroom_id, "zh"),
        models=ModelSpec.model_validate(
            settings.models.model_dump(include=set(ModelSpec.model_fields))
        ),
        participants=_spoken(hearing),
        nats_url=settings.nats_url,
    )


def _witness_voice(hearing: Hearing) -> str:
    """A protected witness is not to be known by the voice either (刑诉解释 art. 256)."""
    people = hearing.case.participants
    return "change" if any(p.protected and p.role is Role.WITNESS for p in people) else "plain"


def _spoken(hearing: Hearing) -> tuple[SpokenParticipant, ...]:
    bench = tuple(
        SpokenParticipant(role=Role.JUDGE.value, name=seat.judge.name, label=seat.judge.title)
        for seat in hearing.bench
    )
    parties = tuple(
        SpokenParticipant(role=p.role.value, name=p.name, label=p.label, protected=p.protected)
        for p in hearing.case.participants
    )
    return bench + parties


def _taken(
    session: Session,
    hearing_id: str,
    key_id: str,
    node: str,
    now: datetime,
    alive: frozenset[str] | None,
) -> bool:
    """Whether another publisher is there that a newer one with this key does not replace."""
    return any(
        stream.seen_at > now - ALIVE
        for stream in open_streams(session, hearing_id)
        if alive is None or stream.node in alive or stream.node == node
        if stream.key_id != key_id or now - stream.started_at < SETTLE
    )


def _closed(session: Session, node: str) -> bool:
    row = session.get(NodeRow, node)
    return row is not None and row.cordoned_at is not None


def _short_break(session: Session, hearing_id: str, now: datetime) -> bool:
    """Whether the last publisher fell away moments ago and was not stopped by a person."""
    query = select(Stream).where(Stream.hearing_id == hearing_id)
    last = session.scalars(query.order_by(Stream.started_at.desc()).limit(1)).first()
    if last is None or last.end_code == LEFT:
        return False
    return now - (last.ended_at or last.seen_at) <= BREAK


def _open(
    session: Session, hearing: Hearing, key: IngestKey, node: str, protocol: str, now: datetime
) -> None:
    if hearing.state is HearingState.SCHEDULED:
        lifecycle.move(session, hearing, HearingState.ADMITTED, "gate", now)
    if shape.publication_of(hearing, PublicationMode.LIVE) is None:
        publishing.put(
            session, hearing, PublicationMode.LIVE, PublicationState.RELEASED, "gate", now
        )
    publisher_gone(session, hearing.id, "", "replaced", now)
    hearing.worker_gone = False
    if not hearing.epoch:  # from its first run on, who takes it over says so (`placing.take`)
        hearing.node = node
    session.add(
        Stream(
            id=new_id("st"),
            hearing_id=hearing.id,
            courtroom_id=hearing.courtroom_id,
            key_id=key.id,
            node=node,
            protocol=protocol[:16],
            started_at=now,
            seen_at=now,
        )
    )
    audit.append(session, "gate", "admitted", hearing.id, {"node": node, "key": key.id}, now)
