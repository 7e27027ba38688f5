"""Playlists: made, described, edited, undone, deleted, restored. Edits of one playlist happen one after another."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bandstand import accounts, catalogue
from bandstand.library import events
from bandstand.library.edits import read_edits, write_edits
from bandstand.library.model import (
    KEPT_EDITS,
    MAX_DESCRIPTION,
    MAX_ITEMS,
    MAX_NAME,
    Describe,
    Edit,
    Insert,
    Move,
    Playlist,
    PlaylistItem,
    Remove,
    apply,
    invert,
    is_settled,
    locate,
    place,
    touched_by,
)
from bandstand.library.store import playlists as store
from bandstand.library.store import saved as saved_store
from bandstand.platform.db import Tx
from bandstand.platform.errors import Conflict, Forbidden, Invalid, NotFound
from bandstand.platform.ids import Id, derived_id, is_id, new_id
from bandstand.platform.log import say

Ref = catalogue.Item


@dataclass(frozen=True, slots=True)
class PlaylistPage:
    """A page of playlists, and how many there are."""

    items: list[Playlist]
    total: int


def create_playlist(
    tx: Tx, person: Id, name: str, at: datetime, *, description: str = "", is_public: bool = False
) -> Playlist:
    """Make an empty playlist that its owner follows. Raises Invalid for a name that is empty or too long."""
    said = _checked(Describe(name, description, is_public))
    made = new_id(at)
    playlist = Playlist(
        made, person, said.name or "", said.description or "", is_public, 1, _snapshot(made, 1), 0, at, at
    )
    store.insert_playlist(tx, playlist)
    saved_store.save(tx, person, "playlist", [made], at)
    _tell(tx, playlist, at)
    return playlist


def get_playlist(tx: Tx, person: Id, playlist: Id) -> Playlist:
    """Find a playlist this person may see. Raises NotFound for others' private and for deleted ones."""
    found = store.find_playlist(tx, playlist)
    if found is None or found.deleted_at is not None or not (found.is_public or found.owner == person):
        raise _no_such(playlist)
    return found


def get_playlists(tx: Tx, person: Id, ids: Sequence[Id]) -> dict[Id, Playlist]:
    """Find those of these playlists that this person may see."""
    found = store.find_playlists(tx, ids).items()
    return {i: one for i, one in found if one.deleted_at is None and (one.is_public or one.owner == person)}


def playlists_of(tx: Tx, person: Id, *, limit: int = 20, offset: int = 0) -> PlaylistPage:
    """The playlists a person made or follows, newest first."""
    page = saved_store.list_saved(tx, person, "playlist", limit, offset, None)
    found = store.find_playlists(tx, [one.id for one in page.items])
    return PlaylistPage([found[one.id] for one in page.items], page.total)


def public_playlists_of(tx: Tx, owner: Id, *, limit: int = 20, offset: int = 0) -> PlaylistPage:
    """The playlists a person shows to everybody, newest first."""
    return PlaylistPage(*store.public_of(tx, owner, limit, offset))


def all_public_playlists(tx: Tx) -> Iterable[Playlist]:
    """Every public playlist, for whoever builds an index."""
    return store.all_public(tx)


def playlist_items(
    tx: Tx, person: Id, playlist: Id, *, offset: int = 0, limit: int | None = 100
) -> list[PlaylistItem]:
    """A page of what is in a playlist, in order. Tracks whose files are gone stay."""
    return store.read_items(tx, get_playlist(tx, person, playlist).id, offset, limit)


def change_playlist(
    tx: Tx,
    person: Id,
    playlist: Id,
    at: datetime,
    *,
    name: str | None = None,
    description: str | None = None,
    is_public: bool | None = None,
) -> Playlist:
    """Rename, describe, show or hide; what is None stays."""
    edit = _checked(Describe(name, description, is_public))
    return _edit(tx, person, playlist, at, lambda _now, _order: [edit])


def add_items(
    tx: Tx, person: Id, playlist: Id, refs: Sequence[Ref], at: datetime, *, position: int | None = None
) -> Playlist:
    """Add items, at the end or so that the first stands at `position`. Raises NotFound for what is not known."""
    _check_known(tx, refs)

    def edits(_now: Playlist, order: list[Id]) -> list[Edit]:
        start = len(order) if position is None else position
        if not 0 <= start <= len(order):
            raise Invalid(
                f"position {start} is outside this playlist of {len(order)} items", code="bad_position"
            )
        return [_insertion(refs, start, person, at)] if refs else []

    return _edit(tx, person, playlist, at, edits)


