"""The recording log sheet, the report of missing recordings, holds."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from courtstream.api.context import actor, context
from courtstream.api.pages.account import may_see, text_of
from courtstream.api.pages.faults import error_text
from courtstream.api.pages.site import day_asked, done, number_asked, see, staff_page, words_of
from courtstream.api.pages.wording import iso
from courtstream.auth.policy import Action
from courtstream.domain.clock import court_day, day_bounds, utc_now
from courtstream.domain.errors import CourtstreamError, InvalidInput
from courtstream.reports.recording_sheet import Row, Sheet, paper
from courtstream.seal import SealReport
from courtstream.services.sealed import recording_gaps, retention, sealing
from courtstream.services.sealed.sealing import LogSheet, Stretch

MONTH = timedelta(days=30)
Reports = list[tuple[str, SealReport]]


async def page(request: Request) -> Response:
    """The sheet as it stands."""
    return await _show(request)


async def check(request: Request) -> Response:
    """Check the sealed original now; the outcome goes on record."""
    hearing_id = request.path_params["hearing_id"]
    sheet, _ = await _sheet(request)
    await context(request).work.writing(
        sealing.note_check, hearing_id, sheet.checked, actor(request).id, utc_now()
    )
    return see(f"/staff/hearings/{hearing_id}/recording?done=checked")


async def pdf(request: Request) -> Response:
    """The sheet on paper. Raises FontMissing."""
    sheet, _ = await _sheet(request)
    font = context(request).settings.report_font
    made = await asyncio.to_thread(paper, _paper(sheet), font)
    name = f"recording-{request.path_params['hearing_id']}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(made, media_type="application/pdf", headers=headers)


async def hold(request: Request) -> Response:
    """Place or lift a hold."""
    work, person, now = context(request).work, actor(request), utc_now()
    hearing_id = request.path_params["hearing_id"]
    async with request.form(max_files=0, max_fields=10) as form:
        act, reason, hold_id = (text_of(form, n, 200) for n in ("act", "reason", "hold"))
    try:
        if act == "place":
            await work.writing(retention.place, person, hearing_id, reason, now)
        elif act == "lift":
            await work.writing(retention.lift, person, hearing_id, hold_id, now)
        else:
            raise InvalidInput
    except CourtstreamError as error:
        return await _show(request, problem=error_text(request, error), status=error.status)
    return see(f"/staff/hearings/{hearing_id}/recording?done={act}d")


async def gaps(request: Request) -> Response:
    """Sittings without a whole recording."""
    now = utc_now()
    until = day_asked(request, "until") or court_day(now)
    since = day_asked(request, "since") or until - MONTH
    begin, end = day_bounds(since)[0], day_bounds(until)[1]
    work = context(request).work
    page_asked = number_asked(request, "page")
    found = await work.reading(
        recording_gaps.gap_report, actor(request), begin, end, now, page_asked
    )
    values = {
        "gaps": found,
        "since": since,
        "until": until,
        "may_bring": may_see(actor(request), Action.BRING_LATE),
        "here": "hearings",
    }
    return staff_page(request, "recording_gaps.html", values)


async def _sheet(request: Request) -> tuple[LogSheet, Reports]:
    platform, hearing_id = context(request), request.path_params["hearing_id"]
    # Refuses before any file is touched.
    await platform.work.reading(sealing.log_sheet, actor(request), hearing_id, ())
    folder = sealing.hearing_folder(platform.settings, hearing_id)
    reports = await asyncio.to_thread(sealing.check_folders, folder)
    sheet = await platform.work.reading(sealing.log_sheet, actor(request), hearing_id, reports)
    return sheet, reports


async def _show(request: Request, *, problem: str = "", status: int = 200) -> Response:
    sheet, _ = await _sheet(request)
    holds = await context(request).work.reading(retention.holds, sheet.hearing_id)
    words = words_of(request)
    notice = {"checked": "recording.checked", "placed": "hold.placed", "liftd": "hold.lifted"}
    key = notice.get(request.query_params.get("done", ""), "")
    values = {
        "sheet": sheet,
        "holds": holds,
        "may_hold": may_see(actor(request), Action.PUBLISH),
        "may_bring": may_see(actor(request), Action.BRING_LATE),
        "notice": words(key) if key else done(request, "recording"),
        "problem": problem,
        "here": "hearings",
    }
    return staff_page(request, "recording.html", values, status)


def _paper(sheet: LogSheet) -> Sheet:
    facts = (
        ("案号", sheet.case_number),
        ("案由", sheet.cause),
        ("法院", f"{sheet.court} {sheet.courtroom}"),
        ("审判人员", "、".join(sheet.judges)),
        ("排期", f"{iso(sheet.scheduled_start)} – {iso(sheet.scheduled_end)}"),
        ("开始晚于开庭（秒）", f"{sheet.late:.0f}"),
        ("结束早于闭庭（秒）", f"{sheet.short:.0f}"),
    )
    checks = [(c.folder, "通过" if c.ok else f"未通过：{c.fault}", c.hash) for c in sheet.checked]
    return Sheet(
        facts,
        [_row(s) for s in sheet.recorded],
        [_row(s) for s in sheet.interruptions],
        checks,
        sheet.complete,
        utc_now(),
    )


def _row(stretch: Stretch) -> Row:
    return Row(stretch.start, stretch.end, stretch.seconds, stretch.reason)
