"""Whether the platform lives, whether it can serve, and its figures."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from courtstream.api.context import context
from courtstream.domain.clock import utc_now
from courtstream.telemetry.metrics import render


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
    """GET /metrics: Prometheus text."""
    platform = context(request)
    body = render(platform.board, platform.hub.viewers(), utc_now())
    return Response(body, media_type=CONTENT_TYPE_LATEST)


async def _database(request: Request) -> bool:
    def ask(session: Session) -> None:
        session.execute(text("SELECT 1"))

    try:
        await context(request).work.reading(ask)
    except SQLAlchemyError:
        return False
    return True
