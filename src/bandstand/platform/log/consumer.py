"""Consumers: effect and offset in one transaction, so that a crash repeats reading and never an effect."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa

from bandstand.platform.db import Database, Privacy, Tx, UtcTime, col, table, upsert
from bandstand.platform.errors import Invalid, Unavailable
from bandstand.platform.log.model import Entry, EventLog
from bandstand.platform.log.outbox import Relay

_LOG = logging.getLogger(__name__)

MAX_TRIES: Final = 5
"""After this many tries an event that cannot be heard is set aside with its reason."""
_REASON_CHARS: Final = 500

offsets = table(
    "log_offsets",
    col("consumer", sa.String(80), primary_key=True),
    col("topic", sa.String(40)),
    col("offset", sa.BigInteger, default=0),
    col("failing_offset", sa.BigInteger, nullable=True),
    col("tries", sa.Integer, default=0),
    col("error", sa.Text, nullable=True),
    about=Privacy("remember what a view has heard", keep="while the view exists", whose="nobody"),
)

dead_letters = table(
    "log_dead_letters",
    col("consumer", sa.String(80), primary_key=True),
    col("topic", sa.String(40), primary_key=True),
    col("offset", sa.BigInteger, primary_key=True, autoincrement=False),
    col("event_id", sa.String(64)),
    col("kind", sa.String(80)),
    col("reason", sa.Text),
    col("received_at", UtcTime),
    about=Privacy("find events a view could not hear", keep="until replayed", whose="operator"),
)


@dataclass(frozen=True, slots=True)
class Consumer:
    """A named view of a topic. `hear` writes through the transaction it is given; `reset` empties the view for a replay."""

    name: str
    topic: str
    hear: Callable[[Tx, Sequence[Entry]], None]
    reset: Callable[[Tx, datetime | None], None] | None = None


@dataclass(frozen=True, slots=True)
class ConsumerStatus:
    """How far a consumer is, and what holds it up. `error` is None when nothing does."""

    name: str
    topic: str
    offset: int
    lag: int
    tries: int
    error: str | None
    dead_letters: int


def run_consumer_once(db: Database, log: EventLog, consumer: Consumer, limit: int = 500) -> int:
    """Hear up to `limit` entries; return how many were passed, those set aside as poison included.

    0 means: nothing new, or the next event failed and waits for its next try. Raises Unavailable when an engine is away.
    """
    after = _offset(db, consumer)
    entries = log.read(consumer.topic, after, limit)
    if not entries:
        return 0
    try:
        is_heard = _hear(db, consumer, after, entries)
    except Exception as error:  # noqa: BLE001 - the boundary: each event is tried alone and its reason kept
        _raise_if_engine(error)
        _LOG.info(
            "consumer %s: a batch of %d failed, trying one by one: %s", consumer.name, len(entries), error
        )
        passed = _hear_each(db, consumer, after, entries)
    else:
        passed = len(entries) if is_heard else 0
    if passed:
        log.ack(consumer.topic, consumer.name, entries[passed - 1].offset)
    return passed


def replay(db: Database, log: EventLog, consumer: Consumer, since: datetime | None) -> int:
    """Empty the view from `since` (by the time received; None: everything) and hear the log again; return how many.

    Raises Invalid when the view cannot be replayed. Interrupted, the running consumer finishes it.
    """
    if consumer.reset is None:
        raise Invalid(f"view {consumer.name!r} cannot be replayed")
    end = log.last(consumer.topic)
    start = 0 if since is None else _before(log, consumer.topic, end, since)
    with db.begin() as tx:
        _lock(tx, consumer)
        consumer.reset(tx, since)
        _move(tx, consumer, start)
        letters = dead_letters.c
        tx.execute(
            dead_letters.delete().where(
                letters.consumer == consumer.name, letters.topic == consumer.topic, letters.offset > start
            )
        )
    heard = 0
    while _offset(db, consumer) < end:
        heard += run_consumer_once(db, log, consumer)
    return heard


def catch_up(db: Database, log: EventLog, consumers: Sequence[Consumer], turns: int = 10_000) -> int:
    """Relay and hear until nothing is left to hear, what consumers say included; return how many entries passed."""
    relay = Relay(db, log)
    total = 0
    for _ in range(turns):
        moved = relay.run_once()
        passed = sum(run_consumer_once(db, log, consumer) for consumer in consumers)
        total += passed
        if not moved and not passed and all(_offset(db, item) >= log.last(item.topic) for item in consumers):
            return total
    raise Unavailable(f"the consumers did not catch up in {turns} turns")


def read_status(db: Database, log: EventLog, consumers: Sequence[Consumer]) -> list[ConsumerStatus]:
    """How far each consumer is; works in any process."""
    newest = {topic: log.last(topic) for topic in {consumer.topic for consumer in consumers}}
    with db.read() as tx:
        rows = {row.consumer: row for row in tx.execute(sa.select(offsets))}
        question = sa.select(dead_letters.c.consumer, sa.func.count()).group_by(dead_letters.c.consumer)
        letters = {name: int(count) for name, count in tx.execute(question)}
    statuses = []
    for consumer in consumers:
        row = rows.get(consumer.name)
        offset = row.offset if row else 0
        lag = max(0, newest[consumer.topic] - offset)
        tries, error = (row.tries, row.error) if row else (0, None)
        aside = letters.get(consumer.name, 0)
        statuses.append(ConsumerStatus(consumer.name, consumer.topic, offset, lag, tries, error, aside))
    return statuses


def _offset(db: Database, consumer: Consumer) -> int:
    with db.read() as tx:
        found = tx.execute(sa.select(offsets.c.offset).where(offsets.c.consumer == consumer.name)).scalar()
    return int(found or 0)


def _lock(tx: Tx, consumer: Consumer) -> int:
    """The consumer's offset, held against every other worker until this transaction ends."""
    upsert(
        tx,
        offsets,
        [{"consumer": consumer.name, "topic": consumer.topic, "offset": 0, "tries": 0}],
        ["consumer"],
        [],
    )
    question = sa.select(offsets.c.offset).where(offsets.c.consumer == consumer.name).with_for_update()
    return int(tx.execute(question).scalar_one())


