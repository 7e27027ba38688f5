"""The event log's pure parts, and faults only an embedded file can have."""

import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.platform.clock import FixedClock, system_clock
from bandstand.platform.errors import Invalid, Unavailable
from bandstand.platform.ids import new_id
from bandstand.platform.log import Event, open_log
from bandstand.platform.log.model import check_topic, decode, encode
from bandstand.platform.log.sqlite import SqliteLog

AT = datetime(2026, 3, 4, 5, 6, 7, 891011, tzinfo=UTC)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def event(data: object = None, at: datetime = AT) -> Event:
    """Make an event with one datum."""
    return Event(new_id(), "unit.tested", at, "pseudonym", {"value": data})


@given(values)
def test_an_event_survives_the_log(data: object) -> None:
    """What JSON can say comes back as it was."""
    before = event(data)
    assert decode(encode(before)) == before


def test_a_moment_is_a_moment() -> None:
    """Another zone names the same moment."""
    east = timezone(timedelta(hours=5, minutes=30))
    assert decode(encode(event(at=AT.astimezone(east)))).at == AT


def test_an_event_of_a_newer_program() -> None:
    """Fields a newer program added are passed over: names are only ever added."""
    body = encode(event()).replace(b'{"id"', b'{"mood":"blue","id"')
    assert decode(body).kind == "unit.tested"


@pytest.mark.parametrize("topic", ["", "A", "1a", "a b", 'a"', "a" * 41, "ä"])
def test_topics_that_are_none(topic: str) -> None:
    """A topic becomes a table's name."""
    with pytest.raises(Invalid):
        check_topic(topic)


def test_the_clock_is_the_given_one(tmp_path: Path) -> None:
    """Entries carry the time of the clock handed in."""
    clock = FixedClock(AT)
    log = open_log(f"sqlite:///{tmp_path}/log.db", clock)
    log.append("listening", [event()])
    clock.advance(1.5)
    log.append("listening", [event()])
    assert [entry.received_at - AT for entry in log.read("listening", 0, 9)] == [
        timedelta(),
        timedelta(seconds=1.5),
    ]
    log.close()


class SmallDisk(SqliteLog):
    """A log whose file may hold a hundred pages, as on a disk that is full."""

    pages = 100

    def _connect(self, synchronous: str) -> sqlite3.Connection:
        connection = super()._connect(synchronous)
        connection.execute(f"PRAGMA max_page_count={self.pages}")
        return connection


def test_disk_full(tmp_path: Path) -> None:
    """A full disk refuses the append with a word about space, keeps what it took, and goes on when there is room."""
    log = SmallDisk(tmp_path / "log.db", system_clock)
    taken = 0

    def fill() -> None:
        nonlocal taken
        while taken < 10_000:
            log.append("listening", [event("x" * 5000) for _ in range(3)])
            taken += 1

    with pytest.raises(Unavailable, match="disk is full"):
        fill()
    assert taken > 3
    assert len(log.read("listening", 0, 100_000)) == taken * 3
    log.pages = 100_000
    log.close()
    log = SmallDisk(tmp_path / "log.db", system_clock)
    log.pages = 100_000
    log.append("listening", [event()])
    assert log.last("listening") >= taken * 3
    log.close()


def test_locked_by_another_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file another program holds is waited for, then named."""
    monkeypatch.setattr("bandstand.platform.log.sqlite.BUSY_TIMEOUT_S", 0.1)
    log = open_log(f"sqlite:///{tmp_path}/log.db")
    log.append("listening", [event()])
    other = sqlite3.connect(tmp_path / "log.db", isolation_level=None)
    log.close()
    log = open_log(f"sqlite:///{tmp_path}/log.db")
    assert log.last("listening") == 1
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match=r"log\.db is locked"):
        log.append("listening", [event()])
    other.execute("ROLLBACK")
    log.append("listening", [event()])
    other.close()
    log.close()
