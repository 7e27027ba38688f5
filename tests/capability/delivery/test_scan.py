import base64
import csv
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mutagen.flac
import pytest
from PIL import Image

from bandstand import catalogue, delivery
from bandstand.delivery.pool import ReaderPool
from bandstand.platform.clock import FixedClock, system_clock
from bandstand.platform.db import Database
from bandstand.platform.errors import Conflict, Gone, Invalid
from bandstand.platform.objects import Objects, exists, open_objects
from tests.factories import tone_flac

Ingest = Callable[..., dict[str, dict[str, Any]]]


@pytest.fixture
def kept(tmp_path: Path) -> Objects:
    return open_objects(f"file://{tmp_path / 'objects'}")


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def readers() -> Iterator[ReaderPool]:
    with ReaderPool(2) as pool:
        yield pool


@pytest.fixture
def ingest(db: Database, kept: Objects, music: Path, clock: FixedClock, readers: ReaderPool) -> Ingest:
    def run(root: Path | None = None) -> dict[str, dict[str, Any]]:
        clock.advance(60)
        lines = list(delivery.ingest_lines(db, kept, [str(root or music)], clock, pool=readers))
        found = {os.path.relpath(line["path"], root or music): line for line in lines[:-1]}
        return {**found, "summary": lines[-1]}

    return run


FLAC: Any = mutagen.flac.FLAC  # it ships no types


def tone(path: Path, seconds: float = 0.3, **tags: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    hertz = 200.0 + sum(path.name.encode()) % 500
    return tone_flac(path, seconds=seconds, hertz=hertz, **tags)


def tracks(db: Database) -> dict[str, catalogue.Track]:
    with db.read() as tx:
        return {t.title: t for t in catalogue.list_tracks(tx, limit=500).items}


def test_the_torture_set_comes_out_as_expected(db: Database, ingest: Ingest, shared: Path) -> None:
    root = shared / "data" / "torture"
    found = ingest(root)
    # FFmpeg finds not one sample in these two: their sound is cut off before the first packet ends.
    silent = {"devsnd-alac_file.m4a", "devsnd-aiff_with_image.aiff"}
    with (root / "expect.csv").open() as file:
        for row in csv.DictReader(file):
            line = found[row["file"]]
            if row["must"] == "library entry" and row["file"] not in silent:
                assert line["outcome"] == "added", line
            elif row["must"] == "side file":
                assert line["outcome"] == "skipped", line
            elif line["outcome"] != "added":
                assert line["outcome"] in {"failed", "skipped"}, line
                assert line["reason"], line
    by_title = tracks(db)
    assert by_title["Полночь"].facts == {"album_from": "nothing"}
    assert "夜の歌" in by_title
    assert by_title["zero_replaygain"].gain.track_db == 0.0
    assert by_title["AC/DC is one"].artists[0].name == "AC/DC"
    assert [a.role for a in by_title["Duo (feat. Bo Dos)"].artists] == ["main", "featured"]
    assert by_title["Forms"].number == 3
    compiled = by_title["Song 1"].album
    assert (compiled.artists[0].name, compiled.kind, compiled.total_tracks) == (
        "Various Artists",
        "compilation",
        3,
    )
    assert by_title["Part 1.1"].album.id == by_title["Part 2.2"].album.id
    assert by_title["Part 2.2"].disc == 2
    again = ingest(root)["summary"]
    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, found["summary"]["added"])


