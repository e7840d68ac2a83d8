"""审计: the office and administrators look up who did what, and take it away."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from courtstream.api.context import actor, context
from courtstream.api.pages.site import Json, day_asked, number_asked, staff_page
from courtstream.domain.clock import court_day, utc_now
from courtstream.domain.errors import NotFound
from courtstream.services.people import audit_log
from courtstream.services.people.audit_log import Asked

KINDS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
_NAMES = ("first", "last", "who", "action", "subject")


async def page(request: Request) -> Response:
    """The newest entries that fit the filters."""
    asked = _asked(request)
    found = await context(request).work.reading(
        audit_log.look, actor(request), asked, number_asked(request, "page")
    )
    kept = {name: request.query_params.get(name, "") for name in _NAMES}
    values: Json = {
        "found": found,
        "asked": kept,
        "filters": urlencode({k: v for k, v in kept.items() if v}),
        "here": "audit",
    }
    return staff_page(request, "audit.html", values)


async def download(request: Request) -> Response:
    """The same entries as a file; the taking away is an entry itself."""
    kind, now = request.path_params["kind"], utc_now()
    if kind not in KINDS:
        raise NotFound
    lines = await context(request).work.writing(
        audit_log.export, actor(request), _asked(request), kind, now
    )
    name = f"audit-{court_day(now)}.{kind}"
    mark = "\ufeff" if kind == "csv" else ""  # spreadsheets take the file for UTF-8 by it
    return Response(
        mark + "".join(lines),
        media_type=KINDS[kind],
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


def _asked(request: Request) -> Asked:
    query = request.query_params
    return Asked(
        first=day_asked(request, "first"),
        last=day_asked(request, "last"),
        **{name: query.get(name, "")[:64] for name in ("who", "action", "subject")},
    )
