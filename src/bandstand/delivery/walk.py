"""Walking a folder: names as bytes, loops broken, hidden files left out, what cannot be opened told."""

# Names are bytes here, and pathlib takes none.
# ruff: noqa: PTH116,PTH119,PTH120

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from bandstand.delivery.model import Stamp, stamp_of
from bandstand.delivery.tags import disc_of_folder
from bandstand.platform.errors import Invalid

_PICTURE: Final = re.compile(
    r"(cover|folder|front|album|artwork|albumart.*)\.(jpe?g|png|webp|gif|bmp)", re.IGNORECASE
)
_ORDER: Final = ("cover", "front", "folder", "album")


@dataclass(frozen=True, slots=True)
class Found:
    """A file in the folder, or the reason why it cannot be one of ours."""

    path: bytes
    stamp: Stamp
    skip: str = ""


@dataclass(slots=True)
class Folder:
    """One album's place: a folder, with the disc folders in it."""

    path: bytes
    files: list[Found] = field(default_factory=list)
    pictures: list[bytes] = field(default_factory=list)

    def picture(self) -> bytes | None:
        """The picture that stands for the folder, the likeliest name first."""

        def rank(path: bytes) -> tuple[int, bytes]:
            name = os.path.basename(path).decode("utf-8", "replace").casefold()
            return next((n for n, word in enumerate(_ORDER) if name.startswith(word)), len(_ORDER)), path

        return min(self.pictures, key=rank, default=None)


@dataclass(slots=True)
class Walk:
    """All folders with files, in order, and what could not be opened."""

    folders: list[Folder]
    closed: list[tuple[bytes, str]]


def check_root(root: bytes) -> None:
    """Raise Invalid with what to do when the folder cannot be scanned at all."""
    shown = show(root)
    try:
        is_folder = stat.S_ISDIR(os.stat(root).st_mode)
    except FileNotFoundError:
        message = f"There is no folder {shown}. Check the spelling, or whether its drive is connected."
        raise Invalid(message, code="no_such_folder", path=shown) from None
    except OSError as error:
        raise Invalid(
            f"The folder {shown} cannot be opened: {error.strerror}.", code="unreadable_folder", path=shown
        ) from error
    if not is_folder:
        raise Invalid(f"{shown} is a file. Give the folder that holds it.", code="not_a_folder", path=shown)
    try:
        with os.scandir(root):
            pass
    except OSError as error:
        message = f"The folder {shown} cannot be read: {error.strerror}. Give this user the right to read it."
        raise Invalid(message, code="unreadable_folder", path=shown) from error


def show(path: bytes) -> str:
    """A path fit to print: what is not UTF-8 becomes U+FFFD."""
    return path.decode("utf-8", "replace")


def walk(root: bytes, only: Sequence[bytes] | None = None) -> Walk:
    """Walk `root`, or the folders `only` below it, every folder once however it is linked."""
    found = Walk([], [])
    folders: dict[bytes, Folder] = {}
    seen: set[tuple[int, int]] = set()
    for start in sorted(only) if only is not None else [root]:
        for path, entries in _descend(start, seen, found.closed):
            home = (
                os.path.dirname(path)
                if path != root and disc_of_folder(show(os.path.basename(path)))
                else path
            )
            folder = folders.setdefault(home, Folder(home))
            for entry in entries:
                _take(entry, folder)
    found.folders = [f for _, f in sorted(folders.items()) if f.files]
    return found


def _descend(
    top: bytes, seen: set[tuple[int, int]], closed: list[tuple[bytes, str]]
) -> Iterator[tuple[bytes, list["os.DirEntry[bytes]"]]]:
    waiting = [top]
    while waiting:
        path = waiting.pop()
        try:
            here = os.stat(path)
            if (here.st_dev, here.st_ino) in seen:
                continue
            seen.add((here.st_dev, here.st_ino))
            with os.scandir(path) as listing:
                entries = sorted(listing, key=lambda e: e.name)
        except OSError as error:
            closed.append((path, error.strerror or str(error)))
            continue
        shown = [e for e in entries if not e.name.startswith(b".")]
        waiting += [e.path for e in reversed(shown) if _is_folder(e)]
        yield path, [e for e in entries if not _is_folder(e)]


def _is_folder(entry: "os.DirEntry[bytes]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _take(entry: "os.DirEntry[bytes]", folder: Folder) -> None:
    nothing = Stamp(0, 0, 0)
    if entry.name.startswith(b"._"):
        folder.files.append(Found(entry.path, nothing, "a macOS resource fork, not music"))
        return
    if entry.name.startswith(b"."):
        return
    try:
        about = entry.stat()
    except OSError as error:
        why = "its link leads nowhere" if entry.is_symlink() else f"it cannot be opened: {error.strerror}"
        folder.files.append(Found(entry.path, nothing, why))
        return
    if not stat.S_ISREG(about.st_mode):
        folder.files.append(Found(entry.path, nothing, "it is a device or pipe, not a file"))
        return
    if _PICTURE.fullmatch(show(entry.name)):
        folder.pictures.append(entry.path)
    folder.files.append(Found(entry.path, stamp_of(about)))
