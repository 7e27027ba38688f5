"""The embedded event log: one SQLite file of its own, many appenders acknowledged by one fsync."""

import logging
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bandstand.platform.clock import Clock
from bandstand.platform.errors import Unavailable
from bandstand.platform.log.model import Entry, Event, check_topic, decode, encode

_LOG = logging.getLogger(__name__)

BUSY_TIMEOUT_S: Final = 15.0
GROUP_ROWS: Final = 20_000
"""A group is committed at the latest at this many rows, so that a flood cannot delay its own acknowledgement."""
ACK_TIMEOUT_S: Final = 30.0
_POLL_S: Final = 0.05
_RECHECK_S: Final = 1.0
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TABLE: Final = """
    CREATE TABLE IF NOT EXISTS "topic_{topic}" (
        "offset" INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        received_at INTEGER NOT NULL,
        body BLOB NOT NULL)"""
_ACKS: Final = """
    CREATE TABLE IF NOT EXISTS acks (
        topic TEXT NOT NULL, consumer TEXT NOT NULL, "offset" INTEGER NOT NULL,
        PRIMARY KEY (topic, consumer)) WITHOUT ROWID"""


@dataclass
class _Append:
    topic: str
    rows: list[tuple[str, bytes]]
    done: threading.Event = field(default_factory=threading.Event)
    error: BaseException | None = None


