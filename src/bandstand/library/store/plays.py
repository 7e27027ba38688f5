"""Queries of plays."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bandstand.library.model import Play, PlayPage
from bandstand.library.store.cursors import read_cursor, write_cursor
from bandstand.library.tables import plays, saved
from bandstand.platform.db import Tx, upsert
from bandstand.platform.ids import Id


def put_plays(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Keep plays; one that is known stays as it is."""
    upsert(tx, plays, rows, ["id"], [])


def forget_plays(tx: Tx, since: datetime | None) -> None:
    """Drop what the log will tell again."""
    everything = sa.delete(plays)
    tx.execute(everything if since is None else everything.where(plays.c.received_at >= since))


def list_plays(
    tx: Tx, person: Id, *, before: datetime | None, after: datetime | None, cursor: str | None, limit: int
) -> PlayPage:
    """Newest first; `before` and `after` are exclusive. With `after` alone: the oldest that are newer than it."""
    wanted = sa.select(
        plays.c.id,
        plays.c.session,
        plays.c.track,
        plays.c.recording,
        plays.c.played_at,
        plays.c.heard_ms,
        plays.c.context,
        plays.c.is_organic,
    ).where(plays.c.person == person)
    if before is not None:
        wanted = wanted.where(plays.c.played_at < before)
    if after is not None:
        wanted = wanted.where(plays.c.played_at > after)
    if cursor is not None:
        at, last = read_cursor(cursor)
        wanted = wanted.where(
            sa.or_(plays.c.played_at < at, sa.and_(plays.c.played_at == at, plays.c.id < last))
        )
    rises = after is not None and before is None and cursor is None
    columns = (plays.c.played_at, plays.c.id)
    rows = tx.execute(
        wanted.order_by(*(c.asc() if rises else c.desc() for c in columns)).limit(limit + 1)
    ).all()
    found = sorted(
        (Play(*row) for row in rows[:limit]), key=lambda play: (play.played_at, play.id), reverse=True
    )
    has_older = len(rows) > limit and not rises
    return PlayPage(found, write_cursor(found[-1].played_at, found[-1].id) if has_older else None)


def count_by_track(
    tx: Tx, person: Id | None, since: datetime | None, limit: int | None, offset: int = 0
) -> list[tuple[Id, int]]:
    """Give (track, plays), most played first, of one person or of everybody."""
    number = sa.func.count().label("number")
    wanted = sa.select(plays.c.track, number).group_by(plays.c.track)
    if person is not None:
        wanted = wanted.where(plays.c.person == person)
    if since is not None:
        wanted = wanted.where(plays.c.played_at >= since)
    newest = sa.func.max(plays.c.played_at)
    rows = tx.execute(
        wanted.order_by(number.desc(), newest.desc(), plays.c.track).limit(limit).offset(offset)
    )
    return [(row.track, row.number) for row in rows]


def recent_contexts(tx: Tx, person: Id, limit: int) -> list[str]:
    """What a person last played from, newest first, each once."""
    newest = sa.func.max(plays.c.played_at)
    wanted = sa.select(plays.c.context).where(plays.c.person == person, plays.c.context.is_not(None))
    return [
        row.context
        for row in tx.execute(wanted.group_by(plays.c.context).order_by(newest.desc()).limit(limit))
    ]


def heard_tracks(tx: Tx, person: Id) -> set[Id]:
    """Every track a person ever played."""
    return set(tx.execute(sa.select(plays.c.track).where(plays.c.person == person).distinct()).scalars())


def rows_of(tx: Tx, person: Id) -> dict[str, list[dict[str, Any]]]:
    """What is kept about a person's plays and saved things."""
    return {
        made.name: [
            dict(row) for row in tx.execute(sa.select(made).where(made.c.person == person)).mappings()
        ]
        for made in (plays, saved)
    }


def erase_rows(tx: Tx, person: Id) -> None:
    """Delete a person's plays and saved things."""
    for made in (plays, saved):
        tx.execute(sa.delete(made).where(made.c.person == person))
