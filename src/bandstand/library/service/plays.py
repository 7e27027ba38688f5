"""History: recently and most played, as views of the log."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from bandstand import accounts, catalogue, listening
from bandstand.library.model import PlayPage
from bandstand.library.store import plays as store
from bandstand.platform.db import Tx
from bandstand.platform.ids import Id
from bandstand.platform.log import Entry


def hear_plays(tx: Tx, entries: Sequence[Entry]) -> None:
    """Write counted plays into history; a play known already, or of somebody who was erased, changes nothing."""
    owners: dict[str, Id | None] = {}
    rows: list[dict[str, Any]] = []
    for entry in entries:
        event = entry.event
        if event.kind != listening.PLAY_COUNTED or event.person is None:
            continue
        if event.person not in owners:
            owners[event.person] = accounts.person_of(tx, event.person)
        owner = owners[event.person]
        if owner is not None:
            rows.append(_row(entry, owner))
    store.put_plays(tx, rows)


def forget_plays(tx: Tx, since: datetime | None) -> None:
    """Make ready for a replay."""
    store.forget_plays(tx, since)


def recently_played(
    tx: Tx,
    person: Id,
    *,
    before: datetime | None = None,
    after: datetime | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> PlayPage:
    """What a person played, newest first, with how much was heard of each by now."""
    page = store.list_plays(tx, person, before=before, after=after, cursor=cursor, limit=limit)
    heard = listening.heard_ms(tx, person, [play.session for play in page.items])
    return replace(page, items=[replace(p, heard_ms=heard.get(p.session, p.heard_ms)) for p in page.items])


def top(
    tx: Tx,
    person: Id,
    kind: Literal["tracks", "artists"],
    *,
    since: datetime | None = None,
    limit: int = 20,
    offset: int = 0,
) -> list[tuple[Id, int]]:
    """What a person played most: (id, plays). An artist is played when one of the tracks shown with their name is."""
    if kind == "tracks":
        return store.count_by_track(tx, person, since, limit, offset)
    counted = store.count_by_track(tx, person, since, None)
    tracks = catalogue.get_tracks(tx, [track for track, _ in counted])
    plays: Counter[Id] = Counter()
    for track, number in counted:
        for artist in dict.fromkeys(
            credit.id for credit in (tracks[track].artists if track in tracks else ())
        ):
            plays[artist] += number
    return sorted(plays.items(), key=lambda pair: (-pair[1], pair[0]))[offset : offset + limit]


def popular(tx: Tx, *, since: datetime | None = None, limit: int = 20) -> list[tuple[Id, int]]:
    """What everybody here played most: (track, plays)."""
    return store.count_by_track(tx, None, since, limit)


def recent_contexts(tx: Tx, person: Id, limit: int) -> list[str]:
    """What a person last played from, newest first, each once."""
    return store.recent_contexts(tx, person, limit)


def heard_tracks(tx: Tx, person: Id) -> set[Id]:
    """Every track a person ever played."""
    return store.heard_tracks(tx, person)


def _row(entry: Entry, owner: Id) -> dict[str, Any]:
    data = entry.event.data
    return {
        "id": data["play"],
        "person": owner,
        "session": data["session"],
        "track": data["track"],
        "recording": data["recording"],
        "played_at": datetime.fromisoformat(data["played_at"]),
        "received_at": entry.received_at,
        "heard_ms": data["heard_ms"],
        "context": data.get("context"),
        "is_organic": data.get("is_organic"),
    }
