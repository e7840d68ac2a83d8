"""Plain ASGI around every request: an id, security headers, who is signed in, CSRF."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from courtstream.api.context import context, half_of, sign_in_of
from courtstream.api.pages import faults
from courtstream.api.problems import of_error, problem
from courtstream.api.session import is_secure, present
from courtstream.auth.tokens import same
from courtstream.domain.errors import CsrfFailed, DatabaseAway
from courtstream.domain.ids import new_id

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST_BODY = 6_000_000
BY_KEY = ("/whip", "/whep")
"""Addresses where a key in the request says everything and no cookie is looked at."""

_NOBODY = ("/media/", "/assets/", "/whip", "/whep/", "/healthz", "/readyz", "/metrics")
_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")
_BEGIN = ("/sign-in", "/api/v1/session")
"""Where a sign-in begins anew, whoever was signed in before: the password is the proof."""

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

HEADERS: Sequence[tuple[str, str]] = (
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
)
"""Put on every response that does not bring its own; pages bring their own policy."""


class RequestId:
    """Gives every request an id, in the log and in the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Bind the id to the log for the time of the request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _ID.fullmatch(given) else new_id("q")

        async def with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request=request_id):
            await self.app(scope, receive, with_id)


class SecurityHeaders:
    """Strict headers wherever the handler has not set stricter or wider ones itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add what is missing when the response starts."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS:
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):  # no cache may guess how long it is true
                    headers.setdefault("Cache-Control", "private, no-cache")
                if is_secure(HTTPConnection(scope)):
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


class SignedIn:
    """Resolves the cookie or token. Media, assets and probes need nobody: they cost no query."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put the sign-in on the scope. Where nobody can say whose it is, nobody gets in."""
        if scope["type"] == "http" and not scope["path"].startswith(_NOBODY):
            scope["courtstream.sign_in"] = None
            try:
                scope["courtstream.sign_in"] = await present(HTTPConnection(scope))
            except DatabaseAway as error:
                answer = await faults.on_error(Request(scope, receive), error)
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)


class Csrf:
    """Unsafe methods of a signed-in person need the sign-in's own token.

    It comes in the header `X-CSRF-Token` or in the form field `csrf`. Where nobody is signed in
    (the sign-in form) a browser that says the request comes from elsewhere is turned away. A
    program's token is sent by the program itself, never by a browser on its own.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, then hand the untouched body on."""
        if scope["type"] != "http" or scope["method"] in SAFE or by_key(scope["path"]):
            await self.app(scope, receive, send)
            return
        body = await _read(receive)
        if body is None:
            response = problem(413, "too_large", "内容过大", "The body is too large.")
            await response(scope, receive, send)
            return
        if not await _trusted(scope, body):
            await of_error(CsrfFailed())(scope, receive, send)
            return
        await self.app(scope, _replay(body, receive), send)


def by_key(path: str) -> bool:
    """Whether this address knows no sign-in, so that no page can misuse one."""
    return path in BY_KEY or path.startswith(tuple(f"{prefix}/" for prefix in BY_KEY))


async def _read(receive: Receive) -> bytes | None:
    """The whole body, None when it is larger than anything we take."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LARGEST_BODY:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)


async def _trusted(scope: Scope, body: bytes) -> bool:
    headers, connection = Headers(scope=scope), HTTPConnection(scope)
    if not _from_here(connection):
        return False
    found = sign_in_of(connection) or half_of(connection)
    begins = scope["method"] == "POST" and scope["path"] in _BEGIN
    if found is None or found.scopes is not None or begins:
        return True
    given = headers.get("x-csrf-token", "")
    if not given and headers.get("content-type", "").startswith(_FORMS):
        async with Request(scope, _replay(body, _nothing)).form() as form:
            field = form.get("csrf")
            given = field if isinstance(field, str) else ""
    return same(given, found.csrf)


def _from_here(connection: HTTPConnection) -> bool:
    """Whether the browser says so (Fetch Metadata); older ones: by the Origin, if they give it."""
    headers = connection.headers
    told = headers.get("sec-fetch-site")
    if told is not None:
        return told in {"same-origin", "none"}
    origin = headers.get("origin")
    base = context(connection).settings.web.base_url
    ours = {headers.get("host", "").lower(), urlsplit(base).netloc.lower()}
    return origin is None or urlsplit(origin).netloc.lower() in ours - {""}


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once and then whatever comes (the disconnect)."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return pending.pop() if pending else await receive()

    return again


async def _nothing() -> Message:
    return {"type": "http.disconnect"}
