"""补传录像: a recorder's file comes piece by piece, is looked at, and taken in."""

from __future__ import annotations

import asyncio
import shutil
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from courtstream.api.context import Context, actor, context
from courtstream.api.pages.account import text_of
from courtstream.api.pages.faults import error_text
from courtstream.api.pages.site import Json, done, see, staff_page, words_of
from courtstream.domain.clock import COURT_ZONE, utc_now
from courtstream.domain.errors import CourtstreamError, InvalidInput, NodeAway
from courtstream.services.sealed import late_desk, late_files, late_uploads
from courtstream.services.sealed.late_uploads import Intake


async def page(request: Request) -> Response:
    """The form, or how far an upload is."""
    return await _show(request)


async def again(request: Request) -> Response:
    """Try once more what failed."""
    hearing_id = request.path_params["hearing_id"]
    try:
        await context(request).work.writing(
            late_uploads.again, actor(request), hearing_id, utc_now()
        )
    except CourtstreamError as error:
        return await _show(request, problem=error_text(request, error), status=error.status)
    return see(f"/staff/hearings/{hearing_id}/late?done=again")


async def begin(request: Request) -> Response:
    """Announce a file; what is here of it already, and how large a piece may be."""
    platform, now = context(request), utc_now()
    async with request.form(max_files=0, max_fields=10) as form:
        size, began, why = (text_of(form, name, 200) for name in ("size", "began", "why"))
    free = (await asyncio.to_thread(shutil.disk_usage, platform.settings.data)).free
    intake = await platform.work.writing(
        late_uploads.begin,
        actor(request),
        request.path_params["hearing_id"],
        platform.settings,
        size=int(size) if size.isascii() and size.isdigit() else 0,
        began=_court_time(began),
        why=why,
        free=free,
        now=now,
    )
    here = await asyncio.to_thread(late_files.have, intake)
    return JSONResponse({"upload": intake.id, "have": here, "piece": late_files.PIECE})


async def piece(request: Request) -> Response:
    """One piece; how much is here then."""
    intake = await _intake(request)
    at = request.query_params.get("at", "")
    if not (at.isascii() and at.isdigit()):
        raise InvalidInput
    here = await asyncio.to_thread(late_files.take, intake, int(at), await request.body())
    return JSONResponse({"have": here})


async def finish(request: Request) -> Response:
    """All pieces are here: look at the file, and take it in or refuse it."""
    platform, person = context(request), actor(request)
    intake = await _intake(request)
    node = _node(platform)
    await asyncio.to_thread(late_files.take_in, platform.work, person, intake, node)
    return JSONResponse({"done": True})


async def _intake(request: Request) -> Intake:
    params, platform = request.path_params, context(request)
    return await platform.work.reading(
        late_uploads.intake,
        actor(request),
        params["hearing_id"],
        params["upload_id"],
        platform.settings,
    )


def _node(platform: Context) -> str:
    """The node that works on it: the one of this machine, for it has the file. Raises NodeAway."""
    settings, placer = platform.settings, platform.placer
    if not settings.alone and (placer is None or settings.node not in placer.alive()):
        raise NodeAway("请在节点上用 courtstream upload / use courtstream upload on a node")
    return settings.node


def _court_time(text: str) -> datetime | None:
    """A browser's local date and time as the court's. Raises InvalidInput."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=COURT_ZONE)
    except ValueError:
        raise InvalidInput("时间格式有误 / not a time") from None


async def _show(request: Request, *, problem: str = "", status: int = 200) -> Response:
    platform = context(request)
    found = await platform.work.reading(
        late_desk.overview, actor(request), request.path_params["hearing_id"], utc_now()
    )
    values: Json = {
        "late": found,
        "most": platform.settings.late.most_gb,
        "closed": error_text(request, found.closed) if found.closed else "",
        "strings": words_of(request).some("late.say"),
        "notice": done(request, "late_done"),
        "problem": problem,
        "here": "hearings",
    }
    return staff_page(request, "late.html", values, status)
