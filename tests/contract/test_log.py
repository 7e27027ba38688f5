"""The event log: one suite for SQLite and NATS JetStream."""

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bandstand.platform.errors import Invalid, TooLarge, Unavailable
from bandstand.platform.log import MAX_EVENT_BYTES, Entry, Event, EventLog, open_log
from tests.contract.children import event, finish, start
from tests.engines import NatsServer, kill


def read_all(log: EventLog, topic: str = "listening", limit: int = 1000) -> list[Entry]:
    """Every entry, page by page."""
    entries: list[Entry] = []
    while page := log.read(topic, entries[-1].offset if entries else 0, limit):
        entries.extend(page)
    return entries


def test_what_is_appended_is_read_in_order(any_log: EventLog) -> None:
    """Events come back as they went in, in order, with rising offsets and the time received."""
    events = [event("a", n) for n in range(5)]
    before = datetime.now(UTC) - timedelta(seconds=5)
    any_log.append("listening", events[:2])
    any_log.append("listening", events[2:])
    entries = any_log.read("listening", 0, 10)
    assert [entry.event for entry in entries] == events
    offsets = [entry.offset for entry in entries]
    assert offsets == sorted(set(offsets))
    assert all(before < entry.received_at < before + timedelta(seconds=60) for entry in entries)
    assert any_log.last("listening") == offsets[-1]
    assert [entry.event for entry in any_log.read("listening", offsets[1], 2)] == events[2:4]
    assert any_log.read("listening", offsets[-1], 10) == []


def test_an_empty_topic(any_log: EventLog) -> None:
    """Nothing is there before something is said."""
    assert any_log.last("rooms") == 0
    assert any_log.read("rooms", 0, 10) == []
    assert any_log.lag("rooms") == {}
    any_log.append("rooms", [])
    assert any_log.last("rooms") == 0


def test_topics_are_apart(any_log: EventLog) -> None:
    """An event of one topic is not heard on another."""
    any_log.append("listening", [event("a", 1)])
    any_log.append("rooms", [event("a", 1), event("b", 1)])
    assert len(read_all(any_log, "listening")) == 1
    assert len(read_all(any_log, "rooms")) == 2


def test_said_twice_is_stored_once(any_log: EventLog) -> None:
    """The same id again, in one call or in two, changes nothing."""
    any_log.append("listening", [event("a", 1), event("a", 1), event("a", 2)])
    any_log.append("listening", [event("a", 2), event("a", 3)])
    assert [entry.event.data["n"] for entry in read_all(any_log)] == [1, 2, 3]


def test_ten_thousand_at_once(any_log: EventLog) -> None:
    """A large batch is taken and read back whole."""
    any_log.append("listening", [event("many", n) for n in range(10_000)])
    assert [entry.event.data["n"] for entry in read_all(any_log)] == list(range(10_000))
    assert len(any_log.read("listening", 0, 5000)) == 5000


def test_wait_returns_when_something_comes(any_log: EventLog, any_log_url: str) -> None:
    """A waiter wakes soon after another connection appends, and gives up when nothing comes."""
    any_log.append("listening", [event("a", 1)])
    last = any_log.last("listening")
    assert any_log.wait("listening", 0, 5)
    begun = time.monotonic()
    assert not any_log.wait("listening", last, 0.3)
    assert 0.2 < time.monotonic() - begun < 3
    other = open_log(any_log_url)
    timer = threading.Timer(0.3, other.append, ("listening", [event("a", 2)]))
    timer.start()
    begun = time.monotonic()
    assert any_log.wait("listening", last, 20)
    assert time.monotonic() - begun < 5
    timer.join()
    other.close()


def test_lag(any_log: EventLog) -> None:
    """Each consumer's distance to the newest entry."""
    any_log.append("listening", [event("a", n) for n in range(4)])
    offsets = [entry.offset for entry in read_all(any_log)]
    any_log.ack("listening", "history", offsets[0])
    any_log.ack("listening", "taste", offsets[0])
    any_log.ack("listening", "taste", offsets[-1])
    assert any_log.lag("listening") == {"history": offsets[-1] - offsets[0], "taste": 0}


