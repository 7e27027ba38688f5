"""What a file says of itself, what is wrong with it, and how a scan stands."""

import os
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from bandstand import media

Severity = Literal["note", "warning", "error"]
OutcomeKind = Literal["added", "updated", "moved", "unchanged", "missing", "skipped", "failed"]
OUTCOMES: Final[tuple[OutcomeKind, ...]] = (
    "added",
    "updated",
    "moved",
    "unchanged",
    "missing",
    "skipped",
    "failed",
)

UNKNOWN_ARTIST: Final = "Unknown Artist"
UNKNOWN_ALBUM: Final = "Unknown Album"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a file: what, how bad, and what a person can do about it."""

    code: str
    severity: Severity
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Name:
    """A person or group as a tag names them."""

    name: str
    role: str = "main"
    join: str = ""
    mbid: str | None = None
    sort_name: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """An embedded picture, known by the SHA-256 of its bytes; `kind` as ID3 numbers them (3 is the front cover)."""

    hash: str
    kind: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Tags:
    """A file's tags, cleaned. Dates are "", "YYYY", "YYYY-MM" or "YYYY-MM-DD"; gains in dB; `…_from` say what was guessed."""

    title: str = ""
    artists: tuple[Name, ...] = ()
    album: str = ""
    album_artists: tuple[Name, ...] = ()
    number: int | None = None
    track_total: int | None = None
    disc: int | None = None
    disc_total: int | None = None
    date: str = ""
    original_date: str = ""
    genres: tuple[str, ...] = ()
    label: str = ""
    isrc: str = ""
    barcode: str = ""
    recording_mbid: str | None = None
    album_mbid: str | None = None
    release_kind: str = ""
    track_gain_db: float | None = None
    track_peak: float | None = None
    album_gain_db: float | None = None
    album_peak: float | None = None
    lyrics: str = ""
    synced_lyrics: tuple[tuple[int, str], ...] = ()
    is_compilation: bool = False
    is_explicit: bool = False
    title_sort: str = ""
    album_sort: str = ""
    pictures: tuple[Picture, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stamp:
    """How a file looked from outside: equal stamps mean an unchanged file."""

    size: int
    mtime_ns: int
    inode: int


def stamp_of(about: os.stat_result) -> Stamp:
    """Stamp a file; inodes are unsigned and databases are not, so the highest bit is dropped."""
    return Stamp(about.st_size, about.st_mtime_ns, about.st_ino & (1 << 63) - 1)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one look into a file gave. Without `probe` it is no library entry, and `reason` says why."""

    stamp: Stamp
    outcome: Literal["read", "skipped", "failed"]
    reason: str = ""
    source_hash: str = ""
    sound_hash: str = ""
    tags: Tags = Tags()
    probe: media.Probe | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file in a scan."""

    path: bytes
    outcome: OutcomeKind
    reason: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class ScanState:
    """How a scan stands; `state` is idle or scanning."""

    state: str
    root: str = ""
    done: int = 0
    total: int = 0
    added: int = 0
    updated: int = 0
    moved: int = 0
    unchanged: int = 0
    missing: int = 0
    failed: int = 0
    skipped: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A line of the report: a problem and where it is."""

    path: str
    path_b64: str | None
    code: str
    severity: str
    message: str
    hint: str
