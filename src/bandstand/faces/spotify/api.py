"""Every route of the face."""

from typing import Any

from bandstand.faces.spotify import finding, me, music, playlists, saved

ROUTES: list[Any] = [*finding.ROUTES, *music.ROUTES, *playlists.ROUTES, *me.ROUTES, *saved.ROUTES]