def remove_items(
    tx: Tx,
    person: Id,
    playlist: Id,
    at: datetime,
    *,
    ids: Sequence[Id] = (),
    positions: Sequence[int] = (),
    snapshot_id: Id | None = None,
) -> Playlist:
    """Remove every place of `ids`, and the places at `positions` as they were in `snapshot_id`."""

    def edits(now: Playlist, order: list[Id]) -> list[Edit]:
        gone = set(store.uids_of(tx, now.id, [item for item in ids if is_id(item)]))
        if positions:
            then = _order_at(tx, now, order, snapshot_id)
            if min(positions) < 0 or max(positions) >= len(then):
                raise Invalid(
                    f"a position is outside this playlist of {len(then)} items", code="bad_position"
                )
            gone |= {then[position] for position in positions} & set(order)
        return [Remove(tuple(uid for uid in order if uid in gone))] if gone else []

    return _edit(tx, person, playlist, at, edits)


def move_items(
    tx: Tx,
    person: Id,
    playlist: Id,
    at: datetime,
    *,
    start: int,
    length: int = 1,
    before: int,
    snapshot_id: Id | None = None,
) -> Playlist:
    """Move `length` items from `start` to stand before what stood at `before` in `snapshot_id` (now, if None)."""

    def edits(now: Playlist, order: list[Id]) -> list[Edit]:
        then = _order_at(tx, now, order, snapshot_id)
        if not (0 <= start <= len(then) and 0 <= length <= len(then) - start and 0 <= before <= len(then)):
            raise Invalid(f"this range is outside the playlist of {len(then)} items", code="bad_position")
        move = Move(start, length, before)
        if is_settled(move):
            return []
        return [move] if then == order else locate(then, order, move)

    return _edit(tx, person, playlist, at, edits)


def replace_items(tx: Tx, person: Id, playlist: Id, refs: Sequence[Ref], at: datetime) -> Playlist:
    """Put other items in place of all there are, as one edit."""
    _check_known(tx, refs)

    def edits(_now: Playlist, order: list[Id]) -> list[Edit]:
        out: list[Edit] = [Remove(tuple(order))] if order else []
        return [*out, _insertion(refs, 0, person, at)] if refs else out

    return _edit(tx, person, playlist, at, edits)


def undo(tx: Tx, person: Id, playlist: Id, at: datetime) -> Playlist:
    """Take back the last edit that was not taken back; again, the one before. Raises Conflict if there is none."""
    now = _mine(tx, person, playlist)
    last = store.last_undoable(tx, now.id)
    if last is None:
        raise Conflict("There is nothing to undo in this playlist.", code="nothing_to_undo")
    revision, back = last
    after = _perform(tx, now, person, at, read_edits(back), is_undo=True)
    store.mark_undone(tx, now.id, revision)
    return after


def delete_playlist(tx: Tx, person: Id, playlist: Id, at: datetime) -> None:
    """Delete a playlist of one's own; `restore_playlist` brings it back."""
    now = _mine(tx, person, playlist)
    gone = replace(now, deleted_at=at)
    store.update_playlist(tx, gone)
    _tell(tx, gone, at)


def restore_playlist(tx: Tx, person: Id, playlist: Id, at: datetime) -> Playlist:
    """Bring a deleted playlist back as it was, followers and all."""
    found = store.find_playlist(tx, playlist, lock=True)
    if found is None or found.owner != person:
        raise _no_such(playlist)
    back = replace(found, deleted_at=None)
    if found.deleted_at is not None:
        store.update_playlist(tx, back)
        saved_store.save(tx, person, "playlist", [back.id], at)
        _tell(tx, back, at)
    return back


def _mine(tx: Tx, person: Id, playlist: Id) -> Playlist:
    found = store.find_playlist(tx, playlist, lock=True)
    if found is None or found.deleted_at is not None or not (found.is_public or found.owner == person):
        raise _no_such(playlist)
    if found.owner != person:
        raise Forbidden("This playlist is somebody else's; make a copy to change it.")
    return found


def _edit(
    tx: Tx, person: Id, playlist: Id, at: datetime, edits: Callable[[Playlist, list[Id]], list[Edit]]
) -> Playlist:
    now = _mine(tx, person, playlist)
    wanted = edits(now, list(store.read_ranks(tx, now.id)))
    return _perform(tx, now, person, at, wanted, is_undo=False) if wanted else now


