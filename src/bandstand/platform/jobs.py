"""Durable jobs and schedules on DBOS: in a SQLite file of their own, or a schema of their own on PostgreSQL.

A job survives its worker: killed in the middle, it is run again from its start at the next launch, so it must take up
what it finds done. Nothing here listens on a port or calls anybody: DBOS' Conductor and telemetry stay off.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

import sqlalchemy as sa

from bandstand.platform.errors import BandstandError, Conflict, Invalid, NotFound, Unavailable
from bandstand.platform.job_values import JsonSerializer

if TYPE_CHECKING:
    from dbos import DBOSClient, DBOSConfig
    from dbos import WorkflowStatus as Row

_LOG = logging.getLogger(__name__)

APPLICATION: Final = "bandstand"
VERSION: Final = "1"
"""One version for good: DBOS takes up only jobs of its own version, and ours must outlive an upgrade."""
QUEUE: Final = "jobs"
POLL_S: Final = 0.1
_PROGRESS_EVERY_S: Final = 0.5
_BUSY_STATUS: Final = 500
_TOO_MANY: Final = 429
_STATES: Final = {
    "ENQUEUED": "waiting",
    "DELAYED": "waiting",
    "PENDING": "running",
    "SUCCESS": "done",
    "ERROR": "failed",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "failed",
    "CANCELLED": "cancelled",
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: `done` of `total` (None: not known), and what it is at."""

    done: int
    total: int | None
    note: str


