"""画面复核: what the second pass found, for those who may release the replay."""

from __future__ import annotations

from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from courtstream.api.context import actor, context
from courtstream.api.media_memory import read_plain
from courtstream.api.pages.account import text_of
from courtstream.api.pages.faults import error_text
from courtstream.api.pages.site import Json, done, see, staff_page
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import CourtstreamError, InvalidInput, NotFound
from courtstream.services.docket import listing
from courtstream.services.second_pass import desk as second_pass_desk
from courtstream.services.second_pass import judging as second_pass_judging
from courtstream.store.tables import MomentVerdict


async def page(request: Request) -> Response:
    """The list with its pictures."""
    return await _show(request)


async def act(request: Request) -> Response:
    """A word on one moment, another try, or a waiver."""
    hearing_id = request.path_params["hearing_id"]
    async with request.form(max_files=0, max_fields=10) as form:
        verb, n = text_of(form, "act", 20), text_of(form, "moment", 6)
        try:
            await _act(request, hearing_id, verb, n, form, utc_now())
        except CourtstreamError as error:
            return await _show(request, problem=error_text(request, error), status=error.status)
    place = f"#m{n}" if n.isascii() and n.isdigit() else ""
    return see(f"/staff/hearings/{hearing_id}/moments?done={verb}{place}")


async def picture(request: Request) -> Response:
    """A moment's picture as it was published. Looked at large it is an act of its own."""
    platform, params = context(request), request.path_params
    large = "large" in request.query_params
    path = await platform.work.writing(
        second_pass_desk.image,
        actor(request),
        params["hearing_id"],
        int(params["n"]),
        platform.settings,
        utc_now(),
        large=large,
    )
    data = await run_in_threadpool(read_plain, path)
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


async def _act(
    request: Request, hearing_id: str, verb: str, n: str, form: FormData, now: datetime
) -> None:
    work, person = context(request).work, actor(request)
    if verb in set(MomentVerdict):
        if not (n.isascii() and n.isdigit()):
            raise NotFound
        verdict = MomentVerdict(verb)
        await work.writing(second_pass_judging.judge, person, hearing_id, int(n), verdict, now)
    elif verb == "again":
        await work.writing(second_pass_judging.again, person, hearing_id, now)
    elif verb == "waive":
        await work.writing(
            second_pass_judging.waive, person, hearing_id, text_of(form, "why", 500), now
        )
    else:
        raise InvalidInput


async def _show(request: Request, *, problem: str = "", status: int = 200) -> Response:
    work, person = context(request).work, actor(request)
    hearing_id = request.path_params["hearing_id"]
    found = await work.writing(second_pass_desk.page, person, hearing_id, utc_now())
    desk = await work.reading(listing.hearing_desk, person, hearing_id)
    busy = found.state in {"waiting", "running"} or any(
        m.verdict == "hide" and not m.remade for m in found.moments
    )
    values: Json = {
        "here": "hearings",
        "hearing": desk.card,
        "found": found,
        "busy": busy,
        "notice": done(request, "moments_done"),
        "problem": problem,
    }
    return staff_page(request, "moments.html", values, status)
