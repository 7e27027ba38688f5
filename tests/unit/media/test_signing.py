from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand import media
from bandstand.platform.errors import Forbidden

SECRET, HASH = b"k" * 32, "ab" * 32
END = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
BEFORE = END.timestamp() - 1


def test_a_signature_holds_until_it_ends() -> None:
    signature = media.sign(SECRET, HASH, "ana", END)
    assert media.verify(SECRET, signature, HASH, BEFORE, "ana").expires_at == END.timestamp()
    assert "ana" not in signature
    assert "/" not in signature
    with pytest.raises(Forbidden) as caught:
        media.verify(SECRET, signature, HASH, END.timestamp())
    assert caught.value.code == "media_expired"


def test_it_binds_person_source_and_secret() -> None:
    signature = media.sign(SECRET, HASH, "ana", END)
    for wrong in (
        (SECRET, signature, "cd" * 32, BEFORE),
        (b"x" * 32, signature, HASH, BEFORE),
        (SECRET, signature, HASH, BEFORE, "bo"),
    ):
        with pytest.raises(Forbidden):
            media.verify(*wrong)


@given(st.data())
def test_no_altered_signature_is_taken(data: st.DataObject) -> None:
    signature = media.sign(SECRET, HASH, "ana", END)
    at = data.draw(st.integers(0, len(signature) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda c: c != signature[at]))
    with pytest.raises(Forbidden):
        media.verify(SECRET, signature[:at] + other + signature[at + 1 :], HASH, BEFORE)


@given(st.text(max_size=200))
def test_no_text_is_taken_for_a_signature(text: str) -> None:
    with pytest.raises(Forbidden):
        media.verify(SECRET, text, HASH, BEFORE)
