"""What others ask the catalogue."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from bandstand.catalogue import store
from bandstand.catalogue import tables as t
from bandstand.catalogue.model import (
    BROWSED_ROLES,
    Album,
    Artist,
    Artwork,
    Decision,
    Genre,
    Item,
    Lyrics,
    Page,
    RightsShare,
    Sort,
    Source,
    Track,
    artwork_key,
)
from bandstand.catalogue.paging import page
from bandstand.platform import objects
from bandstand.platform.db import Tx
from bandstand.platform.errors import NotFound
from bandstand.platform.ids import Id, is_id

T = TypeVar("T")

get_tracks = store.get_tracks
get_albums = store.get_albums
get_artists = store.get_artists


def get_track(tx: Tx, track_id: Id) -> Track:
    """One track. Raises NotFound."""
    return _only(store.get_tracks(tx, [track_id]), track_id, "track")


def get_album(tx: Tx, album_id: Id) -> Album:
    """One album. Raises NotFound."""
    return _only(store.get_albums(tx, [album_id]), album_id, "album")


def get_artist(tx: Tx, artist_id: Id) -> Artist:
    """One artist. Raises NotFound."""
    return _only(store.get_artists(tx, [artist_id]), artist_id, "artist")


def _only(found: dict[Id, T], wanted: Id, what: str) -> T:
    if wanted not in found:
        raise NotFound(f"There is no {what} {wanted[:40]}.", code=f"no_such_{what}")
    return found[wanted]


def album_tracks(tx: Tx, album_id: Id) -> list[Track]:
    """An album's tracks in order of disc and number. Missing ones are among them."""
    if not is_id(album_id):
        return []
    of = t.tracks.c
    ids = store.ids_of(
        tx, sa.select(of.id).where(of.album_id == album_id).order_by(of.disc, of.number, of.sort_key, of.id)
    )
    return list(store.get_tracks(tx, ids).values())


def artist_albums(
    tx: Tx, artist_id: Id, groups: Iterable[str] = ("album", "single", "compilation")
) -> list[Album]:
    """An artist's albums, newest first. Groups: album, single, compilation, appears_on."""
    if not is_id(artist_id):
        return []
    wanted = set(groups)
    own = sa.select(t.album_artists.c.album_id).where(t.album_artists.c.artist_id == artist_id)
    guest = (
        sa.select(t.tracks.c.album_id)
        .join(t.recording_artists, t.recording_artists.c.recording_id == t.tracks.c.recording_id)
        .where(t.recording_artists.c.artist_id == artist_id)
    )
    a = t.albums.c
    is_wanted = sa.and_(a.id.in_(own), a.kind.in_(wanted))
    if "appears_on" in wanted:
        is_wanted = sa.or_(is_wanted, sa.and_(a.id.in_(guest), a.id.not_in(own)))
    ids = store.ids_of(
        tx,
        sa.select(a.id).where(is_wanted, a.track_count > 0).order_by(a.release_date.desc(), a.sort_key, a.id),
    )
    return list(store.get_albums(tx, ids).values())


def artist_top_tracks(
    tx: Tx, artist_id: Id, limit: int = 10, plays: dict[Id, int] | None = None
) -> list[Track]:
    """An artist's tracks that are here: most played first where `plays` says so, else the newest albums' first."""
    if not is_id(artist_id):
        return []
    ra = t.recording_artists
    statement = (
        sa.select(t.tracks.c.id)
        .join(ra, ra.c.recording_id == t.tracks.c.recording_id)
        .join(t.albums, t.albums.c.id == t.tracks.c.album_id)
        .where(ra.c.artist_id == artist_id, ra.c.role.in_(BROWSED_ROLES), t.tracks.c.status == "available")
        .order_by(
            t.albums.c.release_date.desc(), t.albums.c.id, t.tracks.c.disc, t.tracks.c.number, t.tracks.c.id
        )
    )
    ids = list(dict.fromkeys(store.ids_of(tx, statement)))
    if plays:
        ids.sort(key=lambda i: -plays.get(i, 0))
    return list(store.get_tracks(tx, ids[:limit]).values())


def list_albums(tx: Tx, sort: Sort = "name", cursor: str | None = None, limit: int = 50) -> Page[Album]:
    """Albums with at least one track that is here."""
    a = t.albums.c
    by = {"name": a.sort_key, "newest": a.added_at, "year": a.release_date}[sort]
    ids, more, total = page(
        tx, sa.select(a.id).where(a.available_count > 0), by, a.id, cursor, limit, newest_first=sort != "name"
    )
    return Page(list(store.get_albums(tx, ids).values()), more, total)


def list_artists(tx: Tx, sort: Sort = "name", cursor: str | None = None, limit: int = 50) -> Page[Artist]:
    """Artists whose name stands on a track or an album that is here."""
    a = t.artists.c
    shown = sa.or_(a.track_count > 0, a.album_count > 0)
    by = a.added_at if sort == "newest" else a.sort_key
    ids, more, total = page(
        tx, sa.select(a.id).where(shown), by, a.id, cursor, limit, newest_first=sort == "newest"
    )
    return Page(list(store.get_artists(tx, ids).values()), more, total)


