from bandstand.playback.api import ROUTES
from tests.capability.listening.http import client_of, principal
from tests.capability.listening.world import World, event


def test_pressing_play(world: World) -> None:
    track = world.tracks(1)[0].track_id
    me = principal(world, "ana")
    with client_of(world, me, ROUTES) as client:
        asked = {
            "track": track,
            "device": "Kitchen",
            "codecs": ["aac", "flac"],
            "max_kbps": 200,
            "network": "wifi",
        }
        answer = client.post("/api/playback/sessions", json=asked)
        assert answer.status_code == 201
        told = answer.json()
        assert set(told) == {"session", "manifest_url", "hls_url", "expires_at", "decision"}
        assert told["decision"]["chosen"]["name"] == "aac-128"
        assert {one["code"] for one in told["decision"]["refused"]} == {"max_kbps", "lower_quality"}
        assert told["expires_at"] == "2026-03-02T00:00:00Z"
        again = client.get(f"/api/playback/sessions/{told['session']}")
        assert again.json()["decision"]["chosen"]["name"] == "aac-128"
        assert again.json()["verdict"] is None
        world.report(me.pseudonym, [event(told["session"], 0, 0, 5_000)])
        world.settle()
        verdict = client.get(f"/api/playback/sessions/{told['session']}").json()["verdict"]
        assert verdict == {"counted": False, "reason": "heard_too_little", "heard_ms": 5_000}
        assert [one["name"] for one in client.get("/api/devices").json()["items"]] == ["Kitchen"]
        assert client.post("/api/playback/sessions", json={"track": "nothing"}).status_code == 404
        assert client.post("/api/playback/sessions", json={}).status_code == 400
