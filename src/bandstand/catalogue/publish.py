"""Writing the catalogue: a batch of drafts becomes rows and events, in the transaction it is handed."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bandstand.catalogue import events
from bandstand.catalogue import tables as t
from bandstand.catalogue.counts import refresh_counts
from bandstand.catalogue.model import (
    Artwork,
    Published,
    Status,
    TrackDraft,
    genre_id,
    holder_id,
    name_key,
    sort_key,
)
from bandstand.catalogue.resolve import Resolved, credit_key, resolve
from bandstand.platform.db import Tx, upsert
from bandstand.platform.ids import Id, new_id
from bandstand.platform.log import Event, say

TOPIC = "rooms"
_UNKNOWN_HOLDER = "unknown"
_WHOLE_BP = 10_000


def publish(tx: Tx, drafts: Sequence[TrackDraft], at: datetime) -> list[Published]:
    """Write a batch (a folder, a delivery) and say what was published. Nothing is lost by publishing it twice."""
    if not drafts:
        return []
    _lock(tx)
    found = resolve(tx, drafts, at)
    _write_recordings(tx, drafts, found, at)
    _write_tracks(tx, drafts, found, at)
    albums = {*found.albums, *found.left_albums}
    refresh_counts(tx, albums, {*found.recordings, *found.left_recordings})
    placed = [
        Published(track, recording, album, draft.track_id not in found.known)
        for track, recording, album, draft in zip(
            found.track_ids, found.recordings, found.albums, drafts, strict=True
        )
    ]
    _say_tracks(tx, [p.track_id for p in placed if p.is_new], events.TRACK_PUBLISHED, at)
    _say_tracks(tx, [p.track_id for p in placed if not p.is_new], events.TRACK_UPDATED, at)
    _say_albums(tx, albums, at)
    for artist in found.new_artists:
        say(tx, TOPIC, Event(new_id(at), events.ARTIST_PUBLISHED, at, None, {"artist_id": artist}))
    return placed


def _lock(tx: Tx) -> None:
    upsert(tx, t.writers, [{"name": "publish"}], ["name"], [])
    tx.execute(sa.select(t.writers).where(t.writers.c.name == "publish").with_for_update())


def _write_recordings(tx: Tx, drafts: Sequence[TrackDraft], found: Resolved, at: datetime) -> None:
    by_id = dict(zip(found.recordings, drafts, strict=True))
    rows = [
        {
            "id": recording, "title": d.title, "isrc": d.isrc.upper(), "mbid": d.mbid,
            "duration_ms": d.source.duration_ms, "is_explicit": d.is_explicit, "added_at": at,
        }
        for recording, d in by_id.items()
    ]  # fmt: skip
    upsert(tx, t.recordings, rows, ["id"], ["title", "isrc", "mbid", "duration_ms", "is_explicit"])
    for owned in (t.recording_artists, t.recording_genres, t.recording_rights, t.lyrics):
        tx.execute(sa.delete(owned).where(owned.c.recording_id.in_(by_id)))
    _insert(tx, t.recording_artists, _credit_rows(by_id, found))
    _write_genres(tx, by_id)
    _write_rights(tx, by_id)
    words = [
        {
            "recording_id": r,
            "plain": d.lyrics.plain,
            "synced": [list(x) for x in d.lyrics.synced],
            "language": d.lyrics.language,
        }
        for r, d in by_id.items()
        if d.lyrics
    ]
    _insert(tx, t.lyrics, words)


def _credit_rows(by_id: dict[Id, TrackDraft], found: Resolved) -> list[dict[str, Any]]:
    rows = []
    for recording, draft in by_id.items():
        seen: set[tuple[Id, str]] = set()
        for credit in draft.credits:
            artist = found.artists[credit_key(credit)]
            if (artist, credit.role) not in seen:
                place = {"recording_id": recording, "position": len(seen), "artist_id": artist}
                rows.append({**place, "role": credit.role, "join_phrase": credit.join})
                seen.add((artist, credit.role))
    return rows


def _write_genres(tx: Tx, by_id: dict[Id, TrackDraft]) -> None:
    names = {genre_id(name): name for d in by_id.values() for name in d.genres if name_key(name)}
    upsert(
        tx, t.genres, [{"id": i, "name": n, "sort_key": sort_key(n)} for i, n in names.items()], ["id"], []
    )
    rows = [
        {"recording_id": r, "genre_id": g, "position": n}
        for r, d in by_id.items()
        for n, g in enumerate(dict.fromkeys(genre_id(name) for name in d.genres if name_key(name)))
    ]
    _insert(tx, t.recording_genres, rows)


def _write_rights(tx: Tx, by_id: dict[Id, TrackDraft]) -> None:
    names = {r: d.album.label or _UNKNOWN_HOLDER for r, d in by_id.items()}
    holders = {holder_id(n): n for n in names.values()}
    upsert(tx, t.rights_holders, [{"id": i, "name": n} for i, n in holders.items()], ["id"], [])
    rows = [{"recording_id": r, "holder_id": holder_id(n), "share_bp": _WHOLE_BP} for r, n in names.items()]
    _insert(tx, t.recording_rights, rows)


def _insert(tx: Tx, into: sa.Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        tx.execute(sa.insert(into), rows)


def _write_tracks(tx: Tx, drafts: Sequence[TrackDraft], found: Resolved, at: datetime) -> None:
    facts = (
        "hash",
        "container",
        "codec",
        "sample_rate",
        "channels",
        "bits",
        "kbps",
        "samples",
        "duration_ms",
        "bytes",
    )
    sources = {d.source.hash: {n: getattr(d.source, n) for n in (*facts, "is_exact")} for d in drafts}
    upsert(tx, t.sources, list(sources.values()), ["hash"])
    rows = [
        {
            "id": track, "album_id": album, "recording_id": recording, "source_hash": d.source.hash, "title": d.title,
            "sort_key": sort_key(d.title, d.sort_name), "disc": d.disc, "number": d.number, "disc_total": d.disc_total,
            "track_total": d.track_total, "status": "available", "gain_track_db": d.gain.track_db,
            "gain_track_peak": d.gain.track_peak, "gain_album_db": d.gain.album_db, "gain_album_peak": d.gain.album_peak,
            "artwork_id": d.artwork_id, "facts": d.facts, "kind": "track", "added_at": at, "updated_at": at,
        }
        for track, album, recording, d in zip(found.track_ids, found.albums, found.recordings, drafts, strict=True)
    ]  # fmt: skip
    changing = [name for name in rows[0] if name not in {"id", "kind", "added_at"}]
    upsert(tx, t.tracks, rows, ["id"], changing)


def mark_missing(tx: Tx, track_ids: Iterable[Id], at: datetime) -> None:
    """The files of these tracks are gone: they stay, greyed out, and say so."""
    _set_status(tx, list(track_ids), "missing", at, events.TRACK_MISSING)


def mark_available(tx: Tx, track_ids: Iterable[Id], at: datetime) -> None:
    """The files of these tracks are back."""
    _set_status(tx, list(track_ids), "available", at, events.TRACK_PUBLISHED)


def _set_status(tx: Tx, ids: list[Id], status: Status, at: datetime, kind: str) -> None:
    if not ids:
        return
    _lock(tx)
    c = t.tracks.c
    tx.execute(sa.update(t.tracks).where(c.id.in_(ids)).values(status=status, updated_at=at))
    rows = tx.execute(sa.select(c.album_id, c.recording_id).where(c.id.in_(ids))).all()
    albums = {r.album_id for r in rows}
    refresh_counts(tx, albums, {r.recording_id for r in rows})
    _say_tracks(tx, ids, kind, at)
    _say_albums(tx, albums, at)


def _say_tracks(tx: Tx, ids: Sequence[Id], kind: str, at: datetime) -> None:
    c, ra = t.tracks.c, t.recording_artists.c
    rows = tx.execute(sa.select(c.id, c.recording_id, c.album_id).where(c.id.in_(ids))).all()
    artists: dict[Id, list[Id]] = {}
    of = sa.select(ra.recording_id, ra.artist_id).where(ra.recording_id.in_({r.recording_id for r in rows}))
    for row in tx.execute(of.order_by(ra.position)):
        artists.setdefault(row.recording_id, []).append(row.artist_id)
    for track in rows:
        data = {"track_id": track.id, "recording_id": track.recording_id, "album_id": track.album_id}
        data["artist_ids"] = artists.get(track.recording_id, [])
        say(tx, TOPIC, Event(new_id(at), kind, at, None, data))


def _say_albums(tx: Tx, ids: Iterable[Id], at: datetime) -> None:
    aa = t.album_artists.c
    artists: dict[Id, list[Id]] = {album: [] for album in sorted(ids)}
    for row in tx.execute(
        sa.select(aa.album_id, aa.artist_id).where(aa.album_id.in_(artists)).order_by(aa.position)
    ):
        artists[row.album_id].append(row.artist_id)
    for album, names in artists.items():
        data = {"album_id": album, "artist_ids": names}
        say(tx, TOPIC, Event(new_id(at), events.ALBUM_PUBLISHED, at, None, data))


def keep_artwork(tx: Tx, artwork: Artwork, content_hash: str) -> None:
    """Write an artwork's row; its files are in the object store already."""
    upsert(tx, t.artworks, [{"hash": content_hash, **asdict(artwork)}], ["id"])
