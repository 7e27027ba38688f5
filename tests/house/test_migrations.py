"""A database is brought up once, twice is nothing, and one from the future is refused untouched."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

import bandstand.app.tables  # noqa: F401  (fills the metadata with every room's tables)
from bandstand import migrations
from bandstand.platform.db import Database, metadata
from tools.drift import differences


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.engines)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    is_sqlite = request.param == "sqlite"
    db = Database(
        f"sqlite:///{tmp_path}/bandstand.db" if is_sqlite else request.getfixturevalue("postgres_url")
    )
    yield db
    db.dispose()


def test_an_empty_database_is_brought_up_and_a_second_time_is_nothing(empty: Database) -> None:
    assert migrations.current(empty) is None
    assert migrations.upgrade(empty) == migrations.known()
    assert migrations.current(empty) == migrations.head()
    assert migrations.upgrade(empty) == []
    with empty.read() as tx:
        ours = {name for name, table in metadata.tables.items() if not table.info.get("is_made_by_hand")}
        assert ours <= set(sa.inspect(tx).get_table_names())


def test_the_migrations_say_what_the_tables_say(empty: Database) -> None:
    assert differences(empty) == []


def test_a_database_newer_than_the_program_is_refused_and_left_alone(empty: Database) -> None:
    migrations.upgrade(empty)
    with empty.begin() as tx:
        tx.exec_driver_sql(f"UPDATE {migrations.VERSION_TABLE} SET version_num = '9999'")  # noqa: S608  (our own constant)
    with pytest.raises(migrations.SchemaTooNewError, match=r"9999.*newer"):
        migrations.upgrade(empty)
    assert migrations.current(empty) == "9999"


def test_a_migration_that_fails_halfway_leaves_nothing(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(tx: sa.Connection) -> list[str]:
        tx.exec_driver_sql("CREATE TABLE half_made (x INTEGER)")
        raise RuntimeError("the power went")

    monkeypatch.setattr(migrations, "_apply", broken)
    with pytest.raises(RuntimeError):
        migrations.upgrade(empty)
    with empty.read() as tx:
        assert sa.inspect(tx).get_table_names() == []


def test_two_programs_that_start_at_once_migrate_once(empty: Database) -> None:
    other = Database(empty.url.render_as_string(hide_password=False))
    assert migrations.current(empty) is migrations.current(other) is None
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(migrations.upgrade, [empty, other]))
    other.dispose()
    assert sorted(map(len, done)) == [0, len(migrations.known())]