def test_a_moved_a_retagged_and_a_deleted_file_keep_their_track(
    db: Database, ingest: Ingest, music: Path
) -> None:
    for n in (1, 2, 3):
        tone(
            music / "A" / "One" / f"0{n} x{n}.flac",
            title=f"T{n}",
            artist="A",
            album="One",
            tracknumber=str(n),
        )
    assert ingest()["summary"]["added"] == 3
    before = {title: t.id for title, t in tracks(db).items()}
    assert ingest()["summary"]["unchanged"] == 3

    (music / "A" / "One" / "01 x1.flac").rename(music / "A" / "moved.flac")
    tagged: Any = FLAC(music / "A" / "One" / "02 x2.flac")
    tagged["TITLE"] = "T2 again"
    tagged.save()
    (music / "A" / "One" / "03 x3.flac").rename(music.parent / "away.flac")
    found = ingest()
    assert found["A/moved.flac"]["outcome"] == "moved"
    assert found["A/One/02 x2.flac"]["outcome"] == "updated"
    assert found["A/One/03 x3.flac"]["outcome"] == "missing"
    now = tracks(db)
    assert now["T1"].id == before["T1"]
    assert now["T2 again"].id == before["T2"]
    assert now["T1"].album.id == now["T2 again"].album.id
    with db.read() as tx:
        gone = catalogue.get_track(tx, before["T3"])
        assert gone.is_missing
        with pytest.raises(Gone):
            delivery.open_source(tx, gone.source_hash)
        assert delivery.open_source(tx, now["T1"].source_hash) == music / "A" / "moved.flac"

    (music.parent / "away.flac").rename(music / "back.flac")
    tagged = FLAC(music / "A" / "moved.flac")
    tagged["TITLE"] = "T1 again"
    tagged.save()
    (music / "A" / "moved.flac").rename(music / "moved and retagged.flac")
    found = ingest()
    assert (found["back.flac"]["outcome"], found["moved and retagged.flac"]["outcome"]) == ("moved", "moved")
    assert {t.id for t in tracks(db).values()} == set(before.values())


def test_discs_compilations_and_covers(db: Database, kept: Objects, ingest: Ingest, music: Path) -> None:
    for disc in (1, 2):
        tone(
            music / "Band" / "Box" / f"CD{disc}" / "01 Song.flac",
            title=f"Song {disc}",
            artist="Band",
            album="Box",
        )
    Image.new("RGB", (900, 900), "#804020").save(music / "Band" / "Box" / "cover.jpg")
    for n, artist in enumerate(("X", "Y"), 1):
        tone(music / "Mix" / f"0{n}.flac", title=f"Mix {n}", artist=artist, album="Mixed")
    ingest()
    found = tracks(db)
    assert found["Song 1"].album.id == found["Song 2"].album.id
    assert found["Song 2"].disc == 2
    artwork = found["Song 1"].album.artwork
    assert artwork is not None
    assert exists(kept, catalogue.artwork_key(artwork.id, 640))
    assert found["Mix 1"].album.artists[0].name == "Various Artists"
    Image.new("RGB", (500, 500), "#2040a0").save(music / "Band" / "Box" / "cover.jpg")
    assert ingest()["summary"]["unchanged"] == 4
    changed = tracks(db)["Song 1"].album.artwork
    assert changed is not None
    assert changed.id != artwork.id


def test_a_second_artist_makes_an_album_a_compilation(db: Database, ingest: Ingest, music: Path) -> None:
    tone(music / "Mix" / "01.flac", title="Mix 1", artist="X", album="Mixed")
    ingest()
    tone(music / "Mix" / "02.flac", title="Mix 2", artist="Y", album="Mixed")
    assert ingest()["Mix/01.flac"]["outcome"] == "unchanged"
    found = tracks(db)
    assert found["Mix 1"].album == found["Mix 2"].album
    assert found["Mix 1"].album.artists[0].name == "Various Artists"


def test_names_that_are_not_utf_8_and_odd_characters(db: Database, ingest: Ingest, music: Path) -> None:
    source = tone(music / "a.flac", title="Odd", artist="A", album="B")
    odd = os.fsencode(music) + b"/caf\xe9.flac"
    os.rename(source, odd)  # noqa: PTH104 - the new name is bytes
    shutil.copy(odd, os.fsencode(music) + "/new\nline 'quote' \"%s\" 🎵.flac".encode())
    lines = [line for name, line in ingest().items() if name != "summary"]
    named = next(line for line in lines if "path_b64" in line)
    assert base64.b64decode(named["path_b64"]) == odd
    assert "\ufffd" in named["path"]
    assert [line["outcome"] for line in lines] == ["added", "added"]


