"""Starting a program and saying what it cost."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

START_WITHIN_S = 30.0


@dataclass(frozen=True)
class Cost:
    """What a finished program took, its children included."""

    cpu_s: float
    wall_s: float
    code: int
    output: str


def free_port() -> int:
    """Give a loopback port nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def run(command: Sequence[str | Path], *, cwd: Path | None = None, env: dict[str, str] | None = None) -> Cost:
    """Run a program to its end and account for it and all it started."""
    before, began = os.times(), time.monotonic()
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env={**os.environ, **(env or {})}, check=False, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(cpu, time.monotonic() - began, done.returncode, done.stdout)


def cpu_of(pid: int) -> float:
    """Give the CPU seconds a running program and its children have used."""
    total = 0.0
    root = psutil.Process(pid)
    for process in [root, *root.children(recursive=True)]:
        times = process.cpu_times()
        total += times.user + times.system
    return total


@contextmanager
def serving(command: Sequence[str | Path], port: int, *, env: dict[str, str] | None = None) -> Iterator[int]:
    """Start a server, wait until it takes connections, give its process id, end it."""
    server = subprocess.Popen(
        [str(part) for part in command],
        env={**os.environ, **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        until = time.monotonic() + START_WITHIN_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if server.poll() is not None or time.monotonic() > until:
                    server.kill()
                    said = server.communicate()[0].decode(errors="replace")[-2000:]
                    raise RuntimeError(f"{command[0]} did not start: {said}") from None
                time.sleep(0.05)
        yield server.pid
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
