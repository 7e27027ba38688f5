"""Queries of saved things."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from bandstand.library.model import Saved, SavedPage
from bandstand.library.store.cursors import read_cursor, write_cursor
from bandstand.library.tables import playlists, saved
from bandstand.platform.db import Tx, upsert
from bandstand.platform.ids import Id, is_id


def save(tx: Tx, person: Id, kind: str, ids: Sequence[Id], at: datetime) -> None:
    """Save; what is saved already keeps its date."""
    rows = [{"person": person, "kind": kind, "item": item, "saved_at": at} for item in dict.fromkeys(ids)]
    upsert(tx, saved, rows, ["person", "kind", "item"], [])


def unsave(tx: Tx, person: Id, kind: str, ids: Sequence[Id]) -> None:
    """Remove; what is not saved stays so."""
    of_person = sa.and_(saved.c.person == person, saved.c.kind == kind)
    tx.execute(sa.delete(saved).where(of_person, saved.c.item.in_(list(ids))))


def which_saved(tx: Tx, person: Id, kind: str, ids: Sequence[Id]) -> set[Id]:
    """Which of these are saved."""
    wanted = sa.select(saved.c.item).where(
        saved.c.person == person, saved.c.kind == kind, saved.c.item.in_([i for i in ids if is_id(i)])
    )
    return set(tx.execute(wanted).scalars())


def list_saved(tx: Tx, person: Id, kind: str, limit: int, offset: int, cursor: str | None) -> SavedPage:
    """Newest first. A cursor may also be the id of the last thing seen, as Spotify's `after` is."""
    mine = sa.and_(saved.c.person == person, saved.c.kind == kind)
    if kind == "playlist":
        visible = sa.select(playlists.c.id).where(
            playlists.c.deleted_at.is_(None), sa.or_(playlists.c.is_public, playlists.c.owner == person)
        )
        mine = sa.and_(mine, saved.c.item.in_(visible))
    total = tx.execute(sa.select(sa.func.count()).select_from(saved).where(mine)).scalar_one()
    wanted = sa.select(saved.c.item, saved.c.saved_at).where(mine)
    after = _after(tx, person, kind, cursor)
    if after is not None:
        wanted = wanted.where(
            sa.or_(
                saved.c.saved_at < after[0], sa.and_(saved.c.saved_at == after[0], saved.c.item < after[1])
            )
        )
        offset = 0
    rows = tx.execute(
        wanted.order_by(saved.c.saved_at.desc(), saved.c.item.desc()).limit(limit + 1).offset(offset)
    ).all()
    found = [Saved(row.item, kind, row.saved_at) for row in rows[:limit]]
    following = write_cursor(found[-1].saved_at, found[-1].id) if len(rows) > limit and found else None
    return SavedPage(found, following, total)


def count_followers(tx: Tx, kind: str, item: Id) -> int:
    """How many people saved or follow something."""
    wanted = sa.select(sa.func.count()).select_from(saved).where(saved.c.kind == kind, saved.c.item == item)
    return tx.execute(wanted).scalar_one()


def _after(tx: Tx, person: Id, kind: str, cursor: str | None) -> tuple[datetime, Id] | None:
    if cursor is None:
        return None
    if is_id(cursor):
        wanted = sa.select(saved.c.saved_at).where(
            saved.c.person == person, saved.c.kind == kind, saved.c.item == cursor
        )
        at = tx.execute(wanted).scalar_one_or_none()
        return None if at is None else (at, cursor)
    return read_cursor(cursor)
