"""Cursors: where a page ended, by what is listed and never by how many there were, so lists may change meanwhile."""

from datetime import datetime, timedelta

from bandstand.platform.db import EPOCH
from bandstand.platform.errors import Invalid
from bandstand.platform.ids import Id, is_id

_MICROS_DIGITS = 17
"""The year 5138: what is longer is not a time."""


def write_cursor(at: datetime, item: Id) -> str:
    """Say where a page ended."""
    return f"{(at - EPOCH) // timedelta(microseconds=1)}.{item}"


def read_cursor(cursor: str) -> tuple[datetime, Id]:
    """Read what `write_cursor` said. Raises Invalid."""
    micros, _, item = cursor.partition(".")
    if not (micros.isascii() and micros.isdigit() and len(micros) <= _MICROS_DIGITS and is_id(item)):
        raise Invalid("this cursor is not one of ours; start again without it", code="bad_cursor")
    return EPOCH + timedelta(microseconds=int(micros)), item
