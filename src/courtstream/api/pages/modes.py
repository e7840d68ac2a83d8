"""The public's pages of the text modes: running text, text with clips, verdict."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from courtstream.api.context import context
from courtstream.api.pages.site import Json, public_page, words_of
from courtstream.domain.errors import Withdrawn
from courtstream.services.entries import reading as entry_reading

RUNNING_STRINGS = ("role.", "running.")


async def running(request: Request) -> Response:
    """GET /text/{hearing_id}: the running page of entries. Raises NotFound, Withdrawn."""
    hearing_id = request.path_params["hearing_id"]
    view = await context(request).work.reading(entry_reading.running_page, hearing_id)
    if view.withdrawn:
        raise Withdrawn
    words = words_of(request)
    island: Json = {
        "poll": f"/media/{hearing_id}/text/latest.json" if view.going_on else "",
        "pages": f"/media/{hearing_id}/text/page-",
        "stills": f"/media/{hearing_id}/stills/",
        "revision": view.revision,
        "language": words.language,
    }
    values: Json = {
        "view": view,
        "card": view.card,
        "island": island,
        "strings": words.some(*RUNNING_STRINGS),
        "mode": "picture_text",
        "modes": view.modes,
    }
    return public_page(request, "picture_text.html", values)


async def accessibility(request: Request) -> Response:
    """GET /accessibility: what works for whom, the keys, what does not work yet."""
    return public_page(request, "accessibility.html", {"here": "accessibility"})
