"""Whether the platform lives, whether it can serve, and its figures."""

from __future__ import annotations

from hmac import compare_digest
from ipaddress import ip_address

from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import text
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from courtstream.api.context import context
from courtstream.control.memory import in_use
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import DatabaseAway, Forbidden
from courtstream.services.public import hearings as public_hearings
from courtstream.telemetry.metrics import render

_PROXIED = ("x-forwarded-for", "x-real-ip", "forwarded", "via")


async def healthz(request: Request) -> JSONResponse:
    """GET /healthz: the process answers."""
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> JSONResponse:
    """GET /readyz: database and bus answer and workers are heard; else 503 and what is not so."""
    platform = context(request)
    checks = {"database": await _database(request)}
    if platform.bus is not None:
        checks["bus"] = platform.bus.connected
    if platform.listening is not None:
        checks["listening"] = platform.listening
    ready = all(checks.values())
    status = "ready" if ready else "not_ready"
    return JSONResponse({"status": status, "checks": checks}, 200 if ready else 503)


async def metrics(request: Request) -> Response:
    """GET /metrics: Prometheus text, for this machine or with the token. Raises Forbidden."""
    platform = context(request)
    if not (_from_here(request) or _has_token(request, platform.settings.web.metrics_token)):
        raise Forbidden("只限本机访问，或凭令牌 / from this machine only, or with the token")
    running = [beat.hearing_id for beat, _ in platform.board.beats()]
    named = await platform.work.reading(public_hearings.known_to_the_public, running)
    body = render(platform.board, platform.hub.viewers(), utc_now(), named, in_use() or 0)
    return Response(body, media_type=CONTENT_TYPE_LATEST)


def _from_here(request: Request) -> bool:
    """Whether a program of this machine asks for itself; a proxy asks for somebody else."""
    if request.client is None or any(name in request.headers for name in _PROXIED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _has_token(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "")
    return bool(token) and compare_digest(given.encode(), f"Bearer {token}".encode())


async def _database(request: Request) -> bool:
    def ask(session: Session) -> None:
        session.execute(text("SELECT 1"))

    try:
        await context(request).work.reading(ask)
    except DatabaseAway:
        return False
    return True
