import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from bandstand import media
from bandstand.media import service
from bandstand.media.model import Making, key_of
from bandstand.platform import objects
from bandstand.platform.clock import system_clock
from bandstand.platform.db import Database
from bandstand.platform.errors import TooMany
from tests.capability.media import sounds
from tests.capability.media.asgi import Answer, ask

SECRET = b"s" * 32
HASH = "ab" * 32
COVER = "0000000000000000000001"


@dataclass
class House:
    folder: Path
    db: Database
    source: Path
    opened: list[str] = field(default_factory=list)
    slots: int = 2

    def __post_init__(self) -> None:
        self.url = f"file://{self.folder / 'objects'}"
        self.kept = objects.open_objects(self.url)
        self.studio = self.make_studio()
        self.handler = media.MediaHandler(self.studio, SECRET, self.artwork)
        self.signature = media.sign(SECRET, HASH, "person", datetime.now(UTC) + timedelta(hours=1))

    def make_studio(self) -> media.Studio:
        return media.Studio(
            db=self.db, kept=self.kept, objects_url=self.url, open_source=self.open_source, slots=self.slots
        )

    def open_source(self, source_hash: str) -> Path | None:
        self.opened.append(source_hash)
        return self.source if source_hash == HASH else None

    def artwork(self, artwork_id: str, size: int) -> bytes | None:
        return b"RIFF%d" % size if artwork_id == COVER else None

    def url_of(self, file: str) -> str:
        return f"/media/{self.signature}/{HASH}/{file}"

    def get(self, file: str, method: str = "GET", **headers: str) -> Answer:
        return asyncio.run(ask(self.handler, self.url_of(file), method, pathsend=False, **headers))

    def wait(self, family: str = "aac", state: str = "ready", seconds: float = 150) -> Making:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            making = self.studio.making(HASH, family)
            if making is not None and making.state == state:
                return making
            time.sleep(0.05)
        raise AssertionError(f"the making is not {state}: {making}")

    def files(self) -> list[Path]:
        return sorted(p for p in (self.folder / "objects").rglob("*") if p.is_file())


@pytest.fixture
def house(tmp_path: Path, db: Database) -> Iterator[House]:
    source = tmp_path / "source.flac"
    sounds.write(source, sounds.music(44100 * 9 + 5, 44100), 44100, "flac")
    made = House(tmp_path, db, source)
    yield made
    made.studio.close()


def test_first_play_streams_what_lab_ladder_makes(house: House) -> None:
    track = json.loads(house.get("track.json").body)
    assert track["loudness"] is None
    assert {r["state"] for r in track["renditions"]} == {"making"}
    assert house.get("master.m3u8").headers["cache-control"] == "no-cache"
    media.lab_ladder(house.source, house.folder / "lab")
    for rendition in track["renditions"]:
        for uri in [rendition["init"], *[s["uri"] for s in rendition["segments"]]]:
            answer = house.get(uri)
            assert answer.status == 200
            assert answer.body == (house.folder / "lab" / uri).read_bytes()
            assert "immutable" in answer.headers["cache-control"]
            assert answer.headers["content-type"] == "audio/mp4"
            assert answer.headers["access-control-allow-origin"] == "*"
    house.wait("aac")
    house.wait("flac")
    track = json.loads(house.get("track.json").body)
    lab = json.loads((house.folder / "lab/track.json").read_text())
    for mine, theirs in zip(track["renditions"], lab["renditions"], strict=True):
        assert {**mine, "id": ""} == {**theirs, "id": ""}
    assert track["loudness"] == lab["loudness"]
    assert track["waveform"] == lab["waveform"]
    assert house.get("master.m3u8").body == (house.folder / "lab/master.m3u8").read_bytes()
    assert "max-age=60" in house.get("master.m3u8").headers["cache-control"]


