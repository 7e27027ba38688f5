"""What search may not know by itself, handed to it by the wiring: plays and playlists."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bandstand import accounts, library, search
from bandstand.platform.db import Tx
from bandstand.platform.ids import Id

COUNTED: Final = 100_000
PAGE: Final = 200


def search_feeds() -> search.Feeds:
    """Give what `search.Indexer` needs of rooms it may not know."""
    return search.Feeds(plays=_plays, playlists=_playlists)


def _plays(tx: Tx, tracks: Sequence[Id]) -> dict[Id, int]:
    wanted = set(tracks)
    return {track: count for track, count in library.popular(tx, limit=COUNTED) if track in wanted}


def _playlists(tx: Tx, changed: Mapping[Id, str | None] | None) -> Iterator[search.Document]:
    if changed is None:
        for person in accounts.people(tx):
            yield from (_document(p) for p in _made_by(tx, person.id))
        return
    by_owner: dict[str | None, list[Id]] = defaultdict(list)
    for playlist, pseudonym in changed.items():
        by_owner[pseudonym].append(playlist)
    for pseudonym, ids in by_owner.items():
        person = accounts.person_of(tx, pseudonym) if pseudonym else None
        if person is not None:
            yield from (_document(p) for p in library.get_playlists(tx, person, ids).values())


def _made_by(tx: Tx, person: Id) -> Iterator[library.Playlist]:
    offset = 0
    while True:
        page = library.playlists_of(tx, person, limit=PAGE, offset=offset)
        yield from (p for p in page.items if p.owner == person)
        offset += PAGE
        if offset >= page.total:
            return


def _document(playlist: library.Playlist) -> search.Document:
    seen_by = (search.EVERYBODY,) if playlist.is_public else (playlist.owner,)
    return search.Document("playlist", playlist.id, playlist.name, seen_by=seen_by)
