"""Playlists under /v1: the old paths (`tracks`) with the old field names, the new (`items`) with both."""

from typing import Any, Final

from litestar import Response

from bandstand import accounts, catalogue, library
from bandstand.faces.spotify import shapes
from bandstand.faces.spotify.asking import names_of, popularity_of
from bandstand.faces.spotify.fields import prune
from bandstand.faces.spotify.wire import (
    Json,
    Req,
    Site,
    Window,
    check_id,
    check_market,
    done,
    field_of,
    need_scope,
    paging,
    read_object,
    read_uri,
    site_of,
    track_refs,
    uris_given,
    window,
)
from bandstand.platform.db import Tx
from bandstand.platform.engines import Engines
from bandstand.platform.errors import Forbidden, Invalid
from bandstand.platform.http import LISTENER, delete, get, post, put
from bandstand.platform.ids import Id

Me = accounts.Principal
MAX_URIS: Final = 100
FIRST_PAGE: Final = Window(100, 0)
ITEMS: Final = ["/v1/playlists/{playlist:str}/items", "/v1/playlists/{playlist:str}/tracks"]
MAY_READ: Final = "playlist-read-private"


def find_readable(tx: Tx, me: Me, playlist: str) -> library.Playlist:
    """A playlist this caller may read."""
    found = library.get_playlist(tx, me.id, check_id(playlist))
    if not found.is_public:
        need_scope(me, MAY_READ)
    return found


def find_editable(tx: Tx, me: Me, playlist: str) -> library.Playlist:
    """A playlist this caller may change."""
    found = library.get_playlist(tx, me.id, check_id(playlist))
    need_scope(me, "playlist-modify-public" if found.is_public else "playlist-modify-private")
    if found.owner != me.id:
        raise Forbidden("This playlist is somebody else's.", code="not_yours")
    return found


def item_objects(
    tx: Tx, app: Engines, site: Site, items: list[library.PlaylistItem], names: tuple[str, ...]
) -> list[Json]:
    """PlaylistTrackObjects, in a fixed number of queries."""
    tracks = catalogue.get_tracks(tx, [i.id for i in items])
    popularity = popularity_of(tx, app)
    made = {i: shapes.full_track(site, t, popularity.get(i, 0)) for i, t in tracks.items()}
    return [shapes.playlist_item(site, i, made.get(i.id), names) for i in items]


def cover(tx: Tx, site: Site, me: Me, playlist: library.Playlist) -> list[Json]:
    """A playlist's picture: that of the first of its tracks that has one."""
    items = library.playlist_items(tx, me.id, playlist.id, limit=20)
    tracks = catalogue.get_tracks(tx, [i.id for i in items])
    for item in items:
        if (track := tracks.get(item.id)) and track.artwork:
            return shapes.images(site, track.artwork)
    return []


def full_playlist(request: Req, tx: Tx, app: Engines, me: Me, playlist: library.Playlist) -> Json:
    """PlaylistObject: `tracks` as before 2026 and `items` as since."""
    site = site_of(request, app, me)
    items = library.playlist_items(tx, me.id, playlist.id, limit=FIRST_PAGE.limit)
    shown = item_objects(tx, app, site, items, ("item",))
    old = [{**{k: v for k, v in s.items() if k != "item"}, "track": s["item"]} for s in shown]
    pictures: list[Json] = next(
        (s["item"]["album"]["images"] for s in shown if s["item"] and s["item"]["album"]["images"]), []
    )
    owner = names_of(tx, [playlist.owner])[playlist.owner]
    address = f"playlists/{playlist.id}"
    return {
        **shapes.simple_playlist(site, playlist, owner, pictures),
        "followers": {"href": None, "total": library.followers(tx, "playlist", playlist.id)},
        "items": paging(request, site, shown, playlist.total, FIRST_PAGE, path=f"{address}/items"),
        "tracks": paging(request, site, old, playlist.total, FIRST_PAGE, path=f"{address}/tracks"),
    }


