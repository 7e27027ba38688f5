"""Numbers kept beside albums and artists, so that lists need no counting."""

from collections.abc import Iterable

import sqlalchemy as sa

from bandstand.catalogue import tables as t
from bandstand.catalogue.model import BROWSED_ROLES
from bandstand.platform.db import Tx
from bandstand.platform.ids import Id


def refresh_counts(tx: Tx, albums: Iterable[Id], recordings: Iterable[Id]) -> None:
    """Count again what these albums and the artists of these recordings have."""
    album_ids = list(albums)
    _refresh_albums(tx, album_ids)
    ra, aa = t.recording_artists.c, t.album_artists.c
    artists = {*tx.scalars(sa.select(ra.artist_id).where(ra.recording_id.in_(list(recordings))))}
    artists |= {*tx.scalars(sa.select(aa.artist_id).where(aa.album_id.in_(album_ids)))}
    _refresh_artists(tx, list(artists))


def _refresh_albums(tx: Tx, ids: list[Id]) -> None:
    c, s = t.tracks.c, t.sources.c
    of = c.album_id == t.albums.c.id
    every = sa.select(sa.func.count()).select_from(t.tracks).where(of).scalar_subquery()
    here = (
        sa.select(sa.func.count()).select_from(t.tracks).where(of, c.status == "available").scalar_subquery()
    )
    length = sa.select(sa.func.coalesce(sa.func.sum(s.duration_ms), 0)).select_from(t.tracks)
    length = length.join(t.sources, s.hash == c.source_hash).where(of)
    values = {"track_count": every, "available_count": here, "duration_ms": length.scalar_subquery()}
    tx.execute(sa.update(t.albums).where(t.albums.c.id.in_(ids)).values(**values))


def _refresh_artists(tx: Tx, ids: list[Id]) -> None:
    ra, aa, a = t.recording_artists.c, t.album_artists.c, t.albums.c
    tracks = (
        sa.select(sa.func.count(t.tracks.c.id.distinct()))
        .select_from(t.tracks.join(t.recording_artists, ra.recording_id == t.tracks.c.recording_id))
        .where(ra.artist_id == t.artists.c.id, ra.role.in_(BROWSED_ROLES), t.tracks.c.status == "available")
    )
    own = t.albums.join(t.album_artists, aa.album_id == a.id)
    albums = sa.select(sa.func.count(a.id.distinct())).select_from(own)
    albums = albums.where(aa.artist_id == t.artists.c.id, a.available_count > 0)
    picture = (
        sa.select(a.artwork_id)
        .select_from(own)
        .where(aa.artist_id == t.artists.c.id, a.artwork_id.is_not(None))
    )
    picture = picture.order_by(a.release_date.desc(), a.id).limit(1)
    values = {"track_count": tracks, "album_count": albums, "artwork_id": picture}
    tx.execute(
        sa.update(t.artists)
        .where(t.artists.c.id.in_(ids))
        .values({k: v.scalar_subquery() for k, v in values.items()})
    )
