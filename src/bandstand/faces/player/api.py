"""The player's routes under /api. Items are shaped as under /v1, so that the player knows one shape of each thing."""

from collections.abc import Iterable
from datetime import timedelta
from random import Random
from typing import Any, Final, Literal

from bandstand import accounts, catalogue, discovery, library
from bandstand.faces.spotify import shapes
from bandstand.faces.spotify.asking import artist_objects, playlist_objects, popularity_of
from bandstand.faces.spotify.wire import Json, Req, Site, site_of
from bandstand.platform.db import Tx
from bandstand.platform.engines import Engines
from bandstand.platform.errors import Invalid
from bandstand.platform.http import LISTENER, get
from bandstand.platform.ids import Id

Me = accounts.Principal
MAX_PAGE: Final = 200
MAX_DAYS: Final = 3660
Sort = Literal["name", "newest", "year"]
SORTS: Final[dict[str, Sort]] = {"name": "name", "newest": "newest", "year": "year"}


def _limit(limit: int, most: int = MAX_PAGE) -> int:
    if not 1 <= limit <= most:
        raise Invalid(f"limit is from 1 to {most}", code="bad_limit")
    return limit


def _sort(sort: str) -> Sort:
    if sort not in SORTS:
        raise Invalid(f"sort is one of {', '.join(SORTS)}", code="bad_sort")
    return SORTS[sort]


def _page(items: list[Json], page: catalogue.Page[Any]) -> Json:
    return {"items": items, "next": page.next, "total": page.total}


@get("/api/home", who=LISTENER)
def home(me: Me, app: Engines, request: Req) -> Json:
    """Give the shelves chosen for this person; that they were shown is in the log before they are answered."""
    at = app.clock()
    with app.db.read() as tx:
        shelves = discovery.shelves(tx, me.id, at, Random())  # noqa: S311
        shown = _shelf_items(tx, app, site_of(request, app, me), me, shelves)
    events = [discovery.shown_event(me.pseudonym, shelf, at, position=row) for row, shelf in enumerate(shelves)]
    if events:
        app.log.append("listening", events)
    return {
        "shelves": [
            {
                "id": shelf.id,
                "title": shelf.title,
                "reason": shelf.reason,
                "policy": shelf.policy,
                "items": [shown[key] for item in shelf.items if (key := (item.kind, item.id)) in shown],
            }
            for shelf in shelves
        ]
    }


def _shelf_items(
    tx: Tx, app: Engines, site: Site, me: Me, shelves: Iterable[discovery.Shelf]
) -> dict[tuple[str, Id], Json]:
    """The objects of all shelves, in a fixed number of queries."""
    ids: dict[str, list[Id]] = {"track": [], "album": [], "artist": [], "playlist": []}
    for shelf in shelves:
        for item in shelf.items:
            ids[item.kind].append(item.id)
    playlists = library.get_playlists(tx, me.id, ids["playlist"])
    made = [
        *shapes.full_tracks(site, list(catalogue.get_tracks(tx, ids["track"]).values()), popularity_of(tx, app)),
        *(shapes.simple_album(site, a) for a in catalogue.get_albums(tx, ids["album"]).values()),
        *artist_objects(tx, site, list(catalogue.get_artists(tx, ids["artist"]).values())),
        *playlist_objects(tx, site, list(playlists.values())),
    ]
    return {(one["type"], one["id"]): one for one in made}


@get("/api/albums", who=LISTENER)
def albums(
    tx: Tx, me: Me, app: Engines, request: Req, sort: str = "name", cursor: str | None = None, limit: int = 50
) -> Json:
    """Browse albums."""
    page = catalogue.list_albums(tx, _sort(sort), cursor, _limit(limit))
    site = site_of(request, app, me)
    return _page([shapes.simple_album(site, a) for a in page.items], page)


@get("/api/artists", who=LISTENER)
def artists(
    tx: Tx, me: Me, app: Engines, request: Req, sort: str = "name", cursor: str | None = None, limit: int = 50
) -> Json:
    """Browse artists."""
    page = catalogue.list_artists(tx, _sort(sort), cursor, _limit(limit))
    return _page(artist_objects(tx, site_of(request, app, me), page.items), page)


@get("/api/tracks", who=LISTENER)
def tracks(
    tx: Tx, me: Me, app: Engines, request: Req, sort: str = "name", cursor: str | None = None, limit: int = 50
) -> Json:
    """Browse tracks."""
    page = catalogue.list_tracks(tx, _sort(sort), cursor, _limit(limit))
    return _page(shapes.full_tracks(site_of(request, app, me), page.items, popularity_of(tx, app)), page)


