"""What the face refuses, hides and counts."""

from collections.abc import Callable
from typing import Any

from tests.capability.faces.conftest import House

NOT_AN_ID = "not-an-id"


THINGS = (
    "/v1/albums/{id}", "/v1/albums/{id}/tracks", "/v1/artists/{id}", "/v1/artists/{id}/albums",
    "/v1/artists/{id}/top-tracks", "/v1/artists/{id}/related-artists", "/v1/tracks/{id}", "/v1/playlists/{id}",
    "/v1/playlists/{id}/items", "/v1/playlists/{id}/tracks", "/v1/playlists/{id}/images", "/v1/users/{id}",
)  # fmt: skip
LISTS = (
    "/v1/me/tracks?", "/v1/me/albums?", "/v1/me/playlists?", "/v1/me/top/tracks?", "/v1/me/top/artists?",
    "/v1/search?q=a&type=track&",
)  # fmt: skip
OUT_OF_RANGE = ("limit=-1", "limit=0", "limit=1000000000", "limit=x", "offset=-1", "offset=1000000000")
BAD_QUESTIONS = (
    "/v1/search?q=a", "/v1/search?type=track", "/v1/search?q=a&type=nonsense", "/v1/search?q=a&type=track&market=QQ",
    "/v1/tracks", "/v1/tracks?ids=" + ",".join(["0" * 22] * 51), "/v1/albums?ids=!", "/v1/me/following",
    "/v1/me/following?type=artist&after=zz", "/v1/me/top/tracks?time_range=never", "/v1/me/library/contains",
    "/v1/me/library/contains?uris=spotify:planet:0000000000000000000000", "/v1/me/player/recently-played?after=1&before=2",
    "/v1/me/player/recently-played?after=-5", "/v1/me/player/recently-played?before=99999999999999999999",
)  # fmt: skip


def test_unknown_is_404_and_misshapen_400(house: House) -> None:
    for path in THINGS:
        unknown = house.get(path.format(id="0" * 22), status=404)
        assert unknown["error"]["status"] == 404
        assert unknown["error"]["message"]
        wrong = house.get(path.format(id=NOT_AN_ID), status=404 if "users" in path else 400)
        assert set(wrong) == {"error"}


def test_pages_out_of_range(house: House) -> None:
    for path in LISTS:
        for asked in OUT_OF_RANGE:
            answer = house.get(path + asked, status=400)
            assert answer["error"]["status"] == 400
            assert isinstance(answer["error"]["message"], str)


def test_bad_questions(house: House) -> None:
    for path in BAD_QUESTIONS:
        assert house.get(path, status=400)["error"]["status"] == 400


def test_nobody_is_nobody(house: House) -> None:
    answer = house.client.get("/v1/me")
    assert answer.status_code == 401
    assert answer.json()["error"]["status"] == 401


def test_scopes(house: House) -> None:
    track, album = house.tracks[0], house.albums[0]
    for method, path in (
        ("GET", "/v1/me/tracks"), ("PUT", f"/v1/me/tracks?ids={track}"), ("GET", "/v1/me/playlists"),
        ("PUT", f"/v1/me/library?uris=spotify:album:{album}"), ("GET", "/v1/me/player/recently-played"),
        ("POST", "/v1/me/playlists"),
    ):  # fmt: skip
        answer = house.ask(method, path, "narrow", **({"json": {"name": "x"}} if method == "POST" else {}))
        assert answer.status_code == 403, (method, path)
    assert house.get(f"/v1/tracks/{track}", "narrow")["id"] == track


def test_trailing_slashes(house: House) -> None:
    assert house.get("/v1/me/")["id"] == house.people["ana"]
    assert house.get(f"/v1/albums/{house.albums[0]}/tracks/")["total"] == 3
    assert house.get(f"/v1/tracks/?ids={house.tracks[0]}")["tracks"][0]["id"] == house.tracks[0]


def test_private_playlists_are_not_found(house: House) -> None:
    made = house.ask("POST", "/v1/me/playlists", json={"name": "Secret yesterday", "public": False}).json()
    path = f"/v1/playlists/{made['id']}"
    house.index()
    assert house.get(path, "bea", status=404)["error"]["status"] == 404
    assert house.get(f"{path}/items", "bea", status=404)
    assert house.ask("PUT", path, "bea", json={"name": "mine"}).status_code == 404
    assert house.ask("PUT", f"{path}/followers", "bea").status_code == 404
    assert house.get("/v1/search?q=secret&type=playlist", "bea")["playlists"]["total"] == 0
    assert house.get("/v1/search?q=secret&type=playlist")["playlists"]["items"][0]["id"] == made["id"]
    assert house.get(f"/v1/users/{house.people['ana']}/playlists", "bea")["total"] == 0
    assert house.ask("PUT", path, json={"public": True}).status_code == 200
    house.index()
    assert house.get(path, "bea")["name"] == "Secret yesterday"
    assert house.get("/v1/search?q=secret&type=playlist", "bea")["playlists"]["total"] == 1
    assert (
        house.ask("POST", f"{path}/items", "bea", json=[f"spotify:track:{house.tracks[0]}"]).status_code
        == 403
    )


BAD_ADDITIONS: tuple[tuple[Any, int], ...] = (
    ({"uris": ["spotify:track:0000000000000000000000"]}, 404), ({"uris": ["nonsense"]}, 400), ({"uris": "x"}, 400),
    ({"uris": []}, 400), ({}, 400), ({"uris": [1]}, 400), ("{", 400), ({"uris": ["spotify:album:0000000000000000000000"]}, 400),
)  # fmt: skip


