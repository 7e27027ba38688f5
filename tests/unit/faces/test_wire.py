"""Addresses, ids, pages and bodies as Spotify's clients send them."""

import pytest

from bandstand.faces.spotify import wire
from bandstand.platform.errors import Invalid

ID = "0352YnO5Jj1ZwYf28Unt5X"


@pytest.mark.parametrize(
    "text", [f"spotify:track:{ID}", f"https://open.spotify.com/track/{ID}", f" spotify:track:{ID} "]
)
def test_uris(text: str) -> None:
    assert wire.read_uri(text) == ("track", ID)


@pytest.mark.parametrize(
    "text",
    ["", "track:x", f"spotify:track:{ID}x", "spotify:track:", f"spotify::{ID}", "spotify:track:" + "z" * 22],
)
def test_no_uris(text: str) -> None:
    with pytest.raises(Invalid):
        wire.read_uri(text)


@pytest.mark.parametrize(("limit", "offset"), [(0, 0), (-1, 0), (51, 0), (10**9, 0), (1, -1), (1, 10**9)])
def test_windows(limit: int, offset: int) -> None:
    with pytest.raises(Invalid):
        wire.window(limit, offset)


def test_ids_in_query_and_body() -> None:
    assert wire.ids_given(f"{ID},{ID}", b"") == [ID, ID]
    assert wire.ids_given(None, f'{{"ids": ["{ID}"]}}'.encode()) == [ID]
    assert wire.ids_given(None, f'["{ID}"]'.encode()) == [ID]
    for body in (b"", b"{}", b"[1]", b"{", b'{"ids": 1}', b"\xff"):
        with pytest.raises(Invalid):
            wire.ids_given(None, body)


def test_fields_of_a_body() -> None:
    assert wire.field_of({"a": 1}, "a", int) == 1
    assert wire.field_of({"a": None}, "a", int) is None
    for wrong in ({"a": True}, {"a": "1"}):
        with pytest.raises(Invalid):
            wire.field_of(wrong, "a", int)