class SqliteLog:
    """An EventLog in one file. Threads and processes may append and read at once."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Open or create the file at `path`. Raises Unavailable when it cannot be opened."""
        self._path = path
        self._clock = clock
        self._wal = Path(f"{path}-wal")
        self._inbox: queue.SimpleQueue[_Append | None] = queue.SimpleQueue()
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._topics: set[str] = set()
        self._writer: threading.Thread | None = None
        self._closed = False
        with self._answering():
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._connection() as connection:
                connection.execute(_ACKS)

    def append(self, topic: str, events: Sequence[Event]) -> None:
        """See EventLog. All events of one call become visible together, or none does."""
        rows = [(event.id, encode(event)) for event in events]
        if not rows:
            return
        self._ready(topic)
        item = _Append(topic, rows)
        with self._lock:
            if self._closed:
                raise Unavailable(f"event log {self._path} is closed")
            self._inbox.put(item)
            self._ensure_writer()
        if not item.done.wait(ACK_TIMEOUT_S):
            raise Unavailable(f"event log {self._path} did not become durable in {ACK_TIMEOUT_S:.0f} s")
        if item.error is not None:
            raise _explained(item.error, self._path) from item.error

    def read(self, topic: str, after: int, limit: int) -> list[Entry]:
        """See EventLog."""
        self._ready(topic)
        sql = f'SELECT "offset", received_at, body FROM "topic_{topic}" WHERE "offset" > ? ORDER BY 1 LIMIT ?'  # noqa: S608 - checked name
        with self._answering(), self._connection() as connection:
            rows = connection.execute(sql, (after, limit)).fetchall()
        return [Entry(offset, _EPOCH + timedelta(microseconds=at), decode(body)) for offset, at, body in rows]

    def last(self, topic: str) -> int:
        """See EventLog."""
        self._ready(topic)
        with self._answering(), self._connection() as connection:
            row = connection.execute(f'SELECT max("offset") FROM "topic_{topic}"').fetchone()  # noqa: S608 - checked name
        return int(row[0] or 0)

    def wait(self, topic: str, after: int, timeout_s: float) -> bool:
        """See EventLog. Other processes are noticed by the state of the write-ahead file."""
        deadline = time.monotonic() + timeout_s
        while True:
            seen = self._wal_state()
            if self.last(topic) > after:
                return True
            recheck = time.monotonic() + _RECHECK_S
            while self._wal_state() == seen and time.monotonic() < recheck:
                remaining = deadline - time.monotonic()
                if remaining <= 0 or self._closed:
                    return False
                time.sleep(min(_POLL_S, remaining))

    def ack(self, topic: str, consumer: str, offset: int) -> None:
        """See EventLog."""
        self._ready(topic)
        sql = (
            'INSERT INTO acks (topic, consumer, "offset") VALUES (?, ?, ?) '
            'ON CONFLICT (topic, consumer) DO UPDATE SET "offset" = excluded."offset"'
        )
        with self._answering(), self._connection() as connection:
            connection.execute(sql, (topic, consumer, offset))

    def lag(self, topic: str) -> dict[str, int]:
        """See EventLog."""
        newest = self.last(topic)
        with self._answering(), self._connection() as connection:
            rows = connection.execute(
                'SELECT consumer, "offset" FROM acks WHERE topic = ?', (topic,)
            ).fetchall()
        return {consumer: max(0, newest - offset) for consumer, offset in rows}

    def close(self) -> None:
        """See EventLog."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            writer = self._writer
            self._inbox.put(None)
        if writer is not None:
            writer.join(ACK_TIMEOUT_S)
        with self._lock:
            for connection in self._idle:
                connection.close()
            self._idle.clear()

    def _ready(self, topic: str) -> None:
        if topic in self._topics:
            return
        with self._answering(), self._connection() as connection:
            connection.execute(_TABLE.format(topic=check_topic(topic)))
        self._topics.add(topic)

    def _connect(self, synchronous: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={synchronous}")
        connection.execute("PRAGMA journal_size_limit=67108864")
        return connection

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """An idle connection. NORMAL is enough here: an ack may be lost, an event goes through the writer."""
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = self._connect("NORMAL")
        try:
            yield connection
        finally:
            with self._lock:
                if self._closed:
                    connection.close()
                else:
                    self._idle.append(connection)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise _explained(error, self._path) from error

    def _wal_state(self) -> tuple[int, int]:
        try:
            found = os.stat(self._wal)  # noqa: PTH116 - fifty times a second, a third of Path.stat
        except OSError:
            return (0, 0)
        return (found.st_mtime_ns, found.st_size)

    def _ensure_writer(self) -> None:
        if self._writer is None:
            self._writer = threading.Thread(target=self._write, name="event-log-writer", daemon=True)
            self._writer.start()

    def _write(self) -> None:
        connection: sqlite3.Connection | None = None
        is_open = True
        while is_open:
            group, is_open = _take_group(self._inbox)
            if not group:
                continue
            error: BaseException | None = None
            try:
                connection = connection or self._connect("FULL")
                _commit(connection, group, self._clock)
            except (sqlite3.Error, OSError) as problem:
                error = problem
                _LOG.warning("event log %s: %d appends refused: %s", self._path, len(group), problem)
                _drop(connection)
                connection = None
            for item in group:
                item.error = error
                item.done.set()
        _drop(connection)


def _take_group(inbox: "queue.SimpleQueue[_Append | None]") -> tuple[list[_Append], bool]:
    """Everything that waits now; blocks for the first. False when the log closes."""
    group: list[_Append] = []
    rows = 0
    take: Callable[[], _Append | None] = inbox.get
    while rows < GROUP_ROWS:
        try:
            item = take()
        except queue.Empty:
            break
        if item is None:
            return group, False
        group.append(item)
        rows += len(item.rows)
        take = inbox.get_nowait
    return group, True


def _commit(connection: sqlite3.Connection, group: list[_Append], clock: Clock) -> None:
    received = (clock() - _EPOCH) // timedelta(microseconds=1)
    connection.execute("BEGIN IMMEDIATE")
    try:
        for item in group:
            connection.executemany(
                f'INSERT INTO "topic_{item.topic}" (id, received_at, body) VALUES (?, ?, ?) '  # noqa: S608 - checked name
                "ON CONFLICT (id) DO NOTHING",
                [(event_id, received, body) for event_id, body in item.rows],
            )
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _drop(connection: sqlite3.Connection | None) -> None:
    if connection is not None:
        connection.close()


def _explained(error: BaseException, path: Path) -> Exception:
    if not isinstance(error, sqlite3.Error | OSError):
        return Unavailable(f"event log {path} failed: {error}")
    reason = str(error)
    if "full" in reason or "No space" in reason:
        return Unavailable(f"event log {path}: the disk is full; free some space, nothing accepted was lost")
    if "locked" in reason:
        return Unavailable(f"event log {path} is locked by another process for over {BUSY_TIMEOUT_S:.0f} s")
    return Unavailable(f"event log {path} cannot be used: {reason}")
