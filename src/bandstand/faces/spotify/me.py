"""What is somebody's own under /v1: profile, playlists, history."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bandstand import accounts, catalogue, library
from bandstand.faces.spotify import shapes
from bandstand.faces.spotify.asking import artist_objects, playlist_objects, popularity_of
from bandstand.faces.spotify.playlists import details, full_playlist
from bandstand.faces.spotify.wire import (
    Json,
    Req,
    need_scope,
    paging,
    read_object,
    site_of,
    window,
)
from bandstand.platform.db import Tx
from bandstand.platform.engines import Engines
from bandstand.platform.errors import Forbidden, Invalid, NotFound
from bandstand.platform.http import LISTENER, get, post
from bandstand.platform.ids import is_id

Me = accounts.Principal
RANGES: Final = {
    "short_term": timedelta(days=28),
    "medium_term": timedelta(days=182),
    "long_term": timedelta(days=365),
}
"""Spotify: about 4 weeks, 6 months, a year."""
_MOST: Final = 1000
"""How far down the list of what was played most goes."""
MILLIS_MAX: Final = 253_402_300_799_000
"""The last second of the year 9999."""


def profile(request: Req, app: Engines, me: Me) -> Json:
    """PrivateUserObject. We know no e-mail address."""
    return {
        **shapes.owner(site_of(request, app, me), me.id, me.name),
        "account_id": me.id,
        "country": me.market,
        "explicit_content": {"filter_enabled": False, "filter_locked": False},
        "followers": {"href": None, "total": 0},
        "images": [],
        "product": "free" if me.plan == "free" else "premium",
    }


@get("/v1/me", who=LISTENER)
def my_profile(tx: Tx, me: Me, app: Engines, request: Req) -> Json:
    """Get Current User's Profile."""
    _ = tx
    return profile(request, app, me)


@get("/v1/users/{person:str}", who=LISTENER)
def somebodys_profile(tx: Tx, me: Me, app: Engines, request: Req, person: str) -> Json:
    """Get User's Profile."""
    name = _name_of(tx, person)
    public = shapes.owner(site_of(request, app, me), person, name)
    return {**public, "followers": {"href": None, "total": 0}, "images": []}


def _name_of(tx: Tx, person: str) -> str:
    name = accounts.name_of(tx, person) if is_id(person) else None
    if name is None:
        raise NotFound("There is no such user.", code="no_such_user")
    return name


# Playlists


@get("/v1/me/playlists", who=LISTENER, scopes=("playlist-read-private",))
def my_playlists(tx: Tx, me: Me, app: Engines, request: Req, limit: int = 20, offset: int = 0) -> Json:
    """Get Current User's Playlists: those made and those followed."""
    asked = window(limit, offset)
    page = library.playlists_of(tx, me.id, limit=limit, offset=offset)
    site = site_of(request, app, me)
    return paging(request, site, playlist_objects(tx, site, page.items), page.total, asked)


@get("/v1/users/{person:str}/playlists", who=LISTENER)
def playlists_of_somebody(
    tx: Tx, me: Me, app: Engines, request: Req, person: str, limit: int = 20, offset: int = 0
) -> Json:
    """Get User's Playlists: the public ones; one's own all."""
    asked = window(limit, offset)
    _name_of(tx, person)
    if person == me.id:
        need_scope(me, "playlist-read-private")
        page = library.playlists_of(tx, me.id, limit=limit, offset=offset)
    else:
        page = library.public_playlists_of(tx, person, limit=limit, offset=offset)
    site = site_of(request, app, me)
    return paging(request, site, playlist_objects(tx, site, page.items), page.total, asked)


def _create(tx: Tx, me: Me, app: Engines, request: Req, body: bytes) -> Json:
    said = details(read_object(body))
    if not said["name"]:
        raise Invalid("Missing required field: name", code="no_name")
    is_public = True if said["is_public"] is None else said["is_public"]
    need_scope(me, "playlist-modify-public" if is_public else "playlist-modify-private")
    made = library.create_playlist(
        tx, me.id, said["name"], app.clock(), description=said["description"] or "", is_public=is_public
    )
    return full_playlist(request, tx, app, me, made)


@post("/v1/me/playlists", who=LISTENER, status_code=201)
def create_playlist(tx: Tx, me: Me, app: Engines, request: Req, body: bytes) -> Json:
    """Create Playlist. Public unless it says otherwise, as Spotify has it."""
    return _create(tx, me, app, request, body)


