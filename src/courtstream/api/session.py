"""Who is behind a request: the cookie of a sign-in, or the token of a program."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from courtstream.api.context import context, half_of, sign_in_of
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import SecondFactorFailed, SignInFailed
from courtstream.services.people import accounts, api_tokens, second_factor, sessions
from courtstream.services.views import SignIn

COOKIE = "cs_session"
HOST_COOKIE = f"__Host-{COOKIE}"
"""Over HTTPS: the prefix keeps other hosts of the domain from setting it (RFC 6265bis)."""

_BROWSERS = ("Edg", "Firefox", "Chrome", "Safari")
_SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux")


@dataclass(frozen=True, slots=True)
class Entered:
    """A sign-in begun, and the token that goes into `set_cookie`."""

    sign_in: SignIn
    token: str


async def enter(request: Request, login: str, password: str) -> Entered:
    """Begin a sign-in by password. Raises SignInFailed, TooManyAttempts."""
    platform = context(request)
    platform.attempts.note(login, address_of(request))
    try:
        user_id = await platform.work.reading(accounts.checked, login, password)
    except SignInFailed:
        platform.later(platform.work.writing(
            accounts.failed, login, "sign_in_failed", utc_now()
        ))  # fmt: skip
        raise
    platform.attempts.forgive(login)
    if await platform.work.reading(accounts.outdated, user_id):
        await platform.work.writing(accounts.rehash, user_id, password)
    return await begin(request, user_id, "password")


async def begin(
    request: Request, user_id: str, how: str, *, proven: bool = False, id_token: str = ""
) -> Entered:
    """A new sign-in under a new token; what the browser had before is over."""
    platform, now = context(request), utc_now()
    for former in (sign_in_of(request), half_of(request)):
        if former is not None and former.scopes is None:
            ended = await platform.work.writing(sessions.end, former.session_id, now)
            id_token = id_token or (ended if former.user.id == user_id else "")
    device = device_of(request.headers.get("user-agent", ""))
    made, token = await platform.work.writing(
        sessions.begin, user_id, how, device, platform.settings, now,
        proven=proven, id_token=id_token,
    )  # fmt: skip
    return Entered(made, token)


async def prove(request: Request, half: SignIn, code: str) -> Entered:
    """Take the second factor of a sign-in that waits for it.

    Raises SecondFactorFailed, TooManyAttempts.
    """
    platform = context(request)
    platform.attempts.note(f"code {half.user.id}", address_of(request))
    try:
        how = await platform.work.writing(
            second_factor.check, half.user.id, code, platform.settings, utc_now()
        )
    except SecondFactorFailed:
        platform.later(platform.work.writing(
            accounts.failed, half.user.login, "second_factor_failed", utc_now()
        ))  # fmt: skip
        raise
    platform.attempts.forgive(f"code {half.user.id}")
    return await begin(request, half.user.id, how, proven=True)


async def leave(request: Request) -> str:
    """End the present sign-in, if any; the identity token it was begun with, if any."""
    ended = ""
    for found in (sign_in_of(request), half_of(request)):
        if found is not None and found.scopes is None:
            ended = await context(request).work.writing(sessions.end, found.session_id, utc_now())
    return ended


async def present(connection: HTTPConnection) -> SignIn | None:
    """Who the request's cookie or token belongs to now; use is noted once a minute.

    A token in `Authorization` is looked at before the cookie, and alone.
    """
    platform, now = context(connection), utc_now()
    scheme, _, secret = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        found = await platform.work.reading(api_tokens.resolve, secret.strip(), now)
        if found is not None and found.stale:
            await platform.work.writing(api_tokens.used, found.session_id, now)
        return found
    token = connection.cookies.get(cookie_name(connection))
    if not token:
        return None
    found = await platform.work.reading(sessions.signed_in, token, now)
    if found is not None and found.stale:
        await platform.work.writing(sessions.touch, found.session_id, platform.settings, now)
    return found


async def still_in(request: Request) -> bool:
    """Whether the one who opened a stream may go on looking."""
    found = await present(request)
    return found is not None and found.stage == sessions.FULL


def cookie_name(connection: HTTPConnection) -> str:
    """The cookie's name: bound to the host where the site is served over HTTPS."""
    return HOST_COOKIE if is_secure(connection) else COOKIE


def set_cookie(request: Request, response: Response, token: str) -> None:
    """Hand the token to the browser, out of reach of scripts."""
    response.set_cookie(
        cookie_name(request),
        token,
        max_age=int(context(request).settings.web.session_hours * 3600),
        path="/",
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
    )


def clear_cookie(request: Request, response: Response) -> None:
    """Take the token away."""
    response.delete_cookie(
        cookie_name(request), path="/", httponly=True, samesite="lax", secure=is_secure(request)
    )


def address_of(connection: HTTPConnection) -> str:
    """The peer's address, for counting only: it is neither logged nor kept."""
    return connection.client.host if connection.client else ""


def device_of(user_agent: str) -> str:
    """The browser and system a person recognises, nothing more of the header."""
    browser = next((name for name in _BROWSERS if re.search(rf"\b{name}", user_agent)), "")
    system = next((name for name in _SYSTEMS if name in user_agent), "")
    return " · ".join(piece for piece in (browser.replace("Edg", "Edge"), system) if piece)


def is_secure(connection: HTTPConnection) -> bool:
    """Whether cookies may only travel over HTTPS."""
    web = context(connection).settings.web
    return web.secure_cookies or connection.url.scheme == "https"
