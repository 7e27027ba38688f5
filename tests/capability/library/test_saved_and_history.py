from datetime import timedelta

import pytest

from bandstand import library
from bandstand.library.consumers import HISTORY
from bandstand.platform.errors import Invalid, NotFound
from bandstand.platform.ids import new_id
from bandstand.platform.log import Event, replay
from tests.capability.listening.world import NOON, World, event


def test_saving_twice_keeps_the_first_date_and_is_said_once(world: World) -> None:
    ana, pseudonym = world.person("ana")
    track = world.tracks(1)[0].track_id
    with world.db.begin() as tx:
        library.save(tx, ana, "track", [track, track], NOON)
        library.save(tx, ana, "track", [track], NOON + timedelta(days=1))
        assert [one.saved_at for one in library.list_saved(tx, ana, "track").items] == [NOON]
        assert library.contains(tx, ana, "track", [track, new_id(NOON), "no id"]) == [True, False, False]
        assert library.followers(tx, "track", track) == 1
        library.unsave(tx, ana, "track", [track], NOON)
        library.unsave(tx, ana, "track", [track], NOON)
        assert library.list_saved(tx, ana, "track").total == 0
    world.settle()
    said = [e.event for e in world.log.read("rooms", 0, 100) if e.event.kind.startswith("item.")]
    assert [(one.kind, one.person) for one in said] == [
        ("item.saved", pseudonym),
        ("item.unsaved", pseudonym),
    ]


def test_what_is_not_there_cannot_be_saved(world: World) -> None:
    ana, _ = world.person("ana")
    with world.db.begin() as tx:
        for kind in ("track", "album", "artist", "playlist"):
            with pytest.raises(NotFound):
                library.save(tx, ana, kind, [new_id(NOON)], NOON)
        with pytest.raises(Invalid):
            library.save(tx, ana, "car", [new_id(NOON)], NOON)


def test_a_cursor_stays_right_while_the_list_changes(world: World) -> None:
    ana, _ = world.person("ana")
    tracks = [one.track_id for one in world.tracks(6)]
    with world.db.begin() as tx:
        for number, track in enumerate(tracks[:5]):
            library.save(tx, ana, "track", [track], NOON + timedelta(seconds=number))
        first = library.list_saved(tx, ana, "track", limit=2)
        library.save(tx, ana, "track", tracks[5:], NOON + timedelta(days=1))
        library.unsave(tx, ana, "track", tracks[4:5], NOON)
        second = library.list_saved(tx, ana, "track", limit=2, cursor=first.next)
        assert [one.id for one in second.items] == [tracks[2], tracks[1]]
        by_id = library.list_saved(tx, ana, "track", limit=2, cursor=tracks[3])
        assert by_id.items == second.items
        last = library.list_saved(tx, ana, "track", limit=2, cursor=second.next)
        assert (len(last.items), last.next) == (1, None)
        with pytest.raises(Invalid):
            library.list_saved(tx, ana, "track", cursor="../etc")


def test_history_recent_and_most_played(world: World) -> None:
    ana, pseudonym = world.person("ana")
    bo, _ = world.person("bo")
    first, second, third = world.tracks(3)
    for track in (first, second, first, third, first):
        world.play(pseudonym, track, context="spotify:album:x")
    with world.db.read() as tx:
        page = library.recently_played(tx, ana, limit=3)
        assert [one.track for one in page.items] == [first.track_id, third.track_id, first.track_id]
        assert page.items[0].heard_ms == 40_000
        assert page.items[0].context == "spotify:album:x"
        rest = library.recently_played(tx, ana, cursor=page.next, limit=3)
        assert [one.track for one in rest.items] == [second.track_id, first.track_id]
        assert rest.next is None
        newer = library.recently_played(tx, ana, after=rest.items[0].played_at, limit=2)
        assert newer.items == page.items[1:]
        older = library.recently_played(tx, ana, before=page.items[-1].played_at)
        assert older.items == rest.items
        assert library.top(tx, ana, "tracks", limit=2)[0] == (first.track_id, 3)
        assert [plays for _, plays in library.top(tx, ana, "artists")] == [5]
        assert library.top(tx, ana, "tracks", since=world.clock() + timedelta(seconds=1)) == []
        assert library.recently_played(tx, bo).items == []
        assert library.popular(tx, limit=1) == [(first.track_id, 3)]


def test_a_play_heard_on_grows_in_the_history(world: World) -> None:
    ana, pseudonym = world.person("ana")
    session = world.play(pseudonym, world.tracks(1)[0])
    world.clock.advance(60)
    world.report(pseudonym, [event(session, 1, 40_000, 100_000, at=world.clock(), kind="completed")])
    world.settle()
    with world.db.read() as tx:
        assert [one.heard_ms for one in library.recently_played(tx, ana).items] == [100_000]


def test_a_play_told_twice_is_one_and_replay_gives_equal_history(world: World) -> None:
    ana, pseudonym = world.person("ana")
    for track in world.tracks(3):
        world.play(pseudonym, track)
    with world.db.read() as tx:
        before = library.recently_played(tx, ana)
    told = next(e.event for e in world.log.read("rooms", 0, 100) if e.event.kind == "play.counted")
    world.log.append("rooms", [Event(new_id(NOON), told.kind, told.at, told.person, told.data)])
    world.settle()
    for since in (None, NOON + timedelta(seconds=60)):
        replay(world.db, world.log, HISTORY, since)
        with world.db.read() as tx:
            assert library.recently_played(tx, ana) == before


def test_plays_of_nobody_are_passed_over(world: World) -> None:
    data = {"play": new_id(NOON)}
    world.log.append("rooms", [Event(new_id(NOON), "play.counted", NOON, "gone", data)])
    world.settle()
    with world.db.read() as tx:
        assert library.popular(tx) == []
