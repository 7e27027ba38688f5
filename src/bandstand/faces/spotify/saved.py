"""What somebody saved and follows under /v1, by kind and by address."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from litestar import Response

from bandstand import accounts, catalogue, library
from bandstand.faces.spotify import shapes
from bandstand.faces.spotify.asking import album_objects, artist_objects, popularity_of
from bandstand.faces.spotify.playlists import forget_playlists
from bandstand.faces.spotify.wire import (
    Json,
    Req,
    check_ids,
    check_market,
    done,
    ids_given,
    need_scope,
    paging,
    read_object,
    read_uris,
    site_of,
    window,
)
from bandstand.platform.db import Tx
from bandstand.platform.engines import Engines
from bandstand.platform.errors import Invalid
from bandstand.platform.http import LISTENER, delete, get, put
from bandstand.platform.ids import Id

Me = accounts.Principal
READ: Final = ("user-library-read",)
MODIFY: Final = ("user-library-modify",)
FOLLOW_READ: Final = ("user-follow-read",)
FOLLOW_MODIFY: Final = ("user-follow-modify",)
MAX_LIBRARY_URIS: Final = 40
NOT_HERE: Final = ("show", "episode", "audiobook", "chapter", "user")
SCOPE_OF: Final = {
    "track": "user-library-modify",
    "album": "user-library-modify",
    "artist": "user-follow-modify",
    "playlist": "playlist-modify-public",
}


@get("/v1/me/tracks", who=LISTENER, scopes=READ)
def my_tracks(
    tx: Tx, me: Me, app: Engines, request: Req, market: str | None = None, limit: int = 20, offset: int = 0
) -> Json:
    """Get User's Saved Tracks."""
    check_market(market)
    asked, site = window(limit, offset), site_of(request, app, me)
    page = library.list_saved(tx, me.id, "track", limit=limit, offset=offset)
    tracks = catalogue.get_tracks(tx, [s.id for s in page.items])
    made = {m["id"]: m for m in shapes.full_tracks(site, list(tracks.values()), popularity_of(tx, app))}
    items = [
        {"added_at": shapes.rfc3339(s.saved_at), "track": made[s.id]} for s in page.items if s.id in made
    ]
    return paging(request, site, items, page.total, asked)


@get("/v1/me/albums", who=LISTENER, scopes=READ)
def my_albums(
    tx: Tx, me: Me, app: Engines, request: Req, market: str | None = None, limit: int = 20, offset: int = 0
) -> Json:
    """Get User's Saved Albums."""
    check_market(market)
    asked, site = window(limit, offset), site_of(request, app, me)
    page = library.list_saved(tx, me.id, "album", limit=limit, offset=offset)
    albums = catalogue.get_albums(tx, [s.id for s in page.items])
    made = album_objects(request, tx, site, list(albums.values()))
    items = [
        {"added_at": shapes.rfc3339(s.saved_at), "album": made[s.id]} for s in page.items if s.id in made
    ]
    return paging(request, site, items, page.total, asked)


@put("/v1/me/tracks", who=LISTENER, scopes=MODIFY, status_code=200)
def save_tracks(tx: Tx, me: Me, app: Engines, body: bytes, ids: str | None = None) -> Response[bytes]:
    """Save Tracks for Current User: `ids`, or `timestamped_ids` in the body."""
    library.save(tx, me.id, "track", _with_timestamped(ids, body), app.clock())
    return done()


def _with_timestamped(ids: str | None, body: bytes) -> list[Id]:
    if ids is None and b"timestamped_ids" in body:
        given = read_object(body).get("timestamped_ids")
        if not isinstance(given, list) or not all(
            isinstance(g, dict) and isinstance(g.get("id"), str) for g in given
        ):
            raise Invalid("timestamped_ids must be a list of objects with an id", code="bad_field")
        return check_ids([g["id"] for g in given])
    return ids_given(ids, body)


@delete("/v1/me/tracks", who=LISTENER, scopes=MODIFY, status_code=200)
def unsave_tracks(tx: Tx, me: Me, app: Engines, body: bytes, ids: str | None = None) -> Response[bytes]:
    """Remove User's Saved Tracks."""
    library.unsave(tx, me.id, "track", ids_given(ids, body), app.clock())
    return done()


@get("/v1/me/tracks/contains", who=LISTENER, scopes=READ)
def are_tracks_saved(tx: Tx, me: Me, ids: str | None = None) -> list[bool]:
    """Check User's Saved Tracks."""
    return library.contains(tx, me.id, "track", check_ids((ids or "").split(",")))


@put("/v1/me/albums", who=LISTENER, scopes=MODIFY, status_code=200)
def save_albums(tx: Tx, me: Me, app: Engines, body: bytes, ids: str | None = None) -> Response[bytes]:
    """Save Albums for Current User."""
    library.save(tx, me.id, "album", ids_given(ids, body), app.clock())
    return done()


@delete("/v1/me/albums", who=LISTENER, scopes=MODIFY, status_code=200)
def unsave_albums(tx: Tx, me: Me, app: Engines, body: bytes, ids: str | None = None) -> Response[bytes]:
    """Remove Users' Saved Albums."""
    library.unsave(tx, me.id, "album", ids_given(ids, body), app.clock())
    return done()


@get("/v1/me/albums/contains", who=LISTENER, scopes=READ)
def are_albums_saved(tx: Tx, me: Me, ids: str | None = None) -> list[bool]:
    """Check User's Saved Albums."""
    return library.contains(tx, me.id, "album", check_ids((ids or "").split(",")))


