"""JSON and files: transcripts in revisions, and decisions about sound after the hearing."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from courtstream.api import text_mode
from courtstream.api import text_schemas as s
from courtstream.api.context import actor, context, sign_in_of
from courtstream.api.docs import documented
from courtstream.api.reading import answer, body, query
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import InvalidInput, NotFound
from courtstream.domain.time import Span, seconds
from courtstream.reports.transcripts import FORMATS
from courtstream.services.transcripts import correction_requests, corrections, listening
from courtstream.services.transcripts import editing as transcript_editing
from courtstream.services.transcripts import pages as transcript_pages
from courtstream.services.transcripts import signing as transcript_signing
from courtstream.services.transcripts.corrections import Stretch


@documented("transcript", None, query=s.FileQuery, files=tuple(t for t, _ in FORMATS.values()))
async def file(request: Request) -> Response:
    """The masked transcript as VTT, SRT, TXT, JSON or DOCX; a given revision for staff only."""
    name, hearing_id = request.path_params["format"], _id(request)
    if name not in FORMATS:
        raise NotFound
    number, signed_in = query(request, s.FileQuery).revision, sign_in_of(request)
    work = context(request).work
    if number is not None or signed_in is not None:
        view = await work.reading(transcript_pages.staff_file, actor(request), hearing_id, number)
    else:
        view = await work.reading(transcript_pages.public_file, hearing_id, utc_now())
    kind, make = FORMATS[name]
    headers = {
        "Content-Disposition": f'attachment; filename="{hearing_id}-r{view.revision}.{name}"',
        "Cache-Control": "no-store",
    }
    return Response(make(view), media_type=kind, headers=headers)


@documented("transcript", s.TextOut, staff=True)
async def detail(request: Request) -> JSONResponse:
    """The newest revision with its turns, requests, and decisions about sound."""
    return await _page(request)


@documented("transcript", s.ChangesOut, query=s.ChangesQuery, staff=True)
async def changes(request: Request) -> JSONResponse:
    """The difference between two revisions, by turn; 0 is the machine's words."""
    asked = query(request, s.ChangesQuery)
    found = await context(request).work.reading(
        transcript_pages.changes, actor(request), _id(request), asked.old, asked.new
    )
    return answer(s.ChangesOut, {"changes": found})


@documented("transcript", s.TextOut, takes=s.EditBody, staff=True, problems=(404, 409))
async def edit(request: Request) -> JSONResponse:
    """Correct a turn; private parts of the new text are masked by the rules."""
    asked = await body(request, s.EditBody)
    wanted = transcript_editing.Edit(asked.text, asked.role, asked.speaker)
    turn_id: str = request.path_params["turn_id"]
    await context(request).work.writing(
        transcript_editing.edit, actor(request), _id(request), turn_id, wanted, utc_now()
    )
    return await _page(request)


@documented("transcript", s.TextOut, takes=s.StateBody, staff=True, problems=(404, 409))
async def state(request: Request) -> JSONResponse:
    """draft_asr → checked → signed; or a second listening with the best model."""
    asked, work, now = await body(request, s.StateBody), context(request).work, utc_now()
    if asked.act == "check":
        await work.writing(transcript_signing.check, actor(request), _id(request), now)
    elif asked.act == "listen":
        await work.writing(listening.ask, actor(request), _id(request), now)
    else:
        await work.writing(
            transcript_signing.sign, actor(request), _id(request), asked.capacity, now
        )
    return await _page(request)


@documented("transcript", s.TextOut, takes=s.SpeechBody, staff=True, problems=(404, 409))
async def speech(request: Request) -> JSONResponse:
    """Hide sound after the hearing, at once; or ask that it be heard again."""
    asked = await body(request, s.SpeechBody)
    if asked.end <= asked.start:
        raise InvalidInput("结束须晚于开始 / it must end after it begins")
    what = Stretch(Span(seconds(asked.start), seconds(asked.end)), note=asked.note)
    verb = corrections.hide if asked.op == "hide" else corrections.ask_to_open
    await context(request).work.writing(verb, actor(request), _id(request), what, utc_now())
    await text_mode.publish(context(request), _id(request))
    return await _page(request)


@documented("transcript", None, takes=s.RulingBody, status=204, staff=True, problems=(404, 409))
async def decide_speech(request: Request) -> Response:
    """A person's word on a proposal, or the second person's on an opening."""
    asked, platform = await body(request, s.RulingBody), context(request)
    hearing_id = await platform.work.writing(
        corrections.decided,
        actor(request),
        request.path_params["correction_id"],
        asked.yes,
        utc_now(),
    )
    await text_mode.publish(platform, hearing_id)
    return Response(status_code=204)


@documented("transcript", s.TextOut, takes=s.RequestBody, staff=True)
async def file_request(request: Request) -> JSONResponse:
    """Take down what a party says is wrong."""
    asked = await body(request, s.RequestBody)
    await context(request).work.writing(
        correction_requests.file_request,
        actor(request),
        _id(request),
        asked.turn_id,
        asked.asked_by,
        asked.why,
        asked.wanted,
        utc_now(),
    )
    return await _page(request)


@documented("transcript", None, takes=s.RulingBody, status=204, staff=True, problems=(404, 409))
async def decide_request(request: Request) -> Response:
    """Accept a request, which corrects the turn, or refuse it with a reason."""
    asked = await body(request, s.RulingBody)
    await context(request).work.writing(
        correction_requests.decide_request,
        actor(request),
        request.path_params["request_id"],
        asked.yes,
        asked.answer,
        utc_now(),
    )
    return Response(status_code=204)


async def _page(request: Request) -> JSONResponse:
    view = await context(request).work.reading(
        transcript_pages.text_page, actor(request), _id(request), utc_now()
    )
    return answer(s.TextOut, view)


def _id(request: Request) -> str:
    hearing_id: str = request.path_params["hearing_id"]
    return hearing_id
