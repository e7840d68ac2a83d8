"""Errors as pages where a person asked for a page, as problem documents where a program did."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from courtstream.api import problems
from courtstream.api.context import sign_in_of
from courtstream.api.pages.site import pages_of
from courtstream.domain.errors import CourtstreamError, SignInNeeded

Handler = Callable[[Request], Awaitable[Response]]

_PROGRAMS = ("/api/", "/media/", "/assets/", "/openapi")


def wants_page(request: Request) -> bool:
    """Whether a person with a browser is behind the request."""
    if request.url.path.startswith(_PROGRAMS):
        return False
    return "text/html" in request.headers.get("accept", "")


def message_page(
    request: Request, status: int, detail: str = "", remedy: str = "", heading: str = ""
) -> Response:
    """A plain page that says what happened and leads back."""
    pages = pages_of(request)
    words = pages.words(request)
    key = f"message.{status}" if words.has(f"message.{status}") else "message.500"
    text = words(f"{key}_text") if words.has(f"{key}_text") else ""
    staff = request.url.path.startswith("/staff")
    context = {"heading": heading or words(key), "text": detail or text, "remedy": remedy}
    return pages.respond(
        request,
        "message.html",
        context,
        sign_in=sign_in_of(request),
        staff=staff,
        status=status,
    )


def error_text(request: Request, error: CourtstreamError) -> str:
    """The error's sentence and detail in the page's language."""
    english = pages_of(request).language(request) == "en"
    sentence = error.message if english else error.zh
    remedy = pick(error.remedy, english)
    detail = pick(error.detail, english)
    return " ".join(piece for piece in (sentence, detail, remedy) if piece)


def pick(text: str, english: bool) -> str:
    """One half of a `中文 / English` sentence; the whole when it has no two halves."""
    chinese, mark, other = text.partition(" / ")
    return (other if english else chinese) if mark else text


async def on_error(request: Request, error: Exception) -> Response:
    """Handler of CourtstreamError: sign in first, a message page, or a problem document."""
    assert isinstance(error, CourtstreamError)
    if not wants_page(request):
        return await problems.on_error(request, error)
    if isinstance(error, SignInNeeded):
        back = request.url.path if request.method == "GET" else "/staff"
        return RedirectResponse(f"/sign-in?next={quote(back)}", 303)
    english = pages_of(request).language(request) == "en"
    known = error.status in {403, 404, 410}
    heading = "" if known else (error.message if english else error.zh)
    return message_page(
        request,
        error.status,
        pick(error.detail, english),
        pick(error.remedy, english),
        heading,
    )


async def on_http(request: Request, error: Exception) -> Response:
    """Handler of Starlette's own exceptions."""
    assert isinstance(error, HTTPException)
    if not wants_page(request):
        return await problems.on_http(request, error)
    return message_page(request, error.status_code)


async def on_crash(request: Request, error: Exception) -> Response:
    """Handler of everything else; the log line is written by the problem handler."""
    answer = await problems.on_crash(request, error)
    return message_page(request, 500) if wants_page(request) else answer
