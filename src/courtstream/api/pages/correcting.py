"""Correcting or rescheduling a hearing by form."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from courtstream.api.context import actor, context
from courtstream.api.pages.account import text_of
from courtstream.api.pages.faults import error_text, pick
from courtstream.api.pages.site import Json, see, staff_page, words_of
from courtstream.api.pages.wording import local
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import CourtstreamError, InvalidInput
from courtstream.services.docket import choices, correcting, sheet_values
from courtstream.services.docket.choices import Choices
from courtstream.services.docket.correcting import Correction, Standing

FIELDS = ("title", "start", "end", "courtroom_id", "judge_id", "delay", "begin")


async def page(request: Request) -> Response:
    """The form with what stands."""
    return await _show(request)


async def save(request: Request) -> Response:
    """Change the hearing, or show the form again with what is wrong."""
    hearing_id = request.path_params["hearing_id"]
    async with request.form(max_files=0, max_fields=20) as sent:
        form = {name: text_of(sent, name, 300) for name in FIELDS}
    try:
        change = await _change(request, form)
        await context(request).work.writing(
            correcting.correct, actor(request), hearing_id, change, utc_now()
        )
    except InvalidInput as error:
        return await _show(request, form=form, errors=_by_field(request, error), status=422)
    except CourtstreamError as error:
        text = error_text(request, error)
        return await _show(request, form=form, problem=text, status=error.status)
    return see(f"/staff/hearings/{hearing_id}/correct?done=saved")


async def _change(request: Request, form: Mapping[str, str]) -> Correction:
    """What the form changes: a field left as it stands is no change. Raises InvalidInput."""
    now = await _standing(request)
    stands = _form(now)
    fresh = {name: text for name, text in form.items() if text and text != stands[name]}
    try:
        return Correction(
            title=fresh.get("title"),
            start=sheet_values.instant(fresh["start"]) if "start" in fresh else None,
            end=sheet_values.instant(fresh["end"]) if "end" in fresh else None,
            courtroom_id=fresh.get("courtroom_id"),
            judge_ids=_bench(now, fresh["judge_id"]) if "judge_id" in fresh else None,
            delay=float(fresh["delay"]) if "delay" in fresh else None,
            begin=fresh.get("begin"),
        )
    except ValueError as error:
        raise InvalidInput from error


def _bench(now: Standing, presiding: str) -> tuple[str, ...]:
    """The bench with another presiding judge; the other seats stay as they are."""
    others = (judge.id for judge in now.card.judges[1:] if judge.id != presiding)
    return (presiding, *others)


async def _standing(request: Request) -> Standing:
    hearing_id = request.path_params["hearing_id"]
    return await context(request).work.reading(correcting.standing, actor(request), hearing_id)


def _form(now: Standing) -> dict[str, str]:
    card = now.card
    return {
        "title": card.title,
        "start": local(card.scheduled_start).strftime("%Y-%m-%dT%H:%M"),
        "end": local(now.end).strftime("%Y-%m-%dT%H:%M"),
        "courtroom_id": card.courtroom_id,
        "judge_id": card.judges[0].id if card.judges else "",
        "delay": f"{now.policy.delay:g}",
        "begin": now.policy.start,
    }


def _by_field(request: Request, error: InvalidInput) -> dict[str, str]:
    english = words_of(request).language == "en"
    found = {}
    for piece in error.detail.split("; "):
        column, mark, text = piece.partition(": ")
        if mark:
            found[column] = pick(text, english)
    return found


async def _choices(request: Request, court_id: str) -> Choices:
    return await context(request).work.reading(choices.choices, actor(request), court_id)


async def _show(
    request: Request,
    *,
    form: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    now = await _standing(request)
    words = words_of(request)
    values: Json = {
        "card": now.card,
        "form": form or _form(now),
        "errors": errors or {},
        "open": now.open,
        "notice": words("correct.saved") if request.query_params.get("done") == "saved" else "",
        "problem": problem or (words("schedule.failed") if errors else ""),
        "here": "hearings",
        "choices": await _choices(request, now.card.court_id),
    }
    return staff_page(request, "correct.html", values, status)
