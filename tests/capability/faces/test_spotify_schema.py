"""Every operation's answer, on data that fills it, against the published OpenAPI description."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.capability.faces.conftest import House


def _adapt(schema: Any) -> Any:
    """OpenAPI 3.0 to JSON Schema: `nullable` is its own word; a discriminated `oneOf` is decided by `type`."""
    if isinstance(schema, list):
        return [_adapt(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {k: _adapt(v) for k, v in schema.items() if k not in {"nullable", "discriminator", "example"}}
    if "discriminator" in schema and "oneOf" in made:
        made["anyOf"] = made.pop("oneOf")
    return {"anyOf": [made, {"type": "null"}]} if schema.get("nullable") is True else made


@pytest.fixture(scope="module")
def spec(shared: Path) -> dict[str, Any]:
    """The description, read once."""
    text = (shared / "specs/spotify/spotify-web-api.yml").read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506


def _check(spec: dict[str, Any], method: str, path: str, status: int, body: Any) -> None:
    answer = spec["paths"][path][method.lower()]["responses"][str(status)]
    if "$ref" in answer:
        answer = spec["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
    content = answer.get("content", {}).get("application/json")
    if content is None:
        assert body is None
        return
    schema = _adapt({**content["schema"], "components": {"schemas": spec["components"]["schemas"]}})
    jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker()).validate(body)


def _fill_library(house: House) -> str:
    ids = ",".join(house.tracks[:3])
    assert house.ask("PUT", f"/v1/me/tracks?ids={ids}").status_code == 200
    assert house.ask("PUT", f"/v1/me/albums?ids={','.join(house.albums)}").status_code == 200
    assert house.ask("PUT", f"/v1/me/following?type=artist&ids={','.join(house.artists)}").status_code == 204
    made = house.ask(
        "POST", "/v1/me/playlists", json={"name": "My yesterday", "description": "d", "public": False}
    )
    playlist = str(made.json()["id"])
    uris = [f"spotify:track:{t}" for t in house.tracks[:5]]
    assert house.ask("POST", f"/v1/playlists/{playlist}/items", json={"uris": uris}).status_code == 201
    house.play("ana", house.tracks[:4], f"spotify:album:{house.albums[0]}")
    house.index()
    return playlist


def _reads(house: House, playlist: str) -> list[tuple[str, str]]:
    album, artist, track, me = house.albums[0], house.artists[0], house.tracks[0], house.people["ana"]
    uris = f"spotify:track:{track},spotify:album:{album},spotify:artist:{artist},spotify:playlist:{playlist}"
    everything = "album,artist,playlist,track,show,episode,audiobook"
    return [
        ("/albums/{id}", f"/albums/{album}"),
        ("/albums", f"/albums?ids={','.join(house.albums)}"),
        ("/albums/{id}/tracks", f"/albums/{album}/tracks?limit=2"),
        ("/artists/{id}", f"/artists/{artist}"),
        ("/artists", f"/artists?ids={','.join(house.artists)}"),
        ("/artists/{id}/albums", f"/artists/{artist}/albums?limit=1"),
        ("/artists/{id}/top-tracks", f"/artists/{artist}/top-tracks?market=US"),
        ("/artists/{id}/related-artists", f"/artists/{artist}/related-artists"),
        ("/tracks/{id}", f"/tracks/{track}?market=US"),
        ("/tracks", f"/tracks?ids={track},{house.tracks[1]}"),
        ("/search", f"/search?q=yesterday&type={everything}&limit=1"),
        ("/search", "/search?q=ana&type=artist,album,track"),
        ("/me", "/me"),
        ("/playlists/{playlist_id}", f"/playlists/{playlist}"),
        ("/playlists/{playlist_id}/tracks", f"/playlists/{playlist}/tracks?limit=2"),
        ("/playlists/{playlist_id}/items", f"/playlists/{playlist}/items?limit=2&offset=2"),
        ("/playlists/{playlist_id}/images", f"/playlists/{playlist}/images"),
        ("/playlists/{playlist_id}/followers/contains", f"/playlists/{playlist}/followers/contains?ids={me}"),
        ("/me/playlists", "/me/playlists"),
        ("/users/{user_id}", f"/users/{me}"),
        ("/users/{user_id}/playlists", f"/users/{me}/playlists"),
        ("/me/tracks", "/me/tracks?limit=2"),
        ("/me/tracks/contains", f"/me/tracks/contains?ids={track},{house.tracks[9]}"),
        ("/me/albums", "/me/albums?limit=2"),
        ("/me/albums/contains", f"/me/albums/contains?ids={album}"),
        ("/me/following", "/me/following?type=artist&limit=1"),
        ("/me/following", "/me/following?type=artist"),
        ("/me/following/contains", f"/me/following/contains?type=artist&ids={artist}"),
        ("/me/library/contains", f"/me/library/contains?uris={uris}"),
        ("/me/player/recently-played", "/me/player/recently-played?limit=2"),
        ("/me/player/recently-played", "/me/player/recently-played"),
        ("/me/player/devices", "/me/player/devices"),
        ("/me/top/artists", "/me/top/artists"),
        ("/me/top/tracks", "/me/top/tracks?time_range=short_term&limit=2"),
    ]


def test_reads(house: House, spec: dict[str, Any]) -> None:
    playlist = _fill_library(house)
    for path, url in _reads(house, playlist):
        answer = house.ask("GET", "/v1" + url)
        assert answer.status_code == 200, (url, answer.text)
        body = answer.json()
        _check(spec, "GET", path, 200, body)
        if isinstance(body, dict) and "items" in body and "/playlists/{" not in path:
            assert body["items"], url


def test_writes(house: House, spec: dict[str, Any]) -> None:
    playlist = _fill_library(house)
    me, track, album, artist = house.people["ana"], house.tracks[0], house.albums[0], house.artists[0]
    uri = f"spotify:track:{track}"
    writes: list[tuple[str, str, str, Any, int]] = [
        ("POST", "/me/playlists", "/me/playlists", {"name": "One"}, 201),
        (
            "POST",
            "/users/{user_id}/playlists",
            f"/users/{me}/playlists",
            {"name": "Two", "public": False},
            201,
        ),
        ("PUT", "/playlists/{playlist_id}", f"/playlists/{playlist}", {"name": "New", "public": True}, 200),
    ]
    for name in ("tracks", "items"):
        path, url = f"/playlists/{{playlist_id}}/{name}", f"/playlists/{playlist}/{name}"
        writes += [
            ("POST", path, url, {"uris": [uri], "position": 0}, 201),
            ("POST", path, url, [uri], 201),
            ("POST", path, f"{url}?uris={uri}&position=1", None, 201),
            ("PUT", path, url, {"range_start": 0, "insert_before": 2, "range_length": 1}, 200),
            ("DELETE", path, url, {name: [{"uri": uri}]}, 200),
            ("PUT", path, url, {"uris": [uri]}, 200),
        ]
    writes += [
        (
            "PUT",
            "/playlists/{playlist_id}/followers",
            f"/playlists/{playlist}/followers",
            {"public": True},
            200,
        ),
        ("PUT", "/me/tracks", "/me/tracks", {"ids": [track]}, 200),
        ("DELETE", "/me/tracks", "/me/tracks", {"ids": [track]}, 200),
        ("PUT", "/me/albums", f"/me/albums?ids={album}", None, 200),
        ("DELETE", "/me/albums", f"/me/albums?ids={album}", None, 200),
        ("PUT", "/me/following", "/me/following?type=artist", {"ids": [artist]}, 204),
        ("DELETE", "/me/following", f"/me/following?type=artist&ids={artist}", None, 204),
        (
            "PUT",
            "/me/library",
            f"/me/library?uris={uri},spotify:album:{album},spotify:artist:{artist}",
            None,
            200,
        ),
        ("DELETE", "/me/library", f"/me/library?uris={uri},spotify:playlist:{playlist}", None, 200),
        ("DELETE", "/playlists/{playlist_id}/followers", f"/playlists/{playlist}/followers", None, 200),
    ]
    for method, path, url, body, status in writes:
        answer = house.ask(method, "/v1" + url, **({} if body is None else {"json": body}))
        assert answer.status_code == status, (method, url, answer.text)
        _check(spec, method, path, status, answer.json() if answer.content else None)
