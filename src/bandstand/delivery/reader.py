"""Looks into one file. Runs in a process of its own: what stands in a file may hang or crash a parser."""

# Names are bytes here, and pathlib takes none.
# ruff: noqa: PTH116,PTH122,PTH123

import hashlib
import os
import time
from typing import Final

from bandstand import media
from bandstand.delivery import tags
from bandstand.delivery.hashing import hash_file
from bandstand.delivery.model import Problem, Reading, Stamp, stamp_of
from bandstand.platform import images
from bandstand.platform.errors import BandstandError

_TRIES: Final = 2
_PAUSE_S: Final = 0.3
_LARGEST_PICTURE: Final = images.MAX_BYTES

_REFUSED: Final = {
    "html": ("an HTML page, not sound", "It may be a saved error page: download the music again."),
    "text": ("text, not sound", "Remove it, or give it the extension it should have."),
    "empty": ("0 bytes", "Copy or download the file again."),
}


def read_file(path: bytes) -> Reading:
    """Everything one look into a file gives. Never raises for what stands in the file."""
    for attempt in range(_TRIES):
        before = _stamp(path)
        try:
            reading = _read_once(path, before)
        except OSError as error:
            reading = Reading(before, "failed", f"it cannot be read: {error.strerror or error}")
        if _stamp(path) == before:
            return reading
        if attempt < _TRIES - 1:
            time.sleep(_PAUSE_S)
    reason = "it is being written to; the next scan reads it"
    return Reading(
        Stamp(-1, 0, 0), "skipped", reason, problems=(Problem("changed_while_read", "note", reason),)
    )


def _stamp(path: bytes) -> Stamp:
    try:
        return stamp_of(os.stat(path))
    except OSError:
        return Stamp(-1, 0, 0)


def _read_once(path: bytes, stamp: Stamp) -> Reading:
    extension = os.path.splitext(os.fsdecode(path))[1].lstrip(".").casefold()
    promised = tags.EXTENSIONS.get(extension)
    with open(path, "rb") as file:
        kind = tags.sniff(file.read(tags.HEAD_BYTES))
        if promised is None and kind in {"html", "text", "empty", "unknown", "mpeg", "adts"}:
            return Reading(stamp, "skipped", "it is not a sound file")
        if kind in _REFUSED:
            return _refuse(stamp, kind)
        source_hash, sound_hash = hash_file(file, stamp.size, promised or kind if kind == "unknown" else kind)
    return _hear(os.fsdecode(path), stamp, kind, promised, (source_hash, sound_hash))


def _refuse(stamp: Stamp, kind: str) -> Reading:
    what, hint = _REFUSED[kind]
    return Reading(
        stamp,
        "failed",
        f"it is {what}",
        problems=(Problem(f"is_{kind}", "error", f"The file is {what}.", hint),),
    )


def _hear(path: str, stamp: Stamp, kind: str, promised: str | None, hashes: tuple[str, str]) -> Reading:
    found: list[Problem] = []
    if kind not in {promised, "unknown"}:
        message = f"The name promises {promised or 'something else'}, the content is {kind}."
        found.append(
            Problem("wrong_extension", "warning", message, "Rename the file; it plays all the same.")
        )
    try:
        probe = media.probe(path)
    except BandstandError as error:
        hint = str(error.details.get("hint", ""))
        found.append(Problem(error.code, "error", error.message, hint))
        return Reading(stamp, "failed", error.message, *hashes, problems=tuple(found))
    if not probe.is_exact:
        found.append(
            Problem(
                "length_uncertain",
                "note",
                "Its length could not be counted exactly; the file may be cut or damaged.",
            )
        )
    read, problems = tags.read_tags(path, kind, probe.duration_ms)
    return Reading(stamp, "read", "", *hashes, read, probe, (*found, *problems))


def read_picture(path: bytes, picture_hash: str) -> images.Artwork:
    """An embedded picture of a sound file, in its sizes. Raises Invalid."""
    with open(path, "rb") as file:
        kind = tags.sniff(file.read(tags.HEAD_BYTES))
    pictures = tags.pictures_of(os.fsdecode(path), kind)
    data = next((p for p in pictures if hashlib.sha256(p).hexdigest() == picture_hash), b"")
    return images.read_artwork(data)


def read_image(path: bytes) -> tuple[str, images.Artwork]:
    """A picture file: its SHA-256 and its sizes. Raises Invalid, OSError."""
    with open(path, "rb") as file:
        data = file.read(_LARGEST_PICTURE + 1)
    return hashlib.sha256(data).hexdigest(), images.read_artwork(data)
