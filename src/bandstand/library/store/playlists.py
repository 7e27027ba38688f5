"""Queries of playlists."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bandstand.library.model import Playlist, PlaylistItem
from bandstand.library.tables import edits, items, playlists, saved
from bandstand.platform.db import Tx
from bandstand.platform.ids import Id, is_id

_CHUNK: Final = 500


def insert_playlist(tx: Tx, playlist: Playlist) -> None:
    """Keep a new playlist."""
    tx.execute(sa.insert(playlists), asdict(playlist))


def update_playlist(tx: Tx, playlist: Playlist) -> None:
    """Keep what changed."""
    tx.execute(sa.update(playlists).where(playlists.c.id == playlist.id).values(asdict(playlist)))


def find_playlist(tx: Tx, playlist: Id, *, lock: bool = False) -> Playlist | None:
    """Find a playlist, deleted or not; with `lock` nobody else edits it until the transaction ends."""
    if not is_id(playlist):
        return None
    wanted = sa.select(playlists).where(playlists.c.id == playlist)
    row = tx.execute(wanted.with_for_update() if lock else wanted).mappings().one_or_none()
    return None if row is None else Playlist(**row)


def find_playlists(tx: Tx, ids: Sequence[Id]) -> dict[Id, Playlist]:
    """Find playlists by id, deleted or not."""
    rows = tx.execute(sa.select(playlists).where(playlists.c.id.in_([i for i in ids if is_id(i)]))).mappings()
    return {row["id"]: Playlist(**row) for row in rows}


def owned_by(tx: Tx, owner: Id) -> list[Playlist]:
    """Every playlist of a person, deleted ones too."""
    wanted = sa.select(playlists).where(playlists.c.owner == owner).order_by(playlists.c.created_at)
    return [Playlist(**row) for row in tx.execute(wanted).mappings()]


def public_of(tx: Tx, owner: Id, limit: int, offset: int) -> tuple[list[Playlist], int]:
    """Give a page of a person's public playlists and how many there are."""
    mine = sa.and_(playlists.c.owner == owner, playlists.c.is_public, playlists.c.deleted_at.is_(None))
    total = tx.execute(sa.select(sa.func.count()).select_from(playlists).where(mine)).scalar_one()
    wanted = sa.select(playlists).where(mine).order_by(playlists.c.created_at.desc(), playlists.c.id.desc())
    return [Playlist(**row) for row in tx.execute(wanted.limit(limit).offset(offset)).mappings()], total


def all_public(tx: Tx) -> Iterator[Playlist]:
    """Every public playlist, for the search index."""
    wanted = sa.select(playlists).where(playlists.c.is_public, playlists.c.deleted_at.is_(None))
    for row in tx.execute(wanted).mappings():
        yield Playlist(**row)


def read_ranks(tx: Tx, playlist: Id) -> dict[Id, int]:
    """Give uid -> rank, in order."""
    wanted = sa.select(items.c.uid, items.c.rank).where(items.c.playlist == playlist)
    return {row.uid: row.rank for row in tx.execute(wanted.order_by(items.c.rank, items.c.uid))}


def read_items(tx: Tx, playlist: Id, offset: int = 0, limit: int | None = None) -> list[PlaylistItem]:
    """Give a page of a playlist's items, in order."""
    wanted = _item_columns().where(items.c.playlist == playlist).order_by(items.c.rank, items.c.uid)
    return [PlaylistItem(*row) for row in tx.execute(wanted.limit(limit).offset(offset))]


def items_named(tx: Tx, playlist: Id, uids: Sequence[Id]) -> dict[Id, PlaylistItem]:
    """Give items by place."""
    found: dict[Id, PlaylistItem] = {}
    for start in range(0, len(uids), _CHUNK):
        wanted = _item_columns().where(
            items.c.playlist == playlist, items.c.uid.in_(uids[start : start + _CHUNK])
        )
        found.update({row.uid: PlaylistItem(*row) for row in tx.execute(wanted)})
    return found


def uids_of(tx: Tx, playlist: Id, ids: Sequence[Id]) -> list[Id]:
    """Give the places at which these tracks stand."""
    found: list[Id] = []
    for start in range(0, len(ids), _CHUNK):
        wanted = sa.select(items.c.uid).where(
            items.c.playlist == playlist, items.c.item.in_(ids[start : start + _CHUNK])
        )
        found.extend(tx.execute(wanted).scalars())
    return found


