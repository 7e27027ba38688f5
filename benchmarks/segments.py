"""CPU microseconds for one 80 KB segment: our signed handler under granian beside nginx (which checks no signature)."""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bandstand import media
from bandstand.media.model import key_of
from bandstand.platform import objects
from bandstand.platform.db import Database
from benchmarks.measuring import cpu_of, free_port, serving

SEGMENT_BYTES = 80_000  # 4 s at 160 kbit/s
CONNECTIONS = 32
ROUND_S = float(os.environ.get("BANDSTAND_BENCH_ROUND_S", "4"))
ROUNDS = 3
SOURCE_HASH = "b" * 64
SECRET = b"benchmark" * 4
FOLDER = "BANDSTAND_BENCH_FOLDER"
NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; default_type audio/mp4;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4;
  scgi_temp_path {folder}/t5; server {{ listen 127.0.0.1:{port}; location / {{ root {folder}/objects; }} }}
}}
"""


def make_handler() -> Any:
    """Make the handler the product serves `/media` with, on a folder that holds one segment (granian calls this)."""
    folder = Path(os.environ[FOLDER])
    url = (folder / "objects").as_uri()
    studio = media.Studio(
        db=Database(f"sqlite:///{folder}/none.sqlite"),
        kept=objects.open_objects(url),
        objects_url=url,
        open_source=lambda _hash: None,
    )
    return media.MediaHandler(studio, SECRET, lambda _artwork, _size: None)


def put_segment(folder: Path) -> str:
    """Put the segment; give its key."""
    (folder / "objects").mkdir()
    key = key_of(SOURCE_HASH, "aac-128", "00000.m4s")
    objects.put(objects.open_objects((folder / "objects").as_uri()), key, os.urandom(SEGMENT_BYTES))
    return key


def load(url: str, seconds: float) -> int:
    """Fetch for some seconds; give how many whole segments came."""
    if wrk := shutil.which("wrk"):
        said = subprocess.run(
            [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", url],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        if "Non-2xx" in said:
            raise RuntimeError(f"{url} was not served: {said}")
        found = re.search(r"(\d+) requests in", said)
        return int(found.group(1)) if found else 0
    return load_with_threads(url, seconds)


def load_with_threads(url: str, seconds: float) -> int:
    """Fetch with threads of this process, where there is no wrk: slower, but only the server's CPU is counted."""
    host, _, path = url.removeprefix("http://").partition("/")
    counts: list[int] = []
    until = time.monotonic() + seconds

    def fetch() -> None:
        connection, count = HTTPConnection(host), 0
        while time.monotonic() < until:
            connection.request("GET", f"/{path}")
            answer = connection.getresponse()
            if answer.status == 200 and len(answer.read()) == SEGMENT_BYTES:  # noqa: PLR2004
                count += 1
        counts.append(count)

    threads = [threading.Thread(target=fetch) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts)


def microseconds(pid: int, url: str) -> float:
    """Give the server's CPU microseconds per segment over one round."""
    before = cpu_of(pid)
    count = load(url, ROUND_S)
    if not count:
        raise RuntimeError(f"no segment came from {url}")
    return (cpu_of(pid) - before) / count * 1e6


def ours(folder: Path, stack: ExitStack) -> tuple[int, str]:
    """Start our handler; give its process and the segment's signed address."""
    port = free_port()
    command: list[str | Path] = [
        Path(sys.executable).with_name("granian"), "--interface", "asgi", "--factory", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--no-ws", "--log-level", "error", "benchmarks.segments:make_handler",
    ]  # fmt: skip
    root = str(Path(__file__).parent.parent)
    pid = stack.enter_context(serving(command, port, env={FOLDER: str(folder), "PYTHONPATH": root}))
    signature = media.sign(SECRET, SOURCE_HASH, "somebody", datetime.now(UTC) + timedelta(hours=1))
    return pid, f"http://127.0.0.1:{port}/media/{signature}/{SOURCE_HASH}/aac-128/00000.m4s"


def nginx(folder: Path, key: str, stack: ExitStack) -> tuple[int, str] | None:
    """Start nginx on the same file; None where there is none."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/sbin:/usr/local/sbin")
    if program is None:
        return None
    port = free_port()
    if os.geteuid() == 0:
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)  # nginx's workers are not root
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
    command: list[str | Path] = [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    return stack.enter_context(serving(command, port)), f"http://127.0.0.1:{port}/{key}"


def main() -> int:
    """Measure both in turns and print the median and the ratio."""
    with tempfile.TemporaryDirectory(prefix="bandstand-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        key = put_segment(folder)
        servers = {"bandstand (signed, granian)": ours(folder, stack)}
        if beside := nginx(folder, key, stack):
            servers["nginx (unsigned, sendfile)"] = beside
        found: dict[str, list[float]] = {each: [] for each in servers}
        for pid, url in servers.values():
            load(url, 1)
            del pid
        for _ in range(ROUNDS):
            for each, (pid, url) in servers.items():
                found[each].append(microseconds(pid, url))
    print(
        f"segments: {SEGMENT_BYTES} bytes, {CONNECTIONS} connections, {ROUNDS} rounds of {ROUND_S:g} s in turns"
    )
    middle = {each: statistics.median(values) for each, values in found.items()}
    for each, values in found.items():
        print(f"  {each:30} {middle[each]:7.1f} CPU us a segment  ({', '.join(f'{v:.1f}' for v in values)})")
    if beside:
        mine, theirs = middle.values()
        print(f"  ratio to nginx: {mine / theirs:.2f}")
    else:
        print("  nginx is not installed here: no ratio")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
