"""What stands beside a judge's scores: own figures, notices, own words, and all of it as a file."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from courtstream.api.context import actor, context
from courtstream.api.pages import plots
from courtstream.api.pages.account import text_of
from courtstream.api.pages.site import Json, pages_of, see, words_of
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import InvalidInput
from courtstream.reports.formats import TYPES, render
from courtstream.services.supervision import judge_sheet, performance
from courtstream.services.views import Performance


async def beside(request: Request, page: Performance) -> Json:
    """Everything `judge_sheet.html` names."""
    work, person = context(request).work, actor(request)
    own = await work.reading(judge_sheet.sheet, person, page.judge.id, utc_now())
    wording = pages_of(request).wording(request)
    axes = [
        plots.Axis(wording.title(c), share, share, share)
        for c in page.categories
        if c.weight >= 0.5 and (share := c.points / c.weight) >= 0
    ]
    return {
        "own": own,
        "radar_svg": plots.radar(axes, words_of(request)("judge.radar_label")),
        "may_annotate": person.judge_id == page.judge.id,
    }


async def annotate(request: Request) -> Response:
    """A judge's own words beside a hearing."""
    judge_id = request.path_params["judge_id"]
    async with request.form(max_files=0, max_fields=10) as form:
        hearing_id, text = text_of(form, "hearing", 40), text_of(form, "text", 2000)
    work = context(request).work
    await work.writing(judge_sheet.annotate, actor(request), hearing_id, text, utc_now())
    return see(f"/staff/judges/{judge_id}#annotations")


async def download(request: Request) -> Response:
    """The page as `xlsx`, `pdf`, `csv` or `json`."""
    work, person, now = context(request).work, actor(request), utc_now()
    judge_id, kind = request.path_params["judge_id"], request.path_params["kind"]
    if kind not in TYPES:
        raise InvalidInput
    page = await work.reading(performance.performance, person, judge_id, now)
    own = await work.reading(judge_sheet.sheet, person, judge_id, now)
    body = render(judge_sheet.report(page, own, now), kind, context(request).settings.report_font)
    headers = {
        "Content-Disposition": f'attachment; filename="{judge_id}.{kind}"',
        "Cache-Control": "no-store",
    }
    return Response(body, media_type=TYPES[kind], headers=headers)
