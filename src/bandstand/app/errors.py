"""Turning errors into answers: problem+json (RFC 9457) under /api, Spotify's error object under /v1."""

from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from bandstand.platform.errors import BandstandError, Invalid, TooMany, Unavailable

log = structlog.get_logger("http")
Req = Request[Any, Any, Any]


def _answer(request: Req, status: int, code: str, message: str, details: dict[str, Any]) -> Response[Any]:
    headers = {"cache-control": "no-store"}
    if (wait := details.pop("retry_after_s", None)) is not None:
        headers["retry-after"] = str(wait)
    if status == HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = "Bearer"
    path = request.url.path
    if path.startswith("/v1"):
        body: dict[str, Any] = {"error": {"status": status, "message": message}}
        return Response(body, status_code=status, headers=headers, media_type="application/json")
    body = {
        "type": "about:blank",
        "title": code.replace("_", " "),
        "status": status,
        "code": code,
        "detail": message,
    }
    body |= {k: v for k, v in details.items() if isinstance(v, str | int | float | list | dict | None)}
    body["request_id"] = request.scope.get("bandstand.request_id", "")
    return Response(body, status_code=status, headers=headers, media_type="application/problem+json")


def on_bandstand_error(request: Req, error: BandstandError) -> Response[Any]:
    """Answer an error a room raised."""
    details = dict(error.details)
    if isinstance(error, TooMany | Unavailable):
        details["retry_after_s"] = error.retry_after_s
    status = error.status
    if isinstance(error, Invalid) and request.url.path.startswith("/v1"):
        status = 400
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error(
            "request_failed", code=error.code, path=request.url.path, reason=str(details.get("reason", ""))
        )
    return _answer(request, status, error.code, error.message, details)


def on_http_error(request: Req, error: HTTPException) -> Response[Any]:
    """Answer what the framework found wrong: no such route, a body of the wrong shape."""
    codes = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}
    message = {404: "There is nothing at this address.", 405: "This address does not take that method."}.get(
        error.status_code, str(error.detail)
    )
    details: dict[str, Any] = {}
    if isinstance(error.extra, list):
        details["problems"] = error.extra
        first = error.extra[0] if error.extra else None
        if isinstance(first, dict) and first.get("message"):
            message = f"{first.get('key') or 'body'}: {first['message']}"
    return _answer(request, error.status_code, codes.get(error.status_code, "bad_request"), message, details)


def on_decode_error(request: Req, error: msgspec.MsgspecError) -> Response[Any]:
    """Answer a body that is no JSON or of the wrong shape."""
    return _answer(request, 400, "bad_request", str(error), {})


def on_unexpected(request: Req, error: Exception) -> Response[Any]:
    """Answer a bug: say nothing of the inside, log everything with the request's id."""
    log.error("request_broke", path=request.url.path, exc_info=error)
    return _answer(
        request, 500, "internal", "Something broke here. The log has it under this request id.", {}
    )


HANDLERS: Any = {
    BandstandError: on_bandstand_error,
    HTTPException: on_http_error,
    msgspec.MsgspecError: on_decode_error,
    Exception: on_unexpected,
}
