"""The shelves of the home page: what to go on with, what is liked, what is new, what was never heard."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final, Literal

from bandstand import catalogue, library, listening
from bandstand.discovery.model import FIXED, SHELF_LENGTH, Item, Shelf, drawn, fixed, interleaved
from bandstand.platform.db import Tx
from bandstand.platform.ids import Id

_MONTH: Final = timedelta(days=30)
_LOOKED_AT: Final = 60
_PAGES: Final = 3
_FEW: Final = 3
"""A shelf of most played things needs this many before it says something."""


def shelves(tx: Tx, person: Id, at: datetime, pick: Random) -> list[Shelf]:
    """Choose the shelves of a person's home. Empty ones are left out; an empty server has none."""
    made = [
        _continue(tx, person),
        _recent(tx, person),
        _most_played(tx, person, at),
        _new_here(tx),
        _from_artists(tx, person),
        *_genres(tx, person),
        _unheard(tx, person, pick),
        _playlists(tx, person),
    ]
    return [shelf for shelf in made if shelf is not None and shelf.items]


def _continue(tx: Tx, person: Id) -> Shelf:
    """What was left before the end, unless it was finished since."""
    left = [track for track, _, _ in listening.unfinished(tx, person, SHELF_LENGTH * 2)]
    here = _available(tx, left)
    why = "You stopped before the end"
    return _shelf("continue", "Continue listening", why, "unfinished-newest", fixed("track", here))


def _recent(tx: Tx, person: Id) -> Shelf:
    """The albums and tracks of the latest plays: an album when two of its tracks were played, else the track."""
    played = [play.track for play in library.recently_played(tx, person, limit=_LOOKED_AT).items]
    tracks = catalogue.get_tracks(tx, list(dict.fromkeys(played)))
    heard = Counter(tracks[track].album.id for track in dict.fromkeys(played) if track in tracks)
    items: dict[Item, None] = {}
    for track in played:
        if track in tracks:
            album = tracks[track].album.id
            items.setdefault(Item("album", album) if heard[album] > 1 else Item("track", track))
    return _shelf(
        "recent", "Recently played", "Your last plays", "history-newest", tuple(items)[:SHELF_LENGTH]
    )


def _most_played(tx: Tx, person: Id, at: datetime) -> Shelf | None:
    ranked = [track for track, _ in library.top(tx, person, "tracks", since=at - _MONTH, limit=SHELF_LENGTH)]
    if len(ranked) < _FEW:
        return None
    why = "What you played most in the last 30 days"
    return _shelf("most-played", "Most played this month", why, "plays-30d", fixed("track", ranked))


def _new_here(tx: Tx) -> Shelf:
    newest = [album.id for album in catalogue.list_albums(tx, "newest", None, SHELF_LENGTH).items]
    return _shelf("new", "New on this server", "Added lately", "albums-newest", fixed("album", newest))


def _from_artists(tx: Tx, person: Id) -> Shelf:
    """Albums of followed and most played artists, one of each in turn, those not played yet first."""
    followed = [one.id for one in library.list_saved(tx, person, "artist", limit=_FEW * 2).items]
    played = [artist for artist, _ in library.top(tx, person, "artists", limit=_FEW * 2)]
    artists = list(dict.fromkeys([*followed, *played]))[: _FEW * 2]
    heard = library.heard_tracks(tx, person)
    known = {track.album.id for track in catalogue.get_tracks(tx, sorted(heard)).values()}
    albums = [[album.id for album in catalogue.artist_albums(tx, artist)] for artist in artists]
    ordered = [sorted(one, key=lambda album: album in known) for one in albums]
    chosen = interleaved(ordered)
    return _shelf(
        "artists",
        "From artists you like",
        "You follow or play them",
        "artists-in-turn",
        fixed("album", chosen),
    )


def _genres(tx: Tx, person: Id) -> list[Shelf]:
    """One shelf for each of the two genres a person plays most."""
    ranked = library.top(tx, person, "tracks", limit=_LOOKED_AT * 2)
    tracks = catalogue.get_tracks(tx, [track for track, _ in ranked])
    weight: Counter[str] = Counter()
    for track, plays in ranked:
        for genre in tracks[track].genres if track in tracks else ():
            weight[genre] += plays
    ids = {genre.name: genre.id for genre in catalogue.list_genres(tx)} if weight else {}
    liked = sorted((name for name in weight if name in ids), key=lambda name: (-weight[name], name))[:2]
    return [
        _shelf(
            f"genre-{ids[name]}",
            f"More {name}",
            f"You play {name}",
            "genre-albums",
            fixed("album", [a.id for a in catalogue.genre_albums(tx, ids[name], limit=SHELF_LENGTH).items]),
        )
        for name in liked
    ]


def _unheard(tx: Tx, person: Id, pick: Random) -> Shelf:
    """A uniform draw from albums of which nothing was played: the one shelf whose propensity is below one."""
    heard = library.heard_tracks(tx, person)
    known = {track.album.id for track in catalogue.get_tracks(tx, sorted(heard)).values()}
    pool = [album for album in _albums(tx) if album not in known]
    items = drawn("album", pool, pick)
    title = "Something you have not heard" if heard else "Start anywhere"
    why = "Drawn at random from what you never played" if heard else "Drawn at random from everything here"
    return _shelf("unheard", title, why, "uniform-unheard", items, items[0].propensity if items else FIXED)


def _playlists(tx: Tx, person: Id) -> Shelf:
    mine = [one.id for one in library.playlists_of(tx, person, limit=SHELF_LENGTH).items if one.total]
    return _shelf(
        "playlists", "Your playlists", "You made or follow them", "playlists-newest", fixed("playlist", mine)
    )


def _albums(tx: Tx) -> list[Id]:
    """Albums to draw from: all of a small server's, the newest and the first by name of a large one's."""
    found: dict[Id, None] = {}
    sorts: tuple[Literal["newest"], Literal["name"]] = ("newest", "name")
    for sort in sorts:
        cursor: str | None = None
        for _ in range(_PAGES):
            page = catalogue.list_albums(tx, sort, cursor, 100)
            found.update(dict.fromkeys(album.id for album in page.items))
            cursor = page.next
            if cursor is None:
                return list(found)
    return list(found)


def _available(tx: Tx, ids: Sequence[Id]) -> list[Id]:
    tracks = catalogue.get_tracks(tx, list(dict.fromkeys(ids)))
    return [one for one in ids if one in tracks and not tracks[one].is_missing]


def _shelf(
    name: str, title: str, reason: str, policy: str, items: tuple[Item, ...], propensity: float = FIXED
) -> Shelf:
    return Shelf(name, title, reason, policy, propensity, items)


def export_person(tx: Tx, person: Id) -> dict[str, Any]:
    """Discovery keeps nothing of its own yet: its shelves are chosen from other rooms' views."""
    _ = tx, person
    return {}


def erase_person(tx: Tx, person: Id) -> None:
    """Nothing to erase yet."""
    _ = tx, person
