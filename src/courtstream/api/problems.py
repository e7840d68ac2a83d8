"""Errors as RFC 9457 problems, with the sentence in Chinese and English and what to do."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import structlog
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from courtstream.domain.errors import CourtstreamError
from courtstream.services.docket.importing import ImportRefused

log = structlog.get_logger(__name__)

RETRY_AFTER = "2"
"""Seconds a program should wait where something is away for the moment."""

_HTTP = {
    404: ("not_found", "未找到"),
    405: ("method_not_allowed", "不支持该请求方法"),
    413: ("too_large", "内容过大"),
}


def problem(
    status: int, code: str, zh: str, en: str, remedy: str = "", **more: Any
) -> JSONResponse:
    """One problem document."""
    body = {"type": f"urn:courtstream:{code}", "title": en, "title_zh": zh, "status": status}
    body |= {"code": code, "remedy": remedy, **more}
    return JSONResponse(body, status, media_type="application/problem+json")


def of_error(error: CourtstreamError) -> JSONResponse:
    """One of ours."""
    more: dict[str, Any] = {"detail": error.detail} if error.detail else {}
    if isinstance(error, ImportRefused):
        more["errors"] = [asdict(e) for e in error.report.errors]
    answer = problem(error.status, error.code, error.zh, error.message, error.remedy, **more)
    if error.status == 503:
        answer.headers["Retry-After"] = RETRY_AFTER
    return answer


def of_validation(error: ValidationError) -> JSONResponse:
    """A body or query that is not what the schema says; values are not repeated."""
    faults = [
        {"field": ".".join(str(p) for p in e["loc"]), "message": e["msg"]} for e in error.errors()
    ]
    return problem(422, "invalid_input", "输入有误", "The input cannot be used.", errors=faults)


async def on_error(request: Request, error: Exception) -> Response:
    """Handler of CourtstreamError."""
    assert isinstance(error, CourtstreamError)
    return of_error(error)


async def on_validation(request: Request, error: Exception) -> Response:
    """Handler of pydantic's ValidationError."""
    assert isinstance(error, ValidationError)
    return of_validation(error)


async def on_http(request: Request, error: Exception) -> Response:
    """Handler of Starlette's own exceptions."""
    assert isinstance(error, HTTPException)
    code, zh = _HTTP.get(error.status_code, ("http_error", "请求未能完成"))
    return problem(error.status_code, code, zh, error.detail)


async def on_crash(request: Request, error: Exception) -> Response:
    """Handler of everything else: the log gets the type, the caller nothing of the inside."""
    log.error("request failed", error=type(error).__name__, exc_info=error)
    return problem(500, "error", "系统出现错误", "Something went wrong.")
