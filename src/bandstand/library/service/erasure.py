"""What a person may take along, and have erased."""

from typing import Any

from bandstand.library.store import playlists as playlist_store
from bandstand.library.store import plays as play_store
from bandstand.platform.db import Tx
from bandstand.platform.ids import Id


def export_person(tx: Tx, person: Id) -> dict[str, Any]:
    """Everything library keeps about a person."""
    lists = [
        {"playlist": playlist, "items": playlist_store.read_items(tx, playlist.id)}
        for playlist in playlist_store.owned_by(tx, person)
    ]
    return {**play_store.rows_of(tx, person), "library_playlists": lists}


def erase_person(tx: Tx, person: Id) -> None:
    """Delete everything library keeps about a person, and their playlists from others' libraries."""
    playlist_store.erase_playlists(tx, person)
    play_store.erase_rows(tx, person)
