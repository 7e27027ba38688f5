"""Structured logs, Prometheus metrics, and traces when an OTLP endpoint is set."""

import logging
import os
import re
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

registry = CollectorRegistry()
requests_total = Counter(
    "bandstand_requests_total", "HTTP requests", ["area", "method", "status"], registry=registry
)
request_seconds = Histogram("bandstand_request_seconds", "Time to answer", ["area"], registry=registry)
log_lag = Gauge(
    "bandstand_log_lag_events", "Events a consumer has yet to hear", ["consumer"], registry=registry
)

_SECRET_KEYS = re.compile(r"password|secret|token|cookie|authorization|csrf", re.IGNORECASE)
_REQUEST_ID = re.compile(rb"[0-9A-Za-z._-]{1,64}")
_AREAS = ("/media", "/v1", "/api", "/rest")

Scope = MutableMapping[str, Any]
App = Callable[[Any, Any, Any], Awaitable[None]]


def _hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in event:
        if _SECRET_KEYS.search(key):
            event[key] = "***"
    return event


def set_up_logs(*, level: int = logging.INFO) -> None:
    """Log JSON lines to standard error, or for people when it is a terminal."""
    last: Any = (
        structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _hide_secrets,
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )


def set_up_traces(endpoint: str | None, service: str) -> Any:
    """Give a tracer that sends to `endpoint` (OTLP over HTTP), or None when traces are off."""
    if not endpoint:
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  (only when on)
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    return provider.get_tracer("bandstand")


def _area(path: str) -> str:
    return next((a[1:] for a in _AREAS if path.startswith(a)), "player")


class Observed:
    """ASGI: gives each request an id (or keeps the caller's), counts it, times it, logs it, traces it when on."""

    def __init__(self, inner: App, tracer: Any = None) -> None:
        self.inner = inner
        self.tracer = tracer
        self.log = structlog.get_logger("http")

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Pass a request on, observed."""
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        given = next((v for k, v in scope["headers"] if k == b"x-request-id"), b"")
        request_id = given.decode() if _REQUEST_ID.fullmatch(given) else os.urandom(8).hex()
        scope["bandstand.request_id"] = request_id
        status = 500
        started = time.perf_counter()

        async def watched(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (b"x-request-id", request_id.encode())]
            await send(message)

        span = self.tracer.start_span(f"{scope['method']} {_area(scope['path'])}") if self.tracer else None
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.inner(scope, receive, watched)
            finally:
                self._count(scope, status, time.perf_counter() - started, span)

    def _count(self, scope: Scope, status: int, seconds: float, span: Any) -> None:
        area = _area(scope["path"])
        requests_total.labels(area, scope["method"], str(status)).inc()
        request_seconds.labels(area).observe(seconds)
        if span is not None:
            span.set_attribute("http.response.status_code", status)
            span.set_attribute("request.id", scope["bandstand.request_id"])
            span.end()
        if area != "media" or status >= HTTPStatus.BAD_REQUEST:
            path = "/media/…" if area == "media" else scope["path"]
            self.log.info(
                "request", method=scope["method"], path=path, status=status, ms=round(seconds * 1000, 1)
            )
