"""The second step of signing in: the code, or setting up what makes codes."""

from __future__ import annotations

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from courtstream.api import session, sign_on
from courtstream.api.context import context, half_of
from courtstream.api.pages.account import DESK, onward, text_of
from courtstream.api.pages.site import Json, local_address, pages_of, see, words_of
from courtstream.auth import factors
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import CourtstreamError, SecondFactorFailed, TooManyAttempts
from courtstream.services.people import second_factor, sessions
from courtstream.services.views import SignIn


async def code_form(request: Request) -> Response:
    """Ask for the code."""
    half = half_of(request)
    if half is None or half.stage != sessions.SECOND:
        return see("/sign-in")
    return _page(request, half, "sign_in_code.html", {"next": _following(request)})


async def code(request: Request) -> Response:
    """Take the code; the sign-in goes on under a new token."""
    half = half_of(request)
    if half is None or half.stage != sessions.SECOND:
        return see("/sign-in")
    given, following = await _given(request)
    try:
        entered = await session.prove(request, half, given)
    except (SecondFactorFailed, TooManyAttempts) as error:
        return _again(request, half, "sign_in_code.html", error, {"next": following})
    return onward(request, entered, following)


async def enrol_form(request: Request) -> Response:
    """The picture to scan, for who may not go on without a second factor."""
    half = half_of(request)
    if half is None or half.stage != sessions.ENROL:
        return see("/sign-in")
    values = await scanned(request, half)
    return _page(request, half, "sign_in_enrol.html", {**values, "next": _following(request)})


async def enrol(request: Request) -> Response:
    """The first code sets it up; the recovery codes are shown this once."""
    half = half_of(request)
    if half is None or half.stage != sessions.ENROL:
        return see("/sign-in")
    given, following = await _given(request)
    platform = context(request)
    try:
        platform.attempts.note(f"code {half.user.id}", session.address_of(request))
        codes = await platform.work.writing(
            second_factor.confirm, half.user, given, platform.settings, utc_now()
        )
    except CourtstreamError as error:
        values = {**await scanned(request, half), "next": following}
        return _again(request, half, "sign_in_enrol.html", error, values)
    entered = await session.begin(request, half.user.id, "totp", proven=True)
    response = pages_of(request).respond(
        request,
        "recovery_codes.html",
        {"codes": codes, "next": following},
        sign_in=entered.sign_in,
        staff=True,
    )
    session.set_cookie(request, response, entered.token)
    return response


async def sso(request: Request) -> Response:
    """To the sign-on service."""
    try:
        return await sign_on.start(request)
    except CourtstreamError:
        return see("/sign-in?sso=failed")


async def sso_back(request: Request) -> Response:
    """Back from it."""
    try:
        entered, following = await sign_on.back(request)
    except CourtstreamError:
        response: Response = see("/sign-in?sso=failed")
    else:
        response = onward(request, entered, local_address(following, DESK))
    sign_on.forget(response)
    return response


async def scanned(request: Request, half: SignIn) -> Json:
    """What an authenticator app needs: a picture, and the secret for typing."""
    platform = context(request)
    secret = await platform.work.writing(
        second_factor.prepare, half.user, platform.settings, utc_now()
    )
    words = words_of(request)
    text = factors.address(secret, half.user.login, words("site.name"))
    groups = " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))
    return {"qr": Markup(factors.qr_svg(text)), "secret": groups}


async def _given(request: Request) -> tuple[str, str]:
    async with request.form(max_files=0, max_fields=10) as form:
        return text_of(form, "code", 40), local_address(text_of(form, "next"), DESK)


def _following(request: Request) -> str:
    return local_address(request.query_params.get("next", ""), DESK)


def _again(
    request: Request, half: SignIn, template: str, error: CourtstreamError, values: Json
) -> Response:
    words = words_of(request)
    key = "sign_in.too_many" if isinstance(error, TooManyAttempts) else "factor.failed"
    return _page(request, half, template, {**values, "error": words(key)}, error.status)


def _page(
    request: Request, half: SignIn, template: str, values: Json, status: int = 200
) -> Response:
    shared: Json = {"error": "", "who": half.user.name}
    return pages_of(request).respond(
        request, template, {**shared, **values}, staff=True, status=status, csrf=half.csrf
    )
