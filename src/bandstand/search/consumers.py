"""Keeps the index like the tables, by what the rooms say. It checkpoints its own offset, after each commit."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from bandstand import catalogue
from bandstand.platform.db import Database
from bandstand.platform.errors import BandstandError
from bandstand.platform.ids import Id, is_id
from bandstand.platform.log import Entry, EventLog
from bandstand.search import service
from bandstand.search.service import Feeds
from bandstand.search.store import Folder, Writer, key_of

TOPIC: Final = "rooms"
NAME: Final = "search"
BATCH: Final = 2000
COMMIT_EVERY_S: Final = 1.0
RETRY_S: Final = 5.0
_KEYS: Final = {"track_id": "track", "track": "track", "album_id": "album", "artist_id": "artist"}

_log = structlog.get_logger(__name__)


@dataclass
class _Touched:
    """What a batch of events is about."""

    ids: dict[str, set[Id]] = field(default_factory=lambda: {k: set() for k in ("track", "album", "artist")})
    playlists: dict[Id, str | None] = field(default_factory=dict)
    is_catalogue: bool = False

    def hear(self, entry: Entry) -> None:
        data: dict[str, Any] = entry.event.data
        what = entry.event.kind.partition(".")[0]
        if what == "playlist":
            if is_id(str(data.get("playlist"))):
                self.playlists[data["playlist"]] = entry.event.person
        elif what in {"track", "album", "artist"}:
            self.is_catalogue = True
            for name, kind in _KEYS.items():
                self._add(kind, (data.get(name),))
            self._add("artist", data.get("artist_ids") or ())
        elif entry.event.kind == "play.counted":
            self._add("track", (data.get("track"),))

    @property
    def is_anything(self) -> bool:
        """Whether any of it concerns the index."""
        return self.is_catalogue or bool(self.playlists) or any(self.ids.values())

    def _add(self, kind: str, ids: Iterable[Any]) -> None:
        self.ids[kind].update(i for i in ids if isinstance(i, str) and is_id(i))


def _chunks(ids: Iterable[Id]) -> Iterator[list[Id]]:
    listed = sorted(ids)
    return (listed[at : at + service.PAGE] for at in range(0, len(listed), service.PAGE))


class Indexer:
    """The index's only writer: `run_once` reads what is new, `run` does so until told to stop."""

    def __init__(self, folder: Folder, db: Database, log: EventLog, feeds: Feeds | None = None) -> None:
        self.folder, self.db, self.log, self.feeds = folder, db, log, feeds or Feeds()

    def rebuild(self) -> int:
        """Build the index anew from the tables; gives how many documents it holds. The old one answers meanwhile."""
        offset = self.log.last(TOPIC)
        with self.folder.writer(afresh=True) as writer, self.db.read() as tx:
            count = service.fill(writer, tx, self.feeds)
            writer.commit(offset)
        return count

    def run_once(self) -> int:
        """Read one batch from the log into the index; gives how many events it heard."""
        offset = self.folder.checkpoint()
        if offset is None or offset > self.log.last(TOPIC):
            return self.rebuild()
        entries = self.log.read(TOPIC, offset, BATCH)
        if entries:
            self._hear(entries)
            self.log.ack(TOPIC, NAME, entries[-1].offset)
        return len(entries)

    def run(self, stop: threading.Event) -> None:
        """Follow the log until `stop` is set; a commit at most once a second."""
        while not stop.is_set():
            try:
                heard = self.run_once()
            except (BandstandError, OSError, ValueError) as error:
                _log.warning("search.index_failed", reason=str(error))
                stop.wait(RETRY_S)
                continue
            stop.wait(COMMIT_EVERY_S)
            if heard < BATCH and not stop.is_set():
                self._wait()

    def _wait(self) -> None:
        try:
            self.log.wait(TOPIC, self.folder.checkpoint() or 0, COMMIT_EVERY_S)
        except BandstandError as error:
            _log.warning("search.log_away", reason=str(error))

    def _hear(self, entries: Sequence[Entry]) -> None:
        touched = _Touched()
        for entry in entries:
            touched.hear(entry)
        if not touched.is_anything:
            self.folder.note(entries[-1].offset)
            return
        with self.folder.writer() as writer, self.db.read() as tx:
            self._write(writer, tx, touched)
            writer.commit(entries[-1].offset)

    def _write(self, writer: Writer, tx: Any, touched: _Touched) -> None:
        for ids in _chunks(touched.ids["track"]):
            found = catalogue.get_tracks(tx, ids)
            writer.drop(key_of("track", i) for i in ids if i not in found)
            service.put_tracks(writer, tx, self.feeds, list(found.values()))
        for ids in _chunks(touched.ids["album"]):
            albums = catalogue.get_albums(tx, ids)
            writer.drop(key_of("album", i) for i in ids if i not in albums)
            service.put_albums(writer, albums.values())
        for ids in _chunks(touched.ids["artist"]):
            artists = catalogue.get_artists(tx, ids)
            writer.drop(key_of("artist", i) for i in ids if i not in artists)
            service.put_artists(writer, artists.values())
        if touched.playlists:
            writer.drop(key_of("playlist", i) for i in touched.playlists)
            writer.put(self.feeds.playlists(tx, touched.playlists))
        if touched.is_catalogue:
            service.put_genres(writer, tx)
