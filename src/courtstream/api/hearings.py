"""JSON: hearings, their words, their events, and what staff do with them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from courtstream.api import commanding
from courtstream.api import schemas as s
from courtstream.api.context import actor, context
from courtstream.api.docs import documented
from courtstream.api.events import stream
from courtstream.api.reading import answer, body, query
from courtstream.auth.policy import Action
from courtstream.control.protocol import Command
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import Withdrawn
from courtstream.domain.time import seconds
from courtstream.services.docket import importing
from courtstream.services.people import scope
from courtstream.services.public import hearings as public_hearings
from courtstream.services.public import search as public_search
from courtstream.services.public import transcript as public_transcript
from courtstream.services.public import watch
from courtstream.services.public.search import Search
from courtstream.services.publication import publishing


@documented("hearings", s.HearingListOut, query=s.SearchQuery)
async def find(request: Request) -> JSONResponse:
    """Search hearings open to the public, newest first."""
    asked = query(request, s.SearchQuery)
    wanted = Search(
        text=asked.q,
        court_id=asked.court,
        judge_id=asked.judge,
        kind=asked.kind,
        day=asked.day,
        state=asked.state,
        page=asked.page,
    )
    return answer(
        s.HearingListOut, await context(request).work.reading(public_search.search, wanted)
    )


@documented("hearings", s.HearingDetailOut, problems=(404, 410))
async def detail(request: Request) -> JSONResponse:
    """One hearing as the watch page shows it; 410 when it was withdrawn."""
    view = await context(request).work.reading(watch.hearing_page, _id(request), utc_now())
    if view.withdrawn:
        raise Withdrawn
    return answer(s.HearingDetailOut, view)


@documented("hearings", s.TranscriptOut, query=s.TranscriptQuery)
async def transcript(request: Request) -> JSONResponse:
    """The released words: never ahead of the picture, private words masked."""
    asked = query(request, s.TranscriptQuery)
    lines = await context(request).work.reading(
        public_transcript.asked, _id(request), utc_now(), seconds(asked.start)
    )
    return answer(s.TranscriptOut, {"lines": lines})


@documented("hearings", None)
async def events(request: Request) -> StreamingResponse:
    """Server-sent events: `state`, `captions`, `ended`; 410 when the hearing was withdrawn."""
    platform = context(request)
    hearing_id = _id(request)
    await platform.work.reading(public_hearings.still_public, hearing_id)
    return stream(platform.hub.listen(hearing_id))


@documented(
    "schedule",
    s.ImportOut,
    status=201,
    staff=True,
    problems=(),
    problem_model=s.ImportProblemOut,
    files=("text/csv", "application/json"),
)
async def import_file(request: Request) -> JSONResponse:
    """Schedule every hearing of a CSV or JSON file (the request's body), or none."""
    report = await context(request).work.writing(
        importing.import_hearings, actor(request), await request.body(), utc_now()
    )
    return answer(s.ImportOut, report, 201)


@documented("schedule", s.HearingOut, staff=True, problems=(404, 409))
async def cancel(request: Request) -> JSONResponse:
    """Cancel a hearing that is scheduled or admitted and not on air yet."""
    return answer(
        s.HearingOut, await commanding.cancel(context(request), actor(request), _id(request))
    )


@documented("control", s.ReplyOut, takes=s.CommandBody, staff=True, problems=(404, 409))
async def command(request: Request) -> JSONResponse:
    """Cut, recess, close a segment, resume, set the delay or end a running hearing."""
    asked = await body(request, s.CommandBody)
    person = actor(request)
    order = Command(by=person.id, **asked.model_dump())
    reply = await commanding.give(context(request), person, _id(request), order)
    return answer(s.ReplyOut, reply, 200 if reply.ok else 409)


@documented("control", s.ComingListOut, staff=True)
async def coming(request: Request) -> JSONResponse:
    """What has not aired yet: stretches that will be hidden and, masked, what will be heard."""
    platform = context(request)
    await platform.work.reading(scope.hearing_for, actor(request), Action.COMMAND, _id(request))
    status = platform.board.status(_id(request), utc_now())
    return answer(s.ComingListOut, {"coming": status.coming if status else ()})


@documented("publication", s.PublicationOut, staff=True, problems=(404, 409))
async def release(request: Request) -> JSONResponse:
    """Release the replay of an ended hearing."""
    view = await context(request).work.writing(
        publishing.release_replay, actor(request), _id(request), utc_now()
    )
    return answer(s.PublicationOut, view)


@documented("publication", None, takes=s.WithdrawBody, status=204, staff=True)
async def withdraw(request: Request) -> Response:
    """Take a hearing back from the public, with a reason."""
    asked = await body(request, s.WithdrawBody)
    await commanding.withdraw(context(request), actor(request), _id(request), asked.reason)
    return Response(status_code=204)


def _id(request: Request) -> str:
    hearing_id: str = request.path_params["hearing_id"]
    return hearing_id
