"""监督通知: the list, one notice with its history, and the steps people take."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from courtstream.api.context import actor, context
from courtstream.api.pages.account import may_see, text_of
from courtstream.api.pages.faults import error_text
from courtstream.api.pages.site import Json, done, see, staff_page
from courtstream.auth.policy import Action
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import CourtstreamError, InvalidInput
from courtstream.domain.supervision import SAID, NoticeAct
from courtstream.services.supervision import coverage, monthly, supervising

HERE = "/staff/notices"


async def page(request: Request) -> Response:
    """The notices this person may see; the office may run a month."""
    return await _list(request)


async def run(request: Request) -> Response:
    """Compute a month by hand."""
    async with request.form(max_files=0, max_fields=10) as form:
        month = text_of(form, "month", 7)
    work = context(request).work
    try:
        await work.writing(monthly.run_by, actor(request), month, utc_now())
    except CourtstreamError as error:
        return await _list(request, error_text(request, error), error.status)
    return see(f"{HERE}?month={month}&done=ran")


async def _list(request: Request, problem: str = "", status: int = 200) -> Response:
    work, person, now = context(request).work, actor(request), utc_now()
    month = request.query_params.get("month", "")
    if month:
        monthly.checked_month(month)
    found = await work.reading(supervising.notices, person, now, month or None)
    values: Json = {
        "notices": found,
        "month": month,
        "latest": await work.reading(coverage.latest, now),
        "may_run": may_see(person, Action.SUPERVISE),
        "notice": done(request, "notices"),
        "problem": problem,
        "here": "notices",
    }
    return staff_page(request, "notices.html", values, status)


async def one(request: Request) -> Response:
    """A notice, its history, and what this person may do."""
    return await _one(request)


async def act(request: Request) -> Response:
    """A step of a notice."""
    notice_id = request.path_params["notice_id"]
    async with request.form(max_files=0, max_fields=10) as form:
        what, note = text_of(form, "act", 20), text_of(form, "note", 2000)
        evidence = text_of(form, "evidence", 2000).splitlines()
    try:
        if what not in set(NoticeAct):
            raise InvalidInput
        work, person = context(request).work, actor(request)
        step = NoticeAct(what)
        await work.writing(supervising.act, person, notice_id, step, note, evidence, utc_now())
    except CourtstreamError as error:
        return await _one(request, error_text(request, error), error.status)
    return see(f"{HERE}/{notice_id}?done=act")


async def _one(request: Request, problem: str = "", status: int = 200) -> Response:
    work, person = context(request).work, actor(request)
    found = await work.reading(
        supervising.notice, person, request.path_params["notice_id"], utc_now()
    )
    values: Json = {
        "item": found,
        "said": SAID,
        "notice": done(request, "notices"),
        "problem": problem,
        "here": "notices",
    }
    return staff_page(request, "notice.html", values, status)
