"""From readings of one folder to drafts for the catalogue: fallbacks, albums, compilations."""

import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bandstand import catalogue, media
from bandstand.delivery.model import UNKNOWN_ALBUM, Name, Reading, Tags
from bandstand.delivery.tags import fill_in, from_path
from bandstand.delivery.walk import show
from bandstand.platform.ids import Id

_KINDS = {"single": "single", "ep": "single", "compilation": "compilation"}


@dataclass(frozen=True, slots=True)
class Ready:
    """A reading with its gaps filled in, and the group of files it makes an album with."""

    path: bytes
    reading: Reading
    tags: Tags

    @property
    def group(self) -> str:
        """Files of one folder with one group are one album; an unnamed album is its artist's alone."""
        main = self.main_artist if self.tags.album == UNKNOWN_ALBUM else ""
        return catalogue.name_key(f"{self.tags.album}|{main}")

    @property
    def main_artist(self) -> str:
        """The first artist, comparable."""
        return next((catalogue.name_key(n.name) for n in self.tags.artists if n.role == "main"), "")


def make_ready(root: bytes, path: bytes, reading: Reading) -> Ready:
    """Fill what the tags leave out from the path below `root`."""
    below = os.path.relpath(path, root).split(b"/")
    names = [show(part) for part in below]
    return Ready(path, reading, fill_in(reading.tags, from_path(tuple(names[:-1]), names[-1])))


def mixed_groups(ready: list[Ready], neighbours: Mapping[str, set[str]]) -> set[str]:
    """The groups that are by several artists and name no album artist; `neighbours` are those of unchanged files."""
    artists: dict[str, set[str]] = defaultdict(set)
    for one in ready:
        if not one.tags.album_artists:
            artists[one.group].add(one.main_artist)
    return {group for group, names in artists.items() if len(names | neighbours.get(group, set())) > 1}


def draft_of(
    ready: Ready, folder: bytes, mixed: set[str], track_id: Id | None, artwork: tuple[Id | None, Id | None]
) -> catalogue.TrackDraft:
    """Make the draft of one file. `artwork` is the track's and the album's."""
    tags, probe = ready.tags, ready.reading.probe
    if probe is None:
        raise ValueError("a file without sound makes no draft")
    source = _source(ready.reading, probe)
    has_words = bool(tags.lyrics or tags.synced_lyrics)
    plain = tags.lyrics or "\n".join(line for _, line in tags.synced_lyrics)
    return catalogue.TrackDraft(
        title=tags.title,
        credits=tuple(_credit(n) for n in tags.artists),
        album=_album(ready, folder, mixed, artwork[1] or artwork[0]),
        source=source,
        track_id=track_id,
        disc=tags.disc or 1,
        number=tags.number or 0,
        disc_total=tags.disc_total,
        track_total=tags.track_total,
        isrc=tags.isrc,
        mbid=tags.recording_mbid,
        genres=tags.genres,
        is_explicit=tags.is_explicit,
        lyrics=catalogue.Lyrics(plain, tags.synced_lyrics) if has_words else None,
        gain=catalogue.Gain(tags.track_gain_db, tags.track_peak, tags.album_gain_db, tags.album_peak),
        artwork_id=artwork[0],
        sort_name=tags.title_sort,
        facts=tags.facts,
    )


def _source(reading: Reading, probe: media.Probe) -> catalogue.Source:
    return catalogue.Source(
        hash=reading.source_hash,
        container=probe.container,
        codec=probe.codec,
        sample_rate=probe.sample_rate,
        channels=probe.channels,
        bits=probe.bits,
        kbps=round((probe.bitrate or 0) / 1000),
        samples=probe.samples,
        duration_ms=probe.duration_ms,
        bytes=reading.stamp.size,
        is_exact=probe.is_exact,
    )


def _credit(name: Name) -> catalogue.Credit:
    return catalogue.Credit(name.name, name.role, name.join, name.mbid, name.sort_name)


def _album(ready: Ready, folder: bytes, mixed: set[str], artwork_id: Id | None) -> catalogue.AlbumDraft:
    tags = ready.tags
    various = catalogue.Credit(catalogue.VARIOUS_ARTISTS, mbid=catalogue.VARIOUS_ARTISTS_MBID)
    own = tuple(_credit(replace(n, role="main")) for n in tags.album_artists)
    is_various = not own and (tags.is_compilation or ready.group in mixed)
    if own and catalogue.name_key(own[0].name) == catalogue.name_key(catalogue.VARIOUS_ARTISTS):
        own, is_various = (various,), True
    mains = tuple(_credit(n) for n in tags.artists if n.role == "main")
    is_compilation = is_various or tags.is_compilation
    return catalogue.AlbumDraft(
        title=tags.album,
        artists=own or ((various,) if is_various else mains),
        folder=show(folder),
        kind="compilation"
        if is_compilation
        else "single"
        if _KINDS.get(tags.release_kind) == "single"
        else "album",
        release_date=tags.date,
        original_date=tags.original_date,
        label=tags.label,
        barcode=tags.barcode,
        mbid=tags.album_mbid,
        sort_name=tags.album_sort,
        artwork_id=artwork_id,
    )
