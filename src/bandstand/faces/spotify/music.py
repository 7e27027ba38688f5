"""Albums, artists and tracks under /v1."""

from collections import Counter
from typing import Any, Final

from bandstand import accounts, catalogue
from bandstand.faces.spotify import shapes
from bandstand.faces.spotify.asking import album_objects, artist_objects, in_order, plays_of, popularity_of
from bandstand.faces.spotify.wire import Json, Req, check_id, check_market, paging, site_of, split_ids, window
from bandstand.platform.db import Tx
from bandstand.platform.engines import Engines
from bandstand.platform.errors import Invalid
from bandstand.platform.http import LISTENER, get
from bandstand.platform.ids import Id

Me = accounts.Principal
MAX_ALBUMS: Final = 20
GROUPS: Final = ("album", "single", "compilation", "appears_on")
RELATED: Final = 20
RELATED_GENRES: Final = 3
RELATED_SAMPLE: Final = 300


@get("/v1/albums/{album:str}", who=LISTENER)
def one_album(tx: Tx, me: Me, app: Engines, request: Req, album: str, market: str | None = None) -> Json:
    """Get Album."""
    check_market(market)
    found = catalogue.get_album(tx, check_id(album))
    return album_objects(request, tx, site_of(request, app, me), [found])[found.id]


@get("/v1/albums", who=LISTENER)
def several_albums(
    tx: Tx, me: Me, app: Engines, request: Req, ids: str | None = None, market: str | None = None
) -> Json:
    """Get Several Albums: null stands for what is not there."""
    check_market(market)
    wanted = split_ids(ids, MAX_ALBUMS)
    found = catalogue.get_albums(tx, wanted)
    made = album_objects(request, tx, site_of(request, app, me), list(found.values()))
    return {"albums": in_order(wanted, made)}


@get("/v1/albums/{album:str}/tracks", who=LISTENER)
def tracks_of_album(
    tx: Tx,
    me: Me,
    app: Engines,
    request: Req,
    album: str,
    market: str | None = None,
    limit: int = 20,
    offset: int = 0,
) -> Json:
    """Get Album Tracks."""
    check_market(market)
    asked, site = window(limit, offset), site_of(request, app, me)
    found = catalogue.get_album(tx, check_id(album))
    tracks = catalogue.album_tracks(tx, found.id)
    shown = [shapes.simple_track(site, t) for t in tracks[offset : offset + limit]]
    return paging(request, site, shown, len(tracks), asked)


@get("/v1/artists/{artist:str}", who=LISTENER)
def one_artist(tx: Tx, me: Me, app: Engines, request: Req, artist: str) -> Json:
    """Get Artist."""
    return artist_objects(tx, site_of(request, app, me), [catalogue.get_artist(tx, check_id(artist))])[0]


@get("/v1/artists", who=LISTENER)
def several_artists(tx: Tx, me: Me, app: Engines, request: Req, ids: str | None = None) -> Json:
    """Get Several Artists."""
    wanted = split_ids(ids)
    found = list(catalogue.get_artists(tx, wanted).values())
    made = artist_objects(tx, site_of(request, app, me), found)
    return {"artists": in_order(wanted, {m["id"]: m for m in made})}


@get("/v1/artists/{artist:str}/albums", who=LISTENER)
def albums_of_artist(
    tx: Tx,
    me: Me,
    app: Engines,
    request: Req,
    artist: str,
    include_groups: str | None = None,
    market: str | None = None,
    limit: int = 20,
    offset: int = 0,
) -> Json:
    """Get Artist's Albums."""
    check_market(market)
    asked, site = window(limit, offset), site_of(request, app, me)
    groups = [g.strip() for g in include_groups.split(",")] if include_groups else list(GROUPS)
    if wrong := [g for g in groups if g not in GROUPS]:
        raise Invalid(f"Invalid include_groups: {wrong[0][:40]}", code="bad_include_groups")
    found = catalogue.get_artist(tx, check_id(artist))
    albums = catalogue.artist_albums(tx, found.id, groups)
    shown = []
    for album in albums[offset : offset + limit]:
        is_own = any(a.id == found.id for a in album.artists)
        shown.append(
            {**shapes.simple_album(site, album), "album_group": album.kind if is_own else "appears_on"}
        )
    return paging(request, site, shown, len(albums), asked)


@get("/v1/artists/{artist:str}/top-tracks", who=LISTENER)
def top_tracks_of_artist(
    tx: Tx,
    me: Me,
    app: Engines,
    request: Req,
    artist: str,
    market: str | None = None,
    country: str | None = None,
) -> Json:
    """Get Artist's Top Tracks: those played most here, then the newest."""
    check_market(market or country)
    found = catalogue.get_artist(tx, check_id(artist))
    tracks = catalogue.artist_top_tracks(tx, found.id, plays=plays_of(tx, app))
    return {"tracks": shapes.full_tracks(site_of(request, app, me), tracks, popularity_of(tx, app))}


@get("/v1/artists/{artist:str}/related-artists", who=LISTENER)
def related_artists(tx: Tx, me: Me, app: Engines, request: Req, artist: str) -> Json:
    """Get Artist's Related Artists: those who share most of this one's genres."""
    found = catalogue.get_artist(tx, check_id(artist))
    ids = _sharing_genres(tx, found)
    made = artist_objects(tx, site_of(request, app, me), list(catalogue.get_artists(tx, ids).values()))
    return {"artists": made}


def _sharing_genres(tx: Tx, artist: catalogue.Artist) -> list[Id]:
    wanted = artist.genres[:RELATED_GENRES]
    genres = [g for g in catalogue.list_genres(tx) if g.name in wanted]
    shared: Counter[Id] = Counter()
    for genre in genres:
        page = catalogue.genre_tracks(tx, genre.id, limit=RELATED_SAMPLE)
        shared.update({credit.id for track in page.items for credit in track.artists})
    del shared[artist.id]
    return [i for i, _ in sorted(shared.items(), key=lambda pair: (-pair[1], pair[0]))[:RELATED]]


@get("/v1/tracks/{track:str}", who=LISTENER)
def one_track(tx: Tx, me: Me, app: Engines, request: Req, track: str, market: str | None = None) -> Json:
    """Get Track."""
    check_market(market)
    found = catalogue.get_track(tx, check_id(track))
    return shapes.full_tracks(site_of(request, app, me), [found], popularity_of(tx, app))[0]


@get("/v1/tracks", who=LISTENER)
def several_tracks(
    tx: Tx, me: Me, app: Engines, request: Req, ids: str | None = None, market: str | None = None
) -> Json:
    """Get Several Tracks."""
    check_market(market)
    wanted = split_ids(ids)
    found = catalogue.get_tracks(tx, wanted)
    made = shapes.full_tracks(site_of(request, app, me), list(found.values()), popularity_of(tx, app))
    return {"tracks": in_order(wanted, {m["id"]: m for m in made})}


ROUTES: list[Any] = [
    one_album,
    several_albums,
    tracks_of_album,
    one_artist,
    several_artists,
    albums_of_artist,
    top_tracks_of_artist,
    related_artists,
    one_track,
    several_tracks,
]
