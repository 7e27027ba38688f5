from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from bandstand.library.edits import read_edits, write_edits
from bandstand.library.model import (
    RANK_GAP,
    Describe,
    Edit,
    Insert,
    Move,
    PlaylistItem,
    Remove,
    apply,
    invert,
    locate,
    place,
    renumber,
    touched_by,
)
from bandstand.platform.ids import derived_id

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NOW = Describe("Name", "", is_public=True)


def _item(name: object) -> PlaylistItem:
    return PlaylistItem(
        derived_id("uid", str(name)), "track", derived_id("track", str(name)), NOON, derived_id("ana")
    )


@st.composite
def _edits(draw: st.DrawFn, order: list[str], number: int) -> Edit:
    match draw(st.sampled_from(["insert", "remove", "move", "describe"])):
        case "insert":
            start = draw(st.integers(0, len(order)))
            new = [_item((number, n)) for n in range(draw(st.integers(1, 4)))]
            return Insert(tuple((start + n, item) for n, item in enumerate(new)))
        case "remove":
            return Remove(tuple(draw(st.lists(st.sampled_from(order), unique=True)) if order else ()))
        case "move":
            start = draw(st.integers(0, len(order)))
            length = draw(st.integers(0, len(order) - start))
            outside = [*range(start + 1), *range(start + length, len(order) + 1)]
            return Move(start, length, draw(st.sampled_from(outside)))
        case _:
            return Describe(name=draw(st.sampled_from(["A", "B"])))


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_each_edit_can_be_taken_back_and_ranks_follow_the_list(data: st.DataObject) -> None:
    order = [_item(n).uid for n in range(data.draw(st.integers(0, 8)))]
    items = {_item(n).uid: _item(n) for n in range(8)}
    ranks = {
        uid: rank // (RANK_GAP // 2) for uid, rank in renumber(order).items()
    }  # no room: numbers anew at times
    states = [list(order)]
    backs: list[Edit] = []
    for number in range(data.draw(st.integers(1, 8))):
        edit = data.draw(_edits(order, number))
        if isinstance(edit, Insert):
            items.update({item.uid: item for _, item in edit.at})
        backs.append(invert(order, edit, items, NOW))
        after = apply(order, edit)
        ranks.update(place(after, ranks, touched_by(order, edit)))
        assert sorted(after, key=lambda uid: ranks[uid]) == after
        assert len({ranks[uid] for uid in after}) == len(after)
        order = after
        states.append(order)
    assert read_edits(write_edits(backs)) == backs
    for back, before in zip(reversed(backs), reversed(states[:-1]), strict=True):
        order = apply(order, back)
        assert order == before


@given(st.integers(1, 10), st.data())
@settings(max_examples=60, deadline=None)
def test_a_move_is_what_a_list_does(count: int, data: st.DataObject) -> None:
    order = [str(n) for n in range(count)]
    start = data.draw(st.integers(0, count))
    length = data.draw(st.integers(0, count - start))
    before = data.draw(st.integers(0, count).filter(lambda b: not start < b < start + length))
    rest = order[:start] + order[start + length :]
    cut = before - length if before > start else before
    assert (
        apply(order, Move(start, length, before)) == rest[:cut] + order[start : start + length] + rest[cut:]
    )


def test_a_move_made_against_an_older_order_moves_the_same_things() -> None:
    then = ["a", "b", "c", "d"]
    now = ["x", "a", "c", "d", "y"]
    order = now
    for edit in locate(then, now, Move(0, 2, 3)):
        order = apply(order, edit)
    assert order == ["x", "c", "a", "d", "y"]


def test_an_edit_writes_only_what_it_touches() -> None:
    order = [_item(n).uid for n in range(10_000)]
    ranks = renumber(order)
    move = Move(5, 3, 9_000)
    written = place(apply(order, move), ranks, touched_by(order, move))
    assert set(written) == set(order[5:8])
