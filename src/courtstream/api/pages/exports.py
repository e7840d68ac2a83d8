"""A hearing's review sheet as PDF, Excel or JSON, for whom the score is open to."""

from __future__ import annotations

from functools import partial

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from courtstream.api.context import actor, context
from courtstream.api.pages.evidence import evidence_text
from courtstream.api.pages.site import pages_of
from courtstream.api.score_schemas import ScorecardOut
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import NotFound
from courtstream.reports.formats import TYPES, render
from courtstream.reports.tables import Report
from courtstream.services.people import audit
from courtstream.services.scoring import scorecards as scoring
from courtstream.services.scoring.review_sheet import paper_sheet, review_sheet
from courtstream.services.views import ScorecardView

KINDS = frozenset({"pdf", "xlsx", "json"})


async def review(request: Request) -> Response:
    """`review.pdf`, `review.xlsx` or `review.json`; every export is audited."""
    kind = request.path_params["kind"]
    if kind not in KINDS:
        raise NotFound
    person, work, now = actor(request), context(request).work, utc_now()
    card = await work.reading(scoring.shown, person, request.path_params["hearing_id"], now)
    await work.writing(
        audit.append, person.id, "score_exported", card.hearing.id, {"as": kind}, now
    )
    font = context(request).settings.report_font
    made = await to_thread.run_sync(_write, kind, card, _report(request, kind, card), font)
    name = f"review-{card.hearing.id}.{kind}"
    return Response(
        made,
        media_type=TYPES[kind],
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


def _report(request: Request, kind: str, card: ScorecardView) -> Report:
    explain = partial(evidence_text, words=pages_of(request).catalogs["zh-CN"])
    made = paper_sheet if kind == "pdf" else review_sheet
    return made(card, utc_now(), explain)


def _write(kind: str, card: ScorecardView, report: Report, font: str) -> bytes:
    if kind == "json":
        return ScorecardOut.model_validate(card).model_dump_json(indent=1).encode()
    return render(report, kind, font)
