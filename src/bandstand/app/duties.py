"""Durable jobs: what is done beside the requests, kept across restarts, with progress and failure to be seen."""

import hashlib
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, Final

import structlog

from bandstand import catalogue, delivery, media
from bandstand.app.settings import Settings
from bandstand.platform.db import Tx
from bandstand.platform.engines import Engines
from bandstand.platform.errors import BandstandError
from bandstand.platform.http import STAFF, get
from bandstand.platform.jobs import Job, Jobs
from bandstand.platform.log import Consumer, Entry

log = structlog.get_logger("duties")
MEASURE: Final = "media.measure"
EVICT: Final = "media.evict"
_EVERY_FIVE_MINUTES: Final = "*/5 * * * *"
_BATCH: Final = 25
_SOUNDS: Final = {catalogue.TRACK_PUBLISHED, catalogue.TRACK_UPDATED}  # a retagged file is a new source


def make_jobs(app: Engines, settings: Settings) -> Jobs:
    """Give the jobs of this installation; `launch` runs them in the worker process."""
    jobs = Jobs(settings.jobs_url)
    jobs.register(MEASURE, _measuring(app))
    jobs.schedule(EVICT, _EVERY_FIVE_MINUTES, _evicting(app, settings.renditions_max_bytes))
    return jobs


def _measuring(app: Engines) -> Callable[..., Any]:
    def measure(job: Job, /, **args: Any) -> dict[str, Any]:
        sources: list[str] = args["sources"]
        failed: dict[str, str] = {}
        for done, source_hash in enumerate(sources):
            job.progress(done, len(sources), "measuring loudness and waveform")
            try:
                _measure_one(app, source_hash)
            except BandstandError as error:
                if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise
                failed[source_hash] = error.message
        job.progress(len(sources), len(sources), "measured")
        return {"measured": len(sources) - len(failed), "failed": failed}

    return measure


def _measure_one(app: Engines, source_hash: str) -> None:
    with app.db.read() as tx:
        facts = media.get_facts(tx, source_hash)
        path = delivery.open_source(tx, source_hash) if facts is None or facts.loudness is None else None
    if path is None:
        return
    probe = facts.probe if facts is not None else media.probe(path)
    loudness, waveform = media.measure_sound(path, probe)
    with app.db.begin() as tx:
        if facts is None:
            media.remember_source(tx, source_hash, probe, app.clock())
        media.remember_sound(tx, source_hash, loudness, waveform, app.clock())


def _evicting(app: Engines, limit_bytes: int) -> Callable[..., Any]:
    def evict(_job: Job, /, **_args: Any) -> dict[str, Any]:
        with app.db.begin() as tx:
            gone = media.evict(tx, app.objects, limit_bytes, app.clock())
        return {"evicted": str(gone)}

    return evict


def measure_consumer(jobs: Jobs) -> Consumer:
    """Give what asks for a job once a batch of tracks is published; named by its events, so it is asked for once."""

    def hear(tx: Tx, entries: Sequence[Entry]) -> None:
        heard = [e.event for e in entries if e.event.kind in _SOUNDS]
        for start in range(0, len(heard), _BATCH):
            batch = heard[start : start + _BATCH]
            tracks = catalogue.get_tracks(tx, [str(e.data["track_id"]) for e in batch])
            sources = sorted({t.source_hash for t in tracks.values() if t.source_hash})
            if sources:
                name = hashlib.sha256("".join(e.id for e in batch).encode()).hexdigest()[:32]
                jobs.start(MEASURE, f"{MEASURE}-{name}", sources=sources)

    return Consumer(MEASURE, "rooms", hear)


@get("/api/jobs", who=STAFF)
def jobs_status(app: Engines) -> dict[str, Any]:
    """Give the newest jobs with progress and failure."""
    jobs: Jobs = app.services["jobs"]
    return {
        "items": [
            {
                "id": j.id,
                "name": j.name,
                "state": j.state,
                "progress": {"done": j.progress.done, "total": j.progress.total, "note": j.progress.note}
                if j.progress
                else None,
                "error": j.error,
                "created_at": j.created_at,
                "finished_at": j.finished_at,
            }
            for j in jobs.status()
        ]
    }


ROUTES = [jobs_status]
