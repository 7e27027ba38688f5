"""The same rooms on PostgreSQL: one journey through every query that could differ."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from bandstand import catalogue, discovery, library, listening, playback
from bandstand.library.consumers import HISTORY
from bandstand.listening.consumers import PLAYS
from bandstand.platform.ids import new_id
from bandstand.platform.log import replay
from tests.capability.listening.http import principal
from tests.capability.listening.world import NOON, World, event

pytestmark = pytest.mark.engines


@pytest.fixture
def there(tmp_path: Path, postgres_url: str) -> Iterator[World]:
    made = World(tmp_path, database_url=postgres_url)
    yield made
    made.close()


def test_listening_and_history(there: World) -> None:
    me = principal(there, "ana")
    tracks = there.tracks(3)
    for track in tracks:
        there.play(me.pseudonym, track, context="spotify:album:x")
    there.report(me.pseudonym, [event(new_id(NOON), 0, 0, 40_000)])
    there.settle()
    with there.db.read() as tx:
        before = library.recently_played(tx, me.id)
        assert [play.track for play in before.items] == [track.track_id for track in reversed(tracks)]
        assert library.recently_played(tx, me.id, limit=1, cursor=before.next).next is not None
        assert len(library.top(tx, me.id, "tracks", since=NOON)) == 3
        assert library.recent_contexts(tx, me.id, 5) == ["spotify:album:x"]
        assert discovery.shelves(tx, me.id, there.clock(), Random(1))
    for consumer in (PLAYS, HISTORY):
        for since in (None, NOON + timedelta(seconds=60)):
            replay(there.db, there.log, consumer, since)
            there.settle()
            with there.db.read() as tx:
                assert library.recently_played(tx, me.id) == before


def test_playlists_saved_things_and_sessions(there: World) -> None:
    me = principal(there, "ana")
    refs = [catalogue.Item(track.track_id) for track in there.tracks(4)]
    with there.db.begin() as tx:
        made = library.create_playlist(tx, me.id, "One", NOON)
        seen = library.add_items(tx, me.id, made.id, refs, NOON).snapshot_id
        library.remove_items(tx, me.id, made.id, NOON, ids=[refs[0].id])
        library.move_items(tx, me.id, made.id, NOON, start=3, before=1, snapshot_id=seen)
        order = [item.id for item in library.playlist_items(tx, me.id, made.id)]
        assert order == [refs[3].id, refs[1].id, refs[2].id]
        library.undo(tx, me.id, made.id, NOON)
        assert library.undo(tx, me.id, made.id, NOON).total == 4
        library.save(tx, me.id, "track", [ref.id for ref in refs], NOON)
        page = library.list_saved(tx, me.id, "track", limit=3)
        assert len(library.list_saved(tx, me.id, "track", limit=3, cursor=page.next).items) == 1
        for _ in range(2):
            playback.start_session(
                tx, me, refs[0].id, playback.Wishes(), NOON, secret=b"0" * 32, device="Kitchen"
            )
        assert len(playback.devices_of(tx, me.id)) == 1
        for room in (playback, library, listening):
            room.export_person(tx, me.id)
            room.erase_person(tx, me.id)
            assert not any(room.export_person(tx, me.id).values())