def test_loops_hidden_files_and_links_to_nowhere(ingest: Ingest, music: Path) -> None:
    tone(music / "sub" / "a.flac", title="A")
    (music / "sub" / "loop").symlink_to(music)
    (music / "sub" / "nowhere.flac").symlink_to(music / "not there.flac")
    (music / ".hidden").mkdir()
    tone(music / ".hidden" / "b.flac", title="B")
    (music / "._a.flac").write_bytes(b"\0\5\x16\7")
    found = ingest()
    assert found["summary"]["added"] == 1
    assert "fork" in found["._a.flac"]["reason"]
    assert "nowhere" in found["sub/nowhere.flac"]["reason"]


def test_bad_files_are_reported_and_stop_nothing(db: Database, ingest: Ingest, music: Path) -> None:
    good = tone(music / "good.flac", title="x" * 1_000_000, artist="A", album="B")
    (music / "zero.mp3").touch()
    (music / "page.mp3").write_text("<!DOCTYPE html><title>404</title>")
    (music / "cut.flac").write_bytes(good.read_bytes()[:40])
    shutil.copy(good, music / "wrong.mp3")
    found = ingest()
    assert (found["summary"]["added"], found["summary"]["failed"]) == (2, 3)
    assert "HTML" in found["page.mp3"]["reason"]
    with db.read() as tx:
        report, _ = delivery.list_problems(tx, limit=100)
        first, cursor = delivery.list_problems(tx, limit=2)
        rest, _ = delivery.list_problems(tx, cursor, limit=100)
    assert {p.code for p in report} >= {
        "text_too_long",
        "is_empty",
        "is_html",
        "undecodable",
        "wrong_extension",
    }
    assert first + rest == report
    assert ingest()["summary"]["failed"] == 3


def test_a_track_whose_file_broke_is_missing_until_it_is_whole(
    db: Database, ingest: Ingest, music: Path
) -> None:
    path = tone(music / "a.flac", title="A")
    whole = path.read_bytes()
    ingest()
    track = tracks(db)["A"].id
    path.write_bytes(whole[:30])
    assert ingest()["a.flac"]["outcome"] == "failed"
    assert tracks(db) == {}
    path.write_bytes(whole)
    assert ingest()["a.flac"]["outcome"] == "updated"
    assert tracks(db)["A"].id == track


@pytest.mark.parametrize(("make", "code"), [(None, "no_such_folder"), ("file", "not_a_folder")])
def test_folders_that_cannot_be_scanned(
    db: Database, kept: Objects, music: Path, make: str | None, code: str
) -> None:
    path = music / "x"
    if make:
        path.touch()
    with pytest.raises(Invalid) as caught:
        delivery.scan(db, kept, str(path))
    assert caught.value.code == code
    assert str(path) in caught.value.message


def test_an_empty_folder_says_so(db: Database, kept: Objects, music: Path) -> None:
    assert str(music) in delivery.scan(db, kept, str(music)).message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_folders(db: Database, kept: Objects, music: Path, ingest: Ingest) -> None:
    tone(music / "sub" / "a.flac", title="A")
    ingest()
    (music / "sub").chmod(0)
    try:
        assert ingest()["summary"]["missing"] == 0
        music.chmod(0)
        with pytest.raises(Invalid):
            delivery.scan(db, kept, str(music))
    finally:
        music.chmod(0o755)
        (music / "sub").chmod(0o755)


