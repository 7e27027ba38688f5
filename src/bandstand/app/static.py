"""The built player, read into memory once and served with strict headers."""

import hashlib
import mimetypes
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

DIST = Path(__file__).parent / "player_dist"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'"
)
_MISSING = (
    b"<!doctype html><title>Bandstand</title><p>The player is not built. In a checkout, run <code>make setup</code>, "
    b"then start again. The API works meanwhile.</p>"
)
Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class _File:
    body: bytes
    encoded: dict[str, bytes]
    headers: list[tuple[bytes, bytes]]
    etag: bytes


def _load(dist: Path) -> dict[str, _File]:
    files: dict[str, _File] = {}
    for path in sorted(p for p in dist.rglob("*") if p.is_file() and p.suffix not in {".br", ".gz"}):
        name = "/" + path.relative_to(dist).as_posix()
        body = path.read_bytes()
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        kind = {
            ".woff2": "font/woff2",
            ".webmanifest": "application/manifest+json",
            ".js": "text/javascript",
        }.get(path.suffix, kind)
        if kind.startswith("text/"):
            kind += "; charset=utf-8"
        is_hashed = name.startswith("/assets/")
        cache = "public, max-age=31536000, immutable" if is_hashed else "no-cache"
        encoded = {
            coding: side.read_bytes()
            for coding, suffix in (("br", ".br"), ("gzip", ".gz"))
            if (side := path.with_name(path.name + suffix)).is_file()
        }
        headers = [
            (b"content-type", kind.encode()),
            (b"cache-control", cache.encode()),
            (b"content-security-policy", CSP.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
            (b"vary", b"accept-encoding"),
        ]
        etag = b'"' + hashlib.sha256(body).hexdigest()[:24].encode() + b'"'
        files[name] = _File(body, encoded, headers, etag)
    return files


class Player:
    """ASGI: a file of the player, or its page for every address without an extension."""

    def __init__(self, dist: Path = DIST) -> None:
        self.files = _load(dist) if dist.is_dir() else {}

    async def __call__(self, scope: Scope, _receive: Any, send: Send) -> None:
        """Answer GET and HEAD."""
        path: str = scope["path"]
        if scope["method"] not in {"GET", "HEAD"}:
            await _send(send, 405, [(b"allow", b"GET, HEAD")], b"", head=False)
            return
        name = path if path in self.files else "/index.html"
        file = self.files.get(name)
        head = scope["method"] == "HEAD"
        if file is None:
            headers = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-store")]
            await _send(send, 503, headers, _MISSING, head=head)
        elif name == "/index.html" and "." in path.rsplit("/", 1)[-1] and path != name:
            await _send(
                send, 404, [(b"content-type", b"text/plain")], b"There is nothing at this address.", head=head
            )
        else:
            await _answer(scope, send, file, head=head)


async def _answer(scope: Scope, send: Send, file: _File, *, head: bool) -> None:
    asked = dict(scope["headers"])
    if asked.get(b"if-none-match") == file.etag:
        await _send(send, 304, [(b"etag", file.etag)], b"", head=True)
        return
    accepts = asked.get(b"accept-encoding", b"").decode("latin-1")
    headers, body = [*file.headers, (b"etag", file.etag)], file.body
    for coding, encoded in file.encoded.items():
        if coding in accepts:
            headers.append((b"content-encoding", coding.encode()))
            body = encoded
            break
    await _send(send, 200, headers, body, head=head)


async def _send(
    send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes, *, head: bool
) -> None:
    length = [(b"content-length", str(len(body)).encode())] if status != HTTPStatus.NOT_MODIFIED else []
    await send({"type": "http.response.start", "status": status, "headers": headers + length})
    await send({"type": "http.response.body", "body": b"" if head else body})
