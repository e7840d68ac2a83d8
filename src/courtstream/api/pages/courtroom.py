"""The courtroom stream endpoint: keys, state, commands, and what the public sees."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response

from courtstream.api import commanding, keying, session
from courtstream.api.context import actor, context
from courtstream.api.events import Event, stream
from courtstream.api.pages.account import may_see, text_of
from courtstream.api.pages.consoles import console_context, snapshot
from courtstream.api.pages.faults import error_text
from courtstream.api.pages.site import done, see, staff_page, words_of
from courtstream.auth.policy import Action
from courtstream.control.protocol import Command, Verb
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import (
    Conflict,
    CourtstreamError,
    InvalidInput,
    NotFound,
    WorkerAway,
)
from courtstream.services.courtroom import courtrooms, pulls, seats
from courtstream.services.views import CourtroomPage

EVERY_SECONDS = 1.0
PREVIEWS = frozenset({"coming.jpg", "line.jpg"})
_DECIDED = frozenset({"conflict", "forbidden", "invalid_input"})
"""Codes of a worker that is there and says no."""


async def page(request: Request) -> Response:
    """The page as it stands."""
    return await _show(request)


async def rotate_key(request: Request) -> Response:
    """Make a new key. It is in this one answer and nowhere else, so there is no redirect."""
    _, key = await keying.rotate(request)
    return await _show(request, fresh_key=key)


async def revoke_key(request: Request) -> Response:
    """Revoke one key."""
    await keying.revoke(request)
    return see(f"/staff/courtrooms/{request.path_params['courtroom_id']}?done=revoked_now")


async def add_source(request: Request) -> Response:
    """List a source that the node fetches; a refusal is shown on the page."""
    room_id = request.path_params["courtroom_id"]
    async with request.form(max_files=0, max_fields=4) as form:
        url = text_of(form, "url", 500)
    platform, person = context(request), actor(request)
    made = await platform.work.writing(
        pulls.add, person, room_id, url, platform.settings, utc_now()
    )
    if isinstance(made, CourtstreamError):
        return await _show(request, problem=error_text(request, made), status=made.status)
    return see(f"/staff/courtrooms/{room_id}#ways-title")


async def set_seats(request: Request) -> Response:
    """Say whose microphone each channel is; a refusal is shown on the page."""
    room_id = request.path_params["courtroom_id"]
    async with request.form(max_files=0, max_fields=2 * seats.CHANNELS + 1) as form:
        rows = [
            {"channel": n, "role": role, "label": text_of(form, f"label{n}", 20).strip()}
            for n in range(1, seats.CHANNELS + 1)
            if (role := text_of(form, f"role{n}", 2))
        ]
    try:
        await context(request).work.writing(
            seats.set_seats, actor(request), room_id, rows, utc_now()
        )
    except InvalidInput as error:
        return await _show(request, problem=error_text(request, error), status=error.status)
    return see(f"/staff/courtrooms/{room_id}#seats-title")


async def remove_source(request: Request) -> Response:
    """Fetch a source no more."""
    room_id, now = request.path_params["courtroom_id"], utc_now()
    source_id = request.path_params["source_id"]
    work = context(request).work
    await work.writing(pulls.remove, actor(request), room_id, source_id, now)
    await keying.tell_doors(request, room_id, now)
    return see(f"/staff/courtrooms/{room_id}#ways-title")


async def command(request: Request) -> Response:
    """Hand a command to the running hearing; its refusal is shown on the page."""
    room_id = request.path_params["courtroom_id"]
    async with request.form(max_files=0, max_fields=10) as form:
        hearing_id = text_of(form, "hearing_id", 40)
        verb, reason = text_of(form, "verb", 40), text_of(form, "reason", 200)
        start, end = text_of(form, "start", 20), text_of(form, "end", 20)
        value = text_of(form, "value", 20)
    try:
        order = _order(request, verb, reason, start, end)
        if value:
            order = order.model_copy(update={"value": _seconds(value)})
        await _command(request, hearing_id, order)
    except CourtstreamError as error:
        return await _show(request, problem=error_text(request, error), status=error.status)
    return see(f"/staff/courtrooms/{room_id}?done={verb}")


def _order(request: Request, verb: str, reason: str, start: str, end: str) -> Command:
    """The command of a form. Raises InvalidInput."""
    try:
        return Command(
            verb=Verb(verb),
            by=actor(request).id,
            reason=reason,
            start=float(start) if start else None,
            end=float(end) if end else None,
        )
    except ValueError as error:
        raise InvalidInput from error


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise InvalidInput from error


async def preview(request: Request) -> Response:
    """What is coming, as a small redacted picture. Raises NotFound, Forbidden."""
    found = await _page(request)
    name, current = request.path_params["name"], found.courtroom.current
    if name not in PREVIEWS or current is None:
        raise NotFound
    path = context(request).settings.hearings / current.id / "preview" / name
    try:
        data = await asyncio.to_thread(path.read_bytes)
    except OSError:
        raise NotFound from None
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


async def _command(request: Request, hearing_id: str, order: Command) -> None:
    reply = await commanding.give(context(request), actor(request), hearing_id, order)
    if not reply.ok:
        raise Conflict(reply.message) if reply.code in _DECIDED else WorkerAway(reply.message)


async def events(request: Request) -> Response:
    """The page's figures once a second, for as long as somebody looks."""
    await _page(request)  # refuses before the stream begins
    return stream(_snapshots(request))


async def _snapshots(request: Request) -> AsyncIterator[Event | None]:
    """Until the viewer leaves, or the sign-in is over: a page left open is no way in."""
    words = words_of(request)
    while not await request.is_disconnected():
        if not await session.still_in(request):
            return
        yield Event("snapshot", snapshot(await _page(request), words))
        await asyncio.sleep(EVERY_SECONDS)


async def _page(request: Request, fresh_key: str = "") -> CourtroomPage:
    platform = context(request)
    return await platform.work.reading(
        courtrooms.courtroom_page,
        actor(request),
        request.path_params["courtroom_id"],
        platform.settings,
        platform.board,
        utc_now(),
        fresh_key,
    )


async def _show(
    request: Request, *, fresh_key: str = "", problem: str = "", status: int = 200
) -> Response:
    person = actor(request)
    values = console_context(
        await _page(request, fresh_key),
        words_of(request),
        may_manage=may_see(person, Action.CHANGE_KEY),
        may_command=may_see(person, Action.COMMAND),
        new_key=bool(fresh_key),
    )
    values["may_look_raw"] = may_see(person, Action.LOOK_RAW)
    notice = done(request, "command_done") or done(request, "key")
    return staff_page(
        request, "courtroom.html", {**values, "notice": notice, "problem": problem}, status
    )
