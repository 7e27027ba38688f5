from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bandstand import catalogue, library
from bandstand.platform.db import Tx
from bandstand.platform.errors import Conflict, Forbidden, Invalid, NotFound
from bandstand.platform.ids import Id, new_id
from tests.capability.listening.world import NOON, World

Item = catalogue.Item


def _ids(tx: Tx, person: Id, playlist: Id) -> list[Id]:
    return [item.id for item in library.playlist_items(tx, person, playlist, limit=None)]


def _refs(tracks: list[catalogue.Published]) -> list[catalogue.Item]:
    return [Item(track.track_id) for track in tracks]


def test_a_playlist_from_beginning_to_end(world: World) -> None:
    ana, _ = world.person("ana")
    tracks = _refs(world.tracks(4))
    a, b, c, d = (ref.id for ref in tracks)
    with world.db.begin() as tx:
        made = library.create_playlist(tx, ana, "  Morning ", NOON, description="slow")
        assert (made.name, made.total, made.is_public) == ("Morning", 0, False)
        snapshots = [made.snapshot_id]
        for state, edited in (
            ([a, b, c], library.add_items(tx, ana, made.id, tracks[:3], NOON)),
            ([a, d, b, c], library.add_items(tx, ana, made.id, tracks[3:], NOON, position=1)),
        ):
            snapshots.append(edited.snapshot_id)
            assert edited.total == len(state)
        assert _ids(tx, ana, made.id) == [a, d, b, c]
        library.move_items(tx, ana, made.id, NOON, start=0, length=2, before=4)
        assert _ids(tx, ana, made.id) == [b, c, a, d]
        library.remove_items(tx, ana, made.id, NOON, ids=[c])
        assert _ids(tx, ana, made.id) == [b, a, d]
        library.replace_items(tx, ana, made.id, [tracks[2], tracks[2]], NOON)
        assert _ids(tx, ana, made.id) == [c, c]
        library.change_playlist(tx, ana, made.id, NOON, name="Evening", is_public=True)
        states = [[c, c], [b, a, d], [b, c, a, d], [a, d, b, c], [a, b, c], list[Id]()]
        for state in states:
            library.undo(tx, ana, made.id, NOON)
            assert _ids(tx, ana, made.id) == state
        after = library.get_playlist(tx, ana, made.id)
        assert (after.name, after.is_public, after.total) == ("Morning", False, 0)
        assert after.snapshot_id not in snapshots
        with pytest.raises(Conflict, match="nothing to undo"):
            library.undo(tx, ana, made.id, NOON)


def test_delete_and_restore(world: World) -> None:
    ana, _ = world.person("ana")
    with world.db.begin() as tx:
        made = library.create_playlist(tx, ana, "One", NOON)
        library.add_items(tx, ana, made.id, _refs(world_tracks := _published(world, tx)), NOON)
        library.delete_playlist(tx, ana, made.id, NOON)
        assert library.playlists_of(tx, ana).total == 0
        with pytest.raises(NotFound):
            library.get_playlist(tx, ana, made.id)
        back = library.restore_playlist(tx, ana, made.id, NOON)
        assert back.total == len(world_tracks)
        assert library.playlists_of(tx, ana).items == [back]


def _published(world: World, tx: Tx) -> list[catalogue.Published]:
    draft = catalogue.TrackDraft(
        "Song",
        (catalogue.Credit("Bo"),),
        catalogue.AlbumDraft("B", (catalogue.Credit("Bo"),)),
        catalogue.Source("f" * 64, "flac", "flac", 44_100, 2, 16, 800, 44_100 * 60, 60_000),
    )
    return catalogue.publish(tx, [draft], world.clock())


