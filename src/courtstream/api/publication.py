"""JSON: the publication file of a hearing. What turns the gate on air reaches the worker too."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from courtstream.api import publication_schemas as p
from courtstream.api import schemas as s
from courtstream.api.commanding import follow_gate
from courtstream.api.context import actor, context
from courtstream.api.docs import documented
from courtstream.api.reading import answer, body
from courtstream.domain.clock import utc_now
from courtstream.services.gate import approving, gatekeeping, objecting
from courtstream.services.publication import file as publication_file


@documented("publication", p.FileOut, staff=True)
async def file(request: Request) -> JSONResponse:
    """The gate's decision, the approval chain and the objections of one hearing."""
    return await _file(request)


@documented("publication", p.FileOut, takes=p.ApprovalBody, staff=True, problems=(404, 409))
async def approve(request: Request) -> JSONResponse:
    """File the word of the approval stage whose turn it is; the gate decides anew."""
    asked, work = await body(request, p.ApprovalBody), context(request).work
    person, now = actor(request), utc_now()
    await work.writing(approving.say, person, _id(request), asked.outcome, asked.reason, now)
    return await _file(request)


@documented("publication", p.FileOut, takes=p.ReasonBody, staff=True, problems=(404, 409))
async def reconsider(request: Request) -> JSONResponse:
    """Begin a new round of the approval; until it has ended nothing is approved."""
    asked, work = await body(request, p.ReasonBody), context(request).work
    person = actor(request)
    await work.writing(approving.reconsider, person, _id(request), asked.reason, utc_now())
    return await _file(request)


@documented("publication", s.GateOut, takes=s.ClosuresBody, staff=True, problems=(404, 409))
async def find_closures(request: Request) -> JSONResponse:
    """Say what was found when checking for reasons not to publish; the gate decides anew."""
    asked, work = await body(request, s.ClosuresBody), context(request).work
    person, now = actor(request), utc_now()
    view = await work.writing(
        gatekeeping.find_closures, person, _id(request), asked.codes, now, asked.reason
    )
    await follow_gate(context(request), _id(request), found=True)
    return answer(s.GateOut, view)


@documented(
    "publication", p.FileOut, takes=p.ObjectionBody, staff=True, status=201, problems=(404, 409)
)
async def object_to(request: Request) -> JSONResponse:
    """File an objection of a party or the prosecution; it holds until it is decided."""
    asked, work = await body(request, p.ObjectionBody), context(request).work
    await work.writing(
        objecting.object_to,
        actor(request),
        _id(request),
        asked.by,
        asked.label,
        asked.reason,
        utc_now(),
    )
    return await _file(request, 201)


@documented("publication", p.FileOut, takes=p.DecisionBody, staff=True, problems=(404, 409))
async def decide_objection(request: Request) -> JSONResponse:
    """Uphold or reject an objection, with the reason."""
    asked, work = await body(request, p.DecisionBody), context(request).work
    objection = request.path_params["objection_id"]
    await work.writing(
        objecting.decide, actor(request), objection, asked.upheld, asked.reason, utc_now()
    )
    return await _file(request)


@documented("publication", p.NoticesOut, staff=True, problems=(404, 409))
async def give_notice(request: Request) -> JSONResponse:
    """Put on file that all parties were told of the planned publication."""
    told = await context(request).work.writing(
        objecting.give_notice, actor(request), _id(request), utc_now()
    )
    return answer(p.NoticesOut, {"told": told})


async def _file(request: Request, status: int = 200) -> JSONResponse:
    await follow_gate(context(request), _id(request))
    view = await context(request).work.reading(
        publication_file.publication_file, actor(request), _id(request), utc_now()
    )
    return answer(p.FileOut, view, status)


def _id(request: Request) -> str:
    hearing_id: str = request.path_params["hearing_id"]
    return hearing_id
