"""spotipy, unmodified, against the face in this process; `stories/` does the same walk on a whole server."""

from typing import Any, cast

import pytest
import requests
import spotipy
from requests.adapters import BaseAdapter

from tests.capability.faces.conftest import House
from tests.stories.spotipy_walk import connect, walk


class _InProcess(BaseAdapter):
    """Carries requests to the app in this process."""

    def __init__(self, house: House) -> None:
        super().__init__()
        self.house = house

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Send one request."""
        answer = self.house.client.request(
            str(request.method),
            str(request.url),
            headers={str(k): str(v) for k, v in request.headers.items()},
            content=cast("bytes", request.body or b""),
        )
        made = requests.Response()
        made.status_code, made.url, made.request = answer.status_code, str(request.url), request
        made.headers.update(answer.headers)
        made._content = answer.content
        return made

    def close(self) -> None:
        """Nothing to let go of."""


@pytest.fixture
def sp(house: House) -> spotipy.Spotify:
    """Ana's spotipy."""
    session = requests.Session()
    session.mount("http://", _InProcess(house))
    return connect("http://testserver.local", house.tokens["ana"], session)


def test_walk(sp: spotipy.Spotify) -> None:
    walk(sp, "yesterday")


def test_errors_are_spotifys(sp: spotipy.Spotify, house: House) -> None:
    with pytest.raises(spotipy.SpotifyException) as unknown:
        sp.track(house.albums[0])
    assert unknown.value.http_status == 404
    with pytest.raises(spotipy.SpotifyException) as wrong:
        sp.search("x", limit=1000)
    assert wrong.value.http_status == 400
    assert "limit" in wrong.value.msg