def write_items(tx: Tx, playlist: Id, new: Sequence[PlaylistItem], ranks: Mapping[Id, int]) -> None:
    """Insert new items and set the ranks of the others named in `ranks`."""
    fresh = {item.uid for item in new}
    rows = [
        {
            "playlist": playlist,
            "uid": item.uid,
            "rank": ranks[item.uid],
            "kind": item.kind,
            "item": item.id,
            "added_at": item.added_at,
            "added_by": item.added_by,
        }
        for item in new
    ]
    if rows:
        tx.execute(sa.insert(items), rows)
    moved = [{"b_uid": uid, "b_rank": rank} for uid, rank in ranks.items() if uid not in fresh]
    if moved:
        statement = sa.update(items).where(items.c.playlist == playlist, items.c.uid == sa.bindparam("b_uid"))
        tx.execute(statement.values(rank=sa.bindparam("b_rank")), moved)


def delete_items(tx: Tx, playlist: Id, uids: Sequence[Id]) -> None:
    """Delete items by place."""
    for start in range(0, len(uids), _CHUNK):
        tx.execute(
            sa.delete(items).where(
                items.c.playlist == playlist, items.c.uid.in_(uids[start : start + _CHUNK])
            )
        )


def keep_edit(
    tx: Tx, before: Playlist, undo: list[dict[str, Any]], by: Id, at: datetime, *, is_undo: bool
) -> None:
    """Keep how the edit that led from `before` to the next revision is taken back."""
    row = {
        "playlist": before.id,
        "revision": before.revision + 1,
        "before": before.snapshot_id,
        "at": at,
        "by": by,
        "undo": undo,
        "is_undone": False,
        "is_undo": is_undo,
    }
    tx.execute(sa.insert(edits), row)


def forget_edits(tx: Tx, playlist: Id, up_to_revision: int) -> None:
    """Drop edits too old to be taken back."""
    tx.execute(sa.delete(edits).where(edits.c.playlist == playlist, edits.c.revision <= up_to_revision))


def last_undoable(tx: Tx, playlist: Id) -> tuple[int, list[dict[str, Any]]] | None:
    """Give the newest edit that was not taken back: its revision and how to."""
    wanted = sa.select(edits.c.revision, edits.c.undo).where(
        edits.c.playlist == playlist, edits.c.is_undo.is_(False), edits.c.is_undone.is_(False)
    )
    row = tx.execute(wanted.order_by(edits.c.revision.desc()).limit(1)).one_or_none()
    return None if row is None else (row.revision, row.undo)


def mark_undone(tx: Tx, playlist: Id, revision: int) -> None:
    """Remember that an edit was taken back."""
    tx.execute(
        sa.update(edits)
        .where(edits.c.playlist == playlist, edits.c.revision == revision)
        .values(is_undone=True)
    )


def undos_back_to(tx: Tx, playlist: Id, snapshot: Id) -> list[list[dict[str, Any]]] | None:
    """Give what takes the playlist back to a snapshot, newest first; None when it is not known any more."""
    if not is_id(snapshot):
        return None
    known = sa.select(edits.c.revision).where(edits.c.playlist == playlist, edits.c.before == snapshot)
    revision = tx.execute(known).scalar_one_or_none()
    if revision is None:
        return None
    wanted = sa.select(edits.c.undo).where(edits.c.playlist == playlist, edits.c.revision >= revision)
    return list(tx.execute(wanted.order_by(edits.c.revision.desc())).scalars())


def erase_playlists(tx: Tx, owner: Id) -> list[Id]:
    """Delete a person's playlists with everything in them, and everybody's following of them; give their ids."""
    ids = [playlist.id for playlist in owned_by(tx, owner)]
    for start in range(0, len(ids), _CHUNK):
        some = ids[start : start + _CHUNK]
        for made, column in (
            (items, items.c.playlist),
            (edits, edits.c.playlist),
            (playlists, playlists.c.id),
        ):
            tx.execute(sa.delete(made).where(column.in_(some)))
        tx.execute(sa.delete(saved).where(saved.c.kind == "playlist", saved.c.item.in_(some)))
    return ids


def _item_columns() -> sa.Select[Any]:
    return sa.select(items.c.uid, items.c.kind, items.c.item, items.c.added_at, items.c.added_by)
