"""Puts a process together: opens the engines, registers each room's routes, consumers and duties."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bandstand.accounts.api
import bandstand.delivery.api
import bandstand.faces.player
import bandstand.faces.spotify
import bandstand.library.api
import bandstand.library.consumers
import bandstand.listening.api
import bandstand.listening.consumers
import bandstand.playback.api
import bandstand.playback.consumers
import bandstand.privacy.api
from bandstand import (
    __version__,
    accounts,
    catalogue,
    delivery,
    library,
    listening,
    media,
    playback,
    privacy,
    search,
)
from bandstand.app import duties
from bandstand.app.settings import Settings
from bandstand.platform.clock import Clock, system_clock
from bandstand.platform.db import Database, Tx
from bandstand.platform.engines import Engines
from bandstand.platform.errors import NotFound
from bandstand.platform.ids import Id
from bandstand.platform.jobs import Jobs
from bandstand.platform.log import Consumer, open_log
from bandstand.platform.objects import open_objects

# From the top of the house down, so that accounts, which everything hangs on, forgets a person last.
PERSONS = [
    privacy.Room(room.__name__.rpartition(".")[2], room.export_person, room.erase_person)
    for room in (library, playback, listening, delivery, catalogue, accounts)
]
ROUTES = [
    *bandstand.accounts.api.ROUTES,
    *bandstand.privacy.api.ROUTES,
    *duties.ROUTES,
    *bandstand.delivery.api.ROUTES,
    *bandstand.listening.api.ROUTES,
    *bandstand.playback.api.ROUTES,
    *bandstand.library.api.ROUTES,
    *bandstand.faces.spotify.ROUTES,
    *bandstand.faces.player.ROUTES,
]
CONSUMERS: Sequence[Consumer] = (
    bandstand.listening.consumers.PLAYS,
    bandstand.library.consumers.HISTORY,
    bandstand.playback.consumers.DEVICES,
)


@dataclass
class App:
    """One process, put together."""

    settings: Settings
    engines: Engines
    routes: Sequence[Any] = field(default_factory=lambda: ROUTES)
    consumers: Sequence[Consumer] = CONSUMERS
    media_handler: Any = None
    indexer: search.Indexer | None = None
    jobs: Jobs | None = None

    def close(self) -> None:
        """Let go of every engine."""
        if (studio := self.engines.services.get("media")) is not None:
            studio.close()
        self.engines.log.close()
        self.engines.db.dispose()


def open_engines(settings: Settings, *, migrate: bool, clock: Clock = system_clock) -> Engines:
    """Open database, log and object store. With `migrate` the schema is brought up to date first."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    db = Database(settings.database_url)
    if migrate:
        from bandstand import migrations  # noqa: PLC0415  (Alembic is slow to import, and web workers need it not)

        migrations.upgrade(db)
    return Engines(
        db=db,
        log=open_log(settings.log_url),
        objects=open_objects(settings.objects_url),
        data_dir=settings.data_dir,
        secret=settings.secret(),
        public_url=settings.public_url,
        clock=clock,
        version=__version__,
    )


def search_feeds() -> search.Feeds:
    """Give search what it may not know by itself: how often tracks are played, and the playlists."""
    return search.Feeds(plays=_plays_of, playlists=_playlist_documents)


def _plays_of(tx: Tx, tracks: Sequence[Id]) -> dict[Id, int]:
    wanted = set(tracks)
    return {track: plays for track, plays in library.popular(tx, limit=100_000) if track in wanted}


def _playlist_documents(tx: Tx, changed: Mapping[Id, str | None] | None) -> list[search.Document]:
    if changed is None:
        mine = {
            p.id: p
            for who in accounts.people(tx)
            for p in library.playlists_of(tx, who.id, limit=10_000).items
        }
        return [_playlist_document(p) for p in mine.values()]
    found: dict[Id, library.Playlist] = {}
    for playlist, pseudonym in changed.items():
        owner = accounts.person_of(tx, pseudonym) if pseudonym else None
        if owner is not None:
            found |= library.get_playlists(tx, owner, [playlist])
    return [_playlist_document(p) for p in found.values()]


def _playlist_document(playlist: library.Playlist) -> search.Document:
    seen_by = search.EVERYBODY if playlist.is_public else playlist.owner
    return search.Document(kind="playlist", id=playlist.id, title=playlist.name, seen_by=(seen_by,))


def build(settings: Settings, *, clock: Clock = system_clock, migrate: bool = False) -> App:
    """Put a process together from its settings."""
    app = open_engines(settings, migrate=migrate, clock=clock)
    searcher = search.Searcher(settings.search_dir)
    app.services |= {"privacy": PERSONS, "search": searcher}
    indexer = search.Indexer(searcher.folder, app.db, app.log, search_feeds())
    studio, handler = _media(app, settings)
    app.services["media"] = studio
    jobs = app.services["jobs"] = duties.make_jobs(app, settings)
    consumers = (*CONSUMERS, duties.measure_consumer(jobs))
    return App(settings, app, consumers=consumers, media_handler=handler, indexer=indexer, jobs=jobs)


def _media(app: Engines, settings: Settings) -> tuple[media.Studio, media.MediaHandler]:
    def open_source(source_hash: str) -> Path | None:
        with app.db.read() as tx:
            return delivery.open_source(tx, source_hash)

    def artwork(artwork_id: Id, size: int) -> bytes | None:
        try:
            return catalogue.artwork_image(app.objects, artwork_id, size)
        except NotFound:
            return None

    def about(source_hash: str) -> media.About | None:
        with app.db.read() as tx:
            return media.About(recording=catalogue.recording_of_source(tx, source_hash))

    studio = media.Studio(
        db=app.db,
        kept=app.objects,
        objects_url=settings.objects_url,
        open_source=open_source,
        clock=app.clock,
        about=about,
    )
    return studio, media.MediaHandler(studio, app.secret, artwork)
