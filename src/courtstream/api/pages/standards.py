"""Editions of the standard: see, compare, make a new one, try it on past hearings, release it."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from courtstream.api.context import actor, context
from courtstream.api.pages.account import text_of
from courtstream.api.pages.faults import error_text
from courtstream.api.pages.site import done, see, staff_page
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import CourtstreamError, InvalidInput, NotFound
from courtstream.services.scoring import mistakes, standards
from courtstream.services.scoring import switch as scoring_switch
from courtstream.services.scoring.standards import LONGEST

Json = dict[str, Any]


async def page(request: Request) -> Response:
    """All editions, and how often the system was wrong."""
    return await _show(request)


async def propose(request: Request) -> Response:
    """A new edition, from changed weights and thresholds or from a whole text."""
    async with request.form(max_files=0, max_fields=400) as form:
        try:
            version = await _propose(request, form)
        except CourtstreamError as error:
            base, text = text_of(form, "base", 64), text_of(form, "text", LONGEST)
            problem = error_text(request, error)
            shown = {"given": text, "problem": problem}
            return await _edition(request, base, shown, status=error.status)
    return see(f"/staff/standards/{version}?done=drafted")


async def edition(request: Request) -> Response:
    """One edition: its items, what it changes, and what it would have said of past hearings."""
    return await _edition(request, request.path_params["version"], {})


async def release(request: Request) -> Response:
    """Put an edition in force for all scores to come."""
    version = request.path_params["version"]
    try:
        await context(request).work.writing(standards.release, actor(request), version, utc_now())
    except CourtstreamError as error:
        shown = {"problem": error_text(request, error)}
        return await _edition(request, version, shown, status=error.status)
    return see(f"/staff/standards/{version}?done=released")


async def switch(request: Request) -> Response:
    """Switch scoring on or off for a court."""
    async with request.form(max_files=0, max_fields=5) as form:
        court, wanted = text_of(form, "court", 40), text_of(form, "on", 3) == "yes"
    try:
        await context(request).work.writing(
            scoring_switch.switch, actor(request), court, wanted, utc_now()
        )
    except CourtstreamError as error:
        return await _show(request, problem=error_text(request, error), status=error.status)
    return see("/staff/standards?done=switched")


async def _propose(request: Request, form: FormData) -> str:
    work, person = context(request).work, actor(request)
    base, version = text_of(form, "base", 64), text_of(form, "version", 31)
    text, note = text_of(form, "text", LONGEST), text_of(form, "note", 2000)
    if not text:
        weights = _numbers(form, "weight:")
        limits = _numbers(form, "limit:")
        text = await work.reading(standards.adjusted, base, version, weights, limits)
    made = await work.writing(standards.propose, person, text, note, base, utc_now())
    return made.version


def _numbers(form: FormData, prefix: str) -> dict[str, float]:
    """Fields that differ from what the page had shown, as numbers. Raises InvalidInput."""
    found: dict[str, float] = {}
    for key, value in form.multi_items():
        if not key.startswith(prefix) or not isinstance(value, str):
            continue
        name = key.removeprefix(prefix)
        if value.strip() == text_of(form, f"was:{key}", 20):
            continue
        try:
            found[name] = float(value)
        except ValueError:
            raise InvalidInput(f"{name[:30]}：须为数字 / must be a number") from None
    return found


async def _show(request: Request, *, problem: str = "", status: int = 200) -> Response:
    work, person = context(request).work, actor(request)
    values: Json = {
        "here": "standards",
        "editions": await work.reading(standards.editions, person),
        "errors": await work.reading(mistakes.counted),
        "courts": await work.reading(scoring_switch.courts, person),
        "notice": done(request, "standards_done"),
        "problem": problem,
    }
    return staff_page(request, "standards.html", values, status)


async def _edition(request: Request, version: str, shown: Json, status: int = 200) -> Response:
    work, person = context(request).work, actor(request)
    known = await work.reading(standards.editions, person)
    found = next((e for e in known if e.version == version), None)
    if found is None:
        raise NotFound
    base = found.based_on or _before(version, [e.version for e in known])
    standard = await work.reading(standards.standard_of, version)
    values: Json = {
        "here": "standards",
        "edition": found,
        "standard": standard,
        "limits": [
            (name, value)
            for name, value in standard.thresholds.items()
            if isinstance(value, int | float)
        ],
        "text": await work.reading(standards.text_of, version),
        "base": base,
        "changes": await work.reading(standards.changes, base, version) if base else (),
        "trial": await work.reading(standards.preview, person, version)
        if "try" in request.query_params
        else None,
        "given": "",
        "notice": done(request, "standards_done"),
    }
    return staff_page(request, "standard.html", {**values, **shown}, status)


def _before(version: str, versions: list[str]) -> str:
    """The edition before this one in the list, which is newest first."""
    place = versions.index(version)
    return versions[place + 1] if place + 1 < len(versions) else ""
