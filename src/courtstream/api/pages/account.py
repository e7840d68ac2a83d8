"""Signing in and out, and the desk staff come to."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from courtstream.api import session, sign_on
from courtstream.api.context import actor, context, sign_in_of
from courtstream.api.pages.site import (
    Json,
    local_address,
    number_asked,
    pages_of,
    see,
    staff_page,
    words_of,
)
from courtstream.auth.policy import ALLOWED, Action
from courtstream.domain.clock import court_day, utc_now
from courtstream.domain.errors import SignInFailed, TooManyAttempts
from courtstream.services.courtroom import courtrooms
from courtstream.services.docket import listing
from courtstream.services.people import sessions
from courtstream.services.supervision import performance
from courtstream.services.views import UserView

DESK = "/staff"


async def sign_in_form(request: Request) -> Response:
    """The form; who is signed in already goes on."""
    following = local_address(request.query_params.get("next", ""), DESK)
    if sign_in_of(request) is not None:
        return see(following)
    error = words_of(request)("sign_in.sso_failed") if "sso" in request.query_params else ""
    return _form(request, {"error": error, "login": "", "next": following})


async def sign_in(request: Request) -> Response:
    """Check the password. The answer is the same whether account or password was wrong."""
    async with request.form(max_files=0, max_fields=10) as form:
        login, password = text_of(form, "login"), text_of(form, "password")
        following = local_address(text_of(form, "next"), DESK)
    words = words_of(request)
    try:
        entered = await session.enter(request, login, password)
    except SignInFailed:
        failed = {"error": words("sign_in.failed"), "login": login, "next": following}
        return _form(request, failed, 401)
    except TooManyAttempts:
        slow = {"error": words("sign_in.too_many"), "login": login, "next": following}
        return _form(request, slow, 429)
    return onward(request, entered, following)


def onward(request: Request, entered: session.Entered, following: str) -> Response:
    """To the page asked for, or to the second factor that still stands before it."""
    stage = entered.sign_in.stage
    steps = {sessions.SECOND: "/sign-in/code", sessions.ENROL: "/sign-in/enrol"}
    step = steps.get(stage)
    response = see(f"{step}?{urlencode({'next': following})}" if step else following)
    session.set_cookie(request, response, entered.token)
    return response


async def sign_out(request: Request) -> Response:
    """End the sign-in, here and at the sign-on service, and go to the public front page."""
    id_token = await session.leave(request)
    elsewhere = await sign_on.logout_address(request, id_token) if id_token else ""
    response = see(elsewhere or "/")
    session.clear_cookie(request, response)
    return response


async def desk(request: Request) -> Response:
    """Courtrooms and today's hearings within the person's reach."""
    person, work, now = actor(request), context(request).work, utc_now()
    name = request.query_params.get("name", "").strip()[:40]
    listed = await work.reading(listing.staff_hearings, person)
    today = [c for c in listed.cards if court_day(c.scheduled_start) == court_day(now)]
    values: Json = {
        "here": "staff",
        "own": await work.reading(performance.own, person, now) if person.judge_id else None,
        "courtrooms": None,
        "judge_list": None,
        "judge_name": name,
        "today": sorted(today, key=lambda c: c.scheduled_start),
    }
    if may_see(person, Action.SEE_COURTROOM):
        values["courtrooms"] = await work.reading(
            courtrooms.courtrooms, person, now, number_asked(request, "rooms")
        )
    if person.judge_id is None and may_see(person, Action.SEE_PERFORMANCE):
        values["judge_list"] = await work.reading(
            performance.judges, person, name, number_asked(request, "page")
        )
    return staff_page(request, "staff_home.html", values)


def may_see(person: UserView, action: Action) -> bool:
    """Whether the role has the action anywhere at all; the services check where."""
    return person.role in ALLOWED[action]


def text_of(form: FormData, name: str, longest: int = 1000) -> str:
    """A text field of a form, trimmed; empty when absent or a file."""
    value = form.get(name)
    return value.strip()[:longest] if isinstance(value, str) else ""


def _form(request: Request, values: Json, status: int = 200) -> Response:
    asked = context(request).settings.access.sign_on
    named = {"sign_on": bool(asked.issuer), "sign_on_label": asked.label}
    return pages_of(request).respond(
        request, "sign_in.html", {**named, **values}, staff=True, status=status, csrf=""
    )
