"""The ASGI app: segments to the bare handler, /api and /v1 to Litestar, everything else to the player."""

import hmac
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from litestar import Litestar, Request, Response
from litestar.concurrency import set_asyncio_executor
from litestar.datastructures import State
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bandstand import accounts
from bandstand.accounts.api import CSRF_HEADER, SESSION_COOKIE, csrf_token
from bandstand.app.errors import HANDLERS
from bandstand.app.health import check_engines
from bandstand.app.static import Player
from bandstand.app.wiring import App
from bandstand.platform.db import Tx
from bandstand.platform.engines import Engines
from bandstand.platform.errors import BandstandError, Forbidden, Unauthenticated
from bandstand.platform.http import ANYONE, SAFE, Who, get
from bandstand.platform.telemetry import Observed, registry, set_up_traces

# More threads than cores only queue inside the database (measured: design notes on thread hops).
THREADS = 8
Req = Request[Any, Any, Any]


def authenticate(tx: Tx, request: Req, who: Who, scopes: Sequence[str]) -> accounts.Principal | None:
    """Say who calls by bearer token or session cookie; a cookie on an unsafe method must come with its CSRF token."""
    app: Engines = request.app.state.engines
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    cookie = request.cookies.get(SESSION_COOKIE)
    token = bearer.strip() if scheme.lower() == "bearer" else None
    role = "listener" if who is ANYONE else who.value
    try:
        me = accounts.authenticate(tx, cookie=cookie, bearer=token, role=role, scopes=scopes, at=app.clock())
    except Unauthenticated:
        if who is ANYONE:
            return None
        raise
    if token is None and cookie and request.method not in SAFE:
        _refuse_forged(app, request, cookie)
    return me


def _refuse_forged(app: Engines, request: Req, cookie: str) -> None:
    sent = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(sent.encode(), csrf_token(app.secret, cookie).encode()):
        raise Forbidden("Send the csrf cookie back as X-CSRF-Token.", code="csrf")


@get("/healthz", who=ANYONE, include_in_schema=False)
def healthz() -> dict[str, str]:
    """Say that the process is alive."""
    return {"status": "alive"}


@get("/readyz", who=ANYONE, include_in_schema=False)
def readyz(app: Engines) -> Response[Any]:
    """Say whether every engine answers and the schema is current."""
    checks = check_engines(app)
    ready = all(c.is_ok for c in checks)
    body = {"status": "ready" if ready else "not ready", "checks": {c.name: c.message for c in checks}}
    return Response(body, status_code=200 if ready else 503)


@get("/metrics", who=ANYONE, include_in_schema=False)
def metrics() -> Response[bytes]:
    """Give Prometheus its figures."""
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


@get("/api/openapi.json", who=ANYONE, include_in_schema=False)
def openapi_json(request: Req) -> dict[str, Any]:
    """Describe every route."""
    return request.app.openapi_schema.to_schema()


def _openapi(version: str) -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Bandstand",
        version=version,
        path="/api/openapi",
        render_plugins=[JsonRenderPlugin(path="/schema.json")],
        components=Components(
            security_schemes={
                "session": SecurityScheme(type="apiKey", name=SESSION_COOKIE, security_scheme_in="cookie"),
                "bearer": SecurityScheme(type="http", scheme="bearer"),
            }
        ),
    )


def litestar_app(app: App) -> Litestar:
    """Make the Litestar part: every room's routes, the faces', and health."""
    set_asyncio_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="edge"))
    made = Litestar(
        route_handlers=[healthz, readyz, metrics, openapi_json, *app.routes],
        exception_handlers=HANDLERS,
        openapi_config=_openapi(app.engines.version),
        state=State({"engines": app.engines, "authenticate": authenticate}),
        signature_namespace={"Id": str},
    )
    _refuse_open_routes(made)
    return made


def _refuse_open_routes(made: Litestar) -> None:
    for route in made.routes:
        path = str(route.path)
        if path == "/api/openapi" or path.startswith("/api/openapi/"):
            continue  # the framework's own description of us
        for handler in getattr(route, "route_handlers", []):
            if "who" not in handler.opt and handler.http_methods != {"OPTIONS"}:
                raise BandstandError(f"{path} does not say who may call it")


def asgi_app(app: App) -> Any:
    """Make the whole ASGI app."""
    api = litestar_app(app)
    player = Player()
    media = app.media_handler

    async def dispatch(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await api(scope, receive, send)
            return
        path: str = scope["path"]
        if path.startswith("/media/"):
            await media(scope, receive, send)
        elif path.startswith(("/api/", "/v1/", "/healthz", "/readyz", "/metrics")) or path in {"/api", "/v1"}:
            await api(scope, receive, send)
        else:
            await player(scope, receive, send)

    return Observed(dispatch, set_up_traces(app.settings.otlp_endpoint, "bandstand"))
