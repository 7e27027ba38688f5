"""Folding, reading a query, one edit, ranking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.search.model import MAX_WORD, MAX_WORDS, is_one_edit, joined, read_query, score, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Für Elise", ["fur", "elise"]), ("BEYONCÉ", ["beyonce"]), ("Don't Stop", ["dont", "stop"]), ("AC/DC", ["ac", "dc"]),
        ("Simon & Garfunkel", ["simon", "and", "garfunkel"]), ("!!!", ["!!!"]), ("Straße", ["strasse"]), ("Sigur Rós ", ["sigur", "ros"]),
        ("千と千尋", ["千", "と", "千", "尋"]), ("", []), ("  ", []), ("Björk—Jóga", ["bjork", "joga"]), ("Łódź", ["lodz"]),
    ],
)  # fmt: skip
def test_folding(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text(max_size=400))
def test_any_text_folds_and_reads(text: str) -> None:
    assert all(0 < len(w) <= MAX_WORD for w in words_of(text))
    assert len(read_query(text).words) <= MAX_WORDS
    assert words_of(text.upper()) is not None


@given(
    st.text("abc", min_size=1, max_size=8),
    st.integers(0, 7),
    st.sampled_from("abcd"),
    st.sampled_from(["add", "drop", "change", "swap"]),
)
def test_one_edit(word: str, place: int, letter: str, what: str) -> None:
    at = place % len(word)
    edited = {
        "add": word[:at] + letter + word[at:],
        "drop": word[:at] + word[at + 1 :],
        "change": word[:at] + letter + word[at + 1 :],
        "swap": word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
    }[what]
    assert is_one_edit(word, edited)
    assert is_one_edit(edited, word)


@pytest.mark.parametrize(
    ("one", "other"), [("abc", "cba"), ("abcd", "ab"), ("love", "live s"), ("kitten", "sitting")]
)
def test_two_edits(one: str, other: str) -> None:
    assert not is_one_edit(one, other)


def test_filters() -> None:
    query = read_query('artist:"The Beatles" year:1960-1970 help isrc:us-abc-12')
    assert query.words == ("help",)
    assert query.years == (1960, 1970)
    assert dict(query.filters) == {"artist": ("the", "beatles"), "isrc": ("USABC12",)}
    assert read_query("year:later").years == (1, 0)


def test_exact_before_prefix_before_others() -> None:
    query = read_query("love")
    exact = score(query, "love", "x", "", 0)
    prefix = score(query, "love me do", "x", "", 1000)
    inside = score(query, "all you need is love", "x", "", 1000)
    typo = score(query, "lave", "x", "", 1000)
    assert exact > prefix > inside
    assert exact > typo
    assert score(query, "love", "x", "", 10) > exact


def test_joined() -> None:
    assert joined(["ac", "dc"]) == ["acdc"]
    assert joined(["a", "b", "c"]) == ["ab", "bc", "abc"]
    assert joined(["a"]) == []
