"""Outbox, relay, consumers: exactly one effect per event, whatever dies in between, on every pair of engines."""

import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bandstand.platform.clock import FixedClock
from bandstand.platform.db import Database, Tx, metadata
from bandstand.platform.errors import Invalid, Unavailable
from bandstand.platform.log import (
    Consumer,
    ConsumerLoop,
    Entry,
    EventLog,
    Relay,
    catch_up,
    open_log,
    read_status,
    replay,
    run_consumer_once,
    say,
)
from bandstand.platform.log.consumer import MAX_TRIES, dead_letters
from tests.contract.children import counters, event, finish, increment, start
from tests.engines import EngineSet, NatsServer, wait_for


class House:
    """A database with one counter, and a log."""

    def __init__(self, database_url: str, log: EventLog) -> None:
        """Make the tables."""
        self.db = Database(database_url)
        metadata.create_all(self.db.engine)
        self.log = log
        self.poison: set[int] = set()
        with self.db.begin() as tx:
            tx.execute(counters.insert().values(name="heard", value=0))

    def counter(self, name: str = "counter") -> Consumer:
        """A consumer that adds up the numbers it hears."""

        def hear(tx: Tx, entries: Sequence[Entry]) -> None:
            for entry in entries:
                number = int(entry.event.data["n"])
                increment(tx, "heard", number)
                if number in self.poison:
                    raise ValueError(f"cannot hear {number}")

        def reset(tx: Tx, since: datetime | None) -> None:
            assert since is None
            tx.execute(counters.update().values(value=0))

        return Consumer(name, "rooms", hear, reset)

    def say(self, first: int, last: int) -> None:
        """Say the numbers, each in a transaction of its own."""
        for number in range(first, last + 1):
            with self.db.begin() as tx:
                say(tx, "rooms", event("said", number))

    def heard(self) -> int:
        """The sum of what was heard."""
        with self.db.read() as tx:
            return int(tx.execute(sa.select(counters.c.value)).scalar_one())


@pytest.fixture
def house(engine_set: EngineSet) -> Iterator[House]:
    """A house on each set of engines."""
    made = House(engine_set.database_url, open_log(engine_set.log_url))
    yield made
    made.log.close()
    made.db.dispose()


def test_said_and_committed_is_heard(house: House) -> None:
    """What a transaction says is heard if it commits, and only then."""
    house.say(1, 3)

    def say_then_fail() -> None:
        with house.db.begin() as tx:
            say(tx, "rooms", event("never", 100))
            raise Invalid("no")

    with pytest.raises(Invalid):
        say_then_fail()
    counter = house.counter()
    assert catch_up(house.db, house.log, [counter]) == 3
    assert house.heard() == 6
    [status] = read_status(house.db, house.log, [counter])
    assert (status.lag, status.error, status.dead_letters) == (0, None, 0)
    assert house.log.lag("rooms") == {"counter": 0}
    assert catch_up(house.db, house.log, [counter]) == 0


