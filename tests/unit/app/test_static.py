"""The player's files: compressed where asked, cached where hashed, and every page address gives the page."""

import asyncio
from pathlib import Path
from typing import Any

from bandstand.app.static import Player


def ask(
    player: Player, path: str, *, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    given = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    asyncio.run(player({"type": "http", "method": method, "path": path, "headers": given}, None, send))
    return sent[0]["status"], {k.decode(): v.decode() for k, v in sent[0]["headers"]}, sent[1]["body"]


def built(folder: Path) -> Player:
    (folder / "assets").mkdir()
    (folder / "index.html").write_text("<!doctype html>page")
    (folder / "assets" / "app-1a2b.js").write_text("x")
    (folder / "assets" / "app-1a2b.js.br").write_bytes(b"small")
    return Player(folder)


def test_pages_assets_and_what_is_not_there(tmp_path: Path) -> None:
    player = built(tmp_path)
    status, headers, body = ask(player, "/album/abc")
    assert (status, body) == (200, b"<!doctype html>page")
    assert headers["cache-control"] == "no-cache"
    assert "unsafe" not in headers["content-security-policy"]
    assert ask(player, "/", if_none_match=headers["etag"])[0] == 304
    status, headers, body = ask(player, "/assets/app-1a2b.js", accept_encoding="gzip, br")
    assert (body, headers["content-encoding"]) == (b"small", "br")
    assert "immutable" in headers["cache-control"]
    assert ask(player, "/assets/none.js")[0] == 404
    assert ask(player, "/../../etc/passwd.txt")[0] == 404
    assert ask(player, "/", method="POST")[0] == 405
    assert ask(player, "/", method="HEAD")[2] == b""


def test_a_player_that_is_not_built_says_what_to_do(tmp_path: Path) -> None:
    status, _, body = ask(Player(tmp_path / "none"), "/")
    assert status == 503
    assert b"make setup" in body
