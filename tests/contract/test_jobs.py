"""Durable jobs: one suite for SQLite and PostgreSQL."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from bandstand.platform.errors import Conflict, Invalid, NotFound, Unavailable
from bandstand.platform.job_values import JsonSerializer
from bandstand.platform.jobs import Job, Jobs, Progress, Retry
from tests.contract.children import slow_job, start
from tests.engines import kill, wait_for

QUICK = Retry(tries=3, first_pause_s=0.01)


@pytest.fixture
def jobs(any_database_url: str) -> Iterator[Jobs]:
    """Jobs on each engine, not launched."""
    made = Jobs(any_database_url)
    yield made
    made.close()


def is_in(jobs: Jobs, job_id: str, state: str) -> bool:
    """Whether the job is there and in that state."""
    return any(found.state == state for found in jobs.status(ids=[job_id]))


def test_a_job_runs_and_tells(jobs: Jobs) -> None:
    """Arguments arrive, progress and result are kept; the same id again starts nothing."""
    heard: list[dict[str, Any]] = []

    def work(job: Job, /, **args: Any) -> Any:
        heard.append(args)
        job.progress(1, 2, "half")
        job.progress(2, 2, "all")
        return {"sum": sum(args["numbers"])}

    jobs.register("add", work)
    jobs.launch()
    jobs.launch()
    for _ in range(2):
        jobs.start("add", "add-1", numbers=[1, 2], name="ü")
    wait_for(lambda: is_in(jobs, "add-1", "done"), "the job done", 20)
    jobs.start("add", "add-1", numbers=[3])
    time.sleep(0.3)
    assert heard == [{"numbers": [1, 2], "name": "ü"}]
    found = jobs.get("add-1")
    assert (found.name, found.state, found.error) == ("add", "done", None)
    assert found.progress == Progress(2, 2, "all")
    assert found.args == {"numbers": [1, 2], "name": "ü"}
    assert found.finished_at is not None
    assert abs(found.finished_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert [item.id for item in jobs.status()] == ["add-1"]
    assert jobs.forget(datetime.now(UTC) - timedelta(days=1)) == 0
    assert jobs.forget(datetime.now(UTC) + timedelta(seconds=1)) == 1
    assert jobs.status() == []


def test_failure_is_tried_again_and_shown(jobs: Jobs) -> None:
    """What breaks is tried again; what is refused is not; both show their reason."""
    tries: list[str] = []

    def breaks(_job: Job, /, **_args: Any) -> None:
        tries.append("breaks")
        raise OSError("the disk is gone")

    def recovers(_job: Job, /, **_args: Any) -> str:
        tries.append("recovers")
        if tries.count("recovers") < 3:
            raise Unavailable("not yet")
        return "well"

    def refuses(_job: Job, /, **_args: Any) -> None:
        tries.append("refuses")
        raise Invalid("this album has no tracks")

    for name, work in {"breaks": breaks, "recovers": recovers, "refuses": refuses}.items():
        jobs.register(name, work, QUICK)
    jobs.launch()
    for name in ("breaks", "recovers", "refuses"):
        jobs.start(name, f"{name}-1")
    wait_for(lambda: is_in(jobs, "breaks-1", "failed"), "failure", 20)
    wait_for(lambda: is_in(jobs, "refuses-1", "failed"), "refusal", 20)
    wait_for(lambda: is_in(jobs, "recovers-1", "done"), "recovery", 20)
    assert jobs.get("breaks-1").error == "OSError: the disk is gone"
    assert jobs.get("refuses-1").error == "Invalid: this album has no tracks"
    assert [tries.count(name) for name in ("breaks", "recovers", "refuses")] == [3, 3, 1]


def test_a_killed_worker_resumes(jobs: Jobs, any_database_url: str, tmp_path: Path) -> None:
    """Killed in the middle of a job: another process sees it running, the next launch finishes it."""
    (tmp_path / "hold").touch()
    worker = start("work", any_database_url, tmp_path)
    wait_for((tmp_path / "made-2").exists, "the job under way", 30)
    wait_for(lambda: is_in(jobs, "job-1", "running"), "the job seen from here", 10)
    assert jobs.get("job-1").progress is not None
    kill(worker)
    worker.communicate()
    (tmp_path / "hold").unlink()
    jobs.register("slow", slow_job(tmp_path))
    jobs.launch()
    wait_for(lambda: is_in(jobs, "job-1", "done"), "the job finished", 30)
    assert sorted(path.name for path in tmp_path.glob("made-*")) == [f"made-{n}" for n in range(5)]
    assert len(list(tmp_path.glob("attempt-*"))) == 2


def test_started_before_any_worker(jobs: Jobs, any_database_url: str) -> None:
    """A job asked for by a process that does not work waits for one that does."""
    jobs.prepare()
    asker = Jobs(any_database_url)
    ran: list[str] = []

    def work(job: Job, /, **_args: Any) -> None:
        ran.append(job.id)

    for each in (asker, jobs):
        each.register("later", work)
    asker.start("later", "later-1")
    assert asker.get("later-1").state == "waiting"
    asker.start("later", "later-2")
    asker.cancel("later-2")
    assert asker.get("later-2").state == "cancelled"
    jobs.launch()
    wait_for(lambda: is_in(asker, "later-1", "done"), "the job done", 20)
    asker.close()
    assert ran == ["later-1"]


def test_schedules(jobs: Jobs, any_database_url: str) -> None:
    """A schedule starts by itself with its arguments; one that is no longer registered stops."""
    ticks: list[dict[str, Any]] = []
    jobs.schedule("tick", "* * * * * *", lambda _job, /, **args: ticks.append(args), days=35)
    jobs.launch()
    wait_for(lambda: len(ticks) >= 2, "two ticks", 20)
    assert ticks[0] == {"days": 35}
    wait_for(lambda: any(found.state == "done" for found in jobs.status()), "a tick shown", 10)
    assert {found.name for found in jobs.status()} == {"tick"}
    jobs.close()
    again = Jobs(any_database_url)
    again.register("tick", lambda _job, /, **args: ticks.append(args))
    again.launch()
    time.sleep(1.2)
    heard = len(ticks)
    time.sleep(2)
    again.close()
    assert len(ticks) == heard


def test_what_is_refused(jobs: Jobs) -> None:
    """Unknown names, arguments that are not JSON, names said twice or too late, ids nobody knows."""
    jobs.register("one", lambda _job, /, **_args: None)
    with pytest.raises(Conflict):
        jobs.register("one", lambda _job, /, **_args: None)
    jobs.launch()
    with pytest.raises(Conflict, match="launch"):
        jobs.register("two", lambda _job, /, **_args: None)
    with pytest.raises(Invalid, match="three"):
        jobs.start("three", "id")
    with pytest.raises(Invalid, match="JSON"):
        jobs.start("one", "id", thing=object())
    with pytest.raises(NotFound):
        jobs.get("nobody")


def test_nothing_listens_or_calls(sqlite_url: str) -> None:
    """On SQLite a launched worker has no network connection at all, and starts at once."""
    jobs = Jobs(sqlite_url)
    before = set(psutil.Process().net_connections())
    begun = time.monotonic()
    jobs.launch()
    assert time.monotonic() - begun < 10
    time.sleep(0.5)
    assert {
        item
        for item in psutil.Process().net_connections()
        if item not in before and item.family.name != "AF_UNIX"
    } == set()
    jobs.close()


def test_a_database_that_is_away() -> None:
    """PostgreSQL that is not there is Unavailable."""
    jobs = Jobs("postgresql://nobody@127.0.0.1:9/nothing?connect_timeout=2")
    with pytest.raises(Unavailable):
        jobs.status()
    jobs.close()


def test_errors_are_written_as_text() -> None:
    """Nothing is pickled: a result is JSON, an error its class and words."""
    serializer = JsonSerializer()
    assert json.loads(serializer.serialize({"a": [1, "ü"]})) == {"a": [1, "ü"]}
    assert str(serializer.deserialize(serializer.serialize(ValueError("no")))) == "ValueError: no"
    with pytest.raises(TypeError):
        serializer.serialize({"a": object()})


def test_addresses_that_are_none() -> None:
    """A wrong address is named."""
    with pytest.raises(Invalid):
        Jobs("mysql://x")
