"""The cookie of a sign-in: set, cleared, and resolved on every request."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from courtstream.api.context import context, sign_in_of
from courtstream.domain.clock import utc_now
from courtstream.services import accounts
from courtstream.services.views import SignIn

COOKIE = "cs_session"


async def enter(request: Request, login: str, password: str) -> tuple[SignIn, str]:
    """Sign in; the second value goes into `set_cookie`. Raises SignInFailed, TooManyAttempts."""
    platform = context(request)
    platform.attempts.note(login, request.client.host if request.client else "")
    hours = platform.settings.web.session_hours
    user_id = await platform.work.reading(accounts.checked, login, password)
    entered = await platform.work.writing(
        accounts.begin_sign_in, user_id, password, hours, utc_now()
    )
    platform.attempts.forgive(login)
    return entered


async def leave(request: Request) -> None:
    """End the present sign-in, if any."""
    sign_in = sign_in_of(request)
    if sign_in is not None:
        await context(request).work.writing(accounts.sign_out, sign_in.session_id, utc_now())


def set_cookie(request: Request, response: Response, token: str) -> None:
    """Hand the token to the browser, out of reach of scripts."""
    web = context(request).settings.web
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(web.session_hours * 3600),
        path="/",
        httponly=True,
        samesite="lax",
        secure=web.secure_cookies or request.url.scheme == "https",
    )


def clear_cookie(response: Response) -> None:
    """Take the token away."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
