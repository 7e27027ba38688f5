"""What child processes of the contract tests do: `python -m tests.contract.children WHAT ARGUMENTS…`."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bandstand.platform.db import Database, Privacy, Tx, col, table
from bandstand.platform.ids import derived_id
from bandstand.platform.jobs import Job, JobFunction, Jobs
from bandstand.platform.log import Consumer, Entry, Event, open_log, run_consumer_once

ROOT = Path(__file__).parents[2]
ABOUT = Privacy("test the platform", keep="a test", whose="nobody")

counters = table(
    "contract_counters",
    col("name", sa.String(40), primary_key=True),
    col("value", sa.Integer),
    about=ABOUT,
)
counters.info["is_made_by_hand"] = True  # no migration's business


def start(what: str, *arguments: object) -> "subprocess.Popen[str]":
    """Start one of the functions below in a process of its own; its standard output is a pipe."""
    paths = [str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    command = [sys.executable, "-m", "tests.contract.children", what, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def finish(process: "subprocess.Popen[str]", timeout_s: float = 90) -> str:
    """Wait for a child that must end well; give what it printed."""
    output, _ = process.communicate(timeout=timeout_s)
    assert process.returncode == 0, output
    return output


def event(name: str, number: int, size: int = 200) -> Event:
    """The same event for the same name and number."""
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    return Event(
        derived_id(name, str(number)),
        "test.happened",
        at,
        None,
        {"name": name, "n": number, "pad": "x" * size},
    )


def count_up(url: str, times: str) -> None:
    """Increment one counter, each time in a transaction that reads, decides and writes."""
    db = Database(url)
    for _ in range(int(times)):
        with db.begin() as tx:
            increment(tx, "shared")
    db.dispose()


def increment(tx: Tx, name: str, by: int = 1) -> None:
    """Read, lock, add, write."""
    question = sa.select(counters.c.value).where(counters.c.name == name).with_for_update()
    value = tx.execute(question).scalar_one()
    tx.execute(counters.update().where(counters.c.name == name).values(value=value + by))


def append(url: str, name: str, batches: str, size: str) -> None:
    """Append batches, printing the number of each once it is acknowledged."""
    log = open_log(url)
    for batch in range(int(batches)):
        first = batch * int(size)
        log.append("listening", [event(name, first + n) for n in range(int(size))])
        sys.stdout.write(f"{batch}\n")
        sys.stdout.flush()
    log.close()


def consume(database_url: str, log_url: str, die_at: str) -> None:
    """Count events until none is left; die as by kill -9 after the effect of event `die_at`, before its commit."""
    db, log = Database(database_url), open_log(log_url)
    fatal = int(die_at)

    def hear(tx: Tx, entries: Sequence[Entry]) -> None:
        for entry in entries:
            increment(tx, "heard", int(entry.event.data["n"]))
            if entry.event.data["n"] == fatal:
                os._exit(9)

    consumer = Consumer("counter", "rooms", hear)
    while run_consumer_once(db, log, consumer, limit=7):
        pass
    log.close()
    db.dispose()


def slow_job(folder: Path) -> JobFunction:
    """A job that makes five files, takes up what is there, and never ends while `folder` holds `hold`."""

    def work(job: Job, /, **args: Any) -> Any:
        (folder / f"attempt-{time.time_ns()}").touch()
        for number in range(int(args["files"])):
            (folder / f"made-{number}").touch()
            job.progress(number + 1, int(args["files"]), f"file {number}")
            while number == 2 and (folder / "hold").exists():
                time.sleep(0.02)
        return {"made": args["files"]}

    return work


def work(url: str, folder: str) -> None:
    """A worker with one slow job; runs until killed."""
    jobs = Jobs(url)
    jobs.register("slow", slow_job(Path(folder)))
    jobs.launch()
    jobs.start("slow", "job-1", files=5)
    time.sleep(120)


WHAT: dict[str, Callable[..., None]] = {
    "count_up": count_up,
    "append": append,
    "consume": consume,
    "work": work,
}

if __name__ == "__main__":
    WHAT[sys.argv[1]](*sys.argv[2:])