def test_the_source_is_not_opened_once_all_is_made(house: House) -> None:
    house.get("aac-64/00000.m4s")
    house.wait("aac")
    house.opened.clear()
    house.source.unlink()
    assert house.get("aac-256/00001.m4s").status == 200
    assert house.opened == []
    assert house.get("flac-1411/00000.m4s").status == 404


def test_a_segment_may_be_handed_over_ranged_and_only_looked_at(house: House) -> None:
    whole = house.get("aac-64/00000.m4s")
    assert whole.headers["accept-ranges"] == "bytes"
    handed = asyncio.run(ask(house.handler, house.url_of("aac-64/00000.m4s"), pathsend=True))
    assert (handed.status, handed.body) == (200, whole.body)
    assert handed.path is not None
    assert handed.headers["content-length"] == str(len(whole.body))
    head = house.get("aac-64/00000.m4s", "HEAD")
    assert (head.body, head.headers["content-length"]) == (b"", str(len(whole.body)))
    size = len(whole.body)
    for asked, span in {
        "bytes=0-9": (0, 10),
        "bytes=100-": (100, size),
        "bytes=-7": (size - 7, size),
    }.items():
        part = house.get("aac-64/00000.m4s", range=asked)
        assert (part.status, part.body) == (206, whole.body[slice(*span)])
        assert part.headers["content-range"] == f"bytes {span[0]}-{span[1] - 1}/{size}"
    assert house.get("aac-64/00000.m4s", range=f"bytes={size}-").status == 416
    assert house.get("aac-64/00000.m4s", range="lines=1-2").status == 200
    assert house.get("aac-64/00000.m4s", "POST").status == 405
    assert house.get("aac-64/00000.m4s", "OPTIONS").status == 204


def test_a_manifest_that_did_not_change_is_not_sent_again(house: House) -> None:
    first = house.get("aac-64/media.m3u8")
    assert house.get("aac-64/media.m3u8", if_none_match=first.headers["etag"]).status == 304


@pytest.mark.parametrize(
    "file", ["aac-64/00099.m4s", "aac-65/00000.m4s", "opus-64/init.mp4", "aac-64/../x", "aac-64/1.m4s", ""]
)
def test_what_no_plan_holds_is_not_found(house: House, file: str) -> None:
    assert house.get(file).status == 404


def test_an_unknown_source_is_not_found(house: House) -> None:
    other = "cd" * 32
    signature = media.sign(SECRET, other, "person", datetime.now(UTC) + timedelta(hours=1))
    for file in ("track.json", "aac-64/00000.m4s"):
        assert asyncio.run(ask(house.handler, f"/media/{signature}/{other}/{file}")).status == 404


def test_wrong_signatures_are_refused(house: House) -> None:
    house.get("aac-64/init.mp4")
    now = datetime.now(UTC)
    version, expiry, bearer, mac = house.signature.split(".")
    wrong = [
        media.sign(SECRET, HASH, "person", now - timedelta(seconds=1)),
        media.sign(SECRET, "cd" * 32, "person", now + timedelta(hours=1)),
        media.sign(b"other secret", HASH, "person", now + timedelta(hours=1)),
        ".".join([version, str(int(expiry) + 3600), bearer, mac]),
        ".".join([version, expiry, bearer[::-1], mac]),
        ".".join([version, expiry, bearer, mac[:-1]]),
        "v2." + house.signature[3:],
        "unsigned-at-all",
    ]
    for signature in wrong:
        answer = asyncio.run(ask(house.handler, f"/media/{signature}/{HASH}/aac-64/init.mp4"))
        assert answer.status == 403
        assert json.loads(answer.body)["code"] in {"media_signature", "media_expired"}


def test_a_maker_killed_in_the_middle_is_followed_by_another(house: House) -> None:
    sounds.write(house.source, sounds.music(44100 * 30, 44100), 44100, "flac")
    first = house.get("aac-256/00000.m4s")
    assert first.status == 200
    pids = house.studio.makers.pids()
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    failed = house.wait(state="failed")
    assert "died" in (failed.error or "")
    assert house.files() == []
    assert house.get("aac-256/00000.m4s").body == first.body
    house.wait(state="ready")
    media.lab_ladder(house.source, house.folder / "lab", ["aac"])
    for made in house.files():
        assert made.read_bytes() == (house.folder / "lab" / made.parent.name / made.name).read_bytes()


