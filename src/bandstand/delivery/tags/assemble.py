"""From raw values to one record of tags, with every problem named."""

import hashlib
from typing import Any, cast

from bandstand.delivery.model import Name, Picture, Problem, Tags
from bandstand.delivery.tags import text as texts
from bandstand.delivery.tags import values as v
from bandstand.delivery.tags.raw import RawTags

_ROLES = ("composer", "conductor", "lyricist", "remixer", "arranger", "performer", "producer")
_YES = {"1", "true", "yes"}
_EXPLICIT = {"1", "4"}
"""iTunes' `rtng` and ITUNESADVISORY: 1 and 4 are explicit, 2 is clean (both written by iTunes over time)."""

_R128_REFERENCE_DB = 5.0
"""RFC 7845, 5.2.1: R128 gains aim at -23 LUFS, ReplayGain 2.0 at -18."""

_MOST_VALUES = 64


def assemble(raw: RawTags, problems: list[Problem]) -> Tags:
    """Make one record of raw values; what is wrong goes to `problems`."""
    _mend_encodings(raw, problems)
    title = _text(raw, "title", problems)
    if len(raw.values.get("title", ())) > 1:
        problems.append(Problem("several_titles", "note", "There are several titles; the first is kept."))
    number, track_total = v.read_number(raw.first("tracknumber"), "track number", problems)
    disc, disc_total = v.read_number(raw.first("discnumber"), "disc number", problems)
    synced = tuple(raw.synced) or v.read_lrc(raw.first("syncedlyrics") or raw.first("lyrics"))
    return Tags(
        title=title,
        artists=_artists(raw, title, problems),
        album=_text(raw, "album", problems),
        album_artists=_names(raw, "albumartist", problems),
        number=number,
        track_total=track_total or v.read_number(raw.first("totaltracks"), "track total", problems)[0],
        disc=disc,
        disc_total=disc_total or v.read_number(raw.first("totaldiscs"), "disc total", problems)[0],
        date=v.read_date(raw.first("date"), problems),
        original_date=v.read_date(raw.first("originaldate"), problems),
        genres=tuple(dict.fromkeys(_list(raw, "genre", problems))),
        label=_text(raw, "label", problems),
        isrc=v.read_isrc(raw.first("isrc"), problems),
        barcode="".join(c for c in raw.first("barcode") if c.isalnum())[:20],
        recording_mbid=v.read_mbid(raw.first("recordingmbid"), problems),
        album_mbid=v.read_mbid(raw.first("albummbid"), problems),
        release_kind=raw.first("releasetype").split(";")[0].strip().casefold()[:40],
        lyrics=_lyrics(raw, problems),
        synced_lyrics=tuple((at, texts.clean(line, "lyrics", [])) for at, line in synced),
        is_compilation=raw.first("compilation").strip().casefold() in _YES,
        is_explicit=raw.first("advisory").strip() in _EXPLICIT,
        title_sort=_text(raw, "titlesort", problems),
        album_sort=_text(raw, "albumsort", problems),
        pictures=tuple(Picture(hashlib.sha256(d).hexdigest(), kind, len(d)) for kind, d in raw.pictures if d),
        **cast("dict[str, Any]", _gains(raw, problems)),
    )


def _mend_encodings(raw: RawTags, problems: list[Problem]) -> None:
    suspects = {n: raw.values[n] for n in sorted(raw.latin1) if n in raw.values}
    encoding, is_sure = texts.guess_encoding(t for values in suspects.values() for t in values)
    if encoding is None and is_sure:
        return
    if encoding is None or not is_sure:
        guess = f" (perhaps {encoding})" if encoding else ""
        message = f"The tags look as if they were written in another encoding than they say{guess}; they are shown as they are."
        problems.append(
            Problem(
                "encoding_suspected",
                "warning",
                message,
                "Convert the tags to UTF-8, for instance with mid3iconv.",
            )
        )
        return
    for name, values in suspects.items():
        raw.values[name] = [texts.mend(value, encoding) for value in values]
    message = f"The tags say Latin-1 and are {encoding}; they were read as {encoding}."
    problems.append(
        Problem("encoding_repaired", "note", message, "Convert the tags to UTF-8 to be rid of this note.")
    )


def _text(raw: RawTags, name: str, problems: list[Problem]) -> str:
    return texts.clean(raw.first(name), name, problems)


def _list(raw: RawTags, name: str, problems: list[Problem]) -> list[str]:
    parts = [part for value in raw.values.get(name, ()) for part in value.replace("\x00", ";").split(";")]
    return [c for c in (texts.clean(p, name, problems) for p in parts[:_MOST_VALUES]) if c]


def _values(raw: RawTags, name: str, problems: list[Problem]) -> list[str]:
    split = [part for value in raw.values.get(name, ()) for part in value.split("\x00")]
    return [c for c in (texts.clean(p, name, problems) for p in split[:_MOST_VALUES]) if c]


def _names(raw: RawTags, name: str, problems: list[Problem]) -> tuple[Name, ...]:
    mbids = [
        m
        for x in raw.values.get(f"{name}mbid", ())
        for m in x.replace("/", ";").replace("\x00", ";").split(";")
    ]
    ids = [i for i in (v.read_mbid(m, problems) for m in mbids) if i]
    return v.split_names(_values(raw, name, problems), ids, raw.values.get(f"{name}sort", ()))


def _artists(raw: RawTags, title: str, problems: list[Problem]) -> tuple[Name, ...]:
    if len(raw.values.get("artists", ())) > 1:  # Picard's ARTISTS: one value per artist, no guessing
        raw.values["artist"] = (
            [raw.first("artist")] if v.guests_in_title(raw.first("artist")) else raw.values["artists"]
        )
    shown = list(_names(raw, "artist", problems))
    known = {n.name.casefold() for n in shown}
    for guest in v.guests_in_title(title):
        if guest.casefold() not in known:
            if shown and shown[-1].role == "main":
                shown[-1] = Name(shown[-1].name, "main", " feat. ", shown[-1].mbid, shown[-1].sort_name)
            shown.append(Name(guest, "featured"))
    others = [
        Name(name.name, role)
        for role in _ROLES
        for name in v.split_names(_values(raw, role, problems))
        if name.role == "main"
    ]
    return tuple(shown + others)


def _lyrics(raw: RawTags, problems: list[Problem]) -> str:
    for value in raw.values.get("lyrics", ()):
        if not v.read_lrc(value):
            return texts.clean(value, "lyrics", problems, texts.LONGEST_LYRICS, keeps_lines=True)
    return ""


def _gains(raw: RawTags, problems: list[Problem]) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for of in ("track", "album"):
        gain = v.read_gain(raw.first(f"replaygain{of}gain"), problems)
        r128 = raw.first(f"r128{of}gain").strip()
        if gain is None and r128.lstrip("+-").isdigit():
            gain = int(r128) / 256 + _R128_REFERENCE_DB
        found[f"{of}_gain_db"] = gain
        found[f"{of}_peak"] = v.read_gain(raw.first(f"replaygain{of}peak"), problems)
    return found
