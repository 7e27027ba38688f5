"""The catalogue's records: what music there is, who made it, where it stands."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Generic, Literal, TypeVar

from bandstand.platform.ids import Id, derived_id

AlbumKind = Literal["album", "single", "compilation"]
ItemKind = Literal["track", "episode"]
Status = Literal["available", "missing"]
Sort = Literal["name", "newest", "year"]
T = TypeVar("T")

VARIOUS_ARTISTS: Final = "Various Artists"
VARIOUS_ARTISTS_MBID: Final = "89ad4ac3-39f7-470e-963a-56509c546377"
"""MusicBrainz' special-purpose artist (https://musicbrainz.org/doc/Style/Unknown_and_untitled/Special_purpose_artist)."""

SHOWN_ROLES: Final = ("main", "featured")
"""The roles that stand beside a title; the others (composer, conductor, …) are credits."""

BROWSED_ROLES: Final = (*SHOWN_ROLES, "composer")
"""The roles that make a track one of an artist's own: a listener looks for Bach too."""

ARTWORK_SIZES: Final = (64, 160, 320, 640)
"""Pixels of the longer side of the kept WebP files."""

_ARTICLE = re.compile(r"^(the|a|an|der|die|das|le|la|les|el|los|las|il|lo|gli)\s+(?=\S)", re.IGNORECASE)
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Item:
    """Something that can be played. Ids are unique over both kinds."""

    id: Id
    kind: ItemKind = "track"


@dataclass(frozen=True, slots=True)
class Artwork:
    """A picture kept in sizes. `placeholder` is a data: address of a tiny WebP; `art1`, `art2` tint a page's head."""

    id: Id
    width: int
    height: int
    colour: str
    placeholder: str
    art1: str = ""
    art2: str = ""


@dataclass(frozen=True, slots=True)
class ArtistCredit:
    """An artist's place on a recording or an album; `join` is the text after the name (" feat. ")."""

    id: Id
    name: str
    role: str = "main"
    join: str = ""


@dataclass(frozen=True, slots=True)
class Artist:
    """Somebody who makes music. `genres` are the names most used by their recordings."""

    id: Id
    name: str
    sort_name: str
    mbid: str | None
    artwork: Artwork | None
    track_count: int
    album_count: int
    added_at: datetime
    genres: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Genre:
    """A genre and how much of it is there."""

    id: Id
    name: str
    track_count: int = 0
    album_count: int = 0


@dataclass(frozen=True, slots=True)
class Album:
    """A release. `release_date` is "", "YYYY", "YYYY-MM" or "YYYY-MM-DD"; `total_tracks` counts what is here."""

    id: Id
    title: str
    sort_name: str
    artists: tuple[ArtistCredit, ...]
    kind: AlbumKind
    release_date: str
    original_date: str
    label: str
    barcode: str
    mbid: str | None
    total_tracks: int
    available_tracks: int
    duration_ms: int
    artwork: Artwork | None
    genres: tuple[str, ...]
    added_at: datetime

    @property
    def artwork_id(self) -> Id | None:
        """The id of its artwork, if it has one."""
        return self.artwork.id if self.artwork else None

    @property
    def year(self) -> int | None:
        """The year of release, if it is known."""
        return int(self.release_date[:4]) if self.release_date else None

    @property
    def is_missing(self) -> bool:
        """Whether none of its tracks has a file."""
        return self.available_tracks == 0


@dataclass(frozen=True, slots=True)
class Source:
    """A source file's facts. `hash` is the SHA-256 of the whole file, in hex."""

    hash: str
    container: str
    codec: str
    sample_rate: int
    channels: int
    bits: int | None
    kbps: int
    samples: int
    duration_ms: int
    bytes: int = 0
    is_exact: bool = True