def test_a_web_worker_that_died_holds_nobody_up(house: House) -> None:
    with house.db.begin() as tx:
        service.remember_source(tx, HASH, media.probe(house.source), system_clock())
        gone = datetime.now(UTC) - timedelta(seconds=service.LEASE_S - 1)
        assert service.take_making(tx, HASH, "aac", "0" * 22, gone)
        assert not service.take_making(tx, HASH, "aac", "1" * 22, gone)
    started = time.monotonic()
    assert house.get("aac-64/00000.m4s").status == 200
    assert time.monotonic() - started > 0.5
    making = house.wait("aac")
    assert making.owner != "0" * 22
    with house.db.begin() as tx:
        assert not service.renew_making(tx, HASH, "aac", "0" * 22, datetime.now(UTC))


def test_two_workers_make_it_once(house: House) -> None:
    other = house.make_studio()
    try:
        house.get("track.json")
        house.studio.ensure(HASH, "aac")
        other.ensure(HASH, "aac")
        assert len(house.studio.makers.pids()) + len(other.makers.pids()) <= 1
        house.wait("aac")
    finally:
        other.close()


def test_without_a_free_slot_the_answer_comes_at_once(tmp_path: Path, db: Database) -> None:
    sounds.write(tmp_path / "s.wav", sounds.music(44100, 44100), 44100)
    house = House(tmp_path, db, tmp_path / "s.wav", slots=1)
    slot = house.studio.makers.reserve()
    with pytest.raises(TooMany):
        house.studio.ensure(HASH, "aac")
    slot.release()
    assert house.get("aac-64/00000.m4s").status == 200
    house.studio.close()


