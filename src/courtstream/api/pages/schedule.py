"""The schedule: the list, one new hearing by form, many by file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from courtstream.api.context import actor, context
from courtstream.api.pages.account import may_see, text_of
from courtstream.api.pages.faults import error_text, pick
from courtstream.api.pages.site import Json, number_asked, pages_of, see, staff_page, words_of
from courtstream.auth.policy import Action
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import CourtstreamError, InvalidInput
from courtstream.domain.trial import Procedure, Role
from courtstream.services.docket import choices, importing, listing, schedule, sheet_values
from courtstream.services.docket.choices import Choices
from courtstream.services.docket.importing import ImportRefused
from courtstream.services.docket.schedule import NewHearing, NewParticipant
from courtstream.services.views import ImportReport

FIELDS = (
    "case_number",
    "cause",
    "title",
    "courtroom_id",
    "procedure",
    "scheduled_start",
    "judge_id",
    "plaintiff",
    "defendant",
    "delay",
    "closure_codes",
)
_COLUMNS = {"start": "scheduled_start", "judges": "judge_id", "courtroom": "courtroom_id"}
"""Fields of the form by the names the scheduling service uses."""

LARGEST_FILE = 5_000_000


async def page(request: Request) -> Response:
    """The list with the forms."""
    return await _show(request)


async def create(request: Request) -> Response:
    """Schedule one hearing, or show the form again with what is wrong."""
    async with request.form(max_files=0, max_fields=30) as sent:
        form = {name: text_of(sent, name, 300) for name in FIELDS}
    try:
        new = await _new(request, form)
        await context(request).work.writing(schedule.schedule, actor(request), new, utc_now())
    except InvalidInput as error:
        return await _show(request, form=form, errors=_by_field(request, error), status=422)
    except CourtstreamError as error:
        text = error_text(request, error)
        return await _show(request, form=form, problem=text, status=error.status)
    return see("/staff/hearings?done=saved")


async def upload(request: Request) -> Response:
    """Import a file: all rows or none, faults by row and column."""
    async with request.form(max_files=1, max_fields=5) as form:
        file = form.get("file")
        data = await file.read(LARGEST_FILE + 1) if isinstance(file, UploadFile) else b""
    words = words_of(request)
    if not data or len(data) > LARGEST_FILE:
        return await _show(request, problem=words("import.unusable"), status=422)
    work = context(request).work
    try:
        report = await work.writing(importing.import_hearings, actor(request), data, utc_now())
    except ImportRefused as refused:
        return await _show(request, report=refused.report, status=422)
    except CourtstreamError as error:
        return await _show(request, problem=error_text(request, error), status=error.status)
    return see(f"/staff/hearings?imported={len(report.hearing_ids)}")


async def _choices(request: Request, court_id: str = "") -> Choices:
    """What the form offers in a court; the one asked for, else the person's own."""
    asked = court_id or request.query_params.get("court", "")[:40]
    return await context(request).work.reading(choices.choices, actor(request), asked)


async def _new(request: Request, form: Mapping[str, str]) -> NewHearing:
    """The form as a hearing. Raises InvalidInput naming the fields."""
    offered = await _choices(request)
    room = next((r for r in offered.courtrooms if r.id == form["courtroom_id"]), None)
    judge = next((j for j in offered.judges if j.id == form["judge_id"]), None)
    start, delay = _instant(form["scheduled_start"]), _seconds(form["delay"])
    good = {
        "courtroom_id": room is not None,
        "judge_id": judge is not None,
        "procedure": form["procedure"] in set(Procedure),
        "scheduled_start": start is not None,
        "delay": delay is not None,
        "case_number": bool(form["case_number"]),
        "cause": bool(form["cause"]),
    }
    if room is None or judge is None or start is None or delay is None or not all(good.values()):
        raise InvalidInput(faults=[name for name, fine in good.items() if not fine])
    return NewHearing(
        court=room.court_name,
        courtroom=room.name,
        case_number=form["case_number"],
        cause=form["cause"],
        title=form["title"],
        procedure=Procedure(form["procedure"]),
        start=start,
        judges=(judge.name,),
        delay=delay,
        closure_codes=sheet_values.codes(";".join(form["closure_codes"].split())),
        participants=tuple(_parties(form)),
    )


def _parties(form: Mapping[str, str]) -> list[NewParticipant]:
    named = ((Role.PLAINTIFF, form["plaintiff"]), (Role.DEFENDANT, form["defendant"]))
    return [NewParticipant(role, name) for role, name in named if name]


def _instant(text: str) -> datetime | None:
    try:
        return sheet_values.instant(text)
    except ValueError:
        return None


def _seconds(text: str) -> float | None:
    if not text:
        return 10.0
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 6.0 <= value <= 30.0 else None


def _by_field(request: Request, error: InvalidInput) -> dict[str, str]:
    """What is wrong by field of the form, in the page's language."""
    words = words_of(request)
    english = words.language == "en"
    found: dict[str, str] = {}
    for piece in error.detail.split("; "):
        column, mark, text = piece.partition(": ")
        if mark:
            found[_COLUMNS.get(column, column)] = pick(text, english)
    named = error.facts.get("faults")
    for column in map(str, named if isinstance(named, list) else []):
        found.setdefault(_COLUMNS.get(column, column), words("form.fault"))
    return found


async def _show(
    request: Request,
    *,
    form: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    report: ImportReport | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    person, work, words = actor(request), context(request).work, words_of(request)
    may_schedule = may_see(person, Action.SCHEDULE)
    page_number = number_asked(request, "page")
    values: Json = {
        "here": "hearings",
        "listing": await work.reading(listing.staff_hearings, person, page_number),
        "may_schedule": may_schedule,
        "form": form or {},
        "errors": errors or {},
        "loose_errors": [t for f, t in (errors or {}).items() if f not in FIELDS],
        "choices": await _choices(request) if may_schedule else None,
        "procedures": list(Procedure),
        "report": report,
        "notice": _notice(request),
        "problem": problem or (words("schedule.failed") if errors else ""),
    }
    return staff_page(request, "hearings.html", values, status)


def _notice(request: Request) -> str:
    words = pages_of(request).words(request)
    if request.query_params.get("done") == "saved":
        return words("schedule.saved")
    imported = number_asked(request, "imported", 0)
    return words("import.done", n=imported) if imported else ""
