"""spotipy, unmodified, against a whole server."""

from pathlib import Path

from tests.factories import small_library
from tests.stories.conftest import eventually, running
from tests.stories.spotipy_walk import connect, walk

PASSWORD = "a long enough password"


def test_spotipy(tmp_path: Path) -> None:
    music = small_library(tmp_path / "music", seconds=1.0)
    with running(tmp_path / "data", music) as server:
        server.command("user", "add", "ana", "--password-stdin", "--role", "admin", given=PASSWORD + "\n")
        token = server.command("user", "token", "ana").stdout.split()[-1]
        sp = connect(server.url, token)
        eventually(lambda: sp.search("morning", type="track")["tracks"]["items"], what="a track in the index")
        walk(sp, "morning")
