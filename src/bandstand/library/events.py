"""What library says on topic `rooms`: things saved and unsaved, playlists changed. Plays are listening's to say."""

from datetime import datetime
from typing import Any, Final

from bandstand.library.model import Playlist
from bandstand.platform.ids import Id, new_id
from bandstand.platform.log import Event

ITEM_SAVED: Final = "item.saved"
ITEM_UNSAVED: Final = "item.unsaved"
PLAYLIST_CHANGED: Final = "playlist.changed"


def item_saved(person: str, kind: str, item: Id, at: datetime) -> Event:
    """A person (a pseudonym) saved or followed something."""
    return Event(new_id(at), ITEM_SAVED, at, person, {"kind": kind, "item": item})


def item_unsaved(person: str, kind: str, item: Id, at: datetime) -> Event:
    """A person removed something or follows it no more."""
    return Event(new_id(at), ITEM_UNSAVED, at, person, {"kind": kind, "item": item})


def playlist_changed(person: str, playlist: Playlist, at: datetime) -> Event:
    """A playlist has a new revision. Its words are told only where everybody may read them."""
    is_shown = playlist.is_public and playlist.deleted_at is None
    data: dict[str, Any] = {
        "playlist": playlist.id,
        "snapshot": playlist.snapshot_id,
        "revision": playlist.revision,
        "total": playlist.total,
        "is_public": playlist.is_public,
        "is_deleted": playlist.deleted_at is not None,
        "name": playlist.name if is_shown else None,
        "description": playlist.description if is_shown else None,
    }
    return Event(new_id(at), PLAYLIST_CHANGED, at, person, data)
