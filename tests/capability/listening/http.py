"""Rooms' routes over HTTP without the rest of the program: somebody is always signed in."""

from typing import Any

from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.testing import TestClient

from bandstand import accounts
from bandstand.platform import objects
from bandstand.platform.engines import Engines
from bandstand.platform.errors import BandstandError
from tests.capability.listening.world import World


def client_of(world: World, me: accounts.Principal, routes: list[Any]) -> TestClient[Litestar]:
    """A client of these routes, signed in as `me`."""
    store = objects.open_objects(f"file://{world.folder / 'objects'}")
    engines = Engines(world.db, world.log, store, world.folder, b"0" * 32, clock=world.clock)

    def explain(_: Request[Any, Any, Any], error: BandstandError) -> Response[dict[str, str]]:
        return Response({"code": error.code}, status_code=error.status)

    app = Litestar(
        routes,
        state=State({"engines": engines, "authenticate": lambda _tx, _request, _who, _scopes: me}),
        exception_handlers={BandstandError: explain},
    )
    return TestClient(app)


def principal(world: World, name: str) -> accounts.Principal:
    """Somebody new, as a route sees them."""
    person, pseudonym = world.person(name)
    return accounts.Principal(person, name, frozenset({"listener"}), pseudonym, "US", "free", "UTC", "en")
