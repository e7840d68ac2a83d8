"""A span around every request, for the collector of an operator who wants traces."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from courtstream.telemetry.traces import Span, Traces

UNKNOWN = "(no route)"


class Traced:
    """Names each request's span by its route's pattern once it is answered."""

    def __init__(self, app: ASGIApp, traces: Traces) -> None:
        self.app = app
        self.traces = traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Open the span, hand on, close it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with self.traces.request(scope["method"]) as span:
            if span is None:
                await self.app(scope, receive, send)
                return
            await self.app(scope, receive, _noting(span, scope, send))


def _noting(span: Span, scope: Scope, send: Send) -> Send:
    async def noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            _describe(span, scope, message)
        await send(message)

    return noting


def _describe(span: Span, scope: Scope, start: Message) -> None:
    route = scope.get("route")
    pattern = route.path if isinstance(route, Route | Mount) else UNKNOWN
    span.update_name(f"{scope['method']} {pattern}")
    span.set_attribute("http.request.method", scope["method"])
    span.set_attribute("http.route", pattern)
    span.set_attribute("http.response.status_code", start["status"])
    span.set_attribute("courtstream.request", Headers(raw=start["headers"]).get("x-request-id", ""))
