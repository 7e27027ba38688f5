"""From our records to Spotify's objects. Pure: no clock, no database. What is ours alone stands under `bandstand`."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from bandstand import catalogue, library
from bandstand.faces.spotify.wire import Json, Site
from bandstand.platform.ids import Id

UNKNOWN_DATE: Final = "0000"
"""What Spotify itself says for a release of unknown date."""
_PRECISION: Final = {4: "year", 7: "month", 10: "day"}
_PLURAL: Final = {
    "user": "users",
    "track": "tracks",
    "album": "albums",
    "artist": "artists",
    "playlist": "playlists",
}


def rfc3339(at: datetime) -> str:
    """A time as Spotify writes it: UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rfc3339_ms(at: datetime) -> str:
    """The same with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def identity(site: Site, kind: str, thing: Id) -> Json:
    """What every object begins with."""
    return {
        "external_urls": {"spotify": f"{site.base}/{kind}/{thing}"},
        "href": site.href(f"{_PLURAL[kind]}/{thing}"),
        "id": thing,
        "type": kind,
        "uri": f"spotify:{kind}:{thing}",
    }


def images(site: Site, artwork: catalogue.Artwork | None) -> list[Json]:
    """An artwork's kept sizes, largest first; never larger than the picture itself."""
    if artwork is None:
        return []
    longer = max(artwork.width, artwork.height, 1)
    made = []
    for size in sorted(catalogue.ARTWORK_SIZES, reverse=True):
        scale = min(1.0, size / longer)
        made.append(
            {
                "url": site.base + catalogue.artwork_path(artwork.id, size),
                "height": max(1, round(artwork.height * scale)),
                "width": max(1, round(artwork.width * scale)),
            }
        )
    return made


def ours(artwork: catalogue.Artwork | None, **more: Any) -> Json:
    """The extra object: what our own player needs and Spotify has no word for."""
    shown = (
        None
        if artwork is None
        else {"id": artwork.id, "colour": artwork.colour, "placeholder": artwork.placeholder}
    )
    return {"artwork": shown, **more}


def credit(site: Site, one: catalogue.ArtistCredit) -> Json:
    """SimplifiedArtistObject."""
    return {**identity(site, "artist", one.id), "name": one.name}


def release(album: catalogue.Album) -> Json:
    """The release date with its precision."""
    date = album.release_date
    precision = _PRECISION.get(len(date))
    if precision is None:
        return {"release_date": UNKNOWN_DATE, "release_date_precision": "year"}
    return {"release_date": date, "release_date_precision": precision}


def simple_album(site: Site, album: catalogue.Album) -> Json:
    """SimplifiedAlbumObject."""
    return {
        **identity(site, "album", album.id),
        "album_type": album.kind,
        "artists": [credit(site, a) for a in album.artists],
        "available_markets": [] if album.is_missing else [site.market],
        "images": images(site, album.artwork),
        "name": album.title,
        **release(album),
        "total_tracks": album.total_tracks,
        "bandstand": ours(
            album.artwork,
            is_missing=album.is_missing,
            year=album.year,
            original_date=album.original_date or None,
            duration_ms=album.duration_ms,
            added_at=rfc3339(album.added_at),
        ),
    }


def full_album(site: Site, album: catalogue.Album, tracks: Json, popularity: int = 0) -> Json:
    """AlbumObject around a page of its tracks."""
    return {
        **simple_album(site, album),
        "copyrights": [],
        "external_ids": {"upc": album.barcode} if album.barcode else {},
        "genres": list(album.genres),
        "label": album.label,
        "popularity": popularity,
        "tracks": tracks,
    }


def simple_track(site: Site, track: catalogue.Track) -> Json:
    """SimplifiedTrackObject."""
    made = {
        **identity(site, "track", track.id),
        "artists": [credit(site, a) for a in track.artists],
        "available_markets": [] if track.is_missing else [site.market],
        "disc_number": max(1, track.disc),
        "duration_ms": track.duration_ms,
        "explicit": track.is_explicit,
        "is_local": False,
        "is_playable": not track.is_missing,
        "name": track.title,
        "preview_url": None,
        "track_number": track.number,
        "bandstand": ours(
            track.artwork,
            recording_id=track.recording_id,
            is_missing=track.is_missing,
            year=track.album.year,
            genres=list(track.genres),
        ),
    }
    if track.is_missing:
        made["restrictions"] = {"reason": "missing"}
    return made


def full_track(site: Site, track: catalogue.Track, popularity: int = 0) -> Json:
    """TrackObject."""
    return {
        **simple_track(site, track),
        "album": simple_album(site, track.album),
        "external_ids": {"isrc": track.isrc} if track.isrc else {},
        "popularity": popularity,
    }


def full_tracks(site: Site, tracks: Sequence[catalogue.Track], popularity: Mapping[Id, int]) -> list[Json]:
    """TrackObjects in order."""
    return [full_track(site, t, popularity.get(t.id, 0)) for t in tracks]


def full_artist(site: Site, artist: catalogue.Artist, followers: int, popularity: int = 0) -> Json:
    """ArtistObject."""
    return {
        **identity(site, "artist", artist.id),
        "followers": {"href": None, "total": followers},
        "genres": list(artist.genres),
        "images": images(site, artist.artwork),
        "name": artist.name,
        "popularity": popularity,
        "bandstand": ours(artist.artwork, track_count=artist.track_count, album_count=artist.album_count),
    }


def genre(one: catalogue.Genre) -> Json:
    """A genre: Spotify has no object for it, so this is ours."""
    return {
        "id": one.id,
        "type": "genre",
        "name": one.name,
        "track_count": one.track_count,
        "album_count": one.album_count,
    }


def owner(site: Site, person: Id, name: str | None) -> Json:
    """PlaylistOwnerObject."""
    return {**identity(site, "user", person), "display_name": name}


def simple_playlist(
    site: Site, playlist: library.Playlist, owner_name: str | None, pictures: list[Json]
) -> Json:
    """SimplifiedPlaylistObject, with both the old name of its items and the new."""
    told = {"href": site.href(f"playlists/{playlist.id}/items"), "total": playlist.total}
    return {
        **identity(site, "playlist", playlist.id),
        "collaborative": False,
        "description": playlist.description,
        "images": pictures,
        "items": told,
        "name": playlist.name,
        "owner": owner(site, playlist.owner, owner_name),
        "primary_color": None,
        "public": playlist.is_public,
        "snapshot_id": playlist.snapshot_id,
        "tracks": {**told, "href": site.href(f"playlists/{playlist.id}/tracks")},
        "bandstand": {"changed_at": rfc3339(playlist.changed_at), "created_at": rfc3339(playlist.created_at)},
    }


def playlist_item(site: Site, item: library.PlaylistItem, track: Json | None, names: Sequence[str]) -> Json:
    """PlaylistTrackObject; `names` are `track` (before 2026) and `item` (since), or one of them."""
    added_by = identity(site, "user", item.added_by)
    made: Json = {
        "added_at": rfc3339(item.added_at),
        "added_by": added_by,
        "is_local": False,
        "primary_color": None,
        "bandstand": {"uid": item.uid},
    }
    made.update(dict.fromkeys(names, track))
    return made


def context(site: Site, uri: str | None) -> Json | None:
    """ContextObject of a spotify: address; None for what is none."""
    parts = (uri or "").split(":")
    if len(parts) != 3 or parts[0] != "spotify" or parts[1] not in _PLURAL:  # noqa: PLR2004
        return None
    made = identity(site, parts[1], parts[2])
    return {k: made[k] for k in ("external_urls", "href", "type", "uri")}
