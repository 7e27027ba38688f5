"""SQLAlchemy Core on SQLite and PostgreSQL: tables that say what they keep, two kinds of transaction, portable types."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bandstand.platform import ids
from bandstand.platform.errors import BandstandError, Unavailable

Tx = sa.Connection
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BUSY_TIMEOUT_MS = 30_000

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


@dataclass(frozen=True)
class Privacy:
    """Why a column exists, how long it is kept, and whose it is (nobody, person, artist, operator)."""

    purpose: str
    keep: str
    whose: str = "nobody"


class IdType(sa.types.TypeDecorator[str]):
    """A 22-character id in Python; 16 bytes in SQLite, `uuid` in PostgreSQL."""

    impl = sa.LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        """Use the native type where there is one."""
        native = postgresql.UUID(as_uuid=True) if dialect.name == "postgresql" else sa.LargeBinary(16)
        return dialect.type_descriptor(native)

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> Any:
        """Turn an id into the stored form; a text that is no id matches nothing."""
        if value is None:
            return None
        number = ids.decode(value)
        return UUID(int=number) if dialect.name == "postgresql" else number.to_bytes(16)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> str | None:
        """Turn the stored form into an id."""
        if value is None:
            return None
        return ids.encode(value.int if dialect.name == "postgresql" else int.from_bytes(value))


class UtcTime(sa.types.TypeDecorator[datetime]):
    """An aware UTC datetime; microseconds since 1970 in SQLite, `timestamptz` in PostgreSQL."""

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        """Use the native type where there is one."""
        native = sa.DateTime(timezone=True) if dialect.name == "postgresql" else sa.BigInteger()
        return dialect.type_descriptor(native)

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        """Refuse naive times: they are a bug on the way to a wrong hour."""
        if value is None or dialect.name == "postgresql":
            return value
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return (value - EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        """Give an aware UTC time."""
        if value is None:
            return None
        if dialect.name == "postgresql":
            return value.astimezone(UTC)  # type: ignore[no-any-return]
        return EPOCH + timedelta(microseconds=value)


Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def col(name: str, kind: Any, *args: Any, about: Privacy | None = None, **options: Any) -> sa.Column[Any]:
    """Make a column; `about` says more than its table does where it holds something of a person's."""
    options.setdefault("nullable", False)
    return sa.Column(name, kind, *args, info={"privacy": about} if about else {}, **options)


def table(name: str, *parts: Any, about: Privacy) -> sa.Table:
    """Make a table named `room_things` whose columns are classified by `about` unless they say otherwise."""
    made = sa.Table(name, metadata, *parts, info={"privacy": about})
    for column in made.columns:
        column.info.setdefault("privacy", about)
    return made


def upsert(
    tx: Tx, into: sa.Table, rows: Sequence[dict[str, Any]], key: list[str], update: list[str] | None = None
) -> None:
    """Insert `rows`; where `key` is there already, set the columns in `update` (all by default, none with [])."""
    if not rows:
        return
    insert = (postgresql if tx.dialect.name == "postgresql" else sqlite).insert(into)
    names = [n for n in rows[0] if n not in key] if update is None else update
    if names:
        statement: Any = insert.on_conflict_do_update(
            index_elements=key, set_={n: insert.excluded[n] for n in names}
        )
    else:
        statement = insert.on_conflict_do_nothing(index_elements=key)
    tx.execute(statement, list(rows))


class Database:
    """One engine: `begin()` for a unit of work that writes, `read()` for a snapshot.

    `begin()` opens with BEGIN IMMEDIATE on SQLite, so that what is read under it cannot change before it is written.
    """

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        parsed = sa.make_url(url)
        if parsed.get_backend_name() == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
            self.engine = sa.create_engine(parsed, pool_size=pool_size, max_overflow=10, pool_pre_ping=True)
        else:
            self.engine = sa.create_engine(parsed, pool_size=pool_size, max_overflow=20)
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
        self.url = parsed

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    @contextmanager
    def begin(self) -> Iterator[Tx]:
        """Open a unit of work that commits when the block ends well and rolls back when it does not."""
        with self._open("BEGIN IMMEDIATE") as tx:
            yield tx

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """Open a snapshot that is never committed."""
        with self._open("BEGIN") as tx:
            yield tx

    @contextmanager
    def _open(self, opening: str) -> Iterator[Tx]:
        try:
            with self.engine.connect() as tx:
                if self.dialect == "sqlite":
                    tx.exec_driver_sql(opening)
                elif opening == "BEGIN":
                    tx.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                yield tx
                if opening == "BEGIN":
                    tx.rollback()
                else:
                    tx.commit()
        except BandstandError:
            raise
        except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError) as error:
            raise Unavailable(
                "The database does not answer.", code="database_unavailable", reason=_first_line(error)
            ) from error

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", error)).splitlines()[0][:200] if str(error) else type(error).__name__


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",  # first: making a new file WAL takes the lock
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-16000",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
