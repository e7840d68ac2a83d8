"""The publication file of one hearing, and the queue of what does not go out by itself."""

from __future__ import annotations

from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from courtstream.api.commanding import follow_gate
from courtstream.api.context import actor, context
from courtstream.api.pages.account import text_of
from courtstream.api.pages.faults import error_text
from courtstream.api.pages.site import Json, done, number_asked, see, staff_page
from courtstream.auth.policy import Action
from courtstream.domain.approval import ApprovalOutcome
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import CourtstreamError, InvalidInput
from courtstream.rules.gate import ObjectionBy
from courtstream.services.docket import listing
from courtstream.services.gate import approving, gatekeeping, objecting
from courtstream.services.publication import file as publication_file
from courtstream.services.publication import publishing
from courtstream.services.publication import queue as publication_queue
from courtstream.services.views import UserView
from courtstream.services.work import Work


async def page(request: Request) -> Response:
    """The file: gate, closure codes, approval, objections, notices."""
    return await _show(request)


async def act(request: Request) -> Response:
    """One act on the file; a refusal is shown on the page."""
    hearing_id = request.path_params["hearing_id"]
    async with request.form(max_files=0, max_fields=80) as form:
        verb = text_of(form, "act", 20)
        try:
            await _act(context(request).work, actor(request), hearing_id, verb, form, utc_now())
        except CourtstreamError as error:
            return await _show(request, problem=error_text(request, error), status=error.status)
    await follow_gate(context(request), hearing_id, found=verb == "codes")
    return see(f"/staff/hearings/{hearing_id}/gate?done={verb}")


async def _act(
    work: Work, person: UserView, hearing_id: str, verb: str, form: FormData, now: datetime
) -> None:
    reason = text_of(form, "reason")
    if verb == "codes":
        codes = tuple(str(value)[:40] for value in form.getlist("code"))
        await work.writing(gatekeeping.find_closures, person, hearing_id, codes, now, reason)
    elif verb in set(ApprovalOutcome):
        outcome = ApprovalOutcome(verb)
        await work.writing(approving.say, person, hearing_id, outcome, reason, now)
    elif verb == "reconsider":
        await work.writing(approving.reconsider, person, hearing_id, reason, now)
    elif verb == "object" and text_of(form, "by", 20) in set(ObjectionBy):
        side, label = ObjectionBy(text_of(form, "by", 20)), text_of(form, "label", 40)
        await work.writing(objecting.object_to, person, hearing_id, side, label, reason, now)
    elif verb in {"uphold", "reject"}:
        objection = text_of(form, "objection", 40)
        await work.writing(objecting.decide, person, objection, verb == "uphold", reason, now)
    elif verb == "lift":
        await work.writing(publishing.lift, person, hearing_id, reason, now)
    elif verb == "notice":
        await work.writing(objecting.give_notice, person, hearing_id, now)
    else:
        raise InvalidInput


async def notice(request: Request) -> Response:
    """The notice to the parties, one sheet each, for printing and serving."""
    person, work = actor(request), context(request).work
    hearing_id = request.path_params["hearing_id"]
    view = await work.reading(publication_file.publication_file, person, hearing_id, utc_now())
    return staff_page(request, "notice_sheet.html", {"here": "hearings", "file": view})


async def queue(request: Request) -> Response:
    """What waits for a person in the publication of hearings."""
    person, work = actor(request), context(request).work
    page_asked = number_asked(request, "page")
    found = await work.reading(publication_queue.exceptions, person, utc_now(), page_asked)
    return staff_page(request, "publication_queue.html", {"here": "queue", "queue": found})


async def _show(request: Request, *, problem: str = "", status: int = 200) -> Response:
    person, work, now = actor(request), context(request).work, utc_now()
    hearing_id = request.path_params["hearing_id"]
    view = await work.reading(publication_file.publication_file, person, hearing_id, now)
    desk = await work.reading(listing.hearing_desk, person, hearing_id)
    values: Json = {
        "here": "hearings",
        "file": view,
        "hearing": view.card,
        "publications": desk.publications,
        "may_withdraw": Action.PUBLISH in desk.allowed and not desk.withdrawn,
        "may_lift": Action.APPROVE in desk.allowed and desk.withdrawn,
        "notice": done(request, "gate_done"),
        "problem": problem,
    }
    return staff_page(request, "gate.html", values, status)