# Follows


def _followable(kind: str | None) -> None:
    if kind == "user":
        raise Invalid("Users cannot be followed here yet", code="no_user_follows")
    if kind != "artist":
        raise Invalid("type must be artist or user", code="bad_type")


@get("/v1/me/following", who=LISTENER, scopes=FOLLOW_READ)
def my_artists(tx: Tx, me: Me, app: Engines, request: Req, after: str | None = None, limit: int = 20) -> Json:
    """Get Followed Artists. `next` is empty, not null, on the last page: the schema has no null there."""
    if request.query_params.get("type") != "artist":
        raise Invalid("type must be artist", code="bad_type")
    window(limit, 0)
    if after is not None:
        check_ids([after])
    page = library.list_saved(tx, me.id, "artist", limit=limit, cursor=after)
    found = catalogue.get_artists(tx, [s.id for s in page.items])
    site = site_of(request, app, me)
    address = f"{site.base}/v1/me/following?type=artist&limit={limit}"
    last = page.items[-1].id if page.items and page.next else None
    artists = {
        "href": address + (f"&after={after}" if after else ""),
        "items": artist_objects(tx, site, list(found.values())),
        "limit": limit,
        "next": f"{address}&after={last}" if last else "",
        "cursors": {"after": last} if last else {},
        "total": page.total,
    }
    return {"artists": artists}


@put("/v1/me/following", who=LISTENER, scopes=FOLLOW_MODIFY, status_code=204)
def follow_artists(tx: Tx, me: Me, app: Engines, request: Req, body: bytes, ids: str | None = None) -> None:
    """Follow Artists."""
    _followable(request.query_params.get("type"))
    library.save(tx, me.id, "artist", ids_given(ids, body), app.clock())


@delete("/v1/me/following", who=LISTENER, scopes=FOLLOW_MODIFY, status_code=204)
def unfollow_artists(tx: Tx, me: Me, app: Engines, request: Req, body: bytes, ids: str | None = None) -> None:
    """Unfollow Artists."""
    _followable(request.query_params.get("type"))
    library.unsave(tx, me.id, "artist", ids_given(ids, body), app.clock())


@get("/v1/me/following/contains", who=LISTENER, scopes=FOLLOW_READ)
def are_artists_followed(tx: Tx, me: Me, request: Req, ids: str | None = None) -> list[bool]:
    """Check If User Follows Artists or Users."""
    kind = request.query_params.get("type")
    if kind == "user":
        return [False] * len([i for i in (ids or "").split(",") if i])
    _followable(kind)
    return library.contains(tx, me.id, "artist", check_ids((ids or "").split(",")))


# The library by address


def _by_kind(uris: Sequence[tuple[str, Id]]) -> dict[str, list[Id]]:
    kinds: dict[str, list[Id]] = defaultdict(list)
    for kind, thing in uris:
        if kind not in SCOPE_OF and kind not in NOT_HERE:
            raise Invalid(f"Unsupported URI type: {kind[:40]}", code="bad_uri")
        kinds[kind].append(thing)
    return kinds


@put("/v1/me/library", who=LISTENER, status_code=200)
def save_to_library(tx: Tx, me: Me, app: Engines, uris: str | None = None) -> Response[bytes]:
    """Save Items to Library."""
    kinds = _by_kind(read_uris((uris or "").split(","), MAX_LIBRARY_URIS))
    for kind, ids in kinds.items():
        if kind in NOT_HERE:
            raise Invalid(f"There is no {kind} here to save", code="bad_uri")
        need_scope(me, SCOPE_OF[kind])
        library.save(tx, me.id, kind, ids, app.clock())
    return done()


@delete("/v1/me/library", who=LISTENER, status_code=200)
def remove_from_library(tx: Tx, me: Me, app: Engines, uris: str | None = None) -> Response[bytes]:
    """Remove Items from Library; one's own playlist is deleted by it, as in Spotify's clients."""
    kinds = _by_kind(read_uris((uris or "").split(","), MAX_LIBRARY_URIS))
    for kind, ids in kinds.items():
        if kind in NOT_HERE:
            continue
        need_scope(me, SCOPE_OF[kind])
        if kind == "playlist":
            forget_playlists(tx, app, me, ids)
        else:
            library.unsave(tx, me.id, kind, ids, app.clock())
    return done()


@get("/v1/me/library/contains", who=LISTENER)
def is_in_library(tx: Tx, me: Me, uris: str | None = None) -> list[bool]:
    """Check User's Saved Items."""
    need_scope(me, "user-library-read", "user-follow-read", "playlist-read-private")
    asked = read_uris((uris or "").split(","), MAX_LIBRARY_URIS)
    kept: set[tuple[str, Id]] = set()
    for kind, ids in _by_kind(asked).items():
        if kind not in NOT_HERE:
            found = library.contains(tx, me.id, kind, ids)
            kept.update((kind, i) for i, is_kept in zip(ids, found, strict=True) if is_kept)
    return [one in kept for one in asked]


ROUTES: list[Any] = [
    my_tracks,
    my_albums,
    save_tracks,
    unsave_tracks,
    are_tracks_saved,
    save_albums,
    unsave_albums,
    are_albums_saved,
    my_artists,
    follow_artists,
    unfollow_artists,
    are_artists_followed,
    save_to_library,
    remove_from_library,
    is_in_library,
]
