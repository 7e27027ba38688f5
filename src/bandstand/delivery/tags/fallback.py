"""What a file's own name and its folders say, for what its tags do not."""

import re
from dataclasses import dataclass, replace
from typing import Final

from bandstand.delivery.model import UNKNOWN_ALBUM, UNKNOWN_ARTIST, Name, Tags
from bandstand.delivery.tags.values import split_names

_DISC_FOLDER: Final = re.compile(r"(?:cd|disc|disk|dvd|vinyl|lp)[ _.-]*(\d{1,2})(?:\b.*)?", re.IGNORECASE)
_DISC_TRACK: Final = re.compile(r"(\d{1,2})[-.](\d{2})(?:\s*[-._]\s*|\s+)(.+)")
_NUMBERED: Final = re.compile(r"(\d{1,3})(?:\s*[-.)_]\s*|\s+)(.+)")
_PARTED: Final = re.compile(r"\s+[-–—]\s+")
_YEARED: Final = re.compile(r"^(?:\(?(\d{4})\)?\s*[-–.]\s*)?(.+?)(?:\s*[(\[](\d{4})[)\]])?$")


@dataclass(frozen=True, slots=True)
class FromPath:
    """What the path says; empty where it says nothing."""

    title: str
    artist: str = ""
    album: str = ""
    folder_artist: str = ""
    number: int | None = None
    disc: int | None = None
    date: str = ""


def disc_of_folder(name: str) -> int | None:
    """The disc a folder called "CD1" or "Disc 2 - Live" holds."""
    found = _DISC_FOLDER.fullmatch(name.strip())
    return int(found[1]) if found else None


def from_path(folders: tuple[str, ...], file_name: str) -> FromPath:
    """Read "Artist/Album/CD1/01 - Title.flac"; `folders` are those below the scanned one."""
    stem = file_name.rsplit(".", 1)[0] if "." in file_name[1:] else file_name
    if " " not in stem:
        stem = stem.replace("_", " ")
    disc = disc_of_folder(folders[-1]) if folders else None
    above = folders[:-1] if disc is not None else folders
    number: int | None = None
    if found := _DISC_TRACK.fullmatch(stem):
        disc, number, stem = int(found[1]), int(found[2]), found[3]
    elif found := _NUMBERED.fullmatch(stem):
        number, stem = int(found[1]), found[2]
    parts = _PARTED.split(stem)
    artist, title = (parts[0], " - ".join(parts[1:])) if len(parts) > 1 else ("", stem)
    album, date = "", ""
    if above and (shape := _YEARED.fullmatch(above[-1].strip())):
        album, date = shape[2], shape[1] or shape[3] or ""
    folder_artist = above[-2] if len(above) > 1 else ""
    return FromPath(title.strip() or file_name, artist.strip(), album, folder_artist, number, disc, date)


def fill_in(tags: Tags, path: FromPath) -> Tags:
    """Complete tags from the path, marking what came from there."""
    facts = dict(tags.facts)
    changes: dict[str, object] = {}
    if not tags.title:
        changes["title"], facts["title_from"] = path.title, "file name"
    if not any(n.role == "main" for n in tags.artists):
        changes["artists"], facts["artist_from"] = _guess_artist(tags, path)
    if not tags.album:
        changes["album"] = path.album or UNKNOWN_ALBUM
        facts["album_from"] = "folder name" if path.album else "nothing"
        if path.date and not tags.date:
            changes["date"], facts["date_from"] = path.date, "folder name"
    if tags.number is None and path.number is not None:
        changes["number"], facts["number_from"] = path.number, "file name"
    if tags.disc is None and path.disc is not None:
        changes["disc"], facts["disc_from"] = path.disc, "folder name"
    return replace(tags, facts=facts, **changes)  # type: ignore[arg-type]


def _guess_artist(tags: Tags, path: FromPath) -> tuple[tuple[Name, ...], str]:
    if tags.album_artists:
        return (*tags.album_artists, *tags.artists), "album artist"
    if path.artist:
        return (*split_names([path.artist]), *tags.artists), "file name"
    if path.folder_artist:
        return (*split_names([path.folder_artist]), *tags.artists), "folder name"
    return (Name(UNKNOWN_ARTIST), *tags.artists), "nothing"
