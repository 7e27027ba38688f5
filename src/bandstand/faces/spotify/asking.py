"""What several of the face's routes need of the rooms: popularity, names, full objects for lists of records."""

import math
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bandstand import accounts, catalogue, library
from bandstand.faces.spotify import shapes
from bandstand.faces.spotify.wire import Json, Req, Site, Window, paging
from bandstand.platform.db import Tx
from bandstand.platform.engines import Engines
from bandstand.platform.ids import Id

POPULAR_DAYS: Final = 90
POPULAR_KEPT: Final = 5000
POPULAR_FOR: Final = timedelta(seconds=60)
ALBUM_PAGE: Final = Window(50, 0)
SERVICE: Final = "faces.popular"


@dataclass
class Popular:
    """How often each track was played lately, counted anew at most once a minute."""

    plays: dict[Id, int] = field(default_factory=dict)
    counted_at: datetime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def refreshed(self, tx: Tx, at: datetime) -> dict[Id, int]:
        """The plays by track."""
        with self.lock:
            if self.counted_at is None or not timedelta(0) <= at - self.counted_at < POPULAR_FOR:
                since = at - timedelta(days=POPULAR_DAYS)
                self.plays = dict(library.popular(tx, since=since, limit=POPULAR_KEPT))
                self.counted_at = at
            return self.plays


def plays_of(tx: Tx, app: Engines) -> dict[Id, int]:
    """Plays by track over the last 90 days, of the tracks played most."""
    popular: Popular = app.services.setdefault(SERVICE, Popular())
    return popular.refreshed(tx, app.clock())


def popularity_of(tx: Tx, app: Engines) -> dict[Id, int]:
    """Popularity from 0 to 100 by track, as Spotify has it: relative to what is played most here."""
    plays = plays_of(tx, app)
    most = math.log1p(max(plays.values(), default=0)) or 1.0
    return {track: round(100 * math.log1p(count) / most) for track, count in plays.items()}


def names_of(tx: Tx, people: Iterable[Id]) -> dict[Id, str | None]:
    """The names of the owners of playlists."""
    return {person: accounts.name_of(tx, person) for person in dict.fromkeys(people)}


def artist_objects(tx: Tx, site: Site, artists: Sequence[catalogue.Artist]) -> list[Json]:
    """ArtistObjects; one alone is told with its followers, in lists they are not counted."""
    if len(artists) == 1:
        return [shapes.full_artist(site, artists[0], library.followers(tx, "artist", artists[0].id))]
    return [shapes.full_artist(site, a, 0) for a in artists]


def album_objects(request: Req, tx: Tx, site: Site, albums: Sequence[catalogue.Album]) -> dict[Id, Json]:
    """AlbumObjects by id, each with the first page of its tracks."""
    made = {}
    for album in albums:
        tracks = catalogue.album_tracks(tx, album.id)
        shown = [shapes.simple_track(site, t) for t in tracks[: ALBUM_PAGE.limit]]
        page = paging(request, site, shown, len(tracks), ALBUM_PAGE, path=f"albums/{album.id}/tracks")
        made[album.id] = shapes.full_album(site, album, page)
    return made


def playlist_objects(tx: Tx, site: Site, playlists: Sequence[library.Playlist]) -> list[Json]:
    """SimplifiedPlaylistObjects."""
    names = names_of(tx, (p.owner for p in playlists))
    return [shapes.simple_playlist(site, p, names.get(p.owner), []) for p in playlists]


def in_order(ids: Sequence[Id], found: Mapping[Id, Json]) -> list[Json | None]:
    """Batch answers: in the order asked for, null for what is not there."""
    return [found.get(i) for i in ids]
