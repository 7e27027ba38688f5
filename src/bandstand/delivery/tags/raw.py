"""Tags of every format under one set of names, before anything is made of them."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

import mutagen
from mutagen import apev2, asf, flac, id3, mp4

_ALIASES: Final[dict[str, str]] = {
    "albumtitle": "album", "author": "artist", "albumartists": "albumartist", "albumartist": "albumartist",
    "track": "tracknumber", "trck": "tracknumber", "partofset": "discnumber", "disc": "discnumber", "disk": "discnumber",
    "tracktotal": "totaltracks", "disctotal": "totaldiscs", "year": "date", "releasedate": "date",
    "originalreleaseyear": "originaldate", "originalyear": "originaldate", "originalreleasetime": "originaldate",
    "publisher": "label", "organization": "label", "upc": "barcode", "ean": "barcode", "eanupn": "barcode",
    "musicbrainztrackid": "recordingmbid", "musicbrainzrecordingid": "recordingmbid", "musicbrainzalbumid": "albummbid",
    "musicbrainzartistid": "artistmbid", "musicbrainzalbumartistid": "albumartistmbid",
    "musicbrainzalbumtype": "releasetype", "iscompilation": "compilation", "itunescompilation": "compilation",
    "unsyncedlyrics": "lyrics", "unsynchronisedlyrics": "lyrics", "syncedlyrics": "syncedlyrics",
    "titlesortorder": "titlesort", "artistsortorder": "artistsort", "albumsortorder": "albumsort",
    "albumartistsortorder": "albumartistsort", "itunesadvisory": "advisory", "writer": "lyricist",
}  # fmt: skip

_ID3: Final[dict[str, str]] = {
    "TIT2": "title", "TPE1": "artist", "TALB": "album", "TPE2": "albumartist", "TRCK": "tracknumber", "TPOS": "discnumber",
    "TDRC": "date", "TDOR": "originaldate", "TCOM": "composer", "TPUB": "label", "TSRC": "isrc", "TCMP": "compilation",
    "TSOT": "titlesort", "TSOP": "artistsort", "TSOA": "albumsort", "TSO2": "albumartistsort", "TPE3": "conductor",
    "TPE4": "remixer", "TEXT": "lyricist",
}  # fmt: skip

_MP4: Final[dict[str, str]] = {
    "\xa9nam": "title", "\xa9ART": "artist", "\xa9alb": "album", "aART": "albumartist", "\xa9day": "date", "\xa9gen": "genre",
    "\xa9wrt": "composer", "\xa9lyr": "lyrics", "sonm": "titlesort", "soar": "artistsort", "soal": "albumsort",
    "soaa": "albumartistsort", "cprt": "copyright",
}  # fmt: skip

MOST_PICTURES: Final = 20


@dataclass
class RawTags:
    """Values by their one name; which of them were marked Latin-1; pictures as (kind, bytes)."""

    values: dict[str, list[str]] = field(default_factory=dict)
    latin1: set[str] = field(default_factory=set)
    pictures: list[tuple[int, bytes]] = field(default_factory=list)
    synced: list[tuple[int, str]] = field(default_factory=list)
    declared_ms: int = 0

    def add(self, name: str, values: Iterable[str], *, is_latin1: bool = False) -> None:
        """Add values under a name."""
        kept = [v for v in values if v]
        if kept:
            self.values.setdefault(name, []).extend(kept)
            if is_latin1:
                self.latin1.add(name)

    def first(self, *names: str) -> str:
        """The first value under the first of the names that has one."""
        return next((self.values[n][0] for n in names if self.values.get(n)), "")

    def fill_from(self, other: "RawTags") -> None:
        """Take what is not here yet."""
        for name, values in other.values.items():
            if name not in self.values:
                self.add(name, values, is_latin1=name in other.latin1)
        self.pictures = self.pictures or other.pictures
        self.synced = self.synced or other.synced


def one_name(key: str) -> str:
    """The one name of a key: "MusicBrainz Album Id", "MUSICBRAINZ_ALBUMID" and "MusicBrainz/Album Id" are one."""
    plain = "".join(c for c in key.casefold().removeprefix("wm/") if c.isalnum())
    return _ALIASES.get(plain, plain)


def raw_of(file: Any) -> RawTags:
    """The tags of an opened mutagen file."""
    raw = RawTags()
    tags = file.tags
    if isinstance(tags, id3.ID3):
        _from_id3(raw, tags)
    elif isinstance(tags, mp4.MP4Tags):
        _from_mp4(raw, tags)
    elif isinstance(tags, asf.ASFTags):
        _from_asf(raw, tags)
    elif isinstance(tags, apev2.APEv2):
        _from_ape(raw, tags)
    elif tags is not None:
        for key, value in tags:
            raw.add(one_name(key), [value])
    for picture in getattr(file, "pictures", []) or []:
        raw.pictures.append((picture.type, picture.data))
    _take_vorbis_pictures(raw)
    return raw


def raw_of_mapping(metadata: Mapping[str, str]) -> RawTags:
    """The tags FFmpeg read, for what mutagen does not read."""
    raw = RawTags()
    for key, value in metadata.items():
        raw.add(one_name(key.split("-")[0] if key.startswith("lyrics-") else key), [value])
    return raw


def _from_id3(raw: RawTags, tags: id3.ID3) -> None:
    for frame in cast("Any", tags).values():
        is_latin1 = getattr(frame, "encoding", None) == id3.Encoding.LATIN1
        name = frame.FrameID
        if name in _ID3:
            raw.add(_ID3[name], [str(t) for t in frame.text], is_latin1=is_latin1)
        elif name == "TCON":
            raw.add("genre", frame.genres, is_latin1=is_latin1)
        elif name == "TXXX":
            raw.add(one_name(frame.desc), [str(t) for t in frame.text], is_latin1=is_latin1)
        elif name == "UFID" and "musicbrainz" in frame.owner:
            raw.add("recordingmbid", [frame.data.decode("ascii", "replace")])
        elif name == "USLT":
            raw.add("lyrics", [frame.text], is_latin1=is_latin1)
        elif name == "SYLT" and frame.format == 2:  # noqa: PLR2004 - milliseconds (id3.org, 4.9)
            raw.synced += [(time, text.strip()) for text, time in frame.text]
        elif name == "APIC" and len(raw.pictures) < MOST_PICTURES:
            raw.pictures.append((int(frame.type), frame.data))
        elif name == "RVA2" and frame.desc.casefold() in {"track", "album"}:
            raw.add(f"replaygain{frame.desc.casefold()}gain", [f"{frame.gain:.2f} dB"])


def _from_mp4(raw: RawTags, tags: mp4.MP4Tags) -> None:
    for key, values in cast("Any", tags).items():
        if key in _MP4:
            raw.add(_MP4[key], [str(v) for v in values])
        elif key in {"trkn", "disk"} and values:
            number, total = (*values[0], 0)[:2]
            raw.add(
                "tracknumber" if key == "trkn" else "discnumber",
                [f"{number}/{total}" if total else str(number)],
            )
        elif key == "cpil":
            raw.add("compilation", ["1" if values else ""])
        elif key == "rtng" and values:
            raw.add("advisory", [str(values[0])])
        elif key == "covr":
            raw.pictures += [(3, bytes(v)) for v in values[:MOST_PICTURES]]
        elif key.startswith("----:"):
            raw.add(one_name(key.rsplit(":", 1)[1]), [_text(v) for v in values])


def _from_asf(raw: RawTags, tags: asf.ASFTags) -> None:
    for key, value in tags:
        if key == "WM/Picture":
            picture = _asf_picture(bytes(value.value))
            raw.pictures += [picture] if picture else []
        elif key.casefold() == "wm/iscompilation":
            raw.add("compilation", ["1" if value.value else ""])
        else:
            raw.add(one_name(key), [str(value)])


def _asf_picture(data: bytes) -> tuple[int, bytes] | None:
    """A WM/Picture: type, length, then MIME type and description as UTF-16 with a null each."""
    if len(data) < 5:  # noqa: PLR2004
        return None
    size, at, nulls = int.from_bytes(data[1:5], "little"), 5, 0
    while nulls < 2 and at + 1 < len(data):  # noqa: PLR2004 - two texts
        nulls += data[at : at + 2] == b"\0\0"
        at += 2
    return data[0], data[at : at + size]


def _from_ape(raw: RawTags, tags: apev2.APEv2) -> None:
    for key, value in cast("Any", tags).items():
        if isinstance(value, apev2.APETextValue):
            raw.add(one_name(key), list(value))
        elif key.casefold().startswith("cover art") and isinstance(value, apev2.APEBinaryValue):
            _, _, data = bytes(value.value or b"").partition(b"\0")
            raw.pictures.append((3 if "front" in key.casefold() else 0, data))


def _take_vorbis_pictures(raw: RawTags) -> None:
    for value in raw.values.pop("metadatablockpicture", [])[:MOST_PICTURES]:
        try:
            picture = cast("Any", flac.Picture)(base64.b64decode(value))
        except (binascii.Error, ValueError, flac.error, mutagen.MutagenError):
            continue
        raw.pictures.append((picture.type, picture.data))
    for value in raw.values.pop("coverart", [])[:MOST_PICTURES]:
        try:
            raw.pictures.append((3, base64.b64decode(value)))
        except (binascii.Error, ValueError):
            continue


def _text(value: Any) -> str:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
