"""Lists that stay right while they change: a cursor holds the last row's sort value and id, never a position."""

import base64
import binascii
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from bandstand.platform.db import EPOCH, Tx
from bandstand.platform.errors import Invalid
from bandstand.platform.ids import Id, is_id

MAX_PAGE: Final = 500


def write_cursor(value: Any, last: Id) -> str:
    """The opaque form of a row's place."""
    if isinstance(value, datetime):
        value = {"t": int((value - EPOCH).total_seconds() * 1_000_000)}
    return base64.urlsafe_b64encode(msgspec.json.encode([value, last])).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[Any, Id]:
    """The place a cursor names. Raises Invalid for one that is not ours."""
    try:
        value, last = msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, binascii.Error, msgspec.DecodeError) as error:
        raise Invalid(
            "The cursor is not one of ours: start the list again without it.", code="bad_cursor"
        ) from error
    if not isinstance(last, str) or not is_id(last):
        raise Invalid("The cursor is not one of ours: start the list again without it.", code="bad_cursor")
    if isinstance(value, dict):
        return _time(value), last
    return value, last


def _time(value: dict[str, Any]) -> datetime:
    return EPOCH + timedelta(microseconds=int(value["t"]))


def page(
    tx: Tx,
    ids: sa.Select[Any],
    by: sa.ColumnElement[Any],
    key: sa.ColumnElement[Any],
    cursor: str | None,
    limit: int,
    *,
    newest_first: bool = False,
) -> tuple[list[Id], str | None, int]:
    """One page of ids ordered by (`by`, `key`), the next cursor, and how many there are in all."""
    limit = max(1, min(limit, MAX_PAGE))
    total = tx.scalar(sa.select(sa.func.count()).select_from(ids.order_by(None).subquery())) or 0
    listing = ids.add_columns(by.label("sorted_by"))
    if cursor:
        value, last = read_cursor(cursor)
        after = (
            sa.or_(by < value, sa.and_(by == value, key < last))
            if newest_first
            else sa.or_(by > value, sa.and_(by == value, key > last))
        )
        listing = listing.where(after)
    order = (by.desc(), key.desc()) if newest_first else (by, key)
    rows = tx.execute(listing.order_by(*order).limit(limit + 1)).all()
    more = write_cursor(rows[limit - 1].sorted_by, rows[limit - 1][0]) if len(rows) > limit else None
    return [r[0] for r in rows[:limit]], more, total