def test_bad_additions(house: House) -> None:
    made = house.ask("POST", "/v1/me/playlists", json={"name": "p"}).json()
    for body, status in BAD_ADDITIONS:
        given = {"content": body} if isinstance(body, str) else {"json": body}
        answer = house.ask("POST", f"/v1/playlists/{made['id']}/items", **given)
        assert answer.status_code == status, answer.text
        assert answer.json()["error"]["status"] == status


def test_both_shapes_of_items(house: House) -> None:
    made = house.ask("POST", "/v1/me/playlists", json={"name": "p"}).json()
    house.ask(
        "POST", f"/v1/playlists/{made['id']}/items", json=[f"spotify:track:{t}" for t in house.tracks[:3]]
    )
    old = house.get(f"/v1/playlists/{made['id']}/tracks?limit=2")
    new = house.get(f"/v1/playlists/{made['id']}/items?limit=2")
    assert "item" not in old["items"][0]
    assert new["items"][0]["item"] == new["items"][0]["track"] == old["items"][0]["track"]
    assert old["next"].startswith("http://testserver.local/v1/playlists/")
    assert house.get(old["next"])["items"][0]["track"]["id"] == house.tracks[2]
    fields = house.get(f"/v1/playlists/{made['id']}/items?fields=total,items(track(name,album(!images)))")
    assert set(fields) == {"total", "items"}
    assert set(fields["items"][0]["track"]) == {"name", "album"}
    assert "images" not in fields["items"][0]["track"]["album"]
    assert house.get(f"/v1/playlists/{made['id']}?fields=((", status=400)


def test_featured_artist_and_groups(house: House) -> None:
    ana = house.artists[0]
    groups = {a["id"]: a["album_group"] for a in house.get(f"/v1/artists/{ana}/albums")["items"]}
    assert groups == {house.albums[0]: "album", house.albums[1]: "appears_on"}
    related = house.get(f"/v1/artists/{ana}/related-artists")["artists"]
    assert [a["id"] for a in related] == [house.artists[1]]
    assert house.get(f"/v1/artists/{ana}/albums?include_groups=zzz", status=400)


def test_batches_keep_order_and_gaps(house: House) -> None:
    ids = [house.tracks[5], "0" * 22, house.tracks[0]]
    found = house.get(f"/v1/tracks?ids={','.join(ids)}")["tracks"]
    assert [t and t["id"] for t in found] == [ids[0], None, ids[2]]


def test_a_page_costs_a_fixed_number_of_queries(house: House, count_queries: Callable[[], int]) -> None:
    made = house.ask("POST", "/v1/me/playlists", json={"name": "p"}).json()
    house.ask(
        "POST", f"/v1/playlists/{made['id']}/items", json=[f"spotify:track:{t}" for t in house.tracks[:60]]
    )
    house.ask("PUT", f"/v1/me/tracks?ids={','.join(house.tracks[:50])}")
    for path in (
        f"/v1/playlists/{made['id']}/items?", "/v1/me/tracks?", "/v1/search?q=piece&type=track&", "/api/tracks?",
        f"/v1/albums/{house.albums[2]}/tracks?",
    ):  # fmt: skip
        house.get(f"{path}limit=1")
        count_queries()
        house.get(f"{path}limit=2")
        few = count_queries()
        page = house.get(f"{path}limit=50")
        assert len(page.get("tracks", page)["items"]) == 50
        assert count_queries() == few, path
        assert few < 25, path


def test_recently_played_walks_back(house: House) -> None:
    house.play("ana", house.tracks[:5], f"spotify:album:{house.albums[0]}")
    page = house.get("/v1/me/player/recently-played?limit=2")
    assert [i["track"]["id"] for i in page["items"]] == [house.tracks[4], house.tracks[3]]
    assert page["items"][0]["context"]["uri"] == f"spotify:album:{house.albums[0]}"
    assert [i["track"]["id"] for i in house.get(page["next"])["items"]] == [house.tracks[2], house.tracks[1]]
    assert house.get("/v1/me/player/recently-played", "bea")["items"] == []
    top = house.get("/v1/me/top/tracks?time_range=short_term")
    assert top["total"] == 5
    assert {a["name"] for a in house.get("/v1/me/top/artists")["items"]} == {"Ana Uno", "Bo Dos"}


def test_search(house: House) -> None:
    found = house.get("/v1/search?q=yesterday&type=track,artist,album,playlist,genre,show")
    assert [t["name"] for t in found["tracks"]["items"]] == ["Yesterday", "Yesterday Once More"]
    assert found["bandstand"]["top"] == {"type": "track", "id": house.tracks[3]}
    assert found["shows"]["total"] == 0
    assert [a["name"] for a in house.get("/v1/search?q=ana%20uon&type=artist")["artists"]["items"]] == [
        "Ana Uno"
    ]
    assert [g["name"] for g in house.get("/v1/search?q=jaz&type=genre")["genres"]["items"]] == ["Jazz"]
    first = house.get("/v1/search?q=piece&type=track&limit=20")["tracks"]
    second = house.get(first["next"])["tracks"]
    assert first["total"] == 60
    assert not {t["id"] for t in first["items"]} & {t["id"] for t in second["items"]}


HOSTILE = (
    "%22",
    "((",
    "*",
    "a:b AND (",
    "%00",
    "%F0%9F%8E%B5",
    "x" * 6000,
    "track:",
    "year:9999-0",
    "isrc:%22",
)


def test_hostile_searches(house: House) -> None:
    for query in HOSTILE:
        assert "tracks" in house.get(f"/v1/search?q={query}&type=track,artist,album,playlist")
