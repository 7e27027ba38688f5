"""The object store: one suite for a folder and for S3."""

import threading
import urllib.request
from pathlib import Path

import pytest

from bandstand.platform import objects
from bandstand.platform.errors import Invalid, NotFound, Unavailable
from bandstand.platform.objects import Objects, open_objects


def test_put_get_replace_delete(any_objects: Objects) -> None:
    """What was put is what is got, until it is replaced or deleted."""
    objects.put(any_objects, "a/b/one.m4s", b"first")
    objects.put(any_objects, "a/b/one.m4s", b"second!", content_type="video/iso.segment")
    assert objects.get(any_objects, "a/b/one.m4s") == b"second!"
    info = objects.head(any_objects, "a/b/one.m4s")
    assert (info.key, info.size_bytes) == ("a/b/one.m4s", 7)
    assert info.modified_at.tzinfo is not None
    objects.delete(any_objects, "a/b/one.m4s", "never/was")
    assert not objects.exists(any_objects, "a/b/one.m4s")
    with pytest.raises(NotFound, match=r"one\.m4s"):
        objects.get(any_objects, "a/b/one.m4s")
    with pytest.raises(NotFound):
        objects.head(any_objects, "a/b/one.m4s")
    with pytest.raises(NotFound):
        objects.get_range(any_objects, "a/b/one.m4s", 0, 1)


def test_ranges(any_objects: Objects) -> None:
    """A range is exact, and short at the end."""
    objects.put(any_objects, "range", bytes(range(200)))
    assert objects.get_range(any_objects, "range", 10, 5) == bytes(range(10, 15))
    assert objects.get_range(any_objects, "range", 195, 100) == bytes(range(195, 200))
    with pytest.raises(Invalid):
        objects.get_range(any_objects, "range", 0, 0)


def test_list_and_size_stay_in_their_folder(any_objects: Objects) -> None:
    """Listing a folder does not hear of its namesakes."""
    for key in ("t/1/a", "t/1/b", "t/10/c", "u"):
        objects.put(any_objects, key, key.encode())
    assert sorted(found.key for found in objects.list_prefix(any_objects, "t/1")) == ["t/1/a", "t/1/b"]
    assert objects.size(any_objects, "t/1/") == 10
    assert sorted(found.key for found in objects.list_prefix(any_objects)) == [
        "t/1/a",
        "t/1/b",
        "t/10/c",
        "u",
    ]
    assert list(objects.list_prefix(any_objects, "nothing")) == []


def test_a_file_larger_than_a_part(any_objects: Objects, tmp_path: Path) -> None:
    """A file goes in from disk in parts and comes back whole."""
    body = bytes(range(256)) * 48 * 1024
    source = tmp_path / "large.flac"
    source.write_bytes(body)
    objects.put(any_objects, "originals/large.flac", source)
    assert objects.head(any_objects, "originals/large.flac").size_bytes == len(body)
    assert objects.get_range(any_objects, "originals/large.flac", len(body) - 3, 3) == body[-3:]
    assert objects.get(any_objects, "originals/large.flac") == body


def test_a_reader_sees_old_or_new_never_half(any_objects: Objects) -> None:
    """While an object is replaced over and over, every read gives one whole version."""
    versions = [bytes([number]) * 300_000 for number in range(2)]
    objects.put(any_objects, "busy", versions[0])
    stop = threading.Event()

    def replace() -> None:
        while not stop.is_set():
            for version in versions:
                objects.put(any_objects, "busy", version)

    writer = threading.Thread(target=replace)
    writer.start()
    try:
        seen = {objects.get(any_objects, "busy") for _ in range(30)}
    finally:
        stop.set()
        writer.join()
    assert seen <= set(versions)


@pytest.mark.parametrize("key", ["", "/", "../escape", "a//b", "a/../../b", "a/./b", "line\nbreak"])
def test_keys_that_are_none(any_objects: Objects, key: str) -> None:
    """A key never leaves the store."""
    with pytest.raises(Invalid):
        objects.put(any_objects, key, b"x")


def test_odd_but_fine_keys(any_objects: Objects) -> None:
    """Spaces, accents and signs in a key come back as they went in."""
    for key in ("Ænima/01 – ö.flac", "a b/c+d&e=f", "100%25"):
        objects.put(any_objects, key, key.encode())
        assert objects.get(any_objects, key) == key.encode()
    assert {found.key for found in objects.list_prefix(any_objects)} == {
        "Ænima/01 – ö.flac",
        "a b/c+d&e=f",
        "100%25",
    }


def test_only_a_folder_has_paths(any_objects: Objects, any_objects_url: str) -> None:
    """A folder says where an object lies; S3 signs an address instead."""
    objects.put(any_objects, "x/y", b"hello")
    path = objects.local_path(any_objects, "x/y")
    signed = objects.presign(any_objects, "x/y", 60)
    if any_objects_url.startswith("file"):
        assert path is not None
        assert path.read_bytes() == b"hello"
        assert signed is None
    else:
        assert path is None
        assert signed is not None
        with urllib.request.urlopen(signed, timeout=5) as answer:  # noqa: S310 - loopback
            assert answer.read() == b"hello"


def test_the_store_answers(any_objects: Objects) -> None:
    """The doctor's question."""
    objects.check(any_objects)


def test_s3_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """An S3 server that does not answer is Unavailable within seconds."""
    for name, value in {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Unavailable, match="x/y"):
        objects.get(open_objects("s3://nowhere/at-all"), "x/y")


def test_http_only_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain HTTP to another machine needs to be asked for."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://storage.example")
    with pytest.raises(Invalid, match="https"):
        open_objects("s3://bucket")


@pytest.mark.parametrize("url", ["", "ftp://x", "file://", "s3://", "folder", "file://host/folder"])
def test_addresses_that_are_none(url: str) -> None:
    """A wrong address is named."""
    with pytest.raises(Invalid):
        open_objects(url)


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    """A file where the folder should be is Unavailable, and named."""
    (tmp_path / "taken").write_text("I am a file")
    with pytest.raises(Unavailable, match="taken"):
        open_objects(f"file://{tmp_path}/taken")


def test_disk_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk says so, and nothing half made stays."""
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    store = open_objects(f"file://{tmp_path}/objects")
    objects.put(store, "kept", b"kept")

    def no_space(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bandstand.platform.objects.obstore.put", no_space)
    with pytest.raises(Unavailable, match="no space left"):
        objects.put(store, "kept", b"new")
    assert objects.get(store, "kept") == b"kept"
