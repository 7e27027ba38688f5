from random import Random

from bandstand import discovery, library
from bandstand.discovery import Shelf
from bandstand.platform.ids import Id
from tests.capability.listening.world import World


def _shelves(world: World, person: Id, seed: int = 1) -> dict[str, Shelf]:
    with world.db.read() as tx:
        return {shelf.id: shelf for shelf in discovery.shelves(tx, person, world.clock(), Random(seed))}


def test_an_empty_server_has_no_shelves(world: World) -> None:
    ana, _ = world.person("ana")
    assert _shelves(world, ana) == {}


def test_somebody_new_sees_what_is_here(world: World) -> None:
    ana, _ = world.person("ana")
    world.tracks(2, album="First")
    made = _shelves(world, ana)
    assert list(made) == ["new", "unheard"]
    assert made["unheard"].title == "Start anywhere"


def test_somebody_who_listened_sees_themselves(world: World) -> None:
    ana, pseudonym = world.person("ana")
    mine = world.tracks(4, album="First", artist="Ana Uno")
    world.tracks(2, album="Second", artist="Ana Uno")
    for number in range(20):
        world.tracks(1, album=f"Other {number}", artist=f"Artist {number}")
    for track in mine[:3]:
        world.play(pseudonym, track)
    made = _shelves(world, ana)
    assert [item.id for item in made["recent"].items] == [mine[0].album_id]
    assert len(made["most-played"].items) == 3
    assert made["artists"].items[0].id != mine[0].album_id
    assert made["continue"].items[0].id == mine[2].track_id
    assert any(shelf.title == "More Folk" for shelf in made.values())
    assert mine[0].album_id not in {item.id for item in made["unheard"].items}
    assert made["unheard"].propensity == 12 / 21
    assert made["unheard"] == _shelves(world, ana)["unheard"]
    assert made["unheard"] != _shelves(world, ana, seed=2)["unheard"]


def test_what_is_shown_is_said_with_policy_and_propensity(world: World) -> None:
    ana, pseudonym = world.person("ana")
    world.tracks(1)
    shelf = _shelves(world, ana)["unheard"]
    world.log.append("listening", [discovery.shown_event(pseudonym, shelf, world.clock(), position=1)])
    told = world.log.read("listening", 0, 10)[0].event
    assert (told.kind, told.person) == ("shown", pseudonym)
    assert (told.data["policy"], told.data["propensity"]) == ("uniform-unheard", 1.0)
    assert told.data["items"][0]["id"] == shelf.items[0].id


def test_a_private_playlist_of_somebody_else_is_on_no_shelf(world: World) -> None:
    ana, _ = world.person("ana")
    bo, _ = world.person("bo")
    track = world.tracks(1)[0].track_id
    from bandstand import catalogue

    with world.db.begin() as tx:
        made = library.create_playlist(tx, ana, "Hers", world.clock(), is_public=True)
        library.add_items(tx, ana, made.id, [catalogue.Item(track)], world.clock())
        library.save(tx, bo, "playlist", [made.id], world.clock())
    assert "playlists" in _shelves(world, bo)
    with world.db.begin() as tx:
        library.change_playlist(tx, ana, made.id, world.clock(), is_public=False)
    assert "playlists" in _shelves(world, ana)
    assert "playlists" not in _shelves(world, bo)
