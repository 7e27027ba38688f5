"""Reading the catalogue. Every function takes many ids and asks a fixed number of queries, however many there are."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa

from bandstand.catalogue import tables as t
from bandstand.catalogue.model import (
    SHOWN_ROLES,
    Album,
    Artist,
    ArtistCredit,
    Artwork,
    Gain,
    Genre,
    Lyrics,
    RightsShare,
    Source,
    Track,
)
from bandstand.platform.db import Tx
from bandstand.platform.ids import Id, is_id

_CHUNK: Final = 5000
"""Ids per query: SQLite takes 32,766 parameters, PostgreSQL 65,535."""

_GENRES_SHOWN: Final = 5


def _rows(tx: Tx, statement: sa.Select[Any], column: sa.ColumnElement[Any], ids: Iterable[Any]) -> list[Any]:
    wanted = iter(dict.fromkeys(ids))
    found: list[Any] = []
    while chunk := list(islice(wanted, _CHUNK)):
        found += tx.execute(statement.where(column.in_(chunk))).all()
    return found


def _known(ids: Iterable[Id]) -> list[Id]:
    return [i for i in dict.fromkeys(ids) if is_id(i)]


def artworks(tx: Tx, ids: Iterable[Id | None]) -> dict[Id, Artwork]:
    """Artworks by id."""
    rows = _rows(tx, sa.select(t.artworks), t.artworks.c.id, [i for i in ids if i])
    return {r.id: Artwork(r.id, r.width, r.height, r.colour, r.placeholder, r.art1, r.art2) for r in rows}


def _credits(tx: Tx, of: sa.Table, owner: str, ids: Iterable[Id]) -> dict[Id, list[ArtistCredit]]:
    join = (
        sa.select(of, t.artists.c.name)
        .join(t.artists, t.artists.c.id == of.c.artist_id)
        .order_by(of.c.position)
    )
    found: dict[Id, list[ArtistCredit]] = defaultdict(list)
    for row in _rows(tx, join, of.c[owner], ids):
        found[getattr(row, owner)].append(ArtistCredit(row.artist_id, row.name, row.role, row.join_phrase))
    return found


def _ranked_genres(
    tx: Tx, owner: sa.ColumnElement[Any], joins: sa.FromClause, ids: Iterable[Id]
) -> dict[Id, tuple[str, ...]]:
    count = sa.func.count().label("n")
    statement = sa.select(owner.label("owner"), t.genres.c.name, count).select_from(joins)
    statement = statement.group_by(owner, t.genres.c.name).order_by(count.desc(), t.genres.c.name)
    found: dict[Id, list[str]] = defaultdict(list)
    for row in _rows(tx, statement, owner, ids):
        found[row.owner].append(row.name)
    return {k: tuple(v[:_GENRES_SHOWN]) for k, v in found.items()}


def _album_genres(tx: Tx, ids: Iterable[Id]) -> dict[Id, tuple[str, ...]]:
    rg = t.recording_genres
    joins = t.tracks.join(rg, rg.c.recording_id == t.tracks.c.recording_id).join(
        t.genres, t.genres.c.id == rg.c.genre_id
    )
    return _ranked_genres(tx, t.tracks.c.album_id, joins, ids)


def _artist_genres(tx: Tx, ids: Iterable[Id]) -> dict[Id, tuple[str, ...]]:
    rg, ra = t.recording_genres, t.recording_artists
    joins = ra.join(rg, rg.c.recording_id == ra.c.recording_id).join(t.genres, t.genres.c.id == rg.c.genre_id)
    return _ranked_genres(tx, ra.c.artist_id, joins, ids)


def get_artists(tx: Tx, ids: Iterable[Id]) -> dict[Id, Artist]:
    """Artists by id; unknown ids are left out."""
    wanted = _known(ids)
    rows = _rows(tx, sa.select(t.artists), t.artists.c.id, wanted)
    pictures = artworks(tx, (r.artwork_id for r in rows))
    genres = _artist_genres(tx, (r.id for r in rows))
    found = {
        r.id: Artist(
            r.id, r.name, r.sort_name or r.name, r.mbid, pictures.get(r.artwork_id),
            r.track_count, r.album_count, r.added_at, genres.get(r.id, ()),
        )
        for r in rows
    }  # fmt: skip
    return {i: found[i] for i in wanted if i in found}


def _album(row: Any, named: list[ArtistCredit], artwork: Any, genres: tuple[str, ...]) -> Album:
    return Album(
        id=row.id,
        title=row.title,
        sort_name=row.sort_name or row.title,
        artists=tuple(named),
        kind=row.kind,
        release_date=row.release_date,
        original_date=row.original_date,
        label=row.label,
        barcode=row.barcode,
        mbid=row.mbid,
        total_tracks=row.track_count,
        available_tracks=row.available_count,
        duration_ms=row.duration_ms,
        artwork=artwork,
        genres=genres,
        added_at=row.added_at,
    )


def get_albums(tx: Tx, ids: Iterable[Id]) -> dict[Id, Album]:
    """Albums by id, in the order asked for; unknown ids are left out."""
    wanted = _known(ids)
    rows = _rows(tx, sa.select(t.albums), t.albums.c.id, wanted)
    named = _credits(tx, t.album_artists, "album_id", (r.id for r in rows))
    pictures = artworks(tx, (r.artwork_id for r in rows))
    genres = _album_genres(tx, (r.id for r in rows))
    found = {r.id: _album(r, named[r.id], pictures.get(r.artwork_id), genres.get(r.id, ())) for r in rows}
    return {i: found[i] for i in wanted if i in found}


def _recording_genres(tx: Tx, ids: Iterable[Id]) -> dict[Id, list[str]]:
    rg = t.recording_genres
    statement = sa.select(rg.c.recording_id, t.genres.c.name).join(t.genres, t.genres.c.id == rg.c.genre_id)
    found: dict[Id, list[str]] = defaultdict(list)
    for row in _rows(tx, statement.order_by(rg.c.position), rg.c.recording_id, ids):
        found[row.recording_id].append(row.name)
    return found


def _source(row: Any) -> Source:
    return Source(
        row.source_hash, row.container, row.codec, row.sample_rate, row.channels, row.bits,
        row.kbps, row.samples, row.duration_ms, row.bytes, row.is_exact,
    )  # fmt: skip


def _track(row: Any, album: Album, named: list[ArtistCredit], genres: list[str], artwork: Any) -> Track:
    return Track(
        id=row.id,
        recording_id=row.recording_id,
        album=album,
        title=row.title,
        artists=tuple(c for c in named if c.role in SHOWN_ROLES),
        credits=tuple(named),
        disc=row.disc,
        number=row.number,
        disc_total=row.disc_total,
        track_total=row.track_total,
        duration_ms=row.duration_ms,
        isrc=row.isrc,
        mbid=row.mbid,
        is_explicit=row.is_explicit,
        status=row.status,
        source_hash=row.source_hash,
        source=_source(row),
        gain=Gain(row.gain_track_db, row.gain_track_peak, row.gain_album_db, row.gain_album_peak),
        genres=tuple(genres),
        artwork=artwork or album.artwork,
        added_at=row.added_at,
        facts=row.facts,
        kind=row.kind,
    )


def get_tracks(tx: Tx, ids: Iterable[Id]) -> dict[Id, Track]:
    """Tracks by id, in the order asked for; unknown ids are left out."""
    wanted = _known(ids)
    s, r = t.sources.c, t.recordings.c
    statement = (
        sa.select(
            t.tracks, r.isrc, r.mbid, r.is_explicit, s.container, s.codec, s.sample_rate, s.channels,
            s.bits, s.kbps, s.samples, s.duration_ms, s.bytes, s.is_exact,
        )
        .join(t.recordings, r.id == t.tracks.c.recording_id)
        .join(t.sources, s.hash == t.tracks.c.source_hash)
    )  # fmt: skip
    rows = _rows(tx, statement, t.tracks.c.id, wanted)
    albums = get_albums(tx, (x.album_id for x in rows))
    named = _credits(tx, t.recording_artists, "recording_id", (x.recording_id for x in rows))
    genres = _recording_genres(tx, (x.recording_id for x in rows))
    pictures = artworks(tx, (x.artwork_id for x in rows))
    found = {
        x.id: _track(
            x, albums[x.album_id], named[x.recording_id], genres[x.recording_id], pictures.get(x.artwork_id)
        )
        for x in rows
    }
    return {i: found[i] for i in wanted if i in found}


def genres(tx: Tx, only: Id | None = None) -> list[Genre]:
    """Genres with at least one track that is here, by name."""
    rg = t.recording_genres
    tracks, albums = sa.func.count(t.tracks.c.id), sa.func.count(t.tracks.c.album_id.distinct())
    statement = (
        sa.select(t.genres.c.id, t.genres.c.name, tracks, albums)
        .join(rg, rg.c.genre_id == t.genres.c.id)
        .join(t.tracks, t.tracks.c.recording_id == rg.c.recording_id)
        .where(t.tracks.c.status == "available")
        .group_by(t.genres.c.id, t.genres.c.name, t.genres.c.sort_key)
        .order_by(t.genres.c.sort_key, t.genres.c.id)
    )
    if only is not None:
        statement = statement.where(t.genres.c.id == only)
    return [Genre(*row) for row in tx.execute(statement)]


def lyrics(tx: Tx, recording_id: Id) -> Lyrics | None:
    """The words of a recording, if they are known."""
    row = tx.execute(sa.select(t.lyrics).where(t.lyrics.c.recording_id == recording_id)).first()
    return Lyrics(row.plain, tuple((a, b) for a, b in row.synced), row.language) if row else None


def rights(tx: Tx, recording_ids: Iterable[Id]) -> dict[Id, tuple[RightsShare, ...]]:
    """Who owns what of each recording, in hundredths of a per cent."""
    rr, rh = t.recording_rights, t.rights_holders
    statement = sa.select(rr, rh.c.name).join(rh, rh.c.id == rr.c.holder_id).order_by(rh.c.name)
    found: dict[Id, list[RightsShare]] = defaultdict(list)
    for row in _rows(tx, statement, rr.c.recording_id, recording_ids):
        found[row.recording_id].append(RightsShare(row.holder_id, row.name, row.share_bp))
    return {k: tuple(v) for k, v in found.items()}


def ids_of(tx: Tx, statement: sa.Select[Any]) -> Sequence[Id]:
    """The first column of a query."""
    return tx.scalars(statement).all()
