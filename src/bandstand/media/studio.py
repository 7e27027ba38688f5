"""Where requests for sound that is not there yet meet the makers: this edge opens the transactions of the room."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

from bandstand.media import service
from bandstand.media.job import path_to_hex
from bandstand.media.makers import PREEMPTED, Makers, News
from bandstand.media.model import RECIPE, About, Facts, Loudness, Making, Measured, ladder_for, rendition_id
from bandstand.media.probing import probe
from bandstand.media.service import LEASE_S, Snapshot
from bandstand.platform import objects
from bandstand.platform.clock import Clock, system_clock
from bandstand.platform.db import Database
from bandstand.platform.errors import BandstandError, NotFound, Unavailable
from bandstand.platform.ids import new_id

OpenSource = Callable[[str], Path | None]
"""Handed in by the wiring: where a source's file is, None (or NotFound) when it is not to be had."""

_log = logging.getLogger(__name__)
_SNAPSHOTS = 512
_MAKING_TTL_S, _READY_TTL_S = 0.5, 10.0
_RENEW_S = LEASE_S / 4
_SAY_DONE_FOR_S = 30.0


class Studio:
    """Makes renditions on first play, for one web worker."""

    def __init__(
        self,
        *,
        db: Database,
        kept: objects.Objects,
        objects_url: str,
        open_source: OpenSource,
        clock: Clock = system_clock,
        slots: int = 2,
        about: Callable[[str], About | None] | None = None,
    ) -> None:
        self.db, self.kept, self.clock = db, kept, clock
        self.makers = Makers(slots)
        self._objects_url, self._open_source, self._about = objects_url, open_source, about
        self._snapshots: dict[str, tuple[float, Snapshot, About | None]] = {}
        self._lock = threading.Lock()

    def snapshot(self, source_hash: str) -> tuple[Snapshot, About | None]:
        """Give a source's facts and what is ready, at most a moment old; NotFound for what is no source here."""
        kept = self._snapshots.get(source_hash)
        if kept is not None and kept[0] > time.monotonic():
            return kept[1], kept[2]
        with self.db.read() as tx:
            found = service.get_snapshot(tx, source_hash)
        if found is None:
            found = self._first_look(source_hash)
        about = self._about(source_hash) if self._about else None
        ttl = _READY_TTL_S if found.is_ready else _MAKING_TTL_S
        with self._lock:
            if len(self._snapshots) >= _SNAPSHOTS:
                self._snapshots.clear()
            self._snapshots[source_hash] = (time.monotonic() + ttl, found, about)
        return found, about

    def _first_look(self, source_hash: str) -> Snapshot:
        """Probe a source that delivery did not remember."""
        probed = probe(self._source(source_hash))
        with self.db.begin() as tx:
            service.remember_source(tx, source_hash, probed, self.clock())
        return Snapshot(Facts(source_hash, probed), tuple(ladder_for(probed)), {})

    def _source(self, source_hash: str) -> Path:
        path = self._open_source(source_hash)
        if path is None or not path.is_file():
            raise NotFound("The file of this track is not where it was.", code="source_missing")
        return path

    def ensure(self, source_hash: str, family: str, *, is_lost: bool = False) -> Making | None:
        """See that a family is being made by somebody, and give how that stands.

        TooMany when nobody makes it and no slot is free; NotFound when its source is not to be had.
        """
        with self.db.read() as tx:
            making = service.get_making(tx, source_hash, family)
        if making is not None and self._is_settled(making, is_lost=is_lost):
            return making
        snapshot, _ = self.snapshot(source_hash)
        path = self._source(source_hash)
        slot = self.makers.reserve()
        try:
            held = Making(source_hash, family, new_id(), self.clock(), "making")
            with self.db.begin() as tx:
                is_taken = service.take_making(
                    tx, source_hash, family, held.owner, held.lease_until, is_lost=is_lost
                )
            if is_taken:
                slot.run(self._job(snapshot.facts, family, path), _Follower(self, held).hear)
        finally:
            slot.release()
        return None

    def _is_settled(self, making: Making, *, is_lost: bool) -> bool:
        if making.state == "making":
            return making.lease_until > self.clock()
        return making.state == "ready" and not is_lost

    def _job(self, facts: Facts, family: str, path: Path) -> News:
        return {
            "objects_url": self._objects_url,
            "path": path_to_hex(path),
            "source_hash": facts.source_hash,
            "family": family,
            "probe": asdict(facts.probe),
            "is_measured": facts.loudness is None,
        }

    def making(self, source_hash: str, family: str) -> Making | None:
        """Give how the making of a family stands."""
        with self.db.read() as tx:
            return service.get_making(tx, source_hash, family)

    def want(self, source_hash: str, name: str) -> None:
        """Say that somebody listens to a rendition, so that its making is not given up for another's."""
        self.makers.want((source_hash, name.partition("-")[0]))

    def forget(self, source_hash: str) -> None:
        """Read this source's facts anew next time."""
        self._snapshots.pop(source_hash, None)

    def touch(self, used: Iterable[tuple[str, str]]) -> None:
        """Note that renditions (source, name) were served."""
        ids = []
        for source_hash, name in used:
            specs = self.snapshot(source_hash)[0].specs
            ids += [rendition_id(source_hash, spec) for spec in specs if spec.name == name]
        with self.db.begin() as tx:
            service.touch_renditions(tx, ids, self.clock())

    def evict(self, limit_bytes: int) -> service.Evicted:
        """Keep renditions under a size; the least recently used go first."""
        with self.db.begin() as tx:
            return service.evict(tx, self.kept, limit_bytes, self.clock())

    def close(self) -> None:
        """Kill the makers."""
        self.makers.close()