@dataclass(frozen=True, slots=True)
class Gain:
    """ReplayGain 2.0 as the tags say it: gains in dB, peaks as a share of full scale. 0.0 is a value, None is not."""

    track_db: float | None = None
    track_peak: float | None = None
    album_db: float | None = None
    album_peak: float | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """A recording's place on an album. `artists` are those shown beside the title; `credits` are all."""

    id: Id
    recording_id: Id
    album: Album
    title: str
    artists: tuple[ArtistCredit, ...]
    credits: tuple[ArtistCredit, ...]
    disc: int
    number: int
    disc_total: int | None
    track_total: int | None
    duration_ms: int
    isrc: str
    mbid: str | None
    is_explicit: bool
    status: Status
    source_hash: str
    source: Source | None
    gain: Gain
    genres: tuple[str, ...]
    artwork: Artwork | None
    added_at: datetime
    facts: dict[str, str] = field(default_factory=dict)
    kind: ItemKind = "track"

    @property
    def is_missing(self) -> bool:
        """Whether its file is gone."""
        return self.status == "missing"

    @property
    def explicit(self) -> bool:
        """Spotify's word for `is_explicit`."""
        return self.is_explicit

    @property
    def artwork_id(self) -> Id | None:
        """The id of its artwork, if it has one."""
        return self.artwork.id if self.artwork else None


@dataclass(frozen=True, slots=True)
class Lyrics:
    """The words of a recording; `synced` are (milliseconds, text) in order."""

    plain: str
    synced: tuple[tuple[int, str], ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class RightsShare:
    """Who owns how much of a recording, in hundredths of a per cent."""

    holder_id: Id
    holder: str
    share_bp: int


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; `next` is the cursor of the one after it."""

    items: list[T]
    next: str | None
    total: int


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether an item may be played, and every reason why not."""

    allowed: bool
    reasons: tuple[str, ...] = ()


# What delivery hands in.


@dataclass(frozen=True, slots=True)
class Credit:
    """An artist as a file names it."""

    name: str
    role: str = "main"
    join: str = ""
    mbid: str | None = None
    sort_name: str = ""


@dataclass(frozen=True, slots=True)
class AlbumDraft:
    """An album as a file names it. `folder` tells apart albums of one name that have no year."""

    title: str
    artists: tuple[Credit, ...]
    folder: str = ""
    kind: AlbumKind = "album"
    release_date: str = ""
    original_date: str = ""
    label: str = ""
    barcode: str = ""
    mbid: str | None = None
    sort_name: str = ""
    artwork_id: Id | None = None


@dataclass(frozen=True, slots=True)
class TrackDraft:
    """A track as a file gives it; with `track_id` it is one we know, else a new one."""

    title: str
    credits: tuple[Credit, ...]
    album: AlbumDraft
    source: Source
    track_id: Id | None = None
    disc: int = 1
    number: int = 0
    disc_total: int | None = None
    track_total: int | None = None
    isrc: str = ""
    mbid: str | None = None
    genres: tuple[str, ...] = ()
    is_explicit: bool = False
    lyrics: Lyrics | None = None
    gain: Gain = Gain()
    artwork_id: Id | None = None
    sort_name: str = ""
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Published:
    """Where a draft went."""

    track_id: Id
    recording_id: Id
    album_id: Id
    is_new: bool


def name_key(name: str) -> str:
    """The form under which two spellings of a name are one: NFC, casefolded, single spaces."""
    return _SPACE.sub(
        " ", unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    ).strip()


def sort_key(name: str, sort_name: str = "") -> str:
    """The form by which lists are ordered: leading article, accents and case ignored."""
    text = sort_name or _ARTICLE.sub("", name.strip())
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _SPACE.sub(" ", plain.casefold()).strip()[:200]


def genre_id(name: str) -> Id:
    """The id of a genre, the same on every machine."""
    return derived_id("genre", name_key(name))


def holder_id(name: str) -> Id:
    """The id of a rights holder, the same on every machine."""
    return derived_id("rights holder", name_key(name))


def artwork_key(artwork_id: Id, size: int) -> str:
    """The object key of an artwork's WebP with `size` pixels on the longer side."""
    return f"artwork/{artwork_id}/{size}.webp"


def artwork_path(artwork_id: Id, size: int) -> str:
    """The public, immutable path of the same."""
    return f"/media/{artwork_key(artwork_id, size)}"


def join_credits(named: tuple[ArtistCredit, ...]) -> str:
    """The artists as one line of text: "Ana Uno feat. Bo Dos"."""
    parts = []
    for position, credit in enumerate(named):
        is_last = position == len(named) - 1
        parts.append(credit.name + ("" if is_last else credit.join or ", "))
    return "".join(parts)
