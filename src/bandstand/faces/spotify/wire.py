"""Reading what Spotify's clients send: ids, addresses, pages, bodies. Everything wrong is one `Invalid` (400)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response

from bandstand import accounts, catalogue
from bandstand.platform.engines import Engines
from bandstand.platform.errors import Forbidden, Invalid
from bandstand.platform.ids import Id, is_id

Req = Request[Any, Any, Any]
Json = dict[str, Any]
T = TypeVar("T")

MAX_OFFSET: Final = 10_000_000
"""Far beyond any list; Spotify itself stops at 100,000."""
MAX_IDS: Final = 50
_URI: Final = re.compile(r"(?:spotify:|https?://open\.spotify\.com/)([a-z]+)[:/]([0-9A-Za-z]+)(?:\?.*)?")


@dataclass(frozen=True, slots=True)
class Site:
    """What absolute addresses and markets of an answer are made from."""

    base: str
    market: str

    def href(self, path: str) -> str:
        """The absolute address of a thing under /v1."""
        return f"{self.base}/v1/{path}"


def site_of(request: Req, app: Engines, me: accounts.Principal) -> Site:
    """The site as this caller reached it; the configured public address goes first."""
    base = app.public_url or f"{request.url.scheme}://{request.url.netloc}"
    return Site(base.rstrip("/"), me.market)


@dataclass(frozen=True, slots=True)
class Window:
    """A page by offset, as asked for."""

    limit: int
    offset: int


def window(limit: int, offset: int, most: int = 50, furthest: int = MAX_OFFSET) -> Window:
    """Check a page: 1 to `most` things from 0 to `furthest`."""
    if not 1 <= limit <= most:
        raise Invalid(f"limit is from 1 to {most}", code="bad_limit")
    if not 0 <= offset <= furthest:
        raise Invalid(f"offset is from 0 to {furthest}", code="bad_offset")
    return Window(limit, offset)


def check_market(market: str | None) -> None:
    """Refuse what is no ISO 3166-1 alpha-2 code; `from_token` is Spotify's word for one's own."""
    if market is not None and market != "from_token" and market.upper() not in accounts.MARKETS:
        raise Invalid("Invalid market code", code="bad_market")


def check_id(text: str) -> Id:
    """Give the id, or Invalid for what cannot be one."""
    if not is_id(text):
        raise Invalid("Invalid base62 id", code="bad_id")
    return text


def check_ids(texts: Sequence[str], most: int = MAX_IDS) -> list[Id]:
    """Check a list of ids: at least one, at most `most`."""
    ids = [check_id(text.strip()) for text in texts if text.strip()]
    if not ids:
        raise Invalid("No ids were given", code="no_ids")
    if len(ids) > most:
        raise Invalid(f"Too many ids: at most {most}", code="too_many_ids")
    return ids


def split_ids(text: str | None, most: int = MAX_IDS) -> list[Id]:
    """Read ids separated by commas."""
    return check_ids((text or "").split(","), most)


def ids_given(query: str | None, body: bytes, most: int = MAX_IDS) -> list[Id]:
    """Ids in the query or in the body, as `{"ids": […]}` or a bare list; the query goes first, as Spotify does it."""
    if query is not None:
        return split_ids(query, most)
    said = read_body(body)
    given = said.get("ids", []) if isinstance(said, dict) else said
    return check_ids(_texts(given, "ids"), most)


def read_uri(text: str) -> tuple[str, Id]:
    """Read `spotify:track:ID` (or its open.spotify.com address) as kind and id."""
    found = _URI.fullmatch(text.strip())
    if found is None or not is_id(found[2]):
        raise Invalid(f"Invalid URI: {text[:80]}", code="bad_uri")
    return found[1], found[2]


def read_uris(texts: Sequence[str], most: int) -> list[tuple[str, Id]]:
    """Read at least one and at most `most` addresses."""
    uris = [read_uri(text) for text in texts if text.strip()]
    if not uris:
        raise Invalid("No uris were given", code="no_uris")
    if len(uris) > most:
        raise Invalid(f"Too many uris: at most {most}", code="too_many_uris")
    return uris


def track_refs(uris: Sequence[tuple[str, Id]]) -> list[catalogue.Item]:
    """Addresses as things that can stand in a playlist."""
    refs = []
    for kind, thing in uris:
        if kind == "episode":
            raise Invalid("There are no episodes here yet", code="no_episodes")
        if kind != "track":
            raise Invalid(f"A {kind[:20]} cannot stand in a playlist", code="bad_uri")
        refs.append(catalogue.Item(thing))
    return refs


def read_body(body: bytes) -> Any:
    """Read a JSON body; an empty one is `{}`."""
    if not body.strip():
        return {}
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid("Malformed JSON in the body", code="bad_json") from error


def read_object(body: bytes) -> Json:
    """Read a JSON object."""
    said = read_body(body)
    if not isinstance(said, dict):
        raise Invalid("The body must be a JSON object", code="bad_json")
    return said


def field_of(said: Json, name: str, kind: type[T]) -> T | None:
    """A field of a body, or None where it is left out or null; Invalid for another type."""
    value = said.get(name)
    if value is None:
        return None
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise Invalid(f"{name} has the wrong type", code="bad_field")
    return value


def _texts(given: Any, name: str) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(t, str) for t in given):
        raise Invalid(f"{name} must be a list of texts", code="bad_field")
    return given


def uris_given(query: str | None, body: bytes, most: int) -> tuple[list[tuple[str, Id]] | None, Json]:
    """Addresses in the query or the body (an object with `uris`, or a bare list), and the rest of the body."""
    said = read_body(body)
    rest: Json = said if isinstance(said, dict) else {}
    if query is not None:
        texts = query.split(",") if query else []
    elif isinstance(said, list):
        texts = _texts(said, "uris")
    elif "uris" in rest:
        texts = _texts(rest["uris"], "uris")
    else:
        return None, rest
    return (read_uris(texts, most) if texts else []), rest


def paging(
    request: Req,
    site: Site,
    items: list[Any],
    total: int,
    asked: Window,
    *,
    path: str | None = None,
    **more: str,
) -> Json:
    """Spotify's page around items; `next` and `previous` are absolute. `path` where it is not the request's own."""
    if path is None:
        path = request.url.path.rstrip("/")
        kept = [(k, v) for k, v in request.query_params.multi_items() if k not in {"limit", "offset", *more}]
    else:
        path, kept = f"/v1/{path}", []
    kept.extend(more.items())

    def at(offset: int) -> str:
        query = urlencode([*kept, ("offset", offset), ("limit", asked.limit)])
        return f"{site.base}{path}?{query}"

    before = max(0, asked.offset - asked.limit)
    return {
        "href": at(asked.offset),
        "items": items,
        "limit": asked.limit,
        "next": at(asked.offset + asked.limit) if asked.offset + asked.limit < total else None,
        "offset": asked.offset,
        "previous": at(before) if asked.offset > 0 else None,
        "total": total,
    }


def need_scope(me: accounts.Principal, *scopes: str) -> None:
    """Raise Forbidden where a token lacks every one of `scopes`; our own player's session has them all."""
    if me.scopes is not None and not me.scopes.intersection(scopes):
        raise Forbidden("Insufficient client scope", code="needs_scope", scopes=list(scopes))


def done(status: int = 200) -> Response[bytes]:
    """An empty answer, as Spotify gives to a change."""
    return Response(b"", status_code=status)