@post("/v1/users/{person:str}/playlists", who=LISTENER, status_code=201)
def create_playlist_for(tx: Tx, me: Me, app: Engines, request: Req, person: str, body: bytes) -> Json:
    """Create Playlist for user: oneself only."""
    if person != me.id:
        raise Forbidden("You cannot create a playlist for another user.", code="not_yours")
    return _create(tx, me, app, request, body)


# History


def _moment(millis: int | None, name: str) -> datetime | None:
    if millis is None:
        return None
    if not 0 <= millis <= MILLIS_MAX:
        raise Invalid(f"{name} is a Unix time in milliseconds", code="bad_time")
    return datetime.fromtimestamp(millis / 1000, UTC)


@get("/v1/me/player/recently-played", who=LISTENER, scopes=("user-read-recently-played",))
def recently_played(
    tx: Tx,
    me: Me,
    app: Engines,
    request: Req,
    limit: int = 20,
    after: int | None = None,
    before: int | None = None,
) -> Json:
    """Get Recently Played Tracks."""
    window(limit, 0)
    if after is not None and before is not None:
        raise Invalid("Give after or before, not both", code="after_and_before")
    page = library.recently_played(
        tx, me.id, after=_moment(after, "after"), before=_moment(before, "before"), limit=limit
    )
    tracks = catalogue.get_tracks(tx, [p.track for p in page.items])
    site = site_of(request, app, me)
    made = {m["id"]: m for m in shapes.full_tracks(site, list(tracks.values()), popularity_of(tx, app))}
    plays = [p for p in page.items if p.track in made]
    address = f"{site.base}/v1/me/player/recently-played?limit={limit}"
    cursors = {}
    if plays:
        cursors = {"after": _millis(plays[0].played_at), "before": _millis(plays[-1].played_at)}
    return {
        "href": address,
        "items": [_history(site, p, made[p.track]) for p in plays],
        "limit": limit,
        "next": f"{address}&before={cursors['before']}" if page.next and plays else "",
        "cursors": cursors,
    }


def _millis(at: datetime) -> str:
    return str(int(at.timestamp() * 1000))


def _history(site: Any, play: library.Play, track: Json) -> Json:
    made = {"track": track, "played_at": shapes.rfc3339_ms(play.played_at)}
    context = shapes.context(site, play.context)
    return made if context is None else {**made, "context": context}


def _since(app: Engines, time_range: str) -> datetime:
    if time_range not in RANGES:
        raise Invalid("Invalid time range", code="bad_time_range")
    return app.clock() - RANGES[time_range]


@get("/v1/me/top/tracks", who=LISTENER, scopes=("user-top-read",))
def my_top_tracks(
    tx: Tx,
    me: Me,
    app: Engines,
    request: Req,
    time_range: str = "medium_term",
    limit: int = 20,
    offset: int = 0,
) -> Json:
    """Get User's Top Tracks."""
    asked, site = window(limit, offset), site_of(request, app, me)
    ranked = library.top(tx, me.id, "tracks", since=_since(app, time_range), limit=_MOST)
    found = catalogue.get_tracks(tx, [i for i, _ in ranked[offset : offset + limit]])
    items = shapes.full_tracks(site, list(found.values()), popularity_of(tx, app))
    return paging(request, site, items, len(ranked), asked)


@get("/v1/me/top/artists", who=LISTENER, scopes=("user-top-read",))
def my_top_artists(
    tx: Tx,
    me: Me,
    app: Engines,
    request: Req,
    time_range: str = "medium_term",
    limit: int = 20,
    offset: int = 0,
) -> Json:
    """Get User's Top Artists."""
    asked, site = window(limit, offset), site_of(request, app, me)
    ranked = library.top(tx, me.id, "artists", since=_since(app, time_range), limit=_MOST)
    found = catalogue.get_artists(tx, [i for i, _ in ranked[offset : offset + limit]])
    return paging(request, site, artist_objects(tx, site, list(found.values())), len(ranked), asked)


@get("/v1/me/player/devices", who=LISTENER, scopes=("user-read-playback-state",))
def my_devices(tx: Tx, me: Me) -> Json:
    """Get Available Devices: hand-over between devices is not offered yet, so there is none to choose."""
    _ = tx, me
    return {"devices": []}


ROUTES: list[Any] = [
    my_profile,
    somebodys_profile,
    my_playlists,
    playlists_of_somebody,
    create_playlist,
    create_playlist_for,
    recently_played,
    my_top_tracks,
    my_top_artists,
    my_devices,
]
