"""The faces over HTTP on a real SQLite file, filled through the rooms' own write functions."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from litestar import Litestar, Request
from litestar.datastructures import State
from litestar.testing import TestClient

import bandstand.faces.player
import bandstand.faces.spotify
from bandstand import accounts, catalogue, search
from bandstand.app.errors import HANDLERS
from bandstand.app.wiring import search_feeds
from bandstand.library.consumers import HISTORY
from bandstand.platform.clock import FixedClock
from bandstand.platform.db import Database, Tx
from bandstand.platform.engines import Engines
from bandstand.platform.http import Who
from bandstand.platform.ids import Id, new_id
from bandstand.platform.log import Entry, Event, Relay, open_log
from bandstand.platform.objects import open_objects

PASSWORD = "a long enough password"


def a_source(name: str, duration_ms: int = 180_000) -> catalogue.Source:
    """A source file's facts."""
    samples = duration_ms * 48
    return catalogue.Source(
        hash=name.encode().hex().ljust(64, "0")[:64],
        container="flac",
        codec="flac",
        sample_rate=48_000,
        channels=2,
        bits=16,
        kbps=800,
        samples=samples,
        duration_ms=duration_ms,
        bytes=1_000_000,
    )


def a_draft(album: str, artist: str, number: int, title: str, **more: Any) -> catalogue.TrackDraft:
    """A track as a file gives it."""
    about = more.pop("album_about", {})
    credit = catalogue.Credit(artist)
    return catalogue.TrackDraft(
        title=title,
        credits=(credit, *more.pop("guests", ())),
        album=catalogue.AlbumDraft(album, (credit,), folder=album, **about),
        source=a_source(f"{album}/{number}"),
        number=number,
        **more,
    )


DRAFTS = (
    *(
        a_draft("First Light", "Ana Uno", n, title, genres=("Folk",), isrc=f"USAAA210000{n}",
                album_about={"release_date": "2021-03-04", "label": "Small Label", "barcode": "0012345678905"})
        for n, title in enumerate(("Morning", "Noon", "Évening"), 1)
    ),
    *(
        a_draft("Second Wind", "Bo Dos", n, title, genres=("Folk", "Jazz"), album_about={"release_date": "1999"},
                guests=(catalogue.Credit("Ana Uno", "featured", " feat. "),) if n == 1 else ())
        for n, title in enumerate(("Yesterday", "Yesterday Once More", "Tomorrow"), 1)
    ),
    *(a_draft("Long", "Cy Tres", n, f"Piece {n}", genres=("Etude",)) for n in range(1, 61)),
)  # fmt: skip


@dataclass
class House:
    """A small server in this process: two people, three albums."""

    engines: Engines
    clock: FixedClock
    client: TestClient[Any]
    indexer: search.Indexer
    people: dict[str, Id]
    tokens: dict[str, str]
    tracks: list[Id] = field(default_factory=list)
    albums: list[Id] = field(default_factory=list)
    artists: list[Id] = field(default_factory=list)

    def ask(self, method: str, path: str, who: str = "ana", **more: Any) -> Any:
        """Send a request as somebody."""
        headers = {"authorization": f"Bearer {self.tokens[who]}", **more.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **more)

    def get(self, path: str, who: str = "ana", status: int = 200) -> Any:
        """Get and decode, checking the status."""
        answer = self.ask("GET", path, who)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:500])
        return answer.json()

    def index(self) -> None:
        """Bring the outbox to the log and the log to the index."""
        relay = Relay(self.engines.db, self.engines.log)
        while relay.run_once():
            pass
        while self.indexer.run_once():
            pass

    def play(self, who: str, tracks: list[Id], context: str | None = None) -> None:
        """Put counted plays into history, one a minute."""
        with self.engines.db.begin() as tx:
            pseudonym = accounts.pseudonym_of(tx, self.people[who])
            known = catalogue.get_tracks(tx, tracks)
            entries = []
            for number, track in enumerate(tracks):
                at = self.clock.advance(60)
                data = {
                    "play": new_id(at), "session": new_id(at), "device": "d", "track": track,
                    "recording": known[track].recording_id, "duration_ms": 180_000, "played_at": at.isoformat(),
                    "heard_ms": 170_000, "reason": "30s", "context": context, "is_organic": True,
                }  # fmt: skip
                event = Event(new_id(at), "play.counted", at, pseudonym, data)
                entries.append(Entry(number + 1, at, event))
            HISTORY.hear(tx, entries)


def _authenticate(tx: Tx, request: Request[Any, Any, Any], who: Who, scopes: Any) -> Any:
    app: Engines = request.app.state.engines
    bearer = request.headers.get("authorization", "").partition(" ")[2]
    return accounts.authenticate(
        tx, cookie=None, bearer=bearer, role=who.value, scopes=scopes, at=app.clock()
    )


def _fill(house: House) -> None:
    with house.engines.db.begin() as tx:
        for made in catalogue.publish(tx, DRAFTS, house.clock()):
            house.tracks.append(made.track_id)
            house.albums = list(dict.fromkeys([*house.albums, made.album_id]))
        tracks = catalogue.get_tracks(tx, house.tracks)
        house.artists = list(dict.fromkeys(t.artists[0].id for t in tracks.values()))


@pytest.fixture
def house(db: Database, tmp_path: Path, clock: FixedClock) -> Iterator[House]:
    """A filled server with Ana (all scopes) and Bea, and Ana's token that may read nothing."""
    log = open_log(f"sqlite:///{tmp_path / 'log.sqlite'}")
    objects = open_objects(f"file://{tmp_path / 'objects'}")
    searcher = search.Searcher(tmp_path / "search")
    engines = Engines(db, log, objects, tmp_path, b"s" * 32, clock=clock, services={"search": searcher})
    people, tokens = {}, {}
    with db.begin() as tx:
        for name in ("ana", "bea"):
            people[name] = accounts.add_person(tx, name, PASSWORD, clock()).id
            tokens[name] = accounts.make_token(tx, people[name], clock())
        tokens["narrow"] = accounts.make_token(tx, people["ana"], clock(), scopes=["user-read-email"])
    routes = [*bandstand.faces.spotify.ROUTES, *bandstand.faces.player.ROUTES]
    state = State({"engines": engines, "authenticate": _authenticate})
    app = Litestar(routes, exception_handlers=HANDLERS, state=state, openapi_config=None)
    indexer = search.Indexer(searcher.folder, db, log, search_feeds())
    with TestClient(app) as client:
        made = House(engines, clock, client, indexer, people, tokens)
        _fill(made)
        made.index()
        yield made
    log.close()


@pytest.fixture
def count_queries(house: House) -> Iterator[Callable[[], int]]:
    """Count statements since the last call."""
    seen: list[str] = []

    def hear(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    sa.event.listen(house.engines.db.engine, "before_cursor_execute", hear)

    def count() -> int:
        number = len(seen)
        seen.clear()
        return number

    yield count
    sa.event.remove(house.engines.db.engine, "before_cursor_execute", hear)