@dataclass(frozen=True, slots=True)
class JobStatus:
    """A job as people see it. `state` is waiting, running, done, failed or cancelled."""

    id: str
    name: str
    state: str
    args: dict[str, Any]
    progress: Progress | None
    error: str | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a job is tried, and how long to wait after the first failure; doubled after each."""

    tries: int = 4
    first_pause_s: float = 1.0


class JobFunction(Protocol):
    """What a job does. What it returns must be JSON; refusals (4xx errors) are not tried again."""

    def __call__(self, job: "Job", /, **args: Any) -> Any:
        """Do it."""


class Job:
    """What a running job knows of itself."""

    def __init__(self, job_id: str, write: Callable[[dict[str, Any]], None]) -> None:
        """Know the id, and where progress is written."""
        self.id = job_id
        self._write = write
        self._next_s = 0.0

    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        """Say how far it is. Call it as often as you like: it is written twice a second, and when it is complete."""
        now = time.monotonic()
        if now < self._next_s and done != total:
            return
        self._next_s = now + _PROGRESS_EVERY_S
        self._write({"done": done, "total": total, "note": note})


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    work: JobFunction
    retry: Retry
    cron: str | None
    args: dict[str, Any]


class Jobs:
    """Register what there is, `launch` in the one process that works, `start` and `status` in any."""

    def __init__(self, url: str, *, executor: str = "worker", at_once: int = 2) -> None:
        """Keep jobs at `sqlite:///path` (a file of their own) or `postgresql://…` (schema `dbos`).

        `executor` names this worker: at launch it takes up what the last worker of that name left. One process a name.
        """
        self._url = sa.make_url(url)
        if self._url.get_backend_name() not in {"sqlite", "postgresql"}:
            raise Invalid(f"jobs address {url!r}: use sqlite:///… or postgresql://…")
        self._executor = executor
        self._at_once = at_once
        self._kinds: dict[str, _Kind] = {}
        self._lock = threading.Lock()
        self._opened: DBOSClient | None = None
        self._is_launched = False

    def register(self, name: str, work: JobFunction, retry: Retry | None = None) -> None:
        """Say what the job `name` does. Before `launch`."""
        self._add(_Kind(name, work, retry or Retry(), None, {}))

    def schedule(
        self, name: str, cron: str, work: JobFunction, /, retry: Retry | None = None, **args: Any
    ) -> None:
        """Register a job that also starts by itself: `cron` has five fields, or six with seconds first; UTC."""
        self._add(_Kind(name, work, retry or Retry(), cron, args))

    def prepare(self) -> None:
        """Make or migrate the tables. `launch` does it too; `bandstand migrate` calls it."""
        from dbos import DBOS  # noqa: PLC0415 - half a second; only those who work pay it

        _quiet()
        with self._answering():
            if self._url.get_backend_name() == "sqlite":
                _make_sqlite(self._url)
            DBOS.migrate(self._address())

    def launch(self) -> None:
        """Take up what was left, and work on jobs and schedules in threads of this process until `close`."""
        from dbos import DBOS  # noqa: PLC0415 - see prepare

        if self._is_launched:
            return
        self.prepare()
        with self._answering():
            DBOS(config=self._config())
            for kind in self._kinds.values():
                DBOS.workflow(name=kind.name)(self._workflow(kind))
            DBOS.launch()
            DBOS.register_queue(
                QUEUE,
                worker_concurrency=self._at_once,
                polling_interval_sec=POLL_S,
                on_conflict="always_update",
            )
            self._apply_schedules()
        self._is_launched = True

    def close(self, wait_s: int = 0) -> None:
        """Stop working after waiting up to `wait_s` for what runs; the rest is taken up at the next launch."""
        if self._is_launched:
            from dbos import DBOS  # noqa: PLC0415 - see prepare

            DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=wait_s)
            self._is_launched = False
        with self._lock:
            if self._opened is not None:
                self._opened.destroy()
                self._opened = None

    def start(self, name: str, job_id: str, /, **args: Any) -> None:
        """Ask for a job. The same id again does nothing, however the first one ended. Args must be JSON.

        Not inside a transaction on the jobs' own database. Raises Invalid for a name nobody registered.
        """
        if name not in self._kinds:
            raise Invalid(f"there is no job {name!r}")
        try:
            json.dumps(args)
        except (TypeError, ValueError) as error:
            raise Invalid(f"job {name!r}: its arguments are not JSON: {error}") from error
        with self._answering():
            self._client().enqueue(
                {
                    "workflow_name": name,
                    "queue_name": QUEUE,
                    "workflow_id": job_id,
                    "app_version": VERSION,
                    "application_name": APPLICATION,
                },
                **args,
            )

    def status(self, limit: int = 100, *, ids: list[str] | None = None) -> list[JobStatus]:
        """The newest jobs first, or those of `ids`."""
        with self._answering():
            rows = self._client().list_workflows(workflow_ids=ids, limit=limit, sort_desc=True)
        return [_status(row) for row in rows]

    def get(self, job_id: str) -> JobStatus:
        """One job. Raises NotFound."""
        found = self.status(1, ids=[job_id])
        if not found:
            raise NotFound(f"there is no job {job_id!r}")
        return found[0]

    def cancel(self, job_id: str) -> None:
        """Stop a waiting job; a running one is stopped before its next try."""
        with self._answering():
            self._client().cancel_workflow(job_id)

    def forget(self, before: datetime) -> int:
        """Delete what ended before that moment; return how many jobs."""
        ended = ["SUCCESS", "ERROR", "CANCELLED"]
        with self._answering():
            client = self._client()
            rows = client.list_workflows(
                status=ended,
                completed_before=before.isoformat(),
                limit=1000,
                load_input=False,
                load_output=False,
            )
            if rows:
                client.delete_workflows([row.workflow_id for row in rows])
        return len(rows)

    def _add(self, kind: _Kind) -> None:
        if self._is_launched:
            raise Conflict(f"job {kind.name!r} comes too late: register before launch")
        if kind.name in self._kinds:
            raise Conflict(f"job {kind.name!r} is registered twice")
        self._kinds[kind.name] = kind

    def _workflow(self, kind: _Kind) -> Callable[..., Any]:
        from dbos import DBOS  # noqa: PLC0415 - see prepare

        def workflow(*scheduled: Any, **args: Any) -> Any:
            given = kind.args if scheduled else args
            job_id = str(DBOS.workflow_id)

            def write(progress: dict[str, Any]) -> None:
                self._client().update_workflow_attributes(job_id, {"progress": progress}, merge=True)

            def attempt() -> Any:
                return kind.work(Job(job_id, write), **given)

            return DBOS.run_step(
                {
                    "name": kind.name,
                    "retries_allowed": kind.retry.tries > 1,
                    "max_attempts": kind.retry.tries,
                    "interval_seconds": kind.retry.first_pause_s,
                    "backoff_rate": 2.0,
                    "should_retry": _is_worth_a_retry,
                },
                attempt,
            )

        workflow.__qualname__ = workflow.__name__ = kind.name
        return workflow

    def _apply_schedules(self) -> None:
        from dbos import DBOS  # noqa: PLC0415 - see prepare

        wanted = {kind.name: kind for kind in self._kinds.values() if kind.cron is not None}
        for known in DBOS.list_schedules():
            if known["schedule_name"] not in wanted:
                DBOS.delete_schedule(known["schedule_name"])
        client = self._client()
        client.apply_schedules(
            [
                {
                    "schedule_name": kind.name,
                    "workflow_name": kind.name,
                    "schedule": str(kind.cron),
                    "context": None,
                    "queue_name": QUEUE,
                }
                for kind in wanted.values()
            ]
        )

    def _address(self) -> str:
        return self._url.render_as_string(hide_password=False)

    def _config(self) -> "DBOSConfig":
        return {
            "name": APPLICATION,
            "system_database_url": self._address(),
            "application_version": VERSION,
            "executor_id": self._executor,
            "serializer": cast("Any", JsonSerializer()),
            "use_listen_notify": False,
            "enable_otlp": False,
            "log_level": "WARNING",
            "run_migrations": False,
            "notification_listener_polling_interval_sec": POLL_S,
        }

    def _client(self) -> "DBOSClient":
        from dbos import DBOSClient  # noqa: PLC0415 - see prepare

        with self._lock:
            if self._opened is None:
                _quiet()
                self._opened = DBOSClient(
                    system_database_url=self._address(),
                    serializer=cast("Any", JsonSerializer()),
                    application_name=APPLICATION,
                    lazy=True,
                    retry_connection_errors=False,
                )
            return self._opened

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except (sa.exc.DBAPIError, sa.exc.TimeoutError, OSError) as error:
            reason = str(getattr(error, "orig", error)).splitlines()[0][:200]
            raise Unavailable(f"the jobs' database does not answer: {reason}") from error


def _is_worth_a_retry(error: BaseException) -> bool:
    return not isinstance(error, BandstandError) or error.status >= _BUSY_STATUS or error.status == _TOO_MANY


def _status(row: "Row") -> JobStatus:
    attributes = row.attributes or {}
    progress = attributes.get("progress")
    error = str(row.error) if row.error is not None else None
    state = _STATES.get(row.status, row.status.lower())
    if error is None and row.status == "MAX_RECOVERY_ATTEMPTS_EXCEEDED":
        error = "given up: the worker died in it again and again"
    given = row.input["kwargs"] if isinstance(row.input, dict) else {}
    created = _time(row.created_at) or datetime.fromtimestamp(0, UTC)
    finished = _time(row.completed_at)
    shown = Progress(**progress) if isinstance(progress, dict) else None
    return JobStatus(row.workflow_id, row.name, state, given, shown, error, created, finished)


def _time(epoch_ms: int | None) -> datetime | None:
    return None if epoch_ms is None else datetime.fromtimestamp(epoch_ms / 1000, UTC)


def _quiet() -> None:
    """DBOS' log goes where ours goes: it adds its own console handler only where it finds none."""
    log = logging.getLogger("dbos")
    if not log.handlers:
        log.addHandler(logging.NullHandler())
    log.setLevel(logging.WARNING)


def _make_sqlite(url: sa.URL) -> None:
    """Readers beside a writer, from the first day of the file."""
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    finally:
        engine.dispose()