@get("/v1/playlists/{playlist:str}", who=LISTENER)
def one_playlist(
    tx: Tx,
    me: Me,
    app: Engines,
    request: Req,
    playlist: str,
    market: str | None = None,
    fields: str | None = None,
) -> Any:
    """Get Playlist."""
    check_market(market)
    return prune(full_playlist(request, tx, app, me, find_readable(tx, me, playlist)), fields)


@put("/v1/playlists/{playlist:str}", who=LISTENER, status_code=200)
def change_details(tx: Tx, me: Me, app: Engines, playlist: str, body: bytes) -> Response[bytes]:
    """Change Playlist Details."""
    found = find_editable(tx, me, playlist)
    library.change_playlist(tx, me.id, found.id, app.clock(), **details(read_object(body)))
    return done()


def details(said: Json) -> dict[str, Any]:
    """What a body says of a playlist; what it leaves out is None."""
    if field_of(said, "collaborative", bool):
        raise Invalid("Collaborative playlists are not offered yet.", code="not_collaborative")
    return {
        "name": field_of(said, "name", str),
        "description": field_of(said, "description", str),
        "is_public": field_of(said, "public", bool),
    }


@get(ITEMS, who=LISTENER)
def items_of_playlist(
    tx: Tx,
    me: Me,
    app: Engines,
    request: Req,
    playlist: str,
    market: str | None = None,
    fields: str | None = None,
    limit: int = 20,
    offset: int = 0,
) -> Any:
    """Get Playlist Items."""
    check_market(market)
    asked, site = window(limit, offset, most=100), site_of(request, app, me)
    found = find_readable(tx, me, playlist)
    names = ("track",) if request.url.path.rstrip("/").endswith("/tracks") else ("item", "track")
    items = library.playlist_items(tx, me.id, found.id, offset=offset, limit=limit)
    return prune(paging(request, site, item_objects(tx, app, site, items, names), found.total, asked), fields)


def _snapshot(playlist: library.Playlist) -> Json:
    return {"snapshot_id": playlist.snapshot_id}


@post(ITEMS, who=LISTENER, status_code=201)
def add_to_playlist(
    tx: Tx,
    me: Me,
    app: Engines,
    playlist: str,
    body: bytes,
    uris: str | None = None,
    position: int | None = None,
) -> Json:
    """Add Items to Playlist. The body is an object with `uris`, or a bare list of them."""
    given, said = uris_given(uris, body, MAX_URIS)
    if not given:
        raise Invalid("No uris were given", code="no_uris")
    found = find_editable(tx, me, playlist)
    at = field_of(said, "position", int) if position is None else position
    return _snapshot(library.add_items(tx, me.id, found.id, track_refs(given), app.clock(), position=at))


@put(ITEMS, who=LISTENER, status_code=200)
def reorder_or_replace(
    tx: Tx, me: Me, app: Engines, playlist: str, body: bytes, uris: str | None = None
) -> Json:
    """Update Playlist Items: replace all by `uris`, or move a range."""
    given, said = uris_given(uris, body, MAX_URIS)
    found = find_editable(tx, me, playlist)
    if given is not None:
        return _snapshot(library.replace_items(tx, me.id, found.id, track_refs(given), app.clock()))
    start, before = field_of(said, "range_start", int), field_of(said, "insert_before", int)
    if start is None or before is None:
        raise Invalid("Give uris, or range_start and insert_before", code="nothing_to_do")
    length = field_of(said, "range_length", int)
    moved = library.move_items(
        tx,
        me.id,
        found.id,
        app.clock(),
        start=start,
        length=1 if length is None else length,
        before=before,
        snapshot_id=field_of(said, "snapshot_id", str),
    )
    return _snapshot(moved)


