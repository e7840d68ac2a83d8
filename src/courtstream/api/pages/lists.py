"""The courts' own lists of indicators, figures they report, and bundles of reports."""

from __future__ import annotations

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from courtstream.api.context import actor, context
from courtstream.api.pages.account import text_of
from courtstream.api.pages.faults import error_text
from courtstream.api.pages.site import Json, done, see, staff_page
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import CourtstreamError, InvalidInput
from courtstream.rules.indicators import definitions
from courtstream.services.docket import court_tree
from courtstream.services.supervision import (
    coverage,
    evidence_files,
    indicator_lists,
    monthly,
    report_jobs,
    reporting,
)
from courtstream.services.supervision.evidence_files import Uploaded
from courtstream.services.supervision.indicator_lists import ListRefused
from courtstream.services.views import RowError
from courtstream.services.work import Work

HERE = "/staff/indicators"
MOST_BYTES = 11_000_000


async def page(request: Request) -> Response:
    """A court's lists with a period's self-assessment beside an earlier one."""
    return await _show(request)


async def act(request: Request) -> Response:
    """Import a list, assess an item, report a figure or ask for a bundle."""
    court = request.query_params.get("court", "")[:40] or actor(request).court_id or ""
    month = request.query_params.get("month", "")[:7]
    try:
        note = await _act(request, court, month)
    except ListRefused as refused:
        return await _show(request, error_text(request, refused), refused.errors, 422)
    except CourtstreamError as error:
        return await _show(request, error_text(request, error), status=error.status)
    return see(f"{HERE}?court={court}&month={month}&done={note}")


async def _act(request: Request, court: str, month: str) -> str:
    work, person, now = context(request).work, actor(request), utc_now()
    async with request.form(max_files=5, max_fields=20, max_part_size=MOST_BYTES) as form:
        what, name = text_of(form, "act", 20), text_of(form, "name", 100)
        value, note = text_of(form, "value", 40), text_of(form, "note", 2000)
        item = text_of(form, "item", 40)
        upper, lower = text_of(form, "numerator", 12), text_of(form, "denominator", 12)
        files = [await _read(f) for f in form.getlist("file") if isinstance(f, UploadFile)]
    files = [f for f in files if f.name]
    data = files[0].data if files else b""
    if what == "import":
        await work.writing(indicator_lists.import_list, person, court, name, data, now)
    elif what == "assess":
        number = _number(value)
        kept = evidence_files.keep(context(request).settings, files)
        await work.writing(indicator_lists.assess, person, item, month, number, note, kept, now)
    elif what == "report":
        counts = int(_number(upper)), int(_number(lower))
        await work.writing(
            reporting.report, person, court, monthly.checked_month(month), name, *counts, note, now
        )
    elif what == "bundle":
        await work.writing(report_jobs.ask, person, month, now)
    else:
        raise InvalidInput
    return what


async def _read(file: UploadFile) -> Uploaded:
    return Uploaded(file.filename or "", await file.read(evidence_files.MOST_BYTES + 1))


async def evidence(request: Request) -> Response:
    """A file that proves an assessment."""
    settings, work = context(request).settings, context(request).work
    place, name = await work.reading(
        evidence_files.file_of,
        actor(request),
        request.path_params["assessment_id"],
        request.path_params["file_id"],
        settings,
    )
    return FileResponse(
        place,
        media_type="application/octet-stream",
        filename=name,
        headers={"Cache-Control": "no-store"},
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidInput("请填写数字 / a number") from None


async def bundle(request: Request) -> Response:
    """A finished bundle of workbooks."""
    settings, work = context(request).settings, context(request).work
    job_id = request.path_params["job_id"]
    file = await work.reading(report_jobs.file_of, actor(request), job_id, settings)
    return FileResponse(
        file,
        media_type="application/zip",
        filename=f"{job_id}.zip",
        headers={"Cache-Control": "no-store"},
    )


async def _show(
    request: Request, problem: str = "", errors: tuple[RowError, ...] = (), status: int = 200
) -> Response:
    work, person = context(request).work, actor(request)
    month = request.query_params.get("month", "")
    latest = await work.reading(coverage.latest, utc_now())
    month = monthly.checked_month(month) if month else latest
    before = coverage.months_until(month, 2)[0]
    courts = await work.reading(court_tree.courts)
    court = request.query_params.get("court", "")[:40] or person.court_id or courts[0].id
    names = await work.reading(indicator_lists.lists, person, court)
    values: Json = {
        "month": month,
        "before": before,
        "court_id": court,
        "courts": courts,
        "lists": await _scored(work, request, court, names, month, before),
        "columns": indicator_lists.LAYOUT,
        "reported": [d for d in definitions() if d.reported and d.code not in reporting.OURS],
        "counts": await work.reading(reporting.counts, [month], [court]),
        "jobs": await work.reading(report_jobs.jobs, person),
        "errors": errors,
        "notice": done(request, "lists_done"),
        "problem": problem,
        "here": "indicators",
    }
    return staff_page(request, "indicators.html", values, status)


async def _scored(
    work: Work, request: Request, court: str, names: tuple[str, ...], month: str, before: str
) -> list[indicator_lists.ListScore]:
    person = actor(request)
    return [
        await work.reading(indicator_lists.score, person, court, name, month, before)
        for name in names
    ]
