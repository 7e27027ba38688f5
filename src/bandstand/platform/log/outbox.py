"""What a transaction says leaves it as an outbox row; the relay carries rows to the log."""

from typing import Final

import sqlalchemy as sa

from bandstand.platform.db import Database, Privacy, Tx, col, table
from bandstand.platform.log.model import Event, EventLog, check_topic, decode, encode

_ABOUT: Final = Privacy(
    "carry what was said in a transaction to the log", keep="until relayed", whose="person"
)
_NUMBER: Final = sa.BigInteger().with_variant(sa.Integer, "sqlite")

outbox = table(
    "log_outbox",
    col("number", _NUMBER, primary_key=True, autoincrement=True),
    col("event_id", sa.String(64)),
    col("topic", sa.String(40)),
    col("event", sa.LargeBinary),
    about=_ABOUT,
)


def say(tx: Tx, topic: str, event: Event) -> None:
    """Say `event` on `topic` if, and only if, this transaction commits."""
    tx.execute(outbox.insert().values(event_id=event.id, topic=check_topic(topic), event=encode(event)))


class Relay:
    """Moves outbox rows to the log, in order. Run twice or killed in between, the log still holds each event once."""

    def __init__(self, db: Database, log: EventLog, limit: int = 500) -> None:
        """Carry at most `limit` rows a turn."""
        self._db = db
        self._log = log
        self._limit = limit

    def run_once(self) -> int:
        """Carry what waits; return how many rows. Raises Unavailable when the log is away: nothing is lost."""
        question = sa.select(outbox.c.event_id, outbox.c.topic, outbox.c.event).order_by(outbox.c.number)
        with self._db.read() as tx:
            rows = tx.execute(question.limit(self._limit)).all()
        if not rows:
            return 0
        by_topic: dict[str, list[Event]] = {}
        for _, topic, body in rows:
            by_topic.setdefault(topic, []).append(decode(body))
        for topic, events in by_topic.items():
            self._log.append(topic, events)
        # By event, not by number: SQLite gives the number of a deleted row out again.
        relayed = outbox.c.event_id.in_([row.event_id for row in rows])
        with self._db.begin() as tx:
            tx.execute(outbox.delete().where(relayed))
        return len(rows)

    def waiting(self) -> int:
        """How many rows have not reached the log yet."""
        with self._db.read() as tx:
            return int(tx.execute(sa.select(sa.func.count()).select_from(outbox)).scalar_one())
