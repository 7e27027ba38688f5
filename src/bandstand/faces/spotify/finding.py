"""Search under /v1."""

from typing import Any, Final

from bandstand import accounts, catalogue, library, search
from bandstand.faces.spotify import shapes
from bandstand.faces.spotify.asking import artist_objects, playlist_objects, popularity_of
from bandstand.faces.spotify.wire import Json, Req, Site, check_market, paging, site_of, window
from bandstand.platform.db import Tx
from bandstand.platform.engines import Engines
from bandstand.platform.errors import Invalid
from bandstand.platform.http import LISTENER, get
from bandstand.platform.ids import Id

KINDS: Final[dict[str, search.Kind]] = {
    "track": "track", "artist": "artist", "album": "album", "playlist": "playlist", "genre": "genre",
}  # fmt: skip
EMPTY: Final = ("show", "episode", "audiobook")
MAX_OFFSET: Final = 1000


@get("/v1/search", who=LISTENER)
def find_anything(
    tx: Tx,
    me: accounts.Principal,
    app: Engines,
    request: Req,
    q: str | None = None,
    market: str | None = None,
    limit: int = 20,
    offset: int = 0,
) -> Json:
    """Search for Item. `type=genre` and the `bandstand` object (the best hit of all) are ours."""
    check_market(market)
    asked, site = window(limit, offset, furthest=MAX_OFFSET), site_of(request, app, me)
    kinds = _kinds(request.query_params.get("type"))
    if q is None or not q.strip():
        raise Invalid("No search query", code="no_query")
    searcher: search.Searcher = app.services["search"]
    wanted = [KINDS[k] for k in kinds if k in KINDS]
    found = searcher.search(q, wanted, person=me.id, limit=limit, offset=offset)
    answer: Json = {}
    for kind in kinds:
        hits = found.by_kind.get(KINDS[kind], search.Hits()) if kind in KINDS else search.Hits()
        items = _objects(tx, app, site, me, kind, [h.id for h in hits.items])
        answer[f"{kind}s"] = paging(request, site, items, hits.total, asked, type=kind)
    top = None if found.top is None else {"type": found.top.kind, "id": found.top.id}
    return {**answer, "bandstand": {"top": top, "is_ready": searcher.is_ready()}}


def _kinds(text: str | None) -> list[str]:
    kinds = list(dict.fromkeys(k.strip() for k in (text or "").split(",") if k.strip()))
    if not kinds:
        raise Invalid("Missing parameter type", code="no_type")
    if wrong := [k for k in kinds if k not in KINDS and k not in EMPTY]:
        raise Invalid(f"Bad search type field {wrong[0][:40]}", code="bad_type")
    return kinds


def _objects(
    tx: Tx, app: Engines, site: Site, me: accounts.Principal, kind: str, ids: list[Id]
) -> list[Json]:
    """The records of what was found; what is gone since is left out."""
    if not ids:
        return []
    match kind:
        case "track":
            return shapes.full_tracks(
                site, list(catalogue.get_tracks(tx, ids).values()), popularity_of(tx, app)
            )
        case "album":
            return [shapes.simple_album(site, a) for a in catalogue.get_albums(tx, ids).values()]
        case "artist":
            return artist_objects(tx, site, list(catalogue.get_artists(tx, ids).values()))
        case "playlist":
            seen = library.get_playlists(tx, me.id, ids)
            return playlist_objects(tx, site, [seen[i] for i in ids if i in seen])
        case _:
            genres = {g.id: g for g in catalogue.list_genres(tx)}
            return [shapes.genre(genres[i]) for i in ids if i in genres]


ROUTES: list[Any] = [find_anything]