def _move(tx: Tx, consumer: Consumer, offset: int) -> None:
    values = {"offset": offset, "failing_offset": None, "tries": 0, "error": None}
    tx.execute(offsets.update().where(offsets.c.consumer == consumer.name).values(**values))


def _hear(db: Database, consumer: Consumer, after: int, entries: Sequence[Entry]) -> bool:
    """Hear all entries in one transaction. False when another worker was faster."""
    with db.begin() as tx:
        if _lock(tx, consumer) != after:
            return False
        consumer.hear(tx, entries)
        _move(tx, consumer, entries[-1].offset)
    return True


def _hear_each(db: Database, consumer: Consumer, after: int, entries: Sequence[Entry]) -> int:
    """Hear entries one by one up to the first that fails and still has tries left."""
    for passed, entry in enumerate(entries):
        try:
            if not _hear(db, consumer, after, [entry]):
                return passed
        except Exception as error:  # noqa: BLE001 - the boundary: the reason is recorded below
            _raise_if_engine(error)
            if not _record_failure(db, consumer, after, entry, error):
                return passed
        after = entry.offset
    return len(entries)


def _record_failure(db: Database, consumer: Consumer, after: int, entry: Entry, error: Exception) -> bool:
    """Count a try; set the event aside after the last. True when it was set aside."""
    reason = f"{type(error).__name__}: {error}"[:_REASON_CHARS]
    with db.begin() as tx:
        if _lock(tx, consumer) != after:
            return False
        mine = offsets.c.consumer == consumer.name
        row = tx.execute(sa.select(offsets.c.failing_offset, offsets.c.tries).where(mine)).one()
        tries = row.tries + 1 if row.failing_offset == entry.offset else 1
        if tries < MAX_TRIES:
            tx.execute(
                offsets.update().where(mine).values(failing_offset=entry.offset, tries=tries, error=reason)
            )
            return False
        letter = {
            "consumer": consumer.name,
            "topic": consumer.topic,
            "offset": entry.offset,
            "event_id": entry.event.id,
            "kind": entry.event.kind,
            "reason": reason,
            "received_at": entry.received_at,
        }
        upsert(tx, dead_letters, [letter], ["consumer", "topic", "offset"])
        _move(tx, consumer, entry.offset)
    _LOG.error(
        "consumer %s set aside event %s (%s) after %d tries: %s",
        consumer.name,
        entry.event.id,
        entry.event.kind,
        MAX_TRIES,
        reason,
    )
    return True


def _raise_if_engine(error: Exception) -> None:
    """An engine that is away is nobody's poison: let it through."""
    if isinstance(error, Unavailable | sa.exc.OperationalError | sa.exc.InterfaceError):
        raise error
    if isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated:
        raise error


def _before(log: EventLog, topic: str, end: int, since: datetime) -> int:
    """The offset just before the first entry received at or after `since`, by bisection."""
    moment = since if since.tzinfo else since.replace(tzinfo=UTC)
    low, high = 0, end
    while low < high:
        middle = (low + high) // 2
        found = log.read(topic, middle, 1)
        if found and found[0].offset <= end and found[0].received_at < moment:
            low = found[0].offset
        else:
            high = middle
    return low