def list_tracks(tx: Tx, sort: Sort = "name", cursor: str | None = None, limit: int = 50) -> Page[Track]:
    """Tracks that are here."""
    c = t.tracks.c
    by = {"name": c.sort_key, "newest": c.added_at, "year": t.albums.c.release_date}[sort]
    listing = sa.select(c.id).join(t.albums, t.albums.c.id == c.album_id).where(c.status == "available")
    ids, more, total = page(tx, listing, by, c.id, cursor, limit, newest_first=sort != "name")
    return Page(list(store.get_tracks(tx, ids).values()), more, total)


def list_genres(tx: Tx) -> list[Genre]:
    """Every genre with a track that is here, by name."""
    return store.genres(tx)


def get_genre(tx: Tx, genre_id: Id) -> Genre:
    """One genre. Raises NotFound."""
    found = store.genres(tx, genre_id) if is_id(genre_id) else []
    return _only({g.id: g for g in found}, genre_id, "genre")


def _of_genre(genre_id: Id) -> sa.Select[Any]:
    rg = t.recording_genres.c
    return sa.select(rg.recording_id).where(rg.genre_id == genre_id)


def genre_tracks(tx: Tx, genre_id: Id, cursor: str | None = None, limit: int = 50) -> Page[Track]:
    """A genre's tracks by name. Raises NotFound."""
    get_genre(tx, genre_id)
    c = t.tracks.c
    listing = sa.select(c.id).where(c.recording_id.in_(_of_genre(genre_id)), c.status == "available")
    ids, more, total = page(tx, listing, c.sort_key, c.id, cursor, limit)
    return Page(list(store.get_tracks(tx, ids).values()), more, total)


def genre_albums(tx: Tx, genre_id: Id, cursor: str | None = None, limit: int = 50) -> Page[Album]:
    """The albums with a track of a genre, by name. Raises NotFound."""
    get_genre(tx, genre_id)
    a = t.albums.c
    inside = sa.select(t.tracks.c.album_id).where(
        t.tracks.c.recording_id.in_(_of_genre(genre_id)), t.tracks.c.status == "available"
    )
    ids, more, total = page(tx, sa.select(a.id).where(a.id.in_(inside)), a.sort_key, a.id, cursor, limit)
    return Page(list(store.get_albums(tx, ids).values()), more, total)


def tracks_by_isrc(tx: Tx, isrc: str) -> list[Track]:
    """Every track of the recordings with that ISRC."""
    statement = sa.select(t.tracks.c.id).join(t.recordings, t.recordings.c.id == t.tracks.c.recording_id)
    ids = store.ids_of(tx, statement.where(t.recordings.c.isrc == isrc.upper(), t.recordings.c.isrc != ""))
    return list(store.get_tracks(tx, ids).values())


def get_artwork(tx: Tx, artwork_id: Id) -> Artwork | None:
    """An artwork's size, colour and placeholder."""
    return store.artworks(tx, [artwork_id]).get(artwork_id) if is_id(artwork_id) else None


def artwork_image(kept: objects.Objects, artwork_id: Id, size: int) -> bytes:
    """The WebP of an artwork. Raises NotFound."""
    if not is_id(artwork_id):
        raise NotFound("There is no such picture.", code="no_such_artwork")
    return objects.get(kept, artwork_key(artwork_id, size))


def get_lyrics(tx: Tx, recording_id: Id) -> Lyrics | None:
    """The words of a recording, if they are known."""
    return store.lyrics(tx, recording_id) if is_id(recording_id) else None


def get_rights(tx: Tx, recording_ids: Sequence[Id]) -> dict[Id, tuple[RightsShare, ...]]:
    """Who owns what of each recording, in hundredths of a per cent."""
    return store.rights(tx, recording_ids)


def find_source(tx: Tx, source_hash: str) -> Source | None:
    """The facts of a source file."""
    row = tx.execute(sa.select(t.sources).where(t.sources.c.hash == source_hash)).first()
    return Source(*row) if row else None


def recording_of_source(tx: Tx, source_hash: str) -> Id | None:
    """The recording that a source file holds."""
    found = sa.select(t.tracks.c.recording_id).where(t.tracks.c.source_hash == source_hash).limit(1)
    return tx.execute(found).scalar()


def playable(tx: Tx, item: Item, market: str, plan: str, at: datetime) -> Decision:
    """Whether an item may be played in a market under a plan at a time, and every reason why not."""
    _ = market, plan, at  # no release has a territory, a plan or a street time yet
    if item.kind != "track":
        return Decision(allowed=False, reasons=("episodes are not served yet",))
    row = (
        tx.execute(sa.select(t.tracks.c.status).where(t.tracks.c.id == item.id)).first()
        if is_id(item.id)
        else None
    )
    if row is None:
        return Decision(allowed=False, reasons=("there is no such track",))
    if row.status == "missing":
        return Decision(allowed=False, reasons=("the source file is missing",))
    return Decision(allowed=True)


def export_person(tx: Tx, person: Id) -> dict[str, Any]:
    """Nothing here is a listener's."""
    _ = tx, person
    return {}


def erase_person(tx: Tx, person: Id) -> None:
    """Nothing here is a listener's."""
    _ = tx, person