def test_many_threads_append(any_log: EventLog) -> None:
    """Appends of many threads are all there, each thread's in its order."""

    def add(name: str) -> None:
        for n in range(20):
            any_log.append("listening", [event(name, n)])

    threads = [threading.Thread(target=add, args=(f"t{n}",)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    heard: dict[str, list[int]] = {}
    for entry in read_all(any_log):
        heard.setdefault(entry.event.data["name"], []).append(entry.event.data["n"])
    assert heard == {f"t{n}": list(range(20)) for n in range(16)}


def test_two_processes_append(any_log: EventLog, any_log_url: str) -> None:
    """Two processes append at once: nothing is lost or doubled."""
    for child in [start("append", any_log_url, name, 30, 10) for name in ("left", "right")]:
        finish(child)
    entries = read_all(any_log)
    assert len(entries) == 600
    for name in ("left", "right"):
        assert [entry.event.data["n"] for entry in entries if entry.event.data["name"] == name] == list(
            range(300)
        )


@pytest.mark.parametrize("after", [2, 15])
def test_killed_while_appending(any_log: EventLog, any_log_url: str, after: int) -> None:
    """After kill -9 everything acknowledged is there, nothing is half there, and the next append goes on."""
    child = start("append", any_log_url, "victim", 100_000, 10)
    assert child.stdout is not None
    acknowledged = -1
    while acknowledged < after:
        acknowledged = int(child.stdout.readline())
    kill(child)
    acknowledged = int((child.stdout.read().split() or [str(acknowledged)])[-1])
    child.stdout.close()
    numbers = [entry.event.data["n"] for entry in read_all(any_log)]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) >= (acknowledged + 1) * 10
    if any_log_url.startswith("sqlite"):
        assert len(numbers) % 10 == 0
    any_log.append("listening", [event("victim", n) for n in range(len(numbers) + 10)])
    assert len(read_all(any_log)) == len(numbers) + 10


def test_a_log_opened_again_goes_on(any_log: EventLog, any_log_url: str) -> None:
    """Offsets and known ids outlive the process."""
    any_log.append("listening", [event("a", 1)])
    any_log.close()
    again = open_log(any_log_url)
    again.append("listening", [event("a", 1), event("a", 2)])
    assert [entry.event.data["n"] for entry in read_all(again)] == [1, 2]
    again.close()
    with pytest.raises(Unavailable):
        any_log.append("listening", [event("a", 3)])


def test_events_that_cannot_be(any_log: EventLog) -> None:
    """Not JSON, too large, without a time zone, a topic that is none: refused whole."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(Invalid):
        any_log.append("listening", [event("a", 1), Event("x" * 22, "k", at, None, {"bad": object()})])
    with pytest.raises(TooLarge):
        any_log.append("listening", [event("a", 1, size=MAX_EVENT_BYTES)])
    with pytest.raises(Invalid):
        any_log.append("listening", [Event("x" * 22, "k", at.replace(tzinfo=None), None, {})])
    with pytest.raises(Invalid):
        any_log.append('x"; DROP', [event("a", 1)])
    assert any_log.last("listening") == 0


def test_nats_away_and_back(own_nats: NatsServer) -> None:
    """While the server is away an append fails in bounded time; when it is back the same log works on."""
    log = open_log(f"{own_nats.url}/away")
    log.append("listening", [event("a", 1)])
    own_nats.stop()
    begun = time.monotonic()
    with pytest.raises(Unavailable):
        log.append("listening", [event("a", 2)])
    with pytest.raises(Unavailable):
        log.read("listening", 0, 10)
    assert time.monotonic() - begun < 25
    own_nats.start()
    for _ in range(40):
        try:
            log.append("listening", [event("a", 2)])
            break
        except Unavailable:
            time.sleep(0.25)
    assert [entry.event.data["n"] for entry in read_all(log)] == [1, 2]
    assert not log.wait("listening", log.last("listening"), 0.2)
    log.close()


def test_nats_never_there() -> None:
    """A log on a server that does not answer opens, and says Unavailable when used."""
    log = open_log("nats://127.0.0.1:9")
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:9"):
        log.append("listening", [event("a", 1)])
    log.close()


def test_sqlite_in_a_place_that_cannot_be(tmp_path: Path) -> None:
    """A folder that is a file is named."""
    (tmp_path / "taken").write_text("I am a file")
    with pytest.raises(Unavailable, match="taken"):
        open_log(f"sqlite:///{tmp_path}/taken/log.db")


def test_sqlite_that_is_no_database(tmp_path: Path) -> None:
    """A file that is something else is not written over."""
    (tmp_path / "log.db").write_bytes(b"something else entirely, and long enough to be looked at" * 100)
    with pytest.raises(Unavailable, match=r"log\.db"):
        open_log(f"sqlite:///{tmp_path}/log.db")


@pytest.mark.parametrize(
    "url", ["", "sqlite://", "sqlite:///", "kafka://x", "nats://", "nats://h/a b", "nats://h?replicas=2"]
)
def test_addresses_that_are_none(url: str) -> None:
    """A wrong address is named."""
    with pytest.raises(Invalid):
        open_log(url)