class _Follower:
    """Follows one making: keeps its lease alive, and writes down how it ended."""

    def __init__(self, studio: Studio, held: Making) -> None:
        self._studio, self._held = studio, held
        self._renewed_at = time.monotonic()

    def hear(self, news: News) -> bool:
        """Take one piece of news; False when the lease was lost and the work should stop."""
        if news["event"] == "done":
            self._insist(lambda: self._finish(news))
        elif news["event"] == "failed":
            _log.warning(
                "making %s of %s failed: %s", self._held.family, self._held.source_hash, news["message"]
            )
            self._insist(lambda: self._fail(news))
        elif time.monotonic() - self._renewed_at >= _RENEW_S:
            return self._renew()
        return True

    def _renew(self) -> bool:
        studio, held = self._studio, self._held
        try:
            with studio.db.begin() as tx:
                is_ours = service.renew_making(tx, held.source_hash, held.family, held.owner, studio.clock())
        except Unavailable:
            return True  # nobody else can take the lease while the database is away
        self._renewed_at = time.monotonic()
        return is_ours

    def _insist(self, write: Callable[[], None]) -> None:
        """Try until the database answers; after half a minute the lease's end says it for us."""
        until = time.monotonic() + _SAY_DONE_FOR_S
        while True:
            try:
                write()
            except Unavailable:
                if time.monotonic() > until:
                    _log.exception("the end of a making could not be written down")
                    return
                time.sleep(1)
            else:
                self._studio.forget(self._held.source_hash)
                return

    def _finish(self, news: News) -> None:
        sizes = {name: Measured(**sizes) for name, sizes in news["renditions"].items()}
        sound = None
        if news["loudness"] is not None and news["waveform"] is not None:
            sound = Loudness(**news["loudness"]), bytes.fromhex(news["waveform"])
        studio = self._studio
        with studio.db.begin() as tx:
            service.finish_making(tx, self._held, sizes, news["decoded_samples"], sound, studio.clock())

    def _fail(self, news: News) -> None:
        studio, held = self._studio, self._held
        reason = f"{news['code']}: {news['message']}"
        if (
            news["code"] != PREEMPTED and self._renew()
        ):  # while the lease is ours, so that nobody's new segments are swept away
            self._sweep()
        with studio.db.begin() as tx:
            service.fail_making(tx, held, reason, studio.clock())

    def _sweep(self) -> None:
        """Take away what was put; a store that is away keeps it, and the next making writes over it."""
        studio, held = self._studio, self._held
        specs = ladder_for(studio.snapshot(held.source_hash)[0].facts.probe, [held.family])
        try:
            service.delete_files(studio.kept, held.source_hash, RECIPE, [spec.name for spec in specs])
        except BandstandError as error:
            _log.warning("half-made renditions of %s stay: %s", held.source_hash, error)
