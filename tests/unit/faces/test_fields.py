"""Spotify's `fields`."""

import pytest

from bandstand.faces.spotify.fields import prune
from bandstand.platform.errors import Invalid

ANSWER = {"a": 1, "b": {"c": 2, "d": [{"e": 3, "f": 4}]}, "g": {"h": 5}}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (None, ANSWER), ("", ANSWER), ("a", {"a": 1}), ("a,g", {"a": 1, "g": {"h": 5}}), ("b.c", {"b": {"c": 2}}),
        ("b(d(e))", {"b": {"d": [{"e": 3}]}}), ("b.d(e,f),a", {"a": 1, "b": {"d": [{"e": 3, "f": 4}]}}), ("nothing", {}),
        ("!b", {"a": 1, "g": {"h": 5}}), ("b(!d)", {"b": {"c": 2}}), ("b.d(!e)", {"b": {"d": [{"f": 4}]}}),
    ],
)  # fmt: skip
def test_prune(text: str | None, kept: object) -> None:
    assert prune(ANSWER, text) == kept


@pytest.mark.parametrize(
    "text", ["(", ")", "a(", "a)", "a,,b", "a..b", "a(b", "(" * 50, "a(" * 50, "x" * 3000]
)
def test_what_cannot_be_read(text: str) -> None:
    with pytest.raises(Invalid):
        prune(ANSWER, text)
