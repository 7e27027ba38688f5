"""A folder becomes sound, a play becomes history: the main job, over HTTP, on each set of engines."""

import io
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
import pytest

from bandstand.platform.ids import new_id
from tests.engines import EngineSet
from tests.factories import small_library
from tests.stories.conftest import Server, eventually, running

PASSWORD = "a long enough password"


def decode(data: bytes) -> np.ndarray[Any, Any]:
    """Decode an audio file to float samples, (channels, n)."""
    with av.open(io.BytesIO(data), "r") as given:
        frames = [f.to_ndarray() for f in given.decode(audio=0)]
        planar = given.streams.audio[0].format.is_planar
    samples = np.concatenate(frames, axis=1)
    samples = samples if planar else samples.reshape(-1, 2).T
    scale = 1.0 if samples.dtype.kind == "f" else 2.0 ** (8 * samples.dtype.itemsize - 1)
    return samples.astype(np.float64) / scale


def rendition(
    client: httpx.Client, manifest_url: str, name: str
) -> tuple[dict[str, Any], np.ndarray[Any, Any]]:
    """Fetch a whole rendition as the player does, and give it with the decoded, trimmed samples."""
    manifest = client.get(manifest_url).raise_for_status().json()
    chosen = next(r for r in manifest["renditions"] if r["init"].startswith(name + "-"))
    base = httpx.URL(str(client.base_url)).join(manifest_url)
    parts = [chosen["init"], *(s["uri"] for s in chosen["segments"])]
    whole = b"".join(client.get(base.join(p)).raise_for_status().content for p in parts)
    samples = decode(whole)
    start = chosen["priming_samples"]
    return chosen, samples[:, start : start + chosen["samples"]]


def add_admin(server: Server) -> httpx.Client:
    """Make the first account on the command line and sign in."""
    made = server.command("user", "add", "ana", "--password-stdin", "--role", "admin", given=PASSWORD + "\n")
    assert made.returncode == 0, made.stderr
    return server.client("ana", PASSWORD)


def play(client: httpx.Client, track: str, codecs: list[str]) -> dict[str, Any]:
    """Press play."""
    body = {"track": track, "device": new_id(), "codecs": codecs}
    answer = client.post("/api/playback/sessions", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def report(
    client: httpx.Client, session: str, track: str, steps: list[tuple[str, int, int]]
) -> dict[str, Any]:
    """Report what was heard: (kind, from_ms, to_ms)."""
    events = [
        {
            "id": new_id(),
            "session": session,
            "seq": seq,
            "device": new_id(),
            "track": track,
            "at": "2026-11-23T12:00:00Z",
            "kind": kind,
            "position_ms": to,
            "from_ms": start,
            "to_ms": to,
            "heard_ms": to - start,
        }
        for seq, (kind, start, to) in enumerate(steps)
    ]
    answer = client.post("/api/listening/events", json={"events": events})
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


@pytest.mark.engines
def test_from_a_folder_to_history(engine_set: EngineSet, tmp_path: Path) -> None:
    music = small_library(tmp_path / "music", seconds=6.0)
    environment = engine_set.environment | {
        "BANDSTAND_DATABASE_URL": engine_set.database_url,
        "BANDSTAND_LOG_URL": engine_set.log_url,
        "BANDSTAND_OBJECTS_URL": engine_set.objects_url,
    }
    with running(tmp_path / "data", music, environment) as server:
        client = add_admin(server)
        eventually(lambda: len(client.get("/api/tracks").json()["items"]) == 6, what="a scan of six tracks")
        found = eventually(
            lambda: client.get("/v1/search", params={"q": "morni", "type": "track"}).json()["tracks"][
                "items"
            ],
            what="search",
        )
        track = found[0]
        assert track["name"] == "Morning First"
        assert track["artists"][0]["name"] == "Ana Uno"

        started = play(client, track["id"], ["flac", "aac"])
        facts, flac = rendition(client, started["manifest_url"], "flac")
        assert facts["samples"] == 6 * 44_100
        with (music / "Ana Uno" / "First Light" / "01 Morning.flac").open("rb") as source:
            original = decode(source.read())
        assert np.array_equal(flac, original), "lossless is lossless"
        aac_name = "aac"
        _, aac = rendition(client, started["manifest_url"], aac_name)
        length = min(aac.shape[1], original.shape[1])
        correlation = np.corrcoef(aac[0, :length], original[0, :length])[0, 1]
        assert correlation > 0.99

        report(client, started["session"], track["id"], [("started", 0, 0), ("completed", 0, 6_000)])
        plays = eventually(lambda: client.get("/api/history").json()["items"], what="history")
        assert plays[0]["track"]["id"] == track["id"]
        recent = client.get("/v1/me/player/recently-played").json()["items"]
        assert recent[0]["track"]["id"] == track["id"]
        assert client.get("/api/most-played").json()["items"][0]["plays"] == 1

        before = client.get("/api/history").json()["items"]
        replayed = server.command("replay", "all")
        assert replayed.returncode == 0, replayed.stderr
        assert client.get("/api/history").json()["items"] == before

        (music / "Ana Uno" / "First Light" / "01 Morning.flac").unlink()
        eventually(
            lambda: client.get(f"/v1/tracks/{track['id']}").json()["bandstand"]["is_missing"],
            what="a missing track",
        )
        assert client.get("/api/history").json()["items"][0]["track"]["id"] == track["id"]


def test_who_may_do_what(tmp_path: Path) -> None:
    with running(tmp_path / "data", None) as server:
        anyone = httpx.Client(base_url=server.url)
        assert anyone.get("/api/welcome").json()["needs_setup"] is True
        assert anyone.get("/api/home").status_code == 401
        assert anyone.get("/v1/me").json() == {"error": {"status": 401, "message": "Sign in first."}}
        admin = add_admin(server)
        made = admin.post("/api/people", json={"name": "Ben", "password": "another password"})
        assert made.status_code == 201, made.text
        ben = server.client("ben", "another password")
        assert ben.get("/api/people").status_code == 403
        forged = ben.post("/api/me/password", json={"old": "x", "new": "y"}, headers={"x-csrf-token": "no"})
        assert forged.json()["code"] == "csrf"
        for _ in range(10):
            assert anyone.post("/api/session", json={"name": "ben", "password": "wrong"}).status_code == 401
        slowed = anyone.post("/api/session", json={"name": "ben", "password": "another password"})
        assert slowed.status_code == 429
        assert int(slowed.headers["retry-after"]) > 0
        token = server.command("user", "token", "ben", "--scopes", "user-read-private").stdout.strip()
        bearer = httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {token}"})
        assert bearer.get("/v1/me").json()["display_name"] == "Ben"
        assert bearer.get("/v1/me/top/tracks").status_code == 403
        assert ben.delete("/api/me").status_code == 204
        assert ben.get("/api/me").status_code == 401