def test_others_private_playlists_are_not_found_and_public_ones_not_theirs_to_change(world: World) -> None:
    ana, _ = world.person("ana")
    bo, _ = world.person("bo")
    with world.db.begin() as tx:
        made = library.create_playlist(tx, ana, "Hers", NOON)
        for attempt in (
            lambda: library.get_playlist(tx, bo, made.id),
            lambda: library.playlist_items(tx, bo, made.id),
            lambda: library.undo(tx, bo, made.id, NOON),
            lambda: library.restore_playlist(tx, bo, made.id, NOON),
            lambda: library.save(tx, bo, "playlist", [made.id], NOON),
        ):
            with pytest.raises(NotFound):
                attempt()
        library.change_playlist(tx, ana, made.id, NOON, is_public=True)
        with pytest.raises(Forbidden):
            library.change_playlist(tx, bo, made.id, NOON, name="His")
        library.save(tx, bo, "playlist", [made.id], NOON)
        assert [one.id for one in library.playlists_of(tx, bo).items] == [made.id]
        library.change_playlist(tx, ana, made.id, NOON, is_public=False)
        assert library.playlists_of(tx, bo).total == 0


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "a\x00b"])
def test_a_name_that_cannot_be(world: World, name: str) -> None:
    ana, _ = world.person("ana")
    with world.db.begin() as tx, pytest.raises(Invalid):
        library.create_playlist(tx, ana, name, NOON)


def test_what_is_not_known_is_not_added(world: World) -> None:
    ana, _ = world.person("ana")
    with world.db.begin() as tx:
        made = library.create_playlist(tx, ana, "One", NOON)
        with pytest.raises(NotFound):
            library.add_items(tx, ana, made.id, [Item(new_id(NOON))], NOON)
        with pytest.raises(NotFound):
            library.add_items(tx, ana, made.id, [Item("not an id")], NOON)
        with pytest.raises(Invalid):
            library.move_items(tx, ana, made.id, NOON, start=0, before=2)


def test_a_track_whose_file_is_gone_stays(world: World) -> None:
    ana, _ = world.person("ana")
    tracks = world.tracks(2)
    with world.db.begin() as tx:
        made = library.create_playlist(tx, ana, "One", NOON)
        library.add_items(tx, ana, made.id, _refs(tracks), NOON)
        catalogue.mark_missing(tx, [tracks[0].track_id], NOON)
        assert _ids(tx, ana, made.id) == [track.track_id for track in tracks]


def test_an_edit_against_an_older_snapshot_moves_and_removes_what_was_meant(world: World) -> None:
    ana, _ = world.person("ana")
    refs = _refs(world.tracks(5))
    a, b, c, d, e = (ref.id for ref in refs)
    with world.db.begin() as tx:
        made = library.create_playlist(tx, ana, "One", NOON)
        seen = library.add_items(tx, ana, made.id, refs[:4], NOON).snapshot_id
        library.add_items(tx, ana, made.id, refs[4:], NOON, position=0)
        library.remove_items(tx, ana, made.id, NOON, positions=[1], snapshot_id=seen)
        assert _ids(tx, ana, made.id) == [e, a, c, d]
        library.move_items(tx, ana, made.id, NOON, start=0, before=4, snapshot_id=seen)
        assert _ids(tx, ana, made.id) == [e, c, d, a]
        library.undo(tx, ana, made.id, NOON)
        library.undo(tx, ana, made.id, NOON)
        assert _ids(tx, ana, made.id) == [e, a, b, c, d]
        with pytest.raises(Conflict):
            library.move_items(tx, ana, made.id, NOON, start=0, before=2, snapshot_id=new_id(NOON))