@get("/api/genres", who=LISTENER)
def genres(tx: Tx) -> Json:
    """Every genre that has music here."""
    return {"items": [shapes.genre(g) for g in catalogue.list_genres(tx)]}


@get("/api/genres/{genre:str}/tracks", who=LISTENER)
def tracks_of_genre(
    tx: Tx, me: Me, app: Engines, request: Req, genre: str, cursor: str | None = None, limit: int = 50
) -> Json:
    """A genre's tracks."""
    page = catalogue.genre_tracks(tx, genre, cursor, _limit(limit))
    return _page(shapes.full_tracks(site_of(request, app, me), page.items, popularity_of(tx, app)), page)


@get("/api/genres/{genre:str}/albums", who=LISTENER)
def albums_of_genre(
    tx: Tx, me: Me, app: Engines, request: Req, genre: str, cursor: str | None = None, limit: int = 50
) -> Json:
    """A genre's albums."""
    page = catalogue.genre_albums(tx, genre, cursor, _limit(limit))
    site = site_of(request, app, me)
    return _page([shapes.simple_album(site, a) for a in page.items], page)


@get("/api/tracks/{track:str}", who=LISTENER)
def track_facts(tx: Tx, me: Me, app: Engines, request: Req, track: str) -> Json:
    """What is known of a track beyond Spotify's shape: its source, its gain, its credits, what was missing."""
    found = catalogue.get_track(tx, track)
    source = found.source
    return {
        "track": shapes.full_track(site_of(request, app, me), found, popularity_of(tx, app).get(found.id, 0)),
        "problems": dict(found.facts),
        "credits": [{"id": c.id, "name": c.name, "role": c.role} for c in found.credits],
        "genres": list(found.genres),
        "mbid": found.mbid,
        "added_at": shapes.rfc3339(found.added_at),
        "source": None
        if source is None
        else {
            "codec": source.codec,
            "container": source.container,
            "rate": source.sample_rate,
            "bits": source.bits,
            "channels": source.channels,
            "kbps": source.kbps,
            "bytes": source.bytes,
        },
        "replaygain": {
            "track_db": found.gain.track_db,
            "track_peak": found.gain.track_peak,
            "album_db": found.gain.album_db,
            "album_peak": found.gain.album_peak,
        },
    }


@get("/api/tracks/{track:str}/lyrics", who=LISTENER)
def lyrics(tx: Tx, track: str) -> Json:
    """The words of a track: empty where none are known."""
    found = catalogue.get_lyrics(tx, catalogue.get_track(tx, track).recording_id)
    if found is None:
        return {"plain": "", "synced": None}
    synced = [{"at_ms": at_ms, "text": text} for at_ms, text in found.synced]
    return {"plain": found.plain, "synced": synced or None}


@get("/api/history", who=LISTENER, scopes=("user-read-recently-played",))
def history(tx: Tx, me: Me, app: Engines, request: Req, cursor: str | None = None, limit: int = 50) -> Json:
    """What this person played, newest first."""
    page = library.recently_played(tx, me.id, cursor=cursor, limit=_limit(limit))
    site = site_of(request, app, me)
    found = catalogue.get_tracks(tx, [p.track for p in page.items])
    made = {m["id"]: m for m in shapes.full_tracks(site, list(found.values()), popularity_of(tx, app))}
    items = [
        {
            "played_at": shapes.rfc3339_ms(play.played_at),
            "heard_ms": play.heard_ms,
            "track": made[play.track],
            "context": shapes.context(site, play.context),
        }
        for play in page.items
        if play.track in made
    ]
    return {"items": items, "next": page.next}


@get("/api/most-played", who=LISTENER, scopes=("user-top-read",))
def most_played(tx: Tx, me: Me, app: Engines, request: Req, days: int = 30, limit: int = 50) -> Json:
    """What this person played most over the last `days`."""
    if not 1 <= days <= MAX_DAYS:
        raise Invalid(f"days is from 1 to {MAX_DAYS}", code="bad_days")
    ranked = library.top(tx, me.id, "tracks", since=app.clock() - timedelta(days=days), limit=_limit(limit))
    found = catalogue.get_tracks(tx, [track for track, _ in ranked])
    made = shapes.full_tracks(site_of(request, app, me), list(found.values()), popularity_of(tx, app))
    plays = dict(ranked)
    return {"items": [{"plays": plays[m["id"]], "track": m} for m in made]}


ROUTES: list[Any] = [
    home,
    albums,
    artists,
    tracks,
    genres,
    tracks_of_genre,
    albums_of_genre,
    track_facts,
    lyrics,
    history,
    most_played,
]