def _perform(
    tx: Tx, now: Playlist, person: Id, at: datetime, edits: Sequence[Edit], *, is_undo: bool
) -> Playlist:
    """Make edits one revision: write what changed, keep how to take it back, say it."""
    ranks = store.read_ranks(tx, now.id)
    order, says, back = list(ranks), Describe(now.name, now.description, now.is_public), list[Edit]()
    for edit in edits:
        removed = store.items_named(tx, now.id, edit.uids) if isinstance(edit, Remove) else {}
        back.insert(0, invert(order, edit, removed, says))
        after = apply(order, edit)
        if isinstance(edit, Remove):
            store.delete_items(tx, now.id, edit.uids)
        written = place(after, ranks, touched_by(order, edit))
        new = [item for _, item in edit.at] if isinstance(edit, Insert) else []
        store.write_items(tx, now.id, new, written)
        ranks.update(written)
        order, says = after, _said(says, edit)
    if len(order) > MAX_ITEMS:
        raise Invalid(f"a playlist holds at most {MAX_ITEMS} items", code="playlist_full")
    revision = now.revision + 1
    made = replace(
        now,
        name=says.name or now.name,
        description=says.description or "",
        is_public=bool(says.is_public),
        revision=revision,
        snapshot_id=_snapshot(now.id, revision),
        total=len(order),
        changed_at=at,
    )
    store.keep_edit(tx, now, write_edits(back), person, at, is_undo=is_undo)
    store.forget_edits(tx, now.id, revision - KEPT_EDITS)
    store.update_playlist(tx, made)
    _tell(tx, made, at)
    return made


def _order_at(tx: Tx, now: Playlist, order: list[Id], snapshot_id: Id | None) -> list[Id]:
    """Give the order at a snapshot. Raises Conflict when it is too old to be known."""
    if snapshot_id is None or snapshot_id == now.snapshot_id:
        return order
    backs = store.undos_back_to(tx, now.id, snapshot_id)
    if backs is None:
        raise Conflict("The playlist has changed too much since; load it again.", code="snapshot_too_old")
    then = order
    for back in backs:
        for edit in read_edits(back):
            then = apply(then, edit)
    return then


def _said(before: Describe, edit: Edit) -> Describe:
    if not isinstance(edit, Describe):
        return before
    return Describe(
        before.name if edit.name is None else edit.name,
        before.description if edit.description is None else edit.description,
        before.is_public if edit.is_public is None else edit.is_public,
    )


def _insertion(refs: Sequence[Ref], start: int, person: Id, at: datetime) -> Insert:
    return Insert(
        tuple(
            (start + number, PlaylistItem(new_id(at), ref.kind, ref.id, at, person))
            for number, ref in enumerate(refs)
        )
    )


def _check_known(tx: Tx, refs: Sequence[Ref]) -> None:
    asked = [ref.id for ref in refs if ref.kind == "track" and is_id(ref.id)]
    known = catalogue.get_tracks(tx, list(dict.fromkeys(asked))) if asked else {}
    unknown = [ref.id for ref in refs if ref.id not in known]
    if unknown:
        raise NotFound(f"There is no such track: {', '.join(unknown[:5])}.", ids=unknown[:50])


def _checked(said: Describe) -> Describe:
    if "\x00" in f"{said.name}{said.description}":
        raise Invalid("A playlist's words cannot hold the character U+0000.", code="bad_name")
    name = None if said.name is None else said.name.strip()
    if name is not None and not 1 <= len(name) <= MAX_NAME:
        raise Invalid(f"A playlist's name has 1 to {MAX_NAME} characters.", code="bad_name")
    if said.description is not None and len(said.description) > MAX_DESCRIPTION:
        raise Invalid(f"A description has at most {MAX_DESCRIPTION} characters.", code="bad_description")
    return replace(said, name=name)


def _snapshot(playlist: Id, revision: int) -> Id:
    return derived_id("snapshot", playlist, str(revision))


def _no_such(playlist: Id) -> NotFound:
    return NotFound("There is no such playlist.", playlist=playlist[:40])


def _tell(tx: Tx, playlist: Playlist, at: datetime) -> None:
    say(tx, "rooms", events.playlist_changed(accounts.pseudonym_of(tx, playlist.owner), playlist, at))
