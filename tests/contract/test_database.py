"""The database: one suite for SQLite and PostgreSQL."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bandstand.platform.db import Database, IdType, Json, UtcTime, col, table, upsert
from bandstand.platform.errors import NotFound, Unavailable
from bandstand.platform.ids import new_id
from tests.contract.children import ABOUT, counters, finish, increment, start

things = table(
    "contract_things",
    col("id", IdType, primary_key=True),
    col("at", UtcTime),
    col("facts", Json),
    col("note", sa.Text, nullable=True),
    about=ABOUT,
)
things.info["is_made_by_hand"] = True  # no migration's business


def _value(db: Database, name: str) -> int | None:
    with db.read() as tx:
        return tx.execute(sa.select(counters.c.value).where(counters.c.name == name)).scalar()


def test_two_processes_lose_no_increment(any_database: Database, any_database_url: str) -> None:
    """Two processes read, decide and write one row at once: every increment counts."""
    with any_database.begin() as tx:
        tx.execute(counters.insert().values(name="shared", value=0))
    children = [start("count_up", any_database_url, 100) for _ in range(2)]
    for child in children:
        finish(child)
    assert _value(any_database, "shared") == 200


def test_threads_lose_no_increment(any_database: Database) -> None:
    """The same with eight threads of one process."""
    with any_database.begin() as tx:
        tx.execute(counters.insert().values(name="shared", value=0))

    def add() -> None:
        for _ in range(10):
            with any_database.begin() as tx:
                increment(tx, "shared")

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _value(any_database, "shared") == 80


def test_a_read_is_a_snapshot(any_database: Database) -> None:
    """What a reader saw first it keeps seeing, whoever commits meanwhile."""
    with any_database.begin() as tx:
        tx.execute(counters.insert().values(name="seen", value=1))
    question = sa.select(counters.c.value).where(counters.c.name == "seen")
    with any_database.read() as reader:
        assert reader.execute(question).scalar_one() == 1
        with any_database.begin() as tx:
            increment(tx, "seen")
        assert reader.execute(question).scalar_one() == 1
    assert _value(any_database, "seen") == 2


def test_a_failed_unit_of_work_leaves_nothing(any_database: Database) -> None:
    """An error rolls everything back and comes out as itself."""

    def write_then_fail() -> None:
        with any_database.begin() as tx:
            tx.execute(counters.insert().values(name="never", value=1))
            raise NotFound("gone")

    with pytest.raises(NotFound):
        write_then_fail()
    assert _value(any_database, "never") is None


def test_upsert(any_database: Database) -> None:
    """Insert, replace, replace some columns, or leave alone."""
    identifier = new_id()
    at = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    row = {"id": identifier, "at": at, "facts": {"a": [1, None, "ü"]}, "note": "first"}
    with any_database.begin() as tx:
        upsert(tx, things, [row], ["id"])
        upsert(tx, things, [row | {"note": "second"}], ["id"], [])
        assert tx.execute(sa.select(things)).one()._asdict() == row
        upsert(tx, things, [row | {"note": "third", "facts": {}}], ["id"], ["note"])
        assert tx.execute(sa.select(things)).one()._asdict() == row | {"note": "third"}
        upsert(tx, things, [row | {"note": None}, row | {"id": new_id()}], ["id"])
        upsert(tx, things, [], ["id"])
    with any_database.read() as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(things)).scalar_one() == 2
        assert tx.execute(sa.select(things.c.note).where(things.c.id == identifier)).scalar_one() is None


def test_times_and_ids_compare_in_the_database(any_database: Database) -> None:
    """UUIDv7 ids and times sort alike in both engines, and a naive or foreign time does not sneak in."""
    base = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [
        {
            "id": new_id(base + timedelta(seconds=n)),
            "at": base + timedelta(seconds=n),
            "facts": n,
            "note": None,
        }
        for n in range(5)
    ]
    with any_database.begin() as tx:
        upsert(tx, things, rows[::-1], ["id"])
    with any_database.read() as tx:
        by_id = tx.execute(sa.select(things.c.facts).order_by(things.c.id)).scalars().all()
        late = (
            tx.execute(sa.select(things.c.facts).where(things.c.at >= rows[3]["at"]).order_by(things.c.at))
            .scalars()
            .all()
        )
    assert by_id == [0, 1, 2, 3, 4]
    assert late == [3, 4]


def test_a_database_that_is_away() -> None:
    """PostgreSQL that is not there is Unavailable, not a stack of driver errors."""
    db = Database("postgresql://nobody@127.0.0.1:9/nothing?connect_timeout=2")

    def ask() -> None:
        with db.read() as tx:
            tx.execute(sa.select(1))

    with pytest.raises(Unavailable):
        ask()
    db.dispose()
