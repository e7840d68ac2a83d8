"""The reviewer's page: transcript and public recording side by side, and what people decide."""

from __future__ import annotations

from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from courtstream.api import text_mode
from courtstream.api.context import actor, context
from courtstream.api.pages.account import text_of
from courtstream.api.pages.faults import error_text
from courtstream.api.pages.site import (
    Json,
    done,
    number_asked,
    seconds_asked,
    see,
    staff_page,
    words_of,
)
from courtstream.auth.policy import ALLOWED, Action
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import CourtstreamError, InvalidInput
from courtstream.domain.time import Span, seconds
from courtstream.domain.trial import Role
from courtstream.reports.transcripts import FORMATS
from courtstream.services.transcripts import correction_requests, corrections, listening
from courtstream.services.transcripts import editing as transcript_editing
from courtstream.services.transcripts import pages as transcript_pages
from courtstream.services.transcripts import signing as transcript_signing
from courtstream.services.transcripts.corrections import Stretch
from courtstream.services.views.transcripts import ChangeView

CAPACITIES = ("审判员", "书记员", "原告", "被告", "第三人", "公诉人", "代理人", "辩护人", "证人")
"""Who signs a transcript (法释〔2017〕5号 art. 6)."""


async def page(request: Request) -> Response:
    """The page as it stands."""
    return await _show(request)


async def act(request: Request) -> Response:
    """One act of a person; its refusal is shown on the page."""
    hearing_id = request.path_params["hearing_id"]
    async with request.form(max_files=0, max_fields=20) as form:
        verb = text_of(form, "act", 20)
        try:
            await _act(request, hearing_id, verb, form, utc_now())
        except CourtstreamError as error:
            return await _show(request, problem=error_text(request, error), status=error.status)
        turn = text_of(form, "turn", 24)
    if verb in {"hide", "yes"}:
        await text_mode.publish(context(request), hearing_id)
    place = f"#{turn}" if turn.isalnum() else ""
    return see(f"/staff/hearings/{hearing_id}/words?done={verb}{place}")


async def _act(request: Request, hearing_id: str, verb: str, form: FormData, now: datetime) -> None:
    work, person = context(request).work, actor(request)
    if verb == "edit":
        wanted = transcript_editing.Edit(
            text_of(form, "text", 4000),
            _role(text_of(form, "role", 4)),
            text_of(form, "speaker", 64),
        )
        turn = text_of(form, "turn", 24)
        await work.writing(transcript_editing.edit, person, hearing_id, turn, wanted, now)
    elif verb == "listen":
        await work.writing(listening.ask, person, hearing_id, now)
    elif verb == "check":
        await work.writing(transcript_signing.check, person, hearing_id, now)
    elif verb == "sign":
        capacity = text_of(form, "capacity", 20)
        await work.writing(transcript_signing.sign, person, hearing_id, capacity, now)
    elif verb in {"hide", "open"}:
        what = Stretch(_span(form), note=text_of(form, "note", 500))
        ask = corrections.hide if verb == "hide" else corrections.ask_to_open
        await work.writing(ask, person, hearing_id, what, now)
    elif verb in {"yes", "no"}:
        row = text_of(form, "correction", 40)
        await work.writing(corrections.decide, person, row, verb == "yes", now)
    else:
        await _request(request, hearing_id, verb, form, now)


async def _request(
    request: Request, hearing_id: str, verb: str, form: FormData, now: datetime
) -> None:
    work, person = context(request).work, actor(request)
    if verb == "request":
        await work.writing(
            correction_requests.file_request,
            person,
            hearing_id,
            text_of(form, "turn", 24),
            text_of(form, "asked_by", 64),
            text_of(form, "why", 1000),
            text_of(form, "wanted", 2000),
            now,
        )
    elif verb in {"accept", "refuse"}:
        row, said = text_of(form, "request", 40), text_of(form, "answer", 1000)
        await work.writing(
            correction_requests.decide_request, person, row, verb == "accept", said, now
        )
    else:
        raise InvalidInput


def _span(form: FormData) -> Span:
    """The stretch a form names. Raises InvalidInput."""
    try:
        start, end = float(text_of(form, "start", 20)), float(text_of(form, "end", 20))
        if not 0 <= start < end < 1e6:
            raise InvalidInput("须给出起止时间 / say from when to when")
    except ValueError as error:
        raise InvalidInput("须给出起止时间 / say from when to when") from error
    return Span(seconds(start), seconds(end))


def _role(text: str) -> Role | None:
    return Role(text) if text in set(Role) else None


async def _show(request: Request, *, problem: str = "", status: int = 200) -> Response:
    person, work = actor(request), context(request).work
    hearing_id = request.path_params["hearing_id"]
    view = await work.reading(transcript_pages.text_page, person, hearing_id, utc_now())
    numbers = [0, *(r.number for r in view.revisions)]
    old, new = number_asked(request, "old", -1), number_asked(request, "new", numbers[-1])
    changes: tuple[ChangeView, ...] = ()
    if old >= 0 and old in numbers and new in numbers:
        changes = await work.reading(transcript_pages.changes, person, hearing_id, old, new)
    words = words_of(request)
    values: Json = {
        "here": "hearings",
        "tab": "words",
        "text": view,
        "hearing": view.hearing,
        "numbers": numbers,
        "old": old,
        "new": new,
        "changes": changes,
        "formats": tuple(FORMATS),
        "roles": tuple(Role),
        "capacities": CAPACITIES,
        "start": seconds_asked(request),
        "may_sign": person.role in ALLOWED[Action.SIGN_TRANSCRIPT],
        "may_open": person.role in ALLOWED[Action.OPEN_LATER],
        "me": person.id,
        "strings": words.some("player.", "words.from"),
        "notice": done(request, "words_done"),
        "problem": problem,
    }
    return staff_page(request, "words.html", values, status)
