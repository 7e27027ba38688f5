"""Saving, following, and what is saved."""

from collections.abc import Sequence
from datetime import datetime

from bandstand import accounts, catalogue
from bandstand.library import events
from bandstand.library.model import SAVED_KINDS, SavedPage
from bandstand.library.store import playlists as playlist_store
from bandstand.library.store import saved as store
from bandstand.platform.db import Tx
from bandstand.platform.errors import Invalid, NotFound
from bandstand.platform.ids import Id, is_id
from bandstand.platform.log import say


def save(tx: Tx, person: Id, kind: str, ids: Sequence[Id], at: datetime) -> None:
    """Save tracks or albums, follow artists or playlists. Saving twice keeps the first date.

    Raises NotFound, and saves nothing, when one of them is not there or not this person's to know of.
    """
    known = _known(tx, person, kind, ids)
    unknown = [item for item in ids if item not in known]
    if unknown:
        raise NotFound(f"There is no such {kind}: {', '.join(unknown[:5])}.", ids=unknown[:50])
    had = store.which_saved(tx, person, kind, ids)
    new = [item for item in dict.fromkeys(ids) if item not in had]
    store.save(tx, person, kind, new, at)
    pseudonym = accounts.pseudonym_of(tx, person)
    for item in new:
        say(tx, "rooms", events.item_saved(pseudonym, kind, item, at))


def unsave(tx: Tx, person: Id, kind: str, ids: Sequence[Id], at: datetime) -> None:
    """Remove what is saved; what is not saved stays so."""
    _check_kind(kind)
    had = store.which_saved(tx, person, kind, ids)
    if not had:
        return
    store.unsave(tx, person, kind, sorted(had))
    pseudonym = accounts.pseudonym_of(tx, person)
    for item in sorted(had):
        say(tx, "rooms", events.item_unsaved(pseudonym, kind, item, at))


def contains(tx: Tx, person: Id, kind: str, ids: Sequence[Id]) -> list[bool]:
    """Whether each of these is saved, in the order asked for."""
    _check_kind(kind)
    had = store.which_saved(tx, person, kind, ids)
    return [item in had for item in ids]


def list_saved(
    tx: Tx, person: Id, kind: str, *, limit: int = 20, offset: int = 0, cursor: str | None = None
) -> SavedPage:
    """What a person saved, newest first. `cursor` (or the id of the last one seen) goes before `offset`."""
    _check_kind(kind)
    return store.list_saved(tx, person, kind, limit, offset, cursor)


def followers(tx: Tx, kind: str, item: Id) -> int:
    """How many people saved or follow something."""
    _check_kind(kind)
    return store.count_followers(tx, kind, item) if is_id(item) else 0


def _check_kind(kind: str) -> None:
    if kind not in SAVED_KINDS:
        raise Invalid(f"{kind!r} cannot be saved; these can: {', '.join(SAVED_KINDS)}")


def _known(tx: Tx, person: Id, kind: str, ids: Sequence[Id]) -> set[Id]:
    _check_kind(kind)
    asked = [item for item in dict.fromkeys(ids) if is_id(item)]
    if kind == "track":
        return set(catalogue.get_tracks(tx, asked))
    if kind == "album":
        return set(catalogue.get_albums(tx, asked))
    if kind == "artist":
        return set(catalogue.get_artists(tx, asked))
    found = playlist_store.find_playlists(tx, asked).values()
    return {one.id for one in found if one.deleted_at is None and (one.is_public or one.owner == person)}
