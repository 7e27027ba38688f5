"""One frozen Settings, read once from the environment or one TOML file."""

import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bandstand.platform.errors import Invalid

DEFAULT_PORT = 4600
LAST_PORT = 65_535
DEFAULT_CACHE_BYTES = 10 * 2**30
NAMES = (
    "DATA",
    "DATABASE_URL",
    "OBJECTS_URL",
    "LOG_URL",
    "BATCH",
    "PUBLIC_URL",
    "SECRET_KEY_FILE",
    "BIND",
    "MUSIC",
    "RENDITIONS_MAX_BYTES",
    "OTLP_ENDPOINT",
)


@dataclass(frozen=True)
class Settings:
    """How this process runs. Sizes in bytes."""

    data_dir: Path
    database_url: str
    objects_url: str
    log_url: str
    batch: str
    public_url: str | None
    secret_key_file: Path
    host: str
    port: int
    music: tuple[Path, ...]
    renditions_max_bytes: int
    otlp_endpoint: str | None

    @property
    def search_dir(self) -> Path:
        """Where the search index lives."""
        return self.data_dir / "search"

    @property
    def jobs_url(self) -> str:
        """Where durable jobs keep their state: a SQLite file of their own, or a schema of the same PostgreSQL."""
        return (
            self.database_url
            if _is_postgres(self.database_url)
            else f"sqlite:///{self.data_dir / 'jobs.sqlite'}"
        )

    def secret(self) -> bytes:
        """Give the key that signs media addresses; made on first use, readable by the owner alone."""
        if not self.secret_key_file.exists():
            self.secret_key_file.parent.mkdir(parents=True, exist_ok=True)
            try:
                fd = os.open(self.secret_key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                return self.secret_key_file.read_bytes()
            with os.fdopen(fd, "wb") as file:
                file.write(secrets.token_hex(32).encode())
        return self.secret_key_file.read_bytes().strip()


def _is_postgres(url: str) -> bool:
    return urlsplit(url).scheme in {"postgresql", "postgresql+psycopg", "postgres"}


def _wrong(name: str, why: str) -> Invalid:
    return Invalid(f"BANDSTAND_{name}: {why}", code="wrong_setting", setting=name)


def _url(values: Mapping[str, str], name: str, default: str, schemes: tuple[str, ...]) -> str:
    url = values.get(name) or default
    if urlsplit(url).scheme not in schemes:
        shown = url.split("@")[-1][:60]  # never a password
        raise _wrong(name, f"{shown!r} is none of {', '.join(s + '://…' for s in schemes)}")
    return url


def _whole(values: Mapping[str, str], name: str, default: int) -> int:
    text = values.get(name) or str(default)
    if not text.isdecimal():
        raise _wrong(name, f"{text[:40]!r} is no whole number of bytes")
    return int(text)


def _bind(values: Mapping[str, str]) -> tuple[str, int]:
    host, _, port = (values.get("BIND") or f"127.0.0.1:{DEFAULT_PORT}").rpartition(":")
    if not port.isdecimal() or not 0 <= int(port) <= LAST_PORT or not host:
        raise _wrong(
            "BIND", f"{values.get('BIND', '')[:60]!r} is not HOST:PORT such as 127.0.0.1:{DEFAULT_PORT}"
        )
    return host.strip("[]"), int(port)


def _file_values(environ: Mapping[str, str]) -> dict[str, str]:
    path = environ.get("BANDSTAND_CONFIG")
    if not path:
        return {}
    try:
        loaded = tomllib.loads(Path(path).read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise Invalid(f"BANDSTAND_CONFIG: {path}: {error}", code="wrong_setting") from error
    unknown = sorted(set(loaded) - {n.lower() for n in NAMES})
    if unknown:
        raise Invalid(f"BANDSTAND_CONFIG: {path}: there is no setting {unknown[0]!r}", code="wrong_setting")
    return {k.upper(): str(v) for k, v in loaded.items()}


def default_data_dir(environ: Mapping[str, str]) -> Path:
    """Give the user's data folder (XDG Base Directory Specification)."""
    base = environ.get("XDG_DATA_HOME") or str(Path.home() / ".local/share")
    return Path(base) / "bandstand"


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings; Invalid with one line that names the wrong one."""
    values = _file_values(environ) | {
        n: v for n in NAMES if (v := environ.get(f"BANDSTAND_{n}")) is not None and v != ""
    }
    data = Path(values.get("DATA") or default_data_dir(environ)).expanduser().absolute()
    host, port = _bind(values)
    if (batch := values.get("BATCH", "duckdb")) not in {"duckdb", "spark"}:
        raise _wrong("BATCH", f"{batch[:40]!r} is neither duckdb nor spark")
    public = values.get("PUBLIC_URL")
    if public is not None and urlsplit(public).scheme not in {"http", "https"}:
        raise _wrong("PUBLIC_URL", f"{public[:60]!r} is no http:// or https:// address")
    return Settings(
        data_dir=data,
        database_url=_url(
            values,
            "DATABASE_URL",
            f"sqlite:///{data / 'bandstand.sqlite'}",
            ("sqlite", "postgresql", "postgres"),
        ).replace("postgres://", "postgresql://", 1),
        objects_url=_url(values, "OBJECTS_URL", (data / "objects").as_uri(), ("file", "s3")),
        log_url=_url(values, "LOG_URL", f"sqlite:///{data / 'log.sqlite'}", ("sqlite", "nats")),
        batch=batch,
        public_url=public.rstrip("/") if public else None,
        secret_key_file=Path(values.get("SECRET_KEY_FILE") or data / "secret.key"),
        host=host,
        port=port,
        music=tuple(
            Path(p).expanduser().absolute() for p in (values.get("MUSIC") or "").split(os.pathsep) if p
        ),
        renditions_max_bytes=_whole(values, "RENDITIONS_MAX_BYTES", DEFAULT_CACHE_BYTES),
        otlp_endpoint=values.get("OTLP_ENDPOINT"),
    )
