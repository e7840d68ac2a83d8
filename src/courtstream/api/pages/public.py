"""The public's pages: the front page with the search, and one hearing."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from courtstream.api.context import context
from courtstream.api.pages.site import (
    Json,
    day_asked,
    number_asked,
    pages_of,
    public_page,
    seconds_asked,
    words_of,
)
from courtstream.api.pages.watching import watch_context
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import Withdrawn
from courtstream.domain.trial import HearingState
from courtstream.services import watch
from courtstream.services.watch import Search

RECENT = 6


async def home(request: Request) -> Response:
    """What is live, what comes today, what was added, and the search."""
    work, now = context(request).work, utc_now()
    wanted = _wanted(request)
    searching = bool(wanted.text or wanted.court_id or wanted.day)
    values: Json = {
        "here": "home",
        "query": wanted,
        "courts": await work.reading(watch.courts),
        "results": None,
        "page_url": lambda page: _page_url(request, page),
    }
    if searching:
        values["results"] = await work.reading(watch.search, wanted)
    else:
        past = await work.reading(watch.search, Search(state=HearingState.ENDED))
        values |= {
            "live": await work.reading(watch.live_now),
            "today": await work.reading(watch.today, now),
            "recent": tuple(c for c in past.cards if c.replay or c.demo)[:RECENT],
        }
    return public_page(request, "home.html", values)


def _wanted(request: Request) -> Search:
    asked = request.query_params
    return Search(
        text=asked.get("q", "").strip()[:100],
        court_id=asked.get("court", "")[:40],
        day=day_asked(request, "date"),
        page=number_asked(request, "page"),
    )


def _page_url(request: Request, page: int) -> str:
    kept = [(k, v) for k, v in request.query_params.multi_items() if k != "page"]
    return f"/?{urlencode([*kept, ('page', page)])}"


async def hearing(request: Request) -> Response:
    """One hearing: live, then as replay, at the same address. Raises NotFound, Withdrawn."""
    platform, now = context(request), utc_now()
    hearing_id = request.path_params["hearing_id"]
    view = await platform.work.reading(watch.hearing_page, hearing_id, now)
    if view.withdrawn:
        raise Withdrawn
    lines = await platform.work.reading(watch.transcript, hearing_id, now)
    status = platform.board.status(hearing_id, now)
    wording = pages_of(request).wording(request)
    values = watch_context(view, lines, status, seconds_asked(request), words_of(request), wording)
    return public_page(request, "watch.html", dict(values))
