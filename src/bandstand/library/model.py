"""Saved things, playlists and their edits, plays. Pure: a playlist's order is a list, an edit a value with an inverse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from bandstand.platform.ids import Id

SavedKind = Literal["track", "album", "artist", "playlist"]
ItemKind = Literal["track", "episode"]
SAVED_KINDS: Final = ("track", "album", "artist", "playlist")

MAX_NAME: Final = 200
MAX_DESCRIPTION: Final = 2_000
MAX_ITEMS: Final = 100_000
KEPT_EDITS: Final = 200
"""How many edits of a playlist can be undone, and how old a snapshot an edit may be made against."""
RANK_GAP: Final = 1 << 32
"""Room between neighbours: 32 insertions at one place before a playlist is numbered anew."""


@dataclass(frozen=True, slots=True)
class Saved:
    """Something a person saved or follows."""

    id: Id
    kind: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page of saved things, newest first; `next` is the cursor of the one after it."""

    items: list[Saved]
    next: str | None
    total: int


@dataclass(frozen=True, slots=True)
class Playlist:
    """A person's list of tracks and episodes. `snapshot_id` names its revision."""

    id: Id
    owner: Id
    name: str
    description: str
    is_public: bool
    revision: int
    snapshot_id: Id
    total: int
    created_at: datetime
    changed_at: datetime
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlaylistItem:
    """A place in a playlist. The same track may stand there twice: `uid` tells the places apart."""

    uid: Id
    kind: ItemKind
    id: Id
    added_at: datetime
    added_by: Id


@dataclass(frozen=True, slots=True)
class Play:
    """A counted play, as history shows it. `context` is what it was played from, a Spotify address or None."""

    id: Id
    session: Id
    track: Id
    recording: Id
    played_at: datetime
    heard_ms: int
    context: str | None
    is_organic: bool | None


@dataclass(frozen=True, slots=True)
class PlayPage:
    """A page of history, newest first; `next` is the cursor of the one after it."""

    items: list[Play]
    next: str | None


@dataclass(frozen=True, slots=True)
class Insert:
    """Put items in; each position is the one it has afterwards, rising."""

    at: tuple[tuple[int, PlaylistItem], ...]


@dataclass(frozen=True, slots=True)
class Remove:
    """Take items out."""

    uids: tuple[Id, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """Move `length` items from `start` to stand before what stands at `before` now."""

    start: int
    length: int
    before: int


@dataclass(frozen=True, slots=True)
class Describe:
    """Change what a playlist says of itself; None leaves a field."""

    name: str | None = None
    description: str | None = None
    is_public: bool | None = None


Edit = Insert | Remove | Move | Describe


def apply(order: Sequence[Id], edit: Edit) -> list[Id]:
    """Give the order after an edit."""
    after = list(order)
    match edit:
        case Insert(at):
            for position, item in at:
                after.insert(position, item.uid)
        case Remove(uids):
            gone = set(uids)
            after = [uid for uid in order if uid not in gone]
        case Move(start, length, before):
            block = after[start : start + length]
            del after[start : start + length]
            target = before - length if before > start else before
            after[target:target] = block
        case Describe():
            pass
    return after


def invert(order: Sequence[Id], edit: Edit, items: Mapping[Id, PlaylistItem], now: Describe) -> Edit:
    """Give the edit that takes `edit` back. `items` are those removed, `now` is what the playlist says before."""
    match edit:
        case Insert(at):
            return Remove(tuple(item.uid for _, item in at))
        case Remove(uids):
            gone = set(uids)
            return Insert(tuple((place, items[uid]) for place, uid in enumerate(order) if uid in gone))
        case Move(start, length, before):
            if before > start:
                return Move(before - length, length, start)
            return Move(before, length, start + length)
        case Describe(name, description, is_public):
            return Describe(
                None if name is None else now.name,
                None if description is None else now.description,
                None if is_public is None else now.is_public,
            )


def is_settled(edit: Move) -> bool:
    """Whether a move moves nothing: a block before itself, inside itself or right after itself."""
    return edit.length == 0 or edit.start <= edit.before <= edit.start + edit.length


def touched_by(order: Sequence[Id], edit: Edit) -> set[Id]:
    """Which places need a new rank after an edit."""
    match edit:
        case Insert(at):
            return {item.uid for _, item in at}
        case Move(start, length, _):
            return set(order[start : start + length])
        case _:
            return set()


def place(after: Sequence[Id], ranks: Mapping[Id, int], touched: set[Id]) -> dict[Id, int]:
    """Give the ranks to write so that `after` is in order: those touched, or, where there is no room, all."""
    written: dict[Id, int] = {}
    low: int | None = None
    run: list[Id] = []
    for uid in after:
        if uid in touched:
            run.append(uid)
            continue
        if not _fill(run, low, ranks[uid], written):
            return renumber(after)
        low, run = ranks[uid], []
    _fill(run, low, None, written)
    return written


def renumber(after: Sequence[Id]) -> dict[Id, int]:
    """Give every place a rank anew, with room between."""
    return {uid: number * RANK_GAP for number, uid in enumerate(after)}


def _fill(run: Sequence[Id], low: int | None, high: int | None, written: dict[Id, int]) -> bool:
    if not run:
        return True
    if low is None and high is None:
        low, step = -RANK_GAP, RANK_GAP
    elif low is None:
        low, step = (high or 0) - RANK_GAP * (len(run) + 1), RANK_GAP
    elif high is None:
        step = RANK_GAP
    else:
        step = (high - low) // (len(run) + 1)
    if step == 0:
        return False
    for number, uid in enumerate(run, 1):
        written[uid] = low + step * number
    return True


def locate(order_then: Sequence[Id], order_now: Sequence[Id], move: Move) -> list[Edit]:
    """Say a move made against an older order as moves of the present one; what is gone since stays gone."""
    present = set(order_now)
    block = [uid for uid in order_then[move.start : move.start + move.length] if uid in present]
    moved = set(block)
    anchor = next((uid for uid in order_then[move.before :] if uid in present and uid not in moved), None)
    order, edits = list(order_now), list[Edit]()
    for uid in block:
        start = order.index(uid)
        edit = Move(start, 1, len(order) if anchor is None else order.index(anchor))
        if not is_settled(edit):
            edits.append(edit)
            order = apply(order, edit)
    return edits
