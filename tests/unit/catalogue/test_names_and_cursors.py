from datetime import UTC, datetime

import pytest

from bandstand.catalogue import name_key, sort_key
from bandstand.catalogue.paging import read_cursor, write_cursor
from bandstand.platform.errors import Invalid
from bandstand.platform.ids import new_id


def test_articles_accents_and_case_do_not_order() -> None:
    assert sort_key("The Beatles") == "beatles"
    assert sort_key("Émile") == "emile"
    assert sort_key("The") == "the"
    assert sort_key("A Name", "Name, A") == "name, a"


def test_two_normal_forms_are_one_name() -> None:
    assert name_key("Cafe\u0301  BAR") == name_key("café bar")


def test_a_cursor_comes_back_as_it_went() -> None:
    at, last = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC), new_id()
    assert read_cursor(write_cursor(at, last)) == (at, last)
    assert read_cursor(write_cursor("ü", last)) == ("ü", last)


@pytest.mark.parametrize("text", ["", "%%%", "bm90aGluZw", "W10", "WyJhIiwiYiJd"])
def test_a_foreign_cursor_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_cursor(text)
