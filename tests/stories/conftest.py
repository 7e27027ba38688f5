"""A whole Bandstand, running as its own processes, spoken to over HTTP."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

START_S = 60.0


def free_port() -> int:
    """Give a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(look: Callable[[], Any], *, seconds: float = 30.0, what: str = "it") -> Any:
    """Wait until `look` gives something true, and give that."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen within {seconds} s")


@dataclass
class Server:
    """A running server and its first line of output."""

    url: str
    data: Path
    environment: dict[str, str]
    process: "subprocess.Popen[str]"

    def command(self, *words: str, given: str = "") -> "subprocess.CompletedProcess[str]":
        """Run another `bandstand` command on the same data."""
        line = [sys.executable, "-m", "bandstand", *words, "--data", str(self.data)]
        return subprocess.run(
            line, input=given, env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )

    def client(self, name: str, password: str) -> httpx.Client:
        """Give a client signed in with a password, sending its CSRF token."""
        client = httpx.Client(base_url=self.url, timeout=30.0)
        answer = client.post("/api/session", json={"name": name, "password": password})
        assert answer.status_code == 204, answer.text
        client.headers["x-csrf-token"] = client.cookies["csrf"]
        return client


@contextmanager
def running(data: Path, music: Path | None, environment: dict[str, str] | None = None) -> Iterator[Server]:
    """Run `bandstand serve` until the block ends."""
    port = free_port()
    env = os.environ | {"PYTHONUNBUFFERED": "1"} | (environment or {})
    line = [sys.executable, "-m", "bandstand", "serve", "--data", str(data), "--port", str(port)]
    line += ["--music", str(music)] if music else []
    output = (data.parent / f"{data.name}.out").open("w+")
    process = subprocess.Popen(line, env=env, stdout=output, stderr=output, text=True, start_new_session=True)
    server = Server(f"http://127.0.0.1:{port}", data, env, process)

    def ready() -> bool:
        assert process.poll() is None, output.name and Path(output.name).read_text()
        try:
            return httpx.get(f"{server.url}/readyz", timeout=5.0).status_code == 200
        except httpx.TransportError:
            return False

    try:
        eventually(ready, seconds=START_S, what="a ready server")
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        output.close()


@pytest.fixture
def run_server() -> Callable[..., Any]:
    """Give the context manager that runs a server."""
    return running
