from bandstand import catalogue, library
from bandstand.library.api import ROUTES
from bandstand.platform.ids import new_id
from tests.capability.listening.http import client_of, principal
from tests.capability.listening.world import NOON, World


def test_undo_delete_restore(world: World) -> None:
    me = principal(world, "ana")
    track = world.tracks(1)[0].track_id
    with world.db.begin() as tx:
        made = library.create_playlist(tx, me.id, "One", NOON)
        library.add_items(tx, me.id, made.id, [catalogue.Item(track)], NOON)
    with client_of(world, me, ROUTES) as client:
        undone = client.post(f"/api/playlists/{made.id}/undo")
        assert (undone.status_code, list(undone.json())) == (200, ["snapshot_id"])
        assert client.post(f"/api/playlists/{made.id}/undo").json() == {"code": "nothing_to_undo"}
        assert client.delete(f"/api/playlists/{made.id}").status_code == 204
        assert client.post(f"/api/playlists/{made.id}/undo").status_code == 404
        assert client.post(f"/api/playlists/{made.id}/restore").json() == undone.json()
        assert client.delete(f"/api/playlists/{new_id(NOON)}").status_code == 404
    with client_of(world, principal(world, "bo"), ROUTES) as client:
        assert client.delete(f"/api/playlists/{made.id}").status_code == 404
