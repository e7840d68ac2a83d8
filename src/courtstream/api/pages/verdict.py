"""宣判公开: the editor's page with the masking check, the public's page, the list of judgments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from courtstream.api.context import actor, context
from courtstream.api.pages.account import text_of
from courtstream.api.pages.faults import error_text
from courtstream.api.pages.site import (
    Json,
    done,
    number_asked,
    public_page,
    see,
    staff_page,
)
from courtstream.api.pages.wording import local
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import CourtstreamError, InvalidInput
from courtstream.rules.judgment import Hidden
from courtstream.services.docket import sheet_values
from courtstream.services.verdicts import desk as verdict_desk
from courtstream.services.verdicts import editing as verdict_editing
from courtstream.services.verdicts import judgment_list
from courtstream.services.verdicts import page as verdict_page
from courtstream.services.verdicts.editing import VerdictForm


async def page(request: Request) -> Response:
    """The verdict as it stands."""
    return await _show(request)


async def act(request: Request) -> Response:
    """Save, publish, or list as not published."""
    hearing_id = request.path_params["hearing_id"]
    async with request.form(max_files=0, max_fields=30) as form:
        verb = text_of(form, "act", 20)
        try:
            await _act(request, hearing_id, verb, form, utc_now())
        except CourtstreamError as error:
            return await _show(request, problem=error_text(request, error), status=error.status)
    return see(f"/staff/hearings/{hearing_id}/verdict?done={verb}")


async def _act(request: Request, hearing_id: str, verb: str, form: FormData, now: datetime) -> None:
    work, person = context(request).work, actor(request)
    if verb == "save":
        await work.writing(verdict_editing.save, person, hearing_id, _form(form), now)
    elif verb == "publish":
        accepted = text_of(form, "accepted", 5) == "yes"
        await work.writing(verdict_editing.publish, person, hearing_id, now, accepted=accepted)
    elif verb == "not_publish":
        code, reason = text_of(form, "code", 32), text_of(form, "reason", 300)
        await work.writing(verdict_editing.do_not_publish, person, hearing_id, code, reason, now)
    else:
        raise InvalidInput


def _form(form: FormData) -> VerdictForm:
    at = text_of(form, "announced_at", 40)
    try:
        announced = sheet_values.instant(at) if at else None
    except ValueError:
        raise InvalidInput("宣判时间有误 / the time of the announcement is wrong") from None
    return VerdictForm(
        title=text_of(form, "title", 100),
        announced_at=announced,
        operative=text_of(form, "operative", 20_001),
        appeal=text_of(form, "appeal", 500),
        source=text_of(form, "source", verdict_editing.LONGEST + 1),
        keep=_lines(text_of(form, "keep", 4000)),
        hide=_lines(text_of(form, "hide", 4000)),
        clip_id=text_of(form, "clip", 40),
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def pieces(text: str, hidden: tuple[Hidden, ...]) -> Iterator[tuple[str, Hidden | None]]:
    """The source cut into what stays and what is hidden, for showing both."""
    at = 0
    for each in hidden:
        yield text[at : each.start], None
        yield text[each.start : each.end], each
        at = each.end
    yield text[at:], None


async def _show(request: Request, *, problem: str = "", status: int = 200) -> Response:
    person, work = actor(request), context(request).work
    desk = await work.reading(verdict_desk.desk, person, request.path_params["hearing_id"])
    form = desk.form
    at = local(form.announced_at).strftime("%Y-%m-%dT%H:%M") if form.announced_at else ""
    values: Json = {
        "here": "hearings",
        "desk": desk,
        "hearing": desk.card,
        "form": form,
        "announced": at,
        "pieces": list(pieces(f"{form.operative}\n\n{form.source}", desk.hidden)),
        "notice": done(request, "verdict_done"),
        "problem": problem,
    }
    return staff_page(request, "verdict_desk.html", values, status)


async def public(request: Request) -> Response:
    """GET /verdict/{hearing_id}: the verdict, also after a closed hearing."""
    work = context(request).work
    view = await work.reading(verdict_page.page, request.path_params["hearing_id"])
    values: Json = {"view": view, "card": view.card, "mode": "verdict", "modes": view.modes}
    return public_page(request, "verdict.html", values)


async def listing(request: Request) -> Response:
    """GET /judgments: published, and not published with the reason."""
    court = request.query_params.get("court", "")[:40]
    found = await context(request).work.reading(
        judgment_list.listing, number_asked(request, "page"), court
    )
    return public_page(
        request, "judgments.html", {"here": "judgments", "found": found, "court": court}
    )
