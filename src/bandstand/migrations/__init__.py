"""The schema's one line of history: where a database stands, and how it is brought up to this program.

`head()` is what this program needs, `current(db)` what a database has, `upgrade(db)` the way from one to the other.
A database that is newer than the program is refused: writing to it with old rules could lose what it holds.
"""

import logging
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bandstand.platform.db import Database, Tx, metadata
from bandstand.platform.errors import BandstandError

VERSION_TABLE = "schema_version"
# Any number will do, as long as every Bandstand uses the same: two replicas must not migrate at once.
_POSTGRES_LOCK = 0x42414E44

# It tells at every look which dialect it found.
logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)

__all__ = ["VERSION_TABLE", "SchemaTooNewError", "current", "head", "known", "options", "script", "upgrade"]


class SchemaTooNewError(BandstandError):
    """The database was written by a newer Bandstand than this one."""

    code = "schema_too_new"


@lru_cache(maxsize=1)
def script() -> ScriptDirectory:
    """Give Alembic's view of the `versions` folder."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def head() -> str | None:
    """Give the revision this program needs; None before the first migration is written."""
    return script().get_current_head()


def known() -> list[str]:
    """Give every revision this program knows, oldest first."""
    return [each.revision for each in reversed(list(script().walk_revisions()))]


def current(db: Database) -> str | None:
    """Give the revision a database stands at; None where it is empty."""
    with db.read() as tx:
        return _current(tx)


def _current(tx: Tx) -> str | None:
    return MigrationContext.configure(tx, opts={"version_table": VERSION_TABLE}).get_current_revision()


def upgrade(db: Database) -> list[str]:
    """Bring a database up to this program, in one transaction; give the revisions that were applied.

    Raises SchemaTooNewError, having changed nothing, where the database knows revisions this program does not.
    """
    if db.dialect == "sqlite":
        # Rebuilding a table (SQLite cannot alter much) must not fire its foreign keys; the setting is void inside a transaction.
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                applied = _apply(connection)
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise BandstandError(
                        f"The migration leaves rows that point nowhere: {broken[:3]}", code="migration_broken"
                    )
                connection.commit()
            finally:
                connection.rollback()
                connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            return applied
    with db.begin() as tx:
        tx.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTGRES_LOCK})
        return _apply(tx)


def _apply(tx: Tx) -> list[str]:
    before, wanted = _current(tx), head()
    if before is not None and before not in known():
        raise SchemaTooNewError(
            f"This database is at schema {before}, which this Bandstand does not know: it was written by a newer one. "
            "Install that version (or a later one), or restore a backup made before the update.",
            schema=before,
            program=wanted or "none",
        )
    if before == wanted:
        return []
    with EnvironmentContext(Config(), script(), fn=_steps_to(wanted)) as context:
        context.configure(connection=tx, target_metadata=metadata, **options())
        context.run_migrations()
    return known()[known().index(before) + 1 if before else 0 :]


def _steps_to(wanted: str | None) -> Any:
    def steps(revision: Any, _context: Any) -> Any:
        return script()._upgrade_revs(wanted or "base", revision)  # noqa: SLF001  (what Alembic's own `upgrade` command calls)

    return steps


def options() -> dict[str, Any]:
    """Give the settings every use of Alembic here shares."""
    return {
        "version_table": VERSION_TABLE,
        "transactional_ddl": False,  # the transaction is ours, around all steps at once
        "render_as_batch": True,  # SQLite alters a table by making it anew
        "compare_type": True,
        "compare_server_default": True,
    }