def test_two_scans_of_one_folder(db: Database, kept: Objects, music: Path, clock: FixedClock) -> None:
    tone(music / "a.flac", title="A")
    first = delivery.ingest_lines(db, kept, [str(music)], clock)
    assert next(first)["outcome"] == "added"
    with pytest.raises(Conflict, match="is being scanned"):
        delivery.scan(db, kept, str(music), clock=clock)
    with db.read() as tx:
        assert delivery.scan_state(tx).state == "scanning"
    assert list(first)[-1]["event"] == "summary"
    assert delivery.scan(db, kept, str(music), clock=clock).unchanged == 1


def test_a_killed_scan_goes_on(db: Database, kept: Objects, music: Path, tmp_path: Path) -> None:
    for folder in range(6):
        for n in range(4):
            tone(
                music / f"f{folder}" / f"{n}.flac",
                seconds=0.05,
                title=f"T{folder}.{n}",
                artist="A",
                album=f"F{folder}",
            )
    code = (
        "import sys\nimport bandstand.app.tables\nfrom bandstand import delivery\n"
        "from bandstand.platform.db import Database\nfrom bandstand.platform.objects import open_objects\n"
        "for line in delivery.ingest_lines(Database(sys.argv[1]), open_objects(sys.argv[2]), [sys.argv[3]]):\n"
        "    print(line['event'], flush=True)\n"
    )
    url = str(db.url)
    command = [sys.executable, "-c", code, url, f"file://{tmp_path / 'objects'}", str(music)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        for _ in range(5):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
    before = {title: t.id for title, t in tracks(db).items()}
    assert before
    state = delivery.scan(db, kept, str(music), clock=system_clock)
    assert state.unchanged == len(before)
    after = tracks(db)
    assert len(after) == 24
    assert all(after[title].id == track for title, track in before.items())


def test_a_file_that_changes_while_it_is_read(db: Database, ingest: Ingest, music: Path) -> None:
    path = tone(music / "a.flac", title="A")
    done = threading.Event()

    with path.open("ab") as file:
        file.write(bytes(8_000_000))  # enough that reading it takes longer than the next write

    def write() -> None:
        with path.open("ab", buffering=0) as file:
            while not done.is_set():
                file.write(b"\0")
                time.sleep(0)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        line = ingest()["a.flac"]
    finally:
        done.set()
        writer.join()
    assert (line["outcome"], line["problems"][0]["code"]) == ("skipped", "changed_while_read")
    assert ingest()["a.flac"]["outcome"] == "added"


def test_a_reader_that_hangs_or_dies_costs_its_file_alone(music: Path) -> None:
    good = os.fsencode(tone(music / "good.flac", title="A"))
    pipe = os.fsencode(music / "pipe.flac")
    os.mkfifo(pipe)
    with ReaderPool(1, file_limit_s=2.0) as pool:
        assert [answer[0] for _, answer in pool.ask([("file", (good,))])] == ["ok"]
        found = dict(pool.ask([("file", (pipe,)), ("file", (good,))]))
        assert found[0] == ("error", "its reader was stopped after 2 s")
        assert found[1][0] == "ok"
        pool._readers[0].process.kill()
        found = dict(pool.ask([("file", (good,)), ("file", (good,))]))
        assert "crashed" in found[0][1]
        assert found[1][0] == "ok"


def test_the_watcher_sees_what_changes(db: Database, kept: Objects, music: Path) -> None:
    tone(music / "a.flac", title="A")
    watcher = delivery.Watcher(db, kept, [str(music)])
    stop = delivery.watch_in_thread(watcher)
    try:
        _wait(lambda: "A" in tracks(db))
        tone(music.parent / "made.flac", title="B")
        (music / "new").mkdir()
        time.sleep(1)
        shutil.move(music.parent / "made.flac", music / "new" / "b.flac")
        _wait(lambda: "B" in tracks(db))
        (music / "a.flac").unlink()
        _wait(lambda: "A" not in tracks(db))
    finally:
        stop()


def _wait(until: Callable[[], bool], limit_s: float = 30) -> None:
    end = time.monotonic() + limit_s
    while not until():
        assert time.monotonic() < end
        time.sleep(0.1)
