from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandstand.listening.wire import MAX_BATCH, take_batch
from bandstand.platform.errors import TooLarge
from bandstand.platform.ids import derived_id, is_id

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
GOOD: dict[str, Any] = {
    "id": derived_id("one"),
    "kind": "progressed",
    "session": derived_id("session"),
    "seq": 1,
    "at": "2026-03-01T12:00:00Z",
    "from_ms": 0,
    "to_ms": 5_000,
    "heard_ms": 5_000,
}


def test_one_bad_report_never_loses_the_others() -> None:
    taken = take_batch([GOOD, {**GOOD, "kind": "exploded"}, 7, {**GOOD, "seq": None}], "ana", NOON)
    assert len(taken.events) == 1
    assert [one.code for one in taken.refused] == ["unknown_kind", "invalid", "incomplete"]
    assert taken.refused[0].id == GOOD["id"]


def test_who_heard_is_never_read_from_the_body() -> None:
    taken = take_batch([{**GOOD, "person": "bo"}], "ana", NOON)
    assert taken.events[0].person == "ana"
    assert "person" not in taken.events[0].data


def test_an_id_of_another_form_becomes_the_same_id_each_time() -> None:
    sent = {**GOOD, "id": "6d1fc2a0-55b0-4d1c-9a52-0d4d4a6f7a11"}
    one, two = (take_batch([sent], "ana", NOON).events[0].id for _ in range(2))
    assert one == two
    assert is_id(one)
    assert one != take_batch([sent], "bo", NOON).events[0].id


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", "yesterday"),
        ("at", "2026-03-01T12:00:00"),
        ("heard_ms", -1),
        ("seq", 2**60),
        ("to_ms", 1e99),
        ("id", ""),
        ("id", "a b"),
        ("context", "x" * 600),
        ("context", "a\x00b"),
        ("track", "\x00"),
        ("from_ms", 9_000),
    ],
)
def test_what_cannot_be_is_refused(field: str, value: object) -> None:
    taken = take_batch([{**GOOD, field: value}], "ana", NOON)
    assert taken.events == []
    assert len(taken.refused) == 1


@pytest.mark.parametrize("off", [timedelta(days=400), timedelta(minutes=3), timedelta(days=-400)])
def test_a_clock_that_is_wrong_is_marked_and_kept(off: timedelta) -> None:
    event = take_batch([{**GOOD, "at": (NOON + off).isoformat()}], "ana", NOON).events[0]
    assert event.at == NOON
    assert event.data["clock_skewed"] is True
    assert event.data["at"] == (NOON + off).isoformat()


def test_an_offline_play_of_last_month_keeps_its_date() -> None:
    late = NOON - timedelta(days=30)
    event = take_batch([{**GOOD, "at": late.isoformat(), "offline": True}], "ana", NOON).events[0]
    assert event.at == late
    assert event.data["is_offline"] is True


def test_more_than_a_batch_is_refused_whole() -> None:
    with pytest.raises(TooLarge):
        take_batch([GOOD] * (MAX_BATCH + 1), "ana", NOON)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(GOOD)), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(GOOD)), _JSON))
@settings(max_examples=60, deadline=None)
def test_nothing_a_device_sends_breaks_the_batch(change: dict[str, Any]) -> None:
    taken = take_batch([{**GOOD, **change}], "ana", NOON)
    assert len(taken.events) + len(taken.refused) == 1
