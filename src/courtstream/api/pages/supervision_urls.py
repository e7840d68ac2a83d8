"""The addresses of coverage, indicators and monthly supervision."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from courtstream.api.pages import coverage, judge_sheet, lists, notices

supervision_routes: list[BaseRoute] = [
    Route("/staff/coverage", coverage.page),
    Route("/staff/behind/{code}", coverage.behind_figure),
    Route("/staff/coverage/{kind}", coverage.download),
    Route("/staff/judges/{judge_id}/annotations", judge_sheet.annotate, methods=["POST"]),
    Route("/staff/judges/{judge_id}/{kind}", judge_sheet.download),
    Route("/staff/indicators", lists.page, methods=["GET"]),
    Route("/staff/indicators", lists.act, methods=["POST"]),
    Route("/staff/evidence/{assessment_id}/{file_id}", lists.evidence),
    Route("/staff/reports/{job_id}", lists.bundle),
    Route("/staff/notices", notices.page, methods=["GET"]),
    Route("/staff/notices/run", notices.run, methods=["POST"]),
    Route("/staff/notices/{notice_id}", notices.one, methods=["GET"]),
    Route("/staff/notices/{notice_id}", notices.act, methods=["POST"]),
]
