"""席位区 of a courtroom, and of one hearing where it differs: who made which map, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import InvalidInput, NotFound
from courtstream.domain.ids import new_id
from courtstream.domain.trial import HearingState
from courtstream.domain.zones import View, ZoneMap
from courtstream.services.courtroom import admission
from courtstream.services.courtroom.zone_maps import MAPS, in_force, newest
from courtstream.services.people import audit
from courtstream.services.people.scope import courtroom_for
from courtstream.services.publication import shape
from courtstream.services.views import UserView
from courtstream.store.tables import Courtroom, Hearing, User, ViewStill, ZoneMapRow

HISTORY = 10
_RUNNING = shape.ON_AIR | {HearingState.ADMITTED}
LONGEST = 200_000
"""Characters of a map that a page may send."""


@dataclass(frozen=True, slots=True)
class MapChange:
    """Who made a map when; `own`: for one hearing only."""

    at: datetime
    by: str
    own: bool


@dataclass(frozen=True, slots=True)
class ZonesPage:
    """What the editor of a courtroom shows. `own`: the map is the present hearing's own one.

    `running`: a worker must hear of changes. `stills`: the views there is a picture of, with its
    time.
    """

    courtroom_id: str
    courtroom_name: str
    court_name: str
    hearing_id: str
    hearing_title: str
    running: bool
    zones: ZoneMap
    own: bool
    stills: dict[str, datetime]
    history: tuple[MapChange, ...]


def parse(text: str) -> ZoneMap:
    """A map as the editor sends it. Raises InvalidInput."""
    if len(text) > LONGEST:
        raise InvalidInput("席位区过多 / too many zones")
    try:
        return MAPS.validate_json(text)
    except ValidationError as error:
        raise InvalidInput("席位区无法识别 / the zones cannot be read") from error


def page(session: Session, actor: UserView, courtroom_id: str, now: datetime) -> ZonesPage:
    """The map of the present hearing or of the room. Raises NotFound, Forbidden."""
    room = courtroom_for(session, actor, Action.SEE_COURTROOM, courtroom_id)
    hearing = admission.hearing_now(session, room.id, now)
    own = hearing is not None and newest(session, room.id, hearing.id) is not None
    stills = select(ViewStill.view, ViewStill.taken_at).where(ViewStill.courtroom_id == room.id)
    return ZonesPage(
        courtroom_id=room.id,
        courtroom_name=room.name,
        court_name=room.court.name,
        hearing_id=hearing.id if hearing else "",
        hearing_title=hearing.title if hearing else "",
        running=hearing is not None and hearing.state in _RUNNING,
        zones=in_force(session, room.id, hearing.id if hearing else "") or ZoneMap(),
        own=own,
        stills={row.view: row.taken_at for row in session.execute(stills)},
        history=_history(session, room.id, hearing),
    )


def save(
    session: Session, actor: UserView, courtroom_id: str, zones: ZoneMap, own: bool, now: datetime
) -> tuple[str, ZoneMap]:
    """Keep a map for the room, or (`own`) for its present hearing; each view gets the look of the
    picture it was drawn over. Gives the hearing whose worker must hear of it (empty: none).

    Raises NotFound, Forbidden, InvalidInput.
    """
    room = courtroom_for(session, actor, Action.COMMAND, courtroom_id)
    hearing = admission.hearing_now(session, room.id, now)
    if own and hearing is None:
        raise InvalidInput("当前没有庭审 / there is no hearing now")
    views = tuple(replace(v, signature=_looks(session, room.id, v.name)) for v in zones.views)
    zones = replace(zones, views=views)
    _add(session, room, hearing if own else None, zones, actor.id, now)
    follows = hearing is not None and (own or newest(session, room.id, hearing.id) is None)
    return (hearing.id if hearing is not None and follows else ""), zones


def switch(
    session: Session, actor: UserView, courtroom_id: str, zone_id: str, open_: bool, now: datetime
) -> tuple[str, ZoneMap]:
    """Cover or open a switched area for the present hearing. Raises as `save` does."""
    room = courtroom_for(session, actor, Action.COMMAND, courtroom_id)
    hearing = admission.hearing_now(session, room.id, now)
    known = in_force(session, room.id, hearing.id) if hearing else None
    if hearing is None or known is None:
        raise NotFound
    zones = known.switched(zone_id, open_=open_)
    _add(session, room, hearing, zones, actor.id, now)
    detail = {"zone": zone_id, "open": open_}
    audit.append(session, actor.id, "zone_switched", hearing.id, detail, now)
    return hearing.id, zones


def keep_still(
    session: Session,
    actor: UserView,
    courtroom_id: str,
    view: str,
    jpeg: bytes,
    signature: Iterable[int],
    now: datetime,
) -> None:
    """Take a redacted picture of a view, and how its background looks. Raises InvalidInput."""
    room = courtroom_for(session, actor, Action.COMMAND, courtroom_id)
    looks = tuple(int(v) for v in signature)
    try:
        View(view, signature=looks)
    except ValueError as error:
        raise InvalidInput("机位名称或画面无效 / no such view") from error
    row = session.get(ViewStill, (room.id, view))
    if row is None:
        row = ViewStill(courtroom_id=room.id, view=view)
        session.add(row)
    row.jpeg, row.signature, row.taken_at = jpeg, list(looks), now
    audit.append(session, actor.id, "view_still", room.id, {"view": view}, now)


def still(session: Session, actor: UserView, courtroom_id: str, view: str) -> bytes:
    """The picture of a view. Raises NotFound, Forbidden."""
    room = courtroom_for(session, actor, Action.SEE_COURTROOM, courtroom_id)
    row = session.get(ViewStill, (room.id, view))
    if row is None:
        raise NotFound
    return row.jpeg


def _add(
    session: Session,
    room: Courtroom,
    hearing: Hearing | None,
    zones: ZoneMap,
    by: str,
    now: datetime,
) -> None:
    before = newest(session, room.id, hearing.id if hearing else None)
    row = ZoneMapRow(
        id=new_id("z"),
        courtroom_id=room.id,
        hearing_id=hearing.id if hearing else None,
        number=before.number + 1 if before else 1,
        body=MAPS.dump_python(zones, mode="json"),
        made_at=now,
        made_by=by,
    )
    session.add(row)
    session.flush()
    count = sum(len(view.zones) for view in zones.views)
    detail = {"map": row.id, "number": row.number, "zones": count}
    audit.append(session, by, "zones", hearing.id if hearing else room.id, detail, now)


def _looks(session: Session, courtroom_id: str, view: str) -> tuple[int, ...]:
    row = session.get(ViewStill, (courtroom_id, view))
    return tuple(int(v) for v in row.signature) if row else ()


def _history(session: Session, courtroom_id: str, hearing: Hearing | None) -> tuple[MapChange, ...]:
    own = ZoneMapRow.hearing_id == (hearing.id if hearing else "")
    query = (
        select(ZoneMapRow, User.name)
        .outerjoin(User, User.id == ZoneMapRow.made_by)
        .where(ZoneMapRow.courtroom_id == courtroom_id, own | ZoneMapRow.hearing_id.is_(None))
        .order_by(ZoneMapRow.made_at.desc())
        .limit(HISTORY)
    )
    return tuple(
        MapChange(row.made_at, name or row.made_by, row.hearing_id is not None)
        for row, name in session.execute(query)
    )
