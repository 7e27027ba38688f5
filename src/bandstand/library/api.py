"""Library's part of `/api`: what Spotify has no word for, undo above all."""

from typing import Final

import msgspec
from litestar.params import FromPath

from bandstand import accounts
from bandstand.library.service import playlists
from bandstand.platform.db import Tx
from bandstand.platform.engines import Engines
from bandstand.platform.http import LISTENER, delete, post
from bandstand.platform.ids import Id

_MAY_EDIT: Final = ("playlist-modify-public", "playlist-modify-private")


class SnapshotOut(msgspec.Struct):
    """The revision a playlist has now."""

    snapshot_id: Id


@post("/api/playlists/{playlist:str}/undo", who=LISTENER, scopes=_MAY_EDIT, status_code=200)
def undo_edit(tx: Tx, me: accounts.Principal, app: Engines, playlist: FromPath[Id]) -> SnapshotOut:
    """Take back the last edit of a playlist."""
    return SnapshotOut(playlists.undo(tx, me.id, playlist, app.clock()).snapshot_id)


@delete("/api/playlists/{playlist:str}", who=LISTENER, scopes=_MAY_EDIT, status_code=204)
def delete_playlist(tx: Tx, me: accounts.Principal, app: Engines, playlist: FromPath[Id]) -> None:
    """Delete a playlist; it can be restored."""
    playlists.delete_playlist(tx, me.id, playlist, app.clock())


@post("/api/playlists/{playlist:str}/restore", who=LISTENER, scopes=_MAY_EDIT, status_code=200)
def restore_playlist(tx: Tx, me: accounts.Principal, app: Engines, playlist: FromPath[Id]) -> SnapshotOut:
    """Bring a deleted playlist back."""
    return SnapshotOut(playlists.restore_playlist(tx, me.id, playlist, app.clock()).snapshot_id)


ROUTES: Final = [undo_edit, delete_playlist, restore_playlist]
