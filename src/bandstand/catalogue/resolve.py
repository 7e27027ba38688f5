"""Finding what a draft names among what is known: the same artist, the same album, the same recording."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bandstand.catalogue import tables as t
from bandstand.catalogue.model import AlbumDraft, Credit, TrackDraft, name_key, sort_key
from bandstand.platform.db import Tx, upsert
from bandstand.platform.ids import Id, new_id

SAME_RECORDING_MS: Final = 5000
"""Two files that claim one MusicBrainz id or ISRC and differ by more are two recordings: one of the tags is wrong."""


@dataclass
class Resolved:
    """What a batch of drafts was matched to."""

    artists: dict[tuple[str | None, str], Id] = field(default_factory=dict)
    new_artists: list[Id] = field(default_factory=list)
    albums: list[Id] = field(default_factory=list)
    recordings: list[Id] = field(default_factory=list)
    track_ids: list[Id] = field(default_factory=list)
    known: dict[Id, Any] = field(default_factory=dict)
    left_albums: set[Id] = field(default_factory=set)
    left_recordings: set[Id] = field(default_factory=set)


def resolve(tx: Tx, drafts: Sequence[TrackDraft], at: datetime) -> Resolved:
    """Match every draft, making the artists, albums and recordings that are new."""
    found = Resolved()
    c = t.tracks.c
    wanted = [d.track_id for d in drafts if d.track_id]
    found.known = {
        r.id: r for r in tx.execute(sa.select(c.id, c.album_id, c.recording_id).where(c.id.in_(wanted)))
    }
    _resolve_artists(tx, drafts, at, found)
    _resolve_albums(tx, drafts, at, found)
    _resolve_recordings(tx, drafts, at, found)
    found.track_ids = [d.track_id if d.track_id in found.known and d.track_id else new_id(at) for d in drafts]
    return found


def credit_key(credit: Credit) -> tuple[str | None, str]:
    """What tells an artist apart."""
    return credit.mbid, name_key(credit.name)


def _resolve_artists(tx: Tx, drafts: Iterable[TrackDraft], at: datetime, found: Resolved) -> None:
    named_in = {credit_key(c): c for d in drafts for c in (*d.album.artists, *d.credits)}
    a = t.artists.c
    mbids, names = [m for m, _ in named_in if m], [n for _, n in named_in]
    rows = tx.execute(
        sa.select(a.id, a.mbid, a.name_key)
        .where(sa.or_(a.mbid.in_(mbids), a.name_key.in_(names)))
        .order_by(a.id)
    ).all()
    by_mbid = {r.mbid: r.id for r in rows if r.mbid}
    named: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        named[row.name_key].append((row.id, row.mbid))
    for (mbid, name), credit in sorted(named_in.items(), key=lambda item: item[0][0] is None):
        artist = by_mbid.get(mbid) if mbid else None
        if artist is None and mbid:
            artist = next((i for i, m in named[name] if m is None), None)
            if artist:
                tx.execute(sa.update(t.artists).where(a.id == artist).values(mbid=mbid))
                named[name] = [(i, mbid if i == artist else m) for i, m in named[name]]
                by_mbid[mbid] = artist
        elif artist is None and named[name]:
            artist = named[name][0][0]
        if artist is None:
            artist = _make_artist(tx, credit, at)
            found.new_artists.append(artist)
            named[name].append((artist, mbid))
            if mbid:
                by_mbid[mbid] = artist
        found.artists[mbid, name] = artist


def _make_artist(tx: Tx, credit: Credit, at: datetime) -> Id:
    made = new_id(at)
    tx.execute(
        sa.insert(t.artists).values(
            id=made, name=credit.name, name_key=name_key(credit.name), sort_name=credit.sort_name,
            sort_key=sort_key(credit.name, credit.sort_name), mbid=credit.mbid, added_at=at,
        )
    )  # fmt: skip
    return made


def album_name_key(album: AlbumDraft) -> str:
    """Artist and title of an album, comparable."""
    return "/".join(name_key(c.name) for c in album.artists) + "|" + name_key(album.title)


def album_keys(album: AlbumDraft) -> list[str]:
    """Everything an album can be known by, the surest first."""
    name = album_name_key(album)
    keys = [f"mbid:{album.mbid}"] if album.mbid else []
    keys += [f"barcode:{album.barcode}"] if album.barcode else []
    keys += [f"year:{name}|{album.release_date[:4]}"] if album.release_date else []
    return [*keys, f"folder:{name}|{album.folder}"]


def _resolve_albums(tx: Tx, drafts: Sequence[TrackDraft], at: datetime, found: Resolved) -> None:
    every = {key for d in drafts for key in album_keys(d.album)}
    current = {r.album_id for r in found.known.values()}
    a, k = t.albums.c, t.album_keys.c
    owners = {r.key: r.album_id for r in tx.execute(sa.select(k.key, k.album_id).where(k.key.in_(every)))}
    rows = tx.execute(sa.select(t.albums).where(a.id.in_({*owners.values(), *current}))).all()
    known = {r.id: (r.mbid, r.name_key, r.track_count) for r in rows}
    groups: dict[Id, list[AlbumDraft]] = defaultdict(list)
    tracks_of = Counter(r.album_id for r in found.known.values())
    for draft in drafts:
        before = found.known[draft.track_id].album_id if draft.track_id in found.known else None
        album = _match_album(draft.album, owners, known, before)
        if album is None and before and known[before][2] <= tracks_of[before] and before not in groups:
            album = before  # every track of it is in this batch: the album was renamed
        if album is None:
            album = new_id(at)
            known[album] = (draft.album.mbid, album_name_key(draft.album), 0)
        groups[album].append(draft.album)
        found.albums.append(album)
        for key in album_keys(draft.album):
            owners.setdefault(key, album)
        if before and before != album:
            found.left_albums.add(before)
    for album, shapes in groups.items():
        _write_album(tx, album, _merge(shapes), at, found)
    upsert(tx, t.album_keys, [{"key": key, "album_id": album} for key, album in owners.items()], ["key"], [])


def _match_album(
    album: AlbumDraft, owners: dict[str, Id], known: dict[Id, Any], before: Id | None
) -> Id | None:
    def fits(candidate: Id) -> bool:
        mbid = known[candidate][0]
        return mbid is None or album.mbid is None or mbid == album.mbid

    if before and known[before][1] == album_name_key(album) and fits(before):
        return before
    return next((owners[key] for key in album_keys(album) if key in owners and fits(owners[key])), None)


def _merge(shapes: list[AlbumDraft]) -> AlbumDraft:
    first = shapes[0]
    filled = {
        name: next((getattr(s, name) for s in shapes if getattr(s, name)), getattr(first, name))
        for name in ("label", "barcode", "mbid", "sort_name", "artwork_id", "original_date")
    }
    dates = Counter(s.release_date for s in shapes if s.release_date)
    date = min(dates, key=lambda d: (-dates[d], d)) if dates else ""
    return replace(first, release_date=date, **filled)


def _write_album(tx: Tx, album: Id, shape: AlbumDraft, at: datetime, found: Resolved) -> None:
    values: dict[str, Any] = {
        "title": shape.title, "sort_name": shape.sort_name, "sort_key": sort_key(shape.title, shape.sort_name),
        "name_key": album_name_key(shape), "kind": shape.kind, "release_date": shape.release_date,
        "original_date": shape.original_date, "label": shape.label, "barcode": shape.barcode,
        "mbid": shape.mbid, "artwork_id": shape.artwork_id, "updated_at": at,
    }  # fmt: skip
    kept = {k: v for k, v in values.items() if v not in ("", None) or k == "sort_name"}
    if tx.execute(sa.update(t.albums).where(t.albums.c.id == album).values(**kept)).rowcount == 0:
        tx.execute(sa.insert(t.albums).values(id=album, added_at=at, **values))
    tx.execute(sa.delete(t.album_artists).where(t.album_artists.c.album_id == album))
    rows = [
        {
            "album_id": album,
            "position": n,
            "artist_id": found.artists[credit_key(c)],
            "role": c.role,
            "join_phrase": c.join,
        }
        for n, c in enumerate(shape.artists)
    ]
    if rows:
        tx.execute(sa.insert(t.album_artists), rows)


def _resolve_recordings(tx: Tx, drafts: Sequence[TrackDraft], at: datetime, found: Resolved) -> None:
    r = t.recordings.c
    mbids, isrcs = {d.mbid for d in drafts if d.mbid}, {d.isrc for d in drafts if d.isrc}
    current = {k.recording_id for k in found.known.values()}
    rows = tx.execute(
        sa.select(r.id, r.mbid, r.isrc, r.duration_ms)
        .where(sa.or_(r.id.in_(current), r.mbid.in_(mbids), r.isrc.in_(isrcs)))
        .order_by(r.id)
    )
    known: list[tuple[Id, str | None, str, int]] = [(x.id, x.mbid, x.isrc, x.duration_ms) for x in rows]
    c = t.tracks.c
    users = (
        sa.select(c.recording_id, sa.func.count()).where(c.recording_id.in_(current)).group_by(c.recording_id)
    )
    uses: dict[Id, int] = {x[0]: x[1] for x in tx.execute(users)}
    mbid_of = {i: m for i, m, _, _ in known}
    for draft in drafts:
        before = found.known[draft.track_id].recording_id if draft.track_id in found.known else None
        recording = _match_recording(draft, known)
        is_another = (
            before
            and draft.mbid
            and mbid_of.get(before) not in (None, draft.mbid)
            and uses.get(before, 0) > 1
        )
        if recording is None:
            recording = before if before and not is_another else new_id(at)
        known.append((recording, draft.mbid, draft.isrc, draft.source.duration_ms))
        found.recordings.append(recording)
        if before and before != recording:
            found.left_recordings.add(before)


def _match_recording(draft: TrackDraft, known: list[tuple[Id, str | None, str, int]]) -> Id | None:
    for recording, mbid, isrc, duration_ms in known:
        is_near = abs(duration_ms - draft.source.duration_ms) <= SAME_RECORDING_MS
        if is_near and (
            (draft.mbid and mbid == draft.mbid) or (draft.isrc and not draft.mbid and isrc == draft.isrc)
        ):
            return recording
    return None
