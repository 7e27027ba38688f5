"""Searching, and what of the tables goes into the index."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bandstand import catalogue
from bandstand.platform.db import Tx
from bandstand.platform.ids import Id
from bandstand.search.model import KINDS, POPULARITY_MAX, Document, Found, Hits, Kind, read_query
from bandstand.search.query import find
from bandstand.search.store import Folder, Writer, key_of

PAGE: Final = 500
HALF_POPULAR: Final = 50
"""Plays that give half of the popularity scale on a small server; the scale is logarithmic."""


def _nobody_plays(_tx: Tx, _tracks: Sequence[Id]) -> dict[Id, int]:
    return {}


def _no_playlists(_tx: Tx, _changed: Mapping[Id, str | None] | None) -> list[Document]:
    return []


@dataclass(frozen=True)
class Feeds:
    """What the wiring hands in from rooms that search may not know.

    `plays(tx, track_ids)` gives how often each was played; `playlists(tx, changed)` the documents of those
    playlists that exist (all of them for None), with `seen_by` saying who may find them. `changed` maps a
    playlist to the pseudonym under which its change was told.
    """

    plays: Callable[[Tx, Sequence[Id]], dict[Id, int]] = _nobody_plays
    playlists: Callable[[Tx, Mapping[Id, str | None] | None], Iterable[Document]] = _no_playlists


@dataclass
class Searcher:
    """Answers queries from the index in a folder. `services["search"]`."""

    path: Path
    folder: Folder = field(init=False)

    def __post_init__(self) -> None:
        """Know the folder; it need not exist yet."""
        self.folder = Folder(self.path)

    def search(
        self,
        query: str,
        kinds: Sequence[Kind] = KINDS,
        *,
        person: Id | None = None,
        limit: int = 20,
        offset: int = 0,
    ) -> Found:
        """Find things of each kind. Any text is a query: what cannot match finds nothing."""
        asked = read_query(query)
        searcher = self.folder.searcher()
        if searcher is None or asked.is_empty:
            return Found({kind: Hits() for kind in kinds})
        by_kind = {kind: find(searcher, asked, kind, person, limit, offset) for kind in kinds}
        heads = [hits.items[0] for hits in by_kind.values() if hits.items] if offset == 0 else []
        return Found(
            by_kind, max(heads, key=lambda h: h.score + (1.0 if h.kind == "artist" else 0.0), default=None)
        )

    def is_ready(self) -> bool:
        """Whether there is an index to answer from."""
        return self.folder.searcher() is not None


def popularity(plays: int) -> int:
    """Plays as 0 to POPULARITY_MAX."""
    return min(POPULARITY_MAX, round(POPULARITY_MAX / 2 * math.log1p(plays) / math.log1p(HALF_POPULAR)))


def _track_document(track: catalogue.Track, plays: int) -> Document:
    return Document(
        "track",
        track.id,
        track.title,
        artist=catalogue.join_credits(track.artists),
        album=track.album.title,
        genres=track.genres,
        year=track.album.year or 0,
        isrc=track.isrc,
        popularity=popularity(plays),
    )


def _album_document(album: catalogue.Album) -> Document:
    return Document(
        "album",
        album.id,
        album.title,
        artist=catalogue.join_credits(album.artists),
        genres=album.genres,
        year=album.year or 0,
        barcode=album.barcode,
    )


def put_tracks(writer: Writer, tx: Tx, feeds: Feeds, tracks: Sequence[catalogue.Track]) -> int:
    """Put tracks that are here in, and drop those that are not."""
    plays = feeds.plays(tx, [t.id for t in tracks])
    writer.drop(key_of("track", t.id) for t in tracks if t.is_missing)
    return writer.put(_track_document(t, plays.get(t.id, 0)) for t in tracks if not t.is_missing)


def put_albums(writer: Writer, albums: Iterable[catalogue.Album]) -> int:
    """Put albums in, and drop those with nothing left to play."""
    listed = list(albums)
    writer.drop(key_of("album", a.id) for a in listed if a.is_missing)
    return writer.put(_album_document(a) for a in listed if not a.is_missing)


def put_artists(writer: Writer, artists: Iterable[catalogue.Artist]) -> int:
    """Put artists in, and drop those no track or album names."""
    listed = list(artists)
    writer.drop(key_of("artist", a.id) for a in listed if not (a.track_count or a.album_count))
    shown = (a for a in listed if a.track_count or a.album_count)
    return writer.put(Document("artist", a.id, a.name, genres=a.genres) for a in shown)


def put_genres(writer: Writer, tx: Tx) -> int:
    """Put all genres in, in place of those known."""
    writer.drop_kind("genre")
    return writer.put(Document("genre", g.id, g.name) for g in catalogue.list_genres(tx))


def _pages(
    listing: Callable[..., catalogue.Page[catalogue.Track]]
    | Callable[..., catalogue.Page[catalogue.Album]]
    | Callable[..., catalogue.Page[catalogue.Artist]],
    tx: Tx,
) -> Iterator[list[object]]:
    cursor: str | None = None
    while True:
        page = listing(tx, "name", cursor, PAGE)
        yield list(page.items)
        cursor = page.next
        if cursor is None:
            return


def fill(writer: Writer, tx: Tx, feeds: Feeds) -> int:
    """Empty the index and put everything in that the tables hold; nothing is seen before the writer commits."""
    writer.drop_all()
    count = put_genres(writer, tx) + writer.put(feeds.playlists(tx, None))
    for tracks in _pages(catalogue.list_tracks, tx):
        count += put_tracks(writer, tx, feeds, [t for t in tracks if isinstance(t, catalogue.Track)])
    for albums in _pages(catalogue.list_albums, tx):
        count += put_albums(writer, (a for a in albums if isinstance(a, catalogue.Album)))
    for artists in _pages(catalogue.list_artists, tx):
        count += put_artists(writer, (a for a in artists if isinstance(a, catalogue.Artist)))
    return count
