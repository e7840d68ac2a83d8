"""Traces of requests for OpenTelemetry, where the site wants them (extra `traces`).

A span is named by its route's pattern and carries the method, the answer and the request's id.
Addresses and queries stay out: what people search for may be somebody's name. That is also why the
ready-made instrumentation, which records whole URLs, is not used.
Source: OpenTelemetry semantic conventions for HTTP spans.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Protocol

from courtstream.domain.errors import ExtraMissing

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider


class Span(Protocol):
    """What a request may say about itself."""

    def update_name(self, name: str) -> None:
        """Name it when its route is known."""

    def set_attribute(self, key: str, value: str | int) -> None:
        """A fact about it."""


class Traces:
    """Spans for an OTLP collector; without an endpoint every span is nothing at all."""

    def __init__(self, provider: TracerProvider | None = None) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("courtstream") if provider else None

    def request(self, method: str) -> AbstractContextManager[Span | None]:
        """The span of one request while it is answered."""
        if self._tracer is None:
            return nullcontext()
        from opentelemetry.trace import SpanKind

        return self._tracer.start_as_current_span(method, kind=SpanKind.SERVER)

    def close(self) -> None:
        """Send what waits."""
        if self._provider is not None:
            self._provider.shutdown()


def traces_to(endpoint: str, node: str) -> Traces:
    """Traces sent to an OTLP/HTTP collector (`http://host:4318/v1/traces`); none where empty.

    Raises ExtraMissing when the extra is not installed.
    """
    if not endpoint:
        return Traces()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise ExtraMissing("traces") from error
    resource = Resource.create({"service.name": "courtstream", "service.instance.id": node})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    return Traces(provider)
