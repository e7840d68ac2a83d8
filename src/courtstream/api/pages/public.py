"""The public's pages: the front page with the search, and one hearing."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from courtstream.api.context import context, sign_in_of
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
from courtstream.domain.trial import CaseKind, HearingState, Procedure, PublicationMode
from courtstream.services.docket import court_tree
from courtstream.services.public import finding, watch
from courtstream.services.public import search as public_search
from courtstream.services.public import transcript as public_transcript
from courtstream.services.public.search import Search
from courtstream.services.scoring.steps_now import live_chapters

RECENT = 6
Word = TypeVar("Word", bound=StrEnum)


async def home(request: Request) -> Response:
    """What is live, what comes today, what was added, and the search."""
    work, now = context(request).work, utc_now()
    wanted = _wanted(request)
    searching = wanted != Search()
    values: Json = {
        "here": "home",
        "query": wanted,
        "courts": await work.reading(court_tree.courts),
        "results": None,
        "page_url": lambda page: _page_url(request, page),
        "kinds": list(CaseKind),
        "procedures": list(Procedure),
        "all_modes": list(PublicationMode),
        "states": list(HearingState),
    }
    if searching:
        values["results"] = await work.reading(public_search.search, wanted)
    else:
        past = await work.reading(public_search.search, Search(state=HearingState.ENDED))
        values["totals"] = await work.reading(finding.totals)
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
        judge_id=asked.get("judge", "")[:40],
        kind=_one_of(CaseKind, asked.get("kind", "")),
        procedure=_one_of(Procedure, asked.get("procedure", "")),
        mode=_one_of(PublicationMode, asked.get("mode", "")),
        state=_one_of(HearingState, asked.get("state", "")),
        day=day_asked(request, "date"),
        until=day_asked(request, "until"),
        page=number_asked(request, "page"),
    )


def _one_of(kind: type[Word], text: str) -> Word | None:
    """One of the domain's words, None when absent or unknown."""
    return next((word for word in kind if word.value == text), None)


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
    if not view.chapters:
        found = await platform.work.reading(live_chapters, hearing_id, platform.steps)
        view = replace(view, chapters=found)
    lines = await platform.work.reading(public_transcript.transcript, hearing_id, now)
    status = platform.board.status(hearing_id, now)
    wording = pages_of(request).wording(request)
    values = watch_context(view, lines, status, seconds_asked(request), words_of(request), wording)
    opened = await _opened(request, hearing_id)
    return public_page(request, "watch.html", {**values, "opened": opened})


async def _opened(request: Request, hearing_id: str) -> int:
    """How often the page was opened, this time included; staff are not counted."""
    platform, now = context(request), utc_now()
    if sign_in_of(request) is None and platform.views.note(hearing_id, now):
        await platform.work.writing(finding.write_views, platform.views.take())
    waiting = platform.views.waiting(hearing_id)
    return waiting + await platform.work.reading(finding.views_of, hearing_id)
