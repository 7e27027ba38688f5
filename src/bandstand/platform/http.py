"""One way to write a route: say who may call it, get a transaction and the person, return a record.

    @get("/api/things/{thing:str}", who=LISTENER)
    def thing(tx: Tx, me: Principal, thing: Id) -> ThingOut: ...

A handler is a plain synchronous function. By name it may ask for `tx` (a snapshot for GET and HEAD, a unit of work
that commits on return otherwise), `me` (who calls), `app` (`platform.engines.Engines`) and `request`; every other
parameter is Litestar's (path, query, `data`). Checking who calls, the transaction and the function run in one hop
to a worker thread. A handler without `tx` runs outside any transaction: for those that wait on the log or on media.
"""

import functools
import inspect
import typing
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, Protocol

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody, RawBody

from bandstand.platform.db import Tx
from bandstand.platform.engines import Engines

SAFE = frozenset({"GET", "HEAD"})


class Who(Enum):
    """The least somebody must be to call a route; an admin may call every one."""

    ANYONE = "anyone"
    LISTENER = "listener"
    ARTIST = "artist"
    STAFF = "staff"
    ADMIN = "admin"


ANYONE, LISTENER, ARTIST, STAFF, ADMIN = Who


class Authenticate(Protocol):
    """Handed in by the wiring: says who calls, or raises Unauthenticated or Forbidden."""

    def __call__(self, tx: Tx, request: Request[Any, Any, Any], who: Who, scopes: Sequence[str]) -> Any:
        """Give the principal, or None where `who` is ANYONE and nobody is signed in."""


def engines(request: Request[Any, Any, Any]) -> Engines:
    """Give the engines of the running process."""
    return typing.cast("Engines", request.app.state.engines)


def _source(name: str, hint: Any, paths: str) -> Any:
    """Say where a parameter comes from, so that routes need not: the body, the path or the query."""
    if typing.get_origin(hint) is typing.Annotated:
        return hint
    if name == "data":
        return JSONBody[hint]  # type: ignore[misc]
    if name == "body":
        return RawBody
    return FromPath[hint] if f"{{{name}:" in paths else FromQuery[hint]  # type: ignore[misc]


def _hints(fn: Callable[..., Any], paths: str) -> tuple[inspect.Signature, dict[str, Any]]:
    signature = inspect.signature(fn)
    hints = typing.get_type_hints(fn, include_extras=True)
    kept = [
        p.replace(
            annotation=_source(p.name, hints.get(p.name, Any), paths), kind=inspect.Parameter.KEYWORD_ONLY
        )
        for p in signature.parameters.values()
        if p.name not in {"tx", "me", "app", "request"}
    ]
    request = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request[Any, Any, Any])
    new = inspect.Signature([request, *kept], return_annotation=hints.get("return"))
    notes = {
        "request": Request[Any, Any, Any],
        **{p.name: p.annotation for p in kept},
        "return": hints.get("return"),
    }
    return new, notes


def _edge(
    fn: Callable[..., Any], *, paths: str, who: Who, scopes: Sequence[str], writes: bool
) -> Callable[..., Any]:
    wants = set(inspect.signature(fn).parameters)
    needs_person = who is not ANYONE or "me" in wants

    def work(request: Request[Any, Any, Any], given: dict[str, Any]) -> Any:
        app = engines(request)
        if "app" in wants:
            given["app"] = app
        if "request" in wants:
            given["request"] = request
        authenticate: Authenticate = request.app.state.authenticate
        if "tx" in wants:
            with app.db.begin() if writes else app.db.read() as tx:
                me = authenticate(tx, request, who, scopes) if needs_person else None
                return fn(tx=tx, **given, **({"me": me} if "me" in wants else {}))
        if needs_person:
            with app.db.read() as tx:
                me = authenticate(tx, request, who, scopes)
            if "me" in wants:
                given["me"] = me
        return fn(**given)

    @functools.wraps(fn)
    async def call(request: Request[Any, Any, Any], **given: Any) -> Any:
        return await sync_to_thread(work, request, given)

    signature, notes = _hints(fn, paths)
    call.__signature__ = signature  # type: ignore[attr-defined]
    call.__annotations__ = notes
    del call.__wrapped__
    return call


def route(
    method: str,
    path: str | list[str],
    *,
    who: Who,
    scopes: Sequence[str] = (),
    status_code: int | None = None,
    **options: Any,
) -> Callable[[Callable[..., Any]], HTTPRouteHandler]:
    """Make a Litestar handler that says who may call it."""

    def decorate(fn: Callable[..., Any]) -> HTTPRouteHandler:
        call = _edge(fn, paths=str(path), who=who, scopes=scopes, writes=method not in SAFE)
        opt = {"who": who, "scopes": tuple(scopes), **options.pop("opt", {})}
        handler = HTTPRouteHandler(
            path,
            http_method=method,  # type: ignore[arg-type]
            status_code=status_code,
            opt=opt,
            **options,
        )
        return handler(call)

    return decorate


get = functools.partial(route, "GET")
post = functools.partial(route, "POST")
put = functools.partial(route, "PUT")
patch = functools.partial(route, "PATCH")
delete = functools.partial(route, "DELETE")
