"""A collector gets routes and answers, and nothing of what people looked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from courtstream.api.middleware import RequestId
from courtstream.api.tracing import Traced
from courtstream.telemetry.traces import Traces, traces_to


@contextmanager
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """An OTLP/HTTP collector on loopback that keeps what it is sent."""
    bodies: list[bytes] = []

    class Receive(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Receive)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/traces", bodies
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def site(traces: Traces) -> TestClient:
    async def answer(request: Request) -> PlainTextResponse:
        return PlainTextResponse("ok", 202)

    app = Starlette(
        routes=[Route("/courts/{court}", answer)],
        middleware=[Middleware(Traced, traces=traces), Middleware(RequestId)],
    )
    return TestClient(app)


def test_a_span_says_the_route_and_the_answer_but_not_the_address() -> None:
    with collector() as (endpoint, bodies):
        traces = traces_to(endpoint, "node-7")
        with site(traces) as client:
            client.get("/courts/JL0102?q=沈乐瑶", headers={"x-request-id": "q_12345678"})
            client.get("/no/such/place/13800000000")
        traces.close()
        sent = b"".join(bodies)
    for word in (b"GET /courts/{court}", b"q_12345678", b"node-7", b"(no route)"):
        assert word in sent, word
    for word in ("JL0102", "沈乐瑶", "%E6%B2%88", "13800000000"):
        assert word.encode() not in sent, word


def test_without_a_collector_nothing_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.sdk.trace", None)
    with site(traces_to("", "node-7")) as client:
        assert client.get("/courts/JL0102").status_code == 202
