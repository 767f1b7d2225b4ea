"""Traces of requests and their stages, sent to an OpenTelemetry collector over OTLP/HTTP; the extra `traces`."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import Token
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from indexer.errors import SettingError

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span, Tracer

_PATH = "/v1/traces"


class Tracing:
    """Makes spans and sends them in batches, from a thread of its own; what cannot be sent is logged and left out.

    Raises SettingError for an endpoint that is no address, or where the packages are not installed.
    """

    def __init__(self, endpoint: str) -> None:
        address = urlsplit(endpoint)
        if address.scheme not in {"http", "https"} or not address.hostname:
            raise SettingError(
                f"COUNCIL_OTEL_ENDPOINT {endpoint}: is no address; give that of a collector, http://127.0.0.1:4318"
            )
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError as error:
            raise SettingError(
                "COUNCIL_OTEL_ENDPOINT: traces need packages that are not installed; install them with: "
                "pip install 'council-search[traces]', or leave the setting out"
            ) from error
        named = endpoint if address.path.strip("/") else endpoint.rstrip("/") + _PATH
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": "council-search", "service.version": version("council-search")})
        )
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=named)))
        self._tracer = self._provider.get_tracer("service")

    def request(self, method: str, headers: Mapping[str, str]) -> RequestSpans:
        """The span of a request that begins, under the caller's where `headers` have a `traceparent`."""
        return RequestSpans(self._tracer, method, headers)

    def close(self) -> None:
        """Send what is left, and end."""
        self._provider.shutdown()


class RequestSpans:
    """A request's span, and those of its stages under it."""

    def __init__(self, tracer: Tracer, method: str, headers: Mapping[str, str]) -> None:
        from opentelemetry import context, trace
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._tracer, self._context, self._trace = tracer, context, trace
        caller = TraceContextTextMapPropagator().extract(headers, context=context.Context())
        self._span = tracer.start_span(method, context=caller, kind=trace.SpanKind.SERVER)
        # In the task of the request: the threads that it starts take it over, and it ends with the task.
        context.attach(trace.set_span_in_context(self._span, caller))

    def begin(self, stage: str) -> tuple[Span, Token[Context]]:
        """The span of a stage, under the one that is open."""
        span = self._tracer.start_span(stage)
        return span, self._context.attach(self._trace.set_span_in_context(span))

    def end(self, begun: tuple[Span, Token[Context]]) -> None:
        """End a stage's span."""
        span, token = begun
        self._context.detach(token)
        span.end()

    def finish(self, name: str, status: int, attributes: Mapping[str, Any]) -> None:
        """End the request's span under its final name."""
        self._span.update_name(name)
        self._span.set_attributes({key: value for key, value in attributes.items() if value is not None})
        if status >= 500:
            self._span.set_status(self._trace.Status(self._trace.StatusCode.ERROR))
        self._span.end()
