"""Reaching every engine and saying, where one does not answer, how to mend it."""

import contextlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import av
import sqlalchemy as sa

from bandstand.app.settings import Settings
from bandstand.platform import objects
from bandstand.platform.engines import Engines
from bandstand.platform.errors import BandstandError, NotFound

LOW_DISK_BYTES = 500 * 2**20
_ENCODERS = ("aac", "flac", "libopus", "libmp3lame")


@dataclass(frozen=True)
class Check:
    """One thing looked at: whether it is well, what was seen, and how to mend it."""

    name: str
    is_ok: bool
    message: str
    mend: str = ""


def _try(name: str, mend: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, is_ok=True, message=look())
    except BandstandError as error:
        reason = error.details.get("reason", "")
        return Check(name, is_ok=False, message=f"{error.message} {reason}".strip(), mend=mend)
    except (OSError, ValueError, sa.exc.SQLAlchemyError) as error:
        return Check(name, is_ok=False, message=str(error).splitlines()[0][:200], mend=mend)


def _database(app: Engines) -> str:
    with app.db.read() as tx:
        tx.execute(sa.text("SELECT 1"))
    return f"{app.db.dialect} answers"


def _schema(app: Engines) -> str:
    from bandstand import migrations  # noqa: PLC0415  (Alembic is slow to import and needed here alone)

    now, head = migrations.current(app.db), migrations.head()
    if now != head:
        raise BandstandError(f"The schema is at {now}, this program needs {head}.", code="schema_not_current")
    return f"at {now}"


def _objects(app: Engines) -> str:
    with contextlib.suppress(NotFound):
        objects.get(app.objects, "health/none")
    return "the object store answers"


def _log(app: Engines) -> str:
    return f"the log answers, {app.log.last('listening')} listening events"


def check_engines(app: Engines) -> list[Check]:
    """Look at the database, its schema, the log and the object store."""
    return [
        _try("database", "Start the database, or check BANDSTAND_DATABASE_URL.", lambda: _database(app)),
        _try("schema", "Run `bandstand migrate`.", lambda: _schema(app)),
        _try("log", "Start NATS, or check BANDSTAND_LOG_URL.", lambda: _log(app)),
        _try(
            "objects",
            "Start the object store, or check BANDSTAND_OBJECTS_URL and the AWS_ variables.",
            lambda: _objects(app),
        ),
    ]


def _disk(settings: Settings) -> str:
    free = shutil.disk_usage(settings.data_dir).free
    if free < LOW_DISK_BYTES:
        raise BandstandError(f"Only {free // 2**20} MB are free under {settings.data_dir}.")
    return f"{free // 2**30} GB free"


def _codecs() -> str:
    lacking = [c for c in _ENCODERS if c not in av.codecs_available]
    if lacking:
        raise BandstandError(f"This build of PyAV cannot encode {', '.join(lacking)}.")
    return f"{', '.join(_ENCODERS)} encode"


def _secret(settings: Settings) -> str:
    if settings.secret_key_file.stat().st_mode & 0o077:
        raise BandstandError(f"{settings.secret_key_file} can be read by others.")
    return "the key file is the owner's alone"


def _music(settings: Settings) -> str:
    for folder in settings.music:
        if not folder.is_dir():
            raise BandstandError(f"{folder} is no folder.")
    return f"{len(settings.music)} music folders"


def examine(app: Engines, settings: Settings) -> list[Check]:
    """Look at everything `bandstand doctor` reports."""
    return [
        *check_engines(app),
        _try("disk", "Free some space, or lower BANDSTAND_RENDITIONS_MAX_BYTES.", lambda: _disk(settings)),
        _try("codecs", "Reinstall with the locked requirements: `make setup`.", _codecs),
        _try("secret", f"chmod 600 {settings.secret_key_file}", lambda: _secret(settings)),
        _try("music", "Check BANDSTAND_MUSIC or --music.", lambda: _music(settings)),
    ]


def as_dicts(checks: list[Check]) -> list[dict[str, Any]]:
    """Shape checks for --json."""
    return [
        {"name": c.name, "ok": c.is_ok, "message": c.message, "mend": c.mend if not c.is_ok else ""}
        for c in checks
    ]
