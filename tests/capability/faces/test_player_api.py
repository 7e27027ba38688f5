"""Home, browsing, history and facts, as the player asks for them."""

from tests.capability.faces.conftest import House


def test_home_is_shown_and_said(house: House) -> None:
    house.play("ana", house.tracks[:4])
    shelves = house.get("/api/home")["shelves"]
    assert shelves
    for shelf in shelves:
        assert set(shelf) == {"id", "title", "reason", "policy", "items"}
        assert shelf["items"]
        assert all(item["type"] in {"track", "album", "artist", "playlist"} for item in shelf["items"])
    said = [e.event for e in house.engines.log.read("listening", 0, 100)]
    assert [e.data["shelf"] for e in said] == [s["id"] for s in shelves]
    assert all(e.kind == "shown" and e.data["policy"] for e in said)
    assert house.people["ana"] not in str(said)


def test_browsing_by_cursor(house: House) -> None:
    for path, total in (("/api/albums", 3), ("/api/artists", 3), ("/api/tracks", 66)):
        for sort in ("name", "newest", "year"):
            page = house.get(f"{path}?sort={sort}&limit=2")
            seen = [i["id"] for i in page["items"]]
            while page["next"]:
                page = house.get(f"{path}?sort={sort}&limit=40&cursor={page['next']}")
                seen += [i["id"] for i in page["items"]]
            assert page["total"] == total
            assert len(seen) == len(set(seen)) == total


def test_bad_browsing(house: House) -> None:
    for query in ("sort=size", "limit=0", "limit=1000000000", "cursor=zz", "limit=x"):
        answer = house.ask("GET", f"/api/albums?{query}")
        assert answer.status_code in {400, 422}
        assert answer.json()["status"] == answer.status_code


def test_genres(house: House) -> None:
    genres = {g["name"]: g for g in house.get("/api/genres")["items"]}
    assert genres["Jazz"]["track_count"] == 3
    assert house.get(f"/api/genres/{genres['Jazz']['id']}/tracks")["total"] == 3
    assert [a["name"] for a in house.get(f"/api/genres/{genres['Jazz']['id']}/albums")["items"]] == [
        "Second Wind"
    ]
    assert house.get("/api/genres/nonsense/tracks", status=404)["code"] == "no_such_genre"


def test_history_and_most_played(house: House) -> None:
    house.play("ana", [house.tracks[0], house.tracks[1], house.tracks[0]], f"spotify:album:{house.albums[0]}")
    page = house.get("/api/history?limit=2")
    assert [i["track"]["id"] for i in page["items"]] == [house.tracks[0], house.tracks[1]]
    assert page["items"][0]["heard_ms"] == 170_000
    assert page["items"][0]["context"]["type"] == "album"
    assert len(house.get(f"/api/history?cursor={page['next']}")["items"]) == 1
    most = house.get("/api/most-played?days=30")["items"]
    assert [(m["track"]["id"], m["plays"]) for m in most] == [(house.tracks[0], 2), (house.tracks[1], 1)]
    assert house.ask("GET", "/api/most-played?days=0").status_code == 422


def test_track_facts_and_lyrics(house: House) -> None:
    facts = house.get(f"/api/tracks/{house.tracks[0]}")
    assert facts["source"]["codec"] == "flac"
    assert facts["track"]["name"] == "Morning"
    assert house.get(f"/api/tracks/{house.tracks[0]}/lyrics") == {"plain": "", "synced": None}
    assert house.ask("GET", "/api/tracks/zz/lyrics").status_code == 404
