"""席位区编辑: who sits where in a courtroom's camera views, and whose face is hidden."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from courtstream.api import commanding
from courtstream.api.context import actor, context
from courtstream.api.pages.account import may_see, text_of
from courtstream.api.pages.faults import error_text
from courtstream.api.pages.site import Json, done, see, staff_page, words_of
from courtstream.auth.policy import Action
from courtstream.control.protocol import Command, Verb
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import CourtstreamError, InvalidInput, WorkerAway
from courtstream.domain.zones import Crossing, Seat, Treatment, ZoneMap
from courtstream.services.courtroom import zones
from courtstream.services.courtroom.zones import ZonesPage

MOST_JPEG = 2_000_000
NOT_IN_FORCE = (
    "席位区已保存，但处理进程无应答，正在播出的画面仍按原设置 / "
    "saved, but the worker does not answer: what is on air goes by the map before"
)


async def page(request: Request) -> Response:
    """The editor."""
    return await _show(request)


async def act(request: Request) -> Response:
    """Save the map, cover or open a switched area, or vouch for the present view."""
    room_id = request.path_params["courtroom_id"]
    async with request.form(max_files=0, max_fields=12) as form:
        verb = text_of(form, "act", 20)
        try:
            await _act(request, room_id, verb, form)
        except CourtstreamError as error:
            return await _show(request, problem=error_text(request, error), status=error.status)
    return see(f"/staff/courtrooms/{room_id}/zones?done={verb}")


async def take_still(request: Request) -> Response:
    """Ask the worker for a redacted picture of this moment and keep it for a view."""
    platform, person = context(request), actor(request)
    room_id = request.path_params["courtroom_id"]
    async with request.form(max_files=0, max_fields=5) as form:
        view = text_of(form, "view", 40)
    shown = await platform.work.reading(zones.page, person, room_id, utc_now())
    if not shown.hearing_id:
        raise WorkerAway
    order = Command(verb=Verb.STILL, by=person.id)
    reply = await commanding.give(platform, person, shown.hearing_id, order)
    if not reply.ok:
        raise WorkerAway(reply.message)
    jpeg, looks = _picture(reply.data)
    await platform.work.writing(zones.keep_still, person, room_id, view, jpeg, looks, utc_now())
    return JSONResponse({"still": still_url(room_id, view)})


async def still(request: Request) -> Response:
    """The picture of a view."""
    room_id, view = request.path_params["courtroom_id"], request.path_params["view"]
    jpeg = await context(request).work.reading(zones.still, actor(request), room_id, view)
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


async def _act(request: Request, room_id: str, verb: str, form: FormData) -> None:
    platform, person, now = context(request), actor(request), utc_now()
    if verb == "save":
        own = text_of(form, "scope", 10) == "hearing"
        wanted = zones.parse(text_of(form, "zones", zones.LONGEST + 1))
        saved = await platform.work.writing(zones.save, person, room_id, wanted, own, now)
        await _tell(request, *saved)
    elif verb in {"open", "cover"}:
        zone = text_of(form, "zone", 40)
        switched = await platform.work.writing(
            zones.switch, person, room_id, zone, verb == "open", now
        )
        await _tell(request, *switched)
    elif verb == "confirm":
        shown = await platform.work.reading(zones.page, person, room_id, now)
        order = Command(verb=Verb.CONFIRM_VIEW, by=person.id, target=text_of(form, "view", 40))
        reply = await commanding.give(platform, person, shown.hearing_id, order)
        if not reply.ok:
            raise WorkerAway(reply.message)
    else:
        raise InvalidInput


async def _tell(request: Request, hearing_id: str, wanted: ZoneMap) -> None:
    """The running worker follows at once; one that is not there yet begins with the new map."""
    platform, person = context(request), actor(request)
    shown = await platform.work.reading(
        zones.page, person, request.path_params["courtroom_id"], utc_now()
    )
    if not hearing_id or not shown.running or shown.hearing_id != hearing_id:
        return
    order = Command(verb=Verb.SET_ZONES, by=person.id, zones=wanted)
    try:
        reply = await commanding.give(platform, person, hearing_id, order)
    except WorkerAway as error:
        raise WorkerAway(NOT_IN_FORCE) from error
    if not reply.ok:
        raise WorkerAway(reply.message or NOT_IN_FORCE)


def _picture(data: dict[str, Any]) -> tuple[bytes, list[int]]:
    try:
        jpeg = base64.b64decode(str(data["jpeg"]), validate=True)
        looks = [int(v) for v in data["signature"]]
    except (KeyError, ValueError, TypeError, binascii.Error) as error:
        raise WorkerAway from error
    if len(jpeg) > MOST_JPEG:
        raise WorkerAway
    return jpeg, looks


async def _show(request: Request, *, problem: str = "", status: int = 200) -> Response:
    platform, person = context(request), actor(request)
    room_id = request.path_params["courtroom_id"]
    shown = await platform.work.reading(zones.page, person, room_id, utc_now())
    now = platform.board.status(shown.hearing_id, utc_now()) if shown.hearing_id else None
    known = now.counters.get("view_known") if now is not None and not now.stale else None
    values: Json = {
        "page": shown,
        "may_command": may_see(person, Action.COMMAND),
        "running": now is not None and not now.stale,
        "view_unknown": known == 0.0,
        "seats": [seat.value for seat in Seat],
        "treatments": [treatment.value for treatment in Treatment],
        "crossings": [crossing.value for crossing in Crossing],
        "switched": [
            z for v in shown.zones.views for z in v.zones if z.treatment is Treatment.SWITCH
        ],
        "editor": editor_data(shown),
        "strings": words_of(request).some("zones.say.", "seat.", "treatment."),
        "notice": done(request, "zones_done"),
        "problem": problem,
    }
    return staff_page(request, "zones.html", values, status)


def editor_data(shown: ZonesPage) -> Json:
    """What the editor begins with: views with their zones and the address of their picture."""
    return {
        "still": f"/staff/courtrooms/{shown.courtroom_id}/zones/still",
        "crossing": shown.zones.crossing.value,
        "views": [
            {
                "name": view.name,
                "still": (
                    still_url(shown.courtroom_id, view.name) if view.name in shown.stills else ""
                ),
                "zones": [
                    {
                        "id": zone.id,
                        "seat": zone.seat.value,
                        "treatment": zone.treatment.value,
                        "points": [list(point) for point in zone.points],
                        "open": zone.open,
                    }
                    for zone in view.zones
                ],
            }
            for view in shown.zones.views
        ],
    }


def still_url(room_id: str, view: str) -> str:
    """The address of a view's picture."""
    return f"/staff/courtrooms/{room_id}/zones/still/{view}"
