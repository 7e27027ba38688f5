"""Edits as JSON and back, for the history of a playlist. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bandstand.library.model import Describe, Edit, Insert, Move, PlaylistItem, Remove


def write_edits(edits: Sequence[Edit]) -> list[dict[str, Any]]:
    """Say edits as JSON."""
    return [_write(edit) for edit in edits]


def read_edits(stored: Sequence[dict[str, Any]]) -> list[Edit]:
    """Read what `write_edits` said."""
    return [_read(one) for one in stored]


def _write(edit: Edit) -> dict[str, Any]:
    match edit:
        case Insert(at):
            return {
                "insert": [
                    [place, i.uid, i.kind, i.id, i.added_at.isoformat(), i.added_by] for place, i in at
                ],
            }
        case Remove(uids):
            return {"remove": list(uids)}
        case Move(start, length, before):
            return {"move": [start, length, before]}
        case Describe(name, description, is_public):
            return {"describe": [name, description, is_public]}


def _read(stored: dict[str, Any]) -> Edit:
    match stored:
        case {"insert": at}:
            return Insert(
                tuple(
                    (place, PlaylistItem(uid, kind, item, datetime.fromisoformat(added_at), by))
                    for place, uid, kind, item, added_at, by in at
                )
            )
        case {"remove": uids}:
            return Remove(tuple(uids))
        case {"move": [start, length, before]}:
            return Move(start, length, before)
        case {"describe": [name, description, is_public]}:
            return Describe(name, description, is_public)
    raise ValueError(f"not an edit: {sorted(stored)}")
