"""Shelves: what is shown to whom, why, and how likely it was. Pure: randomness is passed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from bandstand.platform.ids import Id

SHELF_LENGTH: Final = 12
FIXED: Final = 1.0
"""The propensity of what a policy always shows."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing on a shelf, with the probability that its policy shows it, given what there was to choose from."""

    kind: str
    id: Id
    propensity: float = FIXED


@dataclass(frozen=True, slots=True)
class Shelf:
    """A row of things chosen for a person by a policy; `reason` says it to them."""

    id: str
    title: str
    reason: str
    policy: str
    propensity: float
    items: tuple[Item, ...]


def fixed(kind: str, ids: Sequence[Id], length: int = SHELF_LENGTH) -> tuple[Item, ...]:
    """The first of a ranking, each once, always shown."""
    return tuple(Item(kind, one) for one in list(dict.fromkeys(ids))[:length])


def drawn(kind: str, ids: Sequence[Id], pick: Random, length: int = SHELF_LENGTH) -> tuple[Item, ...]:
    """A uniform draw without repeats: each of n is shown with probability length / n."""
    pool = list(dict.fromkeys(ids))
    count = min(length, len(pool))
    return tuple(Item(kind, one, count / len(pool)) for one in pick.sample(pool, count))


def interleaved(lists: Sequence[Sequence[Id]], length: int = SHELF_LENGTH) -> list[Id]:
    """One of each list in turn, each id once."""
    order: dict[Id, None] = {}
    for depth in range(max((len(one) for one in lists), default=0)):
        for one in lists:
            if depth < len(one):
                order.setdefault(one[depth])
    return list(order)[:length]
