"""Ids survive the round trip, sort by time, and refuse what is none."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.platform import ids


@given(st.integers(min_value=0, max_value=2**128 - 1))
def test_round_trip(number: int) -> None:
    text = ids.encode(number)
    assert len(text) == 22
    assert ids.decode(text) == number


def test_new_ids_sort_by_time_and_say_version_seven() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = [ids.new_id(start + timedelta(milliseconds=i)) for i in range(50)]
    assert made == sorted(made)
    assert {ids.decode(i) >> 76 & 0xF for i in made} == {7}
    assert {ids.decode(i) >> 62 & 0b11 for i in made} == {0b10}


@given(st.lists(st.text(), min_size=1))
def test_derived_ids_are_stable(parts: list[str]) -> None:
    assert ids.derived_id(*parts) == ids.derived_id(*parts)
    assert ids.is_id(ids.derived_id(*parts))


@pytest.mark.parametrize("text", ["", "short", "z" * 22, "0" * 23, "0" * 21 + "-", "0" * 21 + "é"])
def test_what_is_no_id(text: str) -> None:
    assert not ids.is_id(text)
