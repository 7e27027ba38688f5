"""Privacy under /api."""

from typing import Any

from bandstand.platform.db import Tx
from bandstand.platform.engines import Engines
from bandstand.platform.http import ADMIN, LISTENER, delete, get
from bandstand.privacy import service


@get("/api/me/export", who=LISTENER)
def export_me(tx: Tx, me: Any, app: Engines) -> dict[str, Any]:
    """Give everything Bandstand knows of the caller, by room."""
    return service.export_person(tx, app.services["privacy"], me.id)


@delete("/api/me", who=LISTENER, status_code=204)
def erase_me(tx: Tx, me: Any, app: Engines) -> None:
    """Erase the caller's account and what every room keeps of them."""
    service.erase_person(tx, app.services["privacy"], me.id)


@delete("/api/people/{person:str}", who=ADMIN, status_code=204)
def erase_somebody(tx: Tx, app: Engines, person: str) -> None:
    """Erase somebody else's account."""
    service.erase_person(tx, app.services["privacy"], person)


ROUTES = [export_me, erase_me, erase_somebody]