def test_the_relay_may_die_between_log_and_outbox(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that reached the log but were not deleted reach it again and are stored once."""
    house.say(1, 4)
    relay = Relay(house.db, house.log)
    begin = house.db.begin

    def dies() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(house.db, "begin", dies)
    with pytest.raises(KeyboardInterrupt):
        relay.run_once()
    monkeypatch.setattr(house.db, "begin", begin)
    assert relay.waiting() == 4
    assert relay.run_once() == 4
    assert relay.waiting() == 0
    assert len(house.log.read("rooms", 0, 100)) == 4


def test_a_consumer_killed_before_its_commit(house: House, engine_set: EngineSet) -> None:
    """Killed between effect and commit: the event is heard again, its effect happens once."""
    house.log.append("rooms", [event("said", n) for n in range(1, 31)])
    for fatal in (5, 17, 30):
        child = start("consume", engine_set.database_url, engine_set.log_url, fatal)
        child.communicate(timeout=60)
        assert child.returncode == 9
    finish(start("consume", engine_set.database_url, engine_set.log_url, 0))
    assert house.heard() == sum(range(1, 31))


def test_two_workers_hear_each_event_once(house: House, engine_set: EngineSet) -> None:
    """Two processes run the same consumer: together they hear everything once."""
    house.log.append("rooms", [event("said", n) for n in range(1, 101)])
    for child in [start("consume", engine_set.database_url, engine_set.log_url, 0) for _ in range(2)]:
        finish(child)
    catch_up(house.db, house.log, [house.counter()])
    assert house.heard() == sum(range(1, 101))


def test_replay_gives_the_same(house: House) -> None:
    """A view rebuilt from the log equals the view that heard it live; a running total goes on after it."""
    counter = house.counter()
    house.say(1, 20)
    catch_up(house.db, house.log, [counter])
    live = house.heard()
    with house.db.begin() as tx:
        tx.execute(counters.update().values(value=-1))
    assert replay(house.db, house.log, counter, None) == 20
    assert house.heard() == live
    house.say(21, 21)
    catch_up(house.db, house.log, [counter])
    assert house.heard() == live + 21
    with pytest.raises(Invalid, match="mute"):
        replay(house.db, house.log, Consumer("mute", "rooms", counter.hear, None), None)


def test_poison_is_set_aside(house: House) -> None:
    """An event that cannot be heard is tried, then set aside with its reason; the others go on."""
    counter = house.counter()
    house.poison = {3, 7}
    house.say(1, 10)
    Relay(house.db, house.log).run_once()
    assert run_consumer_once(house.db, house.log, counter) == 2
    for _ in range(MAX_TRIES - 2):
        assert run_consumer_once(house.db, house.log, counter) == 0
    [status] = read_status(house.db, house.log, [counter])
    assert (status.tries, status.error) == (MAX_TRIES - 1, "ValueError: cannot hear 3")
    assert run_consumer_once(house.db, house.log, counter) == 4
    catch_up(house.db, house.log, [counter])
    assert house.heard() == sum(range(1, 11)) - 3 - 7
    with house.db.read() as tx:
        letters = tx.execute(sa.select(dead_letters).order_by(dead_letters.c.offset)).all()
    assert [letter.reason for letter in letters] == ["ValueError: cannot hear 3", "ValueError: cannot hear 7"]
    assert [letter.event_id for letter in letters] == [event("said", 3).id, event("said", 7).id]
    house.poison = set()
    replay(house.db, house.log, counter, None)
    assert house.heard() == sum(range(1, 11))
    [status] = read_status(house.db, house.log, [counter])
    assert (status.dead_letters, status.error) == (0, None)


def test_an_engine_that_is_away_is_no_poison(house: House) -> None:
    """Unavailable comes out of the consumer, no try is counted, nothing is set aside."""

    def hear(_tx: Tx, _entries: Sequence[Entry]) -> None:
        raise Unavailable("the object store is away")

    patient = Consumer("patient", "rooms", hear)
    house.log.append("rooms", [event("said", 1)])
    for _ in range(MAX_TRIES + 1):
        with pytest.raises(Unavailable):
            run_consumer_once(house.db, house.log, patient)
    [status] = read_status(house.db, house.log, [patient])
    assert (status.lag, status.tries, status.dead_letters) == (1, 0, 0)


def test_the_loop(house: House) -> None:
    """The loop relays and hears by itself, gets over poison, tells how far it is, and stops."""
    house.poison = {2}
    said: list[int] = []

    def echo(tx: Tx, entries: Sequence[Entry]) -> None:
        for entry in entries:
            number = int(entry.event.data["n"])
            if number < 100:
                say(tx, "rooms", event("echo", number + 100))
            said.append(number)

    stop = threading.Event()
    loop = ConsumerLoop(house.db, house.log, [house.counter(), Consumer("echo", "rooms", echo)], stop)
    loop.start()
    try:
        house.say(1, 3)
        wait_for(lambda: house.heard() == 1 + 3 + 101 + 102 + 103, "everything heard", 30)
        wait_for(lambda: all(item.lag == 0 for item in loop.status().consumers), "no lag", 10)
        status = loop.status()
        assert status.is_running
        assert status.waiting_to_relay == 0
        assert [item.dead_letters for item in status.consumers] == [1, 0]
        wait_for(lambda: not loop.errors, "errors got over", 10)
    finally:
        loop.stop()
    assert stop.is_set()
    assert not loop.status().is_running
    assert sorted(said) == [1, 2, 3, 101, 102, 103]


def test_the_loop_outlives_a_log_that_is_away(own_nats: NatsServer, tmp_path: Path) -> None:
    """The log's server goes and comes back: the loop says so meanwhile, then everything said arrives once."""
    house = House(f"sqlite:///{tmp_path}/a.db", open_log(f"{own_nats.url}/loop"))
    loop = ConsumerLoop(house.db, house.log, [house.counter()])
    loop.start()
    try:
        house.say(1, 3)
        wait_for(lambda: house.heard() == 6, "heard before", 20)
        own_nats.stop()
        house.say(4, 6)
        wait_for(lambda: "relay" in loop.errors, "the error shown", 30)
        assert "Unavailable" in loop.errors["relay"]
        own_nats.start()
        wait_for(lambda: house.heard() == 21, "heard after", 40)
        wait_for(lambda: not loop.errors, "errors got over", 20)
    finally:
        loop.stop()
        house.log.close()
        house.db.dispose()


def test_replay_since_a_day(tmp_path: Path) -> None:
    """`since` starts at the first entry received then, however the log is laid out."""
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    log = open_log(f"sqlite:///{tmp_path}/log.db", clock)
    house = House(f"sqlite:///{tmp_path}/a.db", log)
    heard: list[int] = []
    resets: list[datetime | None] = []

    def record(_tx: Tx, entries: Sequence[Entry]) -> None:
        heard.extend(entry.event.data["n"] for entry in entries)

    view = Consumer("view", "rooms", record, lambda _tx, since: resets.append(since))
    for day in range(10):
        log.append("rooms", [event("said", day * 10 + n) for n in range(day)])
        clock.advance(86400)
    catch_up(house.db, log, [view])
    everything = list(heard)
    for day in range(12):
        heard.clear()
        since = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)
        replay(house.db, log, view, since)
        assert heard == [number for number in everything if number // 10 >= day]
        assert resets[-1] == since
    log.close()
    house.db.dispose()


def test_saying_is_fast_enough_to_forget(tmp_path: Path) -> None:
    """A thousand things said in one transaction go through relay and consumer in a few seconds."""
    house = House(f"sqlite:///{tmp_path}/a.db", open_log(f"sqlite:///{tmp_path}/log.db"))
    begun = time.monotonic()
    with house.db.begin() as tx:
        for number in range(1000):
            say(tx, "rooms", event("said", number))
    catch_up(house.db, house.log, [house.counter()])
    assert house.heard() == sum(range(1000))
    assert time.monotonic() - begun < 20
    house.log.close()
    house.db.dispose()
