from collections import Counter
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from bandstand.discovery.model import drawn, fixed, interleaved


@given(st.lists(st.text(min_size=1, max_size=3)), st.integers(0, 9), st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_a_draw_says_how_likely_it_was(ids: list[str], seed: int, length: int) -> None:
    items = drawn("album", ids, Random(seed), length)
    pool = set(ids)
    assert len({item.id for item in items}) == len(items) == min(length, len(pool))
    assert all(item.propensity == len(items) / len(pool) for item in items)


def test_a_draw_is_as_likely_as_it_says() -> None:
    pick, shown = Random(1), Counter[str]()
    for _ in range(3_000):
        shown.update(item.id for item in drawn("album", "abcdefgh", pick, 2))
    assert all(abs(count / 3_000 - 0.25) < 0.04 for count in shown.values())


def test_rankings() -> None:
    assert [item.id for item in fixed("track", "abab", 3)] == ["a", "b"]
    assert interleaved(["abc", "xa", ""], 4) == ["a", "x", "b", "c"]
    assert interleaved([]) == []
