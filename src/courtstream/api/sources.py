"""JSON: the sources of a courtroom that the node fetches itself."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from courtstream.api import keying
from courtstream.api import schemas as s
from courtstream.api.context import actor, context
from courtstream.api.docs import documented
from courtstream.api.problems import of_error
from courtstream.api.reading import answer, body
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import CourtstreamError
from courtstream.services.courtroom import courtrooms, pulls


@documented("ingest", s.SourceListOut, staff=True)
async def find(request: Request) -> JSONResponse:
    """The courtroom's sources, and how each fared last; never a login."""
    room_id, platform = request.path_params["courtroom_id"], context(request)
    await platform.work.reading(courtrooms.seen, actor(request), room_id)
    return answer(s.SourceListOut, {"items": await platform.work.reading(pulls.sources, room_id)})


@documented("ingest", s.SourceOut, takes=s.SourceBody, status=201, staff=True)
async def add(request: Request) -> JSONResponse:
    """List a source, for example `rtsp://user:password@recorder/stream`."""
    asked, platform = await body(request, s.SourceBody), context(request)
    made = await platform.work.writing(
        pulls.add,
        actor(request),
        request.path_params["courtroom_id"],
        asked.url,
        platform.settings,
        utc_now(),
    )
    if isinstance(made, CourtstreamError):
        return of_error(made)
    return answer(s.SourceOut, made, 201)


@documented("ingest", None, status=204, staff=True)
async def remove(request: Request) -> Response:
    """Fetch a source no more; what comes from it ends at once."""
    room_id, now = request.path_params["courtroom_id"], utc_now()
    source_id = request.path_params["source_id"]
    work = context(request).work
    await work.writing(pulls.remove, actor(request), room_id, source_id, now)
    await keying.tell_doors(request, room_id, now)
    return Response(status_code=204)
