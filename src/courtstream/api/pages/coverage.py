"""三覆盖 and the indicators: the courts' own page, and the same figures as a file."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from courtstream.api.context import actor, context
from courtstream.api.pages import heat
from courtstream.api.pages.site import Json, number_asked, staff_page, words_of
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import InvalidInput
from courtstream.reports.formats import TYPES, render
from courtstream.services.docket import court_tree
from courtstream.services.supervision import (
    behind,
    coverage,
    covered_judges,
    monthly,
    sheets,
    supervising,
    tallying,
)
from courtstream.services.supervision.coverage import Coverage
from courtstream.services.supervision.covered_judges import JudgesAsked

SPANS = (1, 3, 12)


async def page(request: Request) -> Response:
    """Coverage of the months asked for. Raises Forbidden, NotFound, InvalidInput."""
    work = context(request).work
    month, span, court_id = await _asked(request)
    found = await _coverage(request, month, span, court_id, _judges_asked(request))
    words = words_of(request)
    values: Json = {
        "page": found,
        "month": month,
        "span": span,
        "spans": SPANS,
        "court_id": court_id,
        "known": await work.reading(tallying.months_known),
        "courts": await work.reading(court_tree.courts) if found.whole_courts else (),
        "calendar_svg": heat.calendar(found.days, words("cover.calendar_label")),
        "heat": heat.tone,
        "scores_svg": heat.distribution(found.scores, words("cover.scores_label")),
        "here": "coverage",
    }
    return staff_page(request, "coverage.html", values)


async def download(request: Request) -> Response:
    """The same figures as `xlsx`, `pdf`, `csv` or `json`."""
    settings, work, now = context(request).settings, context(request).work, utc_now()
    kind = request.path_params["kind"]
    if kind not in TYPES:
        raise InvalidInput
    month, span, court_id = await _asked(request)
    found = await _coverage(request, month, span, court_id)
    notices = await work.reading(supervising.notices, actor(request), now, month)
    place = found.courts[0].name if found.courts else "–"
    report = sheets.coverage_report(found, notices, place, now)
    body = render(report, kind, settings.report_font)
    name = f"coverage-{month}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type=TYPES[kind], headers=headers)


async def behind_figure(request: Request) -> Response:
    """The hearings behind one figure, of courts within reach or of one judge."""
    month, span, court_id = await _asked(request)
    judge_id = request.query_params.get("judge", "")[:40]
    found = await context(request).work.reading(
        behind.behind,
        actor(request),
        request.path_params["code"],
        coverage.months_until(month, span),
        court_id or None,
        judge_id or None,
        number_asked(request, "page"),
    )
    values: Json = {
        "found": found,
        "month": month,
        "span": span,
        "court_id": court_id,
        "judge_id": judge_id,
        "here": "judge" if judge_id else "coverage",
    }
    return staff_page(request, "behind.html", values)


async def _coverage(
    request: Request,
    month: str,
    span: int,
    court_id: str,
    asked: JudgesAsked = covered_judges.EVERYONE,
) -> Coverage:
    months = coverage.months_until(month, span)
    return await context(request).work.reading(
        coverage.coverage, actor(request), months, court_id or None, asked
    )


def _judges_asked(request: Request) -> JudgesAsked:
    """Which part of the list of judges; a state that is none lists all."""
    state = request.query_params.get("state", "")
    return JudgesAsked(
        state if state in covered_judges.STATES else "",
        request.query_params.get("name", "").strip()[:40],
        max(1, number_asked(request, "page")),
    )


async def _asked(request: Request) -> tuple[str, int, str]:
    """(month, how many months, court), the defaults where nothing is asked for."""
    month = request.query_params.get("month", "")
    if month:
        monthly.checked_month(month)
    else:
        month = await context(request).work.reading(coverage.latest, utc_now())
    span = request.query_params.get("span", "1")
    chosen = int(span) if span in {str(s) for s in SPANS} else 1
    return month, chosen, request.query_params.get("court", "")[:40]
