"""Calling every room's export and erasure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bandstand.platform.db import Tx
from bandstand.platform.ids import Id


@dataclass(frozen=True)
class Room:
    """What a room hands in about persons."""

    name: str
    export_person: Callable[[Tx, Id], dict[str, Any]]
    erase_person: Callable[[Tx, Id], None]


def export_person(tx: Tx, rooms: Sequence[Room], person: Id) -> dict[str, Any]:
    """Give all that every room knows of a person, by room."""
    return {room.name: room.export_person(tx, person) for room in rooms}


def erase_person(tx: Tx, rooms: Sequence[Room], person: Id) -> None:
    """Have every room forget a person; `rooms` is in the order of the house from the top, so accounts comes last."""
    for room in rooms:
        room.erase_person(tx, person)