@delete(ITEMS, who=LISTENER, status_code=200)
def remove_from_playlist(tx: Tx, me: Me, app: Engines, playlist: str, body: bytes) -> Json:
    """Remove Playlist Items: by address (every place), by address with `positions`, or by `positions` alone."""
    said = read_object(body)
    found = find_editable(tx, me, playlist)
    ids, positions = _places(said)
    removed = library.remove_items(
        tx,
        me.id,
        found.id,
        app.clock(),
        ids=ids,
        positions=positions,
        snapshot_id=field_of(said, "snapshot_id", str),
    )
    return _snapshot(removed)


def _places(said: Json) -> tuple[list[Id], list[int]]:
    given = said.get("items", said.get("tracks"))
    positions = _positions(said)
    if given is None and positions:
        return [], positions
    if not isinstance(given, list) or not all(
        isinstance(g, dict) and isinstance(g.get("uri"), str) for g in given
    ):
        raise Invalid("items must be a list of objects with a uri", code="bad_field")
    if len(given) > MAX_URIS:
        raise Invalid(f"Too many items: at most {MAX_URIS}", code="too_many_uris")
    uris = [read_uri(g["uri"]) for g in given]
    ids: list[Id] = []
    for (_, thing), one in zip(uris, given, strict=True):
        places = _positions(one)
        positions.extend(places)
        if not places:
            ids.append(thing)
    return ids, positions


def _positions(said: Json) -> list[int]:
    given = said.get("positions") or []
    if not isinstance(given, list) or not all(isinstance(p, int) and not isinstance(p, bool) for p in given):
        raise Invalid("positions must be a list of whole numbers", code="bad_field")
    return list(given)


@get("/v1/playlists/{playlist:str}/images", who=LISTENER)
def cover_of_playlist(tx: Tx, me: Me, app: Engines, request: Req, playlist: str) -> list[Json]:
    """Get Playlist Cover Image."""
    return cover(tx, site_of(request, app, me), me, find_readable(tx, me, playlist))


@put("/v1/playlists/{playlist:str}/followers", who=LISTENER, status_code=200)
def follow_playlist(tx: Tx, me: Me, app: Engines, playlist: str) -> Response[bytes]:
    """Follow Playlist."""
    need_scope(me, "playlist-modify-public", "playlist-modify-private")
    library.save(tx, me.id, "playlist", [check_id(playlist)], app.clock())
    return done()


@delete("/v1/playlists/{playlist:str}/followers", who=LISTENER, status_code=200)
def unfollow_playlist(tx: Tx, me: Me, app: Engines, playlist: str) -> Response[bytes]:
    """Unfollow Playlist: what Spotify's clients call deleting, when it is one's own."""
    need_scope(me, "playlist-modify-public", "playlist-modify-private")
    forget_playlists(tx, app, me, [check_id(playlist)])
    return done()


def forget_playlists(tx: Tx, app: Engines, me: Me, ids: list[Id]) -> None:
    """Unfollow others' playlists and delete one's own (`restore` under /api brings them back)."""
    found = library.get_playlists(tx, me.id, ids)
    for playlist in ids:
        if playlist in found and found[playlist].owner == me.id:
            library.delete_playlist(tx, me.id, playlist, app.clock())
    others = [i for i in ids if not (i in found and found[i].owner == me.id)]
    if others:
        library.unsave(tx, me.id, "playlist", others, app.clock())


@get("/v1/playlists/{playlist:str}/followers/contains", who=LISTENER)
def is_playlist_followed(tx: Tx, me: Me, playlist: str) -> list[bool]:
    """Check if Current User Follows Playlist."""
    return library.contains(tx, me.id, "playlist", [check_id(playlist)])


ROUTES: list[Any] = [
    one_playlist,
    change_details,
    items_of_playlist,
    add_to_playlist,
    reorder_or_replace,
    remove_from_playlist,
    cover_of_playlist,
    follow_playlist,
    unfollow_playlist,
    is_playlist_followed,
]