def test_a_source_cut_in_the_middle_still_plays_to_its_promised_end(house: House) -> None:
    probe = media.probe(house.source)
    with house.db.begin() as tx:
        service.remember_source(tx, HASH, probe, system_clock())
    house.source.write_bytes(house.source.read_bytes()[: house.source.stat().st_size // 2])
    for rendition in json.loads(house.get("track.json").body)["renditions"]:
        for segment in rendition["segments"]:
            answer = house.get(segment["uri"])
            assert sum(sounds.run_samples(answer.body)) == segment["samples"]
    house.wait("flac")
    house.wait("aac")
    with house.db.read() as tx:
        facts = service.get_facts(tx, HASH)
    assert facts is not None
    assert facts.decoded_samples is not None
    assert 0 < facts.decoded_samples < facts.declared_samples == probe.samples


def test_a_source_turned_to_noise_says_so(house: House) -> None:
    with house.db.begin() as tx:
        service.remember_source(tx, HASH, media.probe(house.source), system_clock())
    house.source.write_bytes(np.random.default_rng(3).bytes(200_000))
    answer = house.get("aac-64/00000.m4s")
    assert answer.status == 422
    assert json.loads(answer.body)["code"] == "undecodable"
    assert house.files() == []


def test_a_full_disk_is_said_cleaned_up_and_tried_again(house: House) -> None:
    blocked = house.folder / "objects" / "renditions"
    blocked.write_text("in the way: no folder can be made here")
    answer = house.get("aac-64/00000.m4s")
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
    assert json.loads(answer.body)["code"] == "making_failed"
    blocked.unlink()
    assert house.get("aac-64/00000.m4s").status == 200
    house.wait("aac")


def test_least_recently_used_renditions_go_first_and_come_back(house: House) -> None:
    house.get("aac-64/00000.m4s")
    house.wait("aac")
    house.get("flac-1411/00000.m4s")
    house.wait("flac")
    aac = sum(p.stat().st_size for p in house.files() if "aac" in str(p))
    flac = sum(p.stat().st_size for p in house.files() if "flac" in str(p))
    with house.db.begin() as tx:
        rows = {o.spec.name: o.id for o in service.prepare(tx, HASH)}
        service.touch_renditions(tx, [rows["aac-64"]], datetime.now(UTC) + timedelta(hours=1))
    evicted = house.studio.evict(aac)
    assert (evicted.families, evicted.freed_bytes, evicted.kept_bytes) == (1, flac, aac)
    assert house.source.exists()
    assert not [p for p in house.files() if "flac" in str(p)]
    assert house.get("flac-1411/00000.m4s").status == 200
    house.wait("flac")


def test_renditions_deleted_behind_our_back_are_made_again(house: House) -> None:
    house.get("aac-64/00000.m4s")
    house.wait("aac")
    shutil.rmtree(house.folder / "objects" / "renditions")
    assert house.get("aac-64/00001.m4s").status == 200
    house.wait("aac")


def test_artwork_is_public_and_immutable(house: House) -> None:
    answer = asyncio.run(ask(house.handler, f"/media/artwork/{COVER}/320.webp"))
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, b"RIFF320", "image/webp")
    assert "immutable" in answer.headers["cache-control"]
    for path in (f"/media/artwork/{COVER}/321.webp", "/media/artwork/0000000000000000000002/320.webp"):
        assert asyncio.run(ask(house.handler, path)).status == 404


def test_a_making_nobody_listens_to_gives_way(
    tmp_path: Path, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sounds.write(tmp_path / "s.flac", sounds.music(44100 * 30, 44100), 44100, "flac")
    house = House(tmp_path, db, tmp_path / "s.flac", slots=1)
    assert house.get("aac-64/00000.m4s").status == 200
    with pytest.raises(TooMany):
        house.studio.ensure(HASH, "flac")
    monkeypatch.setattr("bandstand.media.makers.UNWANTED_S", 0.0)
    assert house.get("flac-1411/00000.m4s").status == 200
    making = house.wait("aac", "failed")
    assert (making.error or "").startswith("preempted")
    assert house.get("aac-64/00000.m4s").status == 200  # what was whole stays
    house.wait("flac")
    house.get("aac-64/00006.m4s")
    house.wait("aac")
    assert house.get("aac-64/00006.m4s").status == 200
    house.studio.close()


def test_what_is_there_is_sent_while_the_database_is_away(house: House) -> None:
    whole = house.get("aac-64/00000.m4s").body
    house.wait("aac")
    away = Database(f"sqlite:///{house.folder / 'no' / 'such.sqlite'}")
    studio = media.Studio(db=away, kept=house.kept, objects_url=house.url, open_source=house.open_source)
    handler = media.MediaHandler(studio, SECRET, house.artwork)
    assert asyncio.run(ask(handler, house.url_of("aac-64/00000.m4s"))).body == whole
    answer = asyncio.run(ask(handler, house.url_of("track.json")))
    assert (answer.status, json.loads(answer.body)["code"]) == (503, "database_unavailable")


def test_a_maker_ends_with_the_worker_it_works_for() -> None:
    maker = subprocess.Popen(
        [sys.executable, "-m", "bandstand.media.maker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert maker.stdin is not None
    assert maker.stdout is not None
    assert b"ready" in maker.stdout.readline()
    maker.stdin.close()
    assert maker.wait(10) == 0
    maker.stdout.close()


def test_what_a_dead_server_left_half_made_is_swept(house: House) -> None:
    with house.db.begin() as tx:
        service.remember_source(tx, HASH, media.probe(house.source), system_clock())
        service.take_making(tx, HASH, "aac", "0" * 22, datetime.now(UTC) - timedelta(hours=2))
    objects.put(house.kept, key_of(HASH, "aac-64", "00000.m4s"), b"left behind")
    house.studio.evict(10**9)
    assert house.files() == []
    assert house.studio.making(HASH, "aac") is None