def test_ten_thousand_items(world: World) -> None:
    ana, _ = world.person("ana")
    refs = _refs(world.tracks(100)) * 100
    with world.db.begin() as tx:
        made = library.create_playlist(tx, ana, "Long", NOON)
        for start in range(0, 10_000, 2_500):
            library.add_items(tx, ana, made.id, refs[start : start + 2_500], NOON)
        library.move_items(tx, ana, made.id, NOON, start=9_999, before=0)
        page = library.playlist_items(tx, ana, made.id, offset=9_950, limit=100)
        assert len(page) == 50
        assert page[-1].id == refs[9_998].id
        assert library.remove_items(tx, ana, made.id, NOON, ids=[refs[0].id]).total == 9_900
        assert library.undo(tx, ana, made.id, NOON).total == 10_000
        assert [item.id for item in library.playlist_items(tx, ana, made.id, limit=2)] == [
            refs[-1].id,
            refs[0].id,
        ]


def test_edits_at_once_are_all_kept(world: World) -> None:
    ana, _ = world.person("ana")
    refs = _refs(world.tracks(8))
    with world.db.begin() as tx:
        made = library.create_playlist(tx, ana, "One", NOON)

    def add(ref: catalogue.Item) -> Id:
        with world.db.begin() as tx:
            return library.add_items(tx, ana, made.id, [ref], NOON, position=0).snapshot_id

    with ThreadPoolExecutor(8) as pool:
        snapshots = set(pool.map(add, refs))
    with world.db.read() as tx:
        assert len(snapshots) == 8
        assert sorted(_ids(tx, ana, made.id)) == sorted(ref.id for ref in refs)


@given(st.data())
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_a_playlist_is_a_list(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        world = World(Path(folder))
        try:
            _play_with(world, data)
        finally:
            world.close()


def _play_with(world: World, data: st.DataObject) -> None:
    ana, _ = world.person("ana")
    refs = _refs(world.tracks(4))
    states: list[list[Id]] = [[]]
    with world.db.begin() as tx:
        made = library.create_playlist(tx, ana, "Model", NOON).id
        for _ in range(data.draw(st.integers(1, 12))):
            now = list(states[-1])
            match data.draw(st.sampled_from(["add", "remove", "move", "replace", "undo"])):
                case "add":
                    at = data.draw(st.integers(0, len(now)))
                    new = data.draw(st.lists(st.sampled_from(refs), min_size=1, max_size=3))
                    library.add_items(tx, ana, made, new, NOON, position=at)
                    states.append([*now[:at], *(ref.id for ref in new), *now[at:]])
                case "remove" if now:
                    gone = data.draw(st.lists(st.integers(0, len(now) - 1), min_size=1, unique=True))
                    library.remove_items(tx, ana, made, NOON, positions=gone)
                    states.append([one for place, one in enumerate(now) if place not in gone])
                case "move" if now:
                    start = data.draw(st.integers(0, len(now) - 1))
                    before = data.draw(st.integers(0, len(now)))
                    if before in {start, start + 1}:
                        continue
                    library.move_items(tx, ana, made, NOON, start=start, before=before)
                    one = now.pop(start)
                    now.insert(before - (before > start), one)
                    states.append(now)
                case "replace":
                    library.replace_items(tx, ana, made, refs[:2], NOON)
                    states.append([ref.id for ref in refs[:2]])
                case "undo" if len(states) > 1:
                    library.undo(tx, ana, made, NOON)
                    states.pop()
            assert _ids(tx, ana, made) == states[-1]
            assert library.get_playlist(tx, ana, made).total == len(states[-1])


def test_erased_means_erased(world: World) -> None:
    ana, _ = world.person("ana")
    bo, _ = world.person("bo")
    with world.db.begin() as tx:
        made = library.create_playlist(tx, ana, "Hers", NOON, is_public=True)
        library.save(tx, bo, "playlist", [made.id], NOON + timedelta(seconds=1))
        assert library.export_person(tx, ana)["library_playlists"][0]["playlist"].name == "Hers"
        library.erase_person(tx, ana)
        assert library.playlists_of(tx, bo).total == 0
        with pytest.raises(NotFound):
            library.get_playlist(tx, bo, made.id)
        assert library.export_person(tx, ana) == {
            "library_plays": [],
            "library_saved": [],
            "library_playlists": [],
        }
