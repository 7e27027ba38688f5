"""The bare ASGI handler of `/media`: check the signature, send the file. No framework, no database while a file is there."""

import asyncio
import hashlib
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from bandstand.media.manifest import master_playlist, media_playlist, track_manifest
from bandstand.media.model import key_of
from bandstand.media.signing import verify
from bandstand.media.studio import Studio
from bandstand.media.waiting import Waiting
from bandstand.platform import objects
from bandstand.platform.errors import BandstandError, NotFound
from bandstand.platform.ids import Id, is_id

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
Artwork = Callable[[Id, int], bytes | Path | None]
"""Handed in by the wiring: one size of an artwork as WebP, None when there is no such artwork."""

ARTWORK_SIZES = frozenset({64, 160, 320, 640})
TOUCH_EVERY_S = 600.0

_PATH = re.compile(
    r"/media/([A-Za-z0-9._-]{8,200})/([A-Za-z0-9_-]{8,128})/"
    r"(?:(track\.json|master\.m3u8)|((?:aac|flac)-\d{1,6})/(media\.m3u8|init\.mp4|\d{5}\.m4s))"
)
_ARTWORK = re.compile(r"/media/artwork/([0-9A-Za-z]{22})/(\d{2,3})\.webp")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")

_CORS: Headers = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"content-length, content-range, etag, retry-after"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"timing-allow-origin", b"*"),
]
_IMMUTABLE = (b"cache-control", b"public, max-age=31536000, immutable")
_NO_CACHE = (b"cache-control", b"no-cache")
_SETTLED = (b"cache-control", b"private, max-age=60")
_SEGMENT: Headers = [(b"content-type", b"audio/mp4"), (b"accept-ranges", b"bytes"), _IMMUTABLE, *_CORS]
_PICTURE: Headers = [(b"content-type", b"image/webp"), _IMMUTABLE, *_CORS]
_TYPES = {"json": b"application/json", "m3u8": b"application/vnd.apple.mpegurl"}
_PREFLIGHT: Headers = [
    *_CORS,
    (b"access-control-allow-methods", b"GET, HEAD, OPTIONS"),
    (b"access-control-allow-headers", b"range, if-none-match"),
    (b"access-control-max-age", b"86400"),
    (b"content-length", b"0"),
]
_log = logging.getLogger(__name__)


class MediaHandler:
    """An ASGI application for every path under `/media/`."""

    def __init__(self, studio: Studio, secret: bytes, artwork: Artwork) -> None:
        self.studio = studio
        self._secret, self._artwork = secret, artwork
        self._waiting = Waiting(studio)
        probe_path = objects.local_path(studio.kept, "x")
        self._folder = f"{probe_path.parent}/" if probe_path is not None else None
        self._touched: dict[tuple[str, str], float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        del receive  # no request here has a body
        method = scope["method"]
        if method == "OPTIONS":
            await _send(send, 204, _PREFLIGHT, b"", is_head=True)
            return
        if method not in {"GET", "HEAD"}:
            await _send(send, 405, [(b"allow", b"GET, HEAD, OPTIONS"), *_CORS], b"", is_head=False)
            return
        try:
            await self._answer(scope, send)
        except BandstandError as error:
            await _send_error(send, error, is_head=method == "HEAD")

    async def _answer(self, scope: Scope, send: Send) -> None:
        found = _PATH.fullmatch(scope["path"])
        if found is None:
            await self._picture(scope, send)
            return
        signature, source_hash, manifest, name, file = found.groups()
        verify(self._secret, signature, source_hash, self.studio.clock().timestamp())
        if manifest or file == "media.m3u8":
            await self._manifest(scope, send, source_hash, name, manifest or file)
        else:
            await self._segment(scope, send, source_hash, name, file)

    async def _segment(self, scope: Scope, send: Send, source_hash: str, name: str, file: str) -> None:
        key = key_of(source_hash, name, file)
        self._touch(source_hash, name)
        self.studio.want(source_hash, name)
        is_sent = await self._send_object(scope, send, key)
        if not is_sent:
            await self._waiting.for_object(source_hash, name, file, key)
            if not await self._send_object(scope, send, key):
                raise NotFound("This part of the sound is not there.", code="segment_missing")

    async def _send_object(self, scope: Scope, send: Send, key: str) -> bool:
        if self._folder is not None:
            return await _send_path(scope, send, Path(self._folder + key), _SEGMENT)
        try:
            data = await asyncio.to_thread(objects.get, self.studio.kept, key)
        except NotFound:
            return False
        await _send_bytes(scope, send, data, _SEGMENT)
        return True

    async def _manifest(
        self, scope: Scope, send: Send, source_hash: str, name: str | None, file: str
    ) -> None:
        body, is_settled = await asyncio.to_thread(self._write_manifest, source_hash, name, file)
        if not is_settled:
            self._spawn(self._start_making(source_hash, name))
        etag = b'"' + hashlib.blake2b(body, digest_size=12).hexdigest().encode() + b'"'
        cache = _SETTLED if is_settled else _NO_CACHE
        headers = [(b"content-type", _TYPES[file.rpartition(".")[2]]), (b"etag", etag), cache, *_CORS]
        if _header(scope, b"if-none-match") == etag:
            await _send(send, 304, headers, b"", is_head=True)
            return
        headers.append((b"content-length", str(len(body)).encode()))
        await _send(send, 200, headers, body, is_head=scope["method"] == "HEAD")

    def _write_manifest(self, source_hash: str, name: str | None, file: str) -> tuple[bytes, bool]:
        snapshot, about = self.studio.snapshot(source_hash)
        if file == "master.m3u8":
            return master_playlist(snapshot.specs, snapshot.sizes).encode(), snapshot.is_ready
        if file == "track.json":
            text = track_manifest(snapshot.facts, snapshot.specs, snapshot.sizes, about)
            return text.encode(), snapshot.is_ready
        spec = next((s for s in snapshot.specs if s.name == name), None)
        if spec is None:
            raise NotFound("This track has no such rendition.", code="rendition_unknown")
        return media_playlist(spec).encode(), spec.name in snapshot.sizes

    async def _start_making(self, source_hash: str, name: str | None) -> None:
        """Begin ahead of the first segment's request, if there is room; that request says what is wrong, if anything."""
        family = name.partition("-")[0] if name else "aac"
        try:
            await asyncio.to_thread(self.studio.ensure, source_hash, family)
        except BandstandError as error:
            _log.info("making %s of %s did not start early: %s", family, source_hash, error)

    def _touch(self, source_hash: str, name: str) -> None:
        now, used = time.monotonic(), (source_hash, name)
        if now - self._touched.get(used, -TOUCH_EVERY_S) < TOUCH_EVERY_S:
            return
        if len(self._touched) > 10_000:  # noqa: PLR2004 - a bound on memory, nothing more
            self._touched.clear()
        self._touched[used] = now
        self._spawn(self._write_touch(used))

    async def _write_touch(self, used: tuple[str, str]) -> None:
        try:
            await asyncio.to_thread(self.studio.touch, [used])
        except BandstandError as error:
            _log.info("the use of a rendition was not noted: %s", error)

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _picture(self, scope: Scope, send: Send) -> None:
        found = _ARTWORK.fullmatch(scope["path"])
        if found is None or int(found[2]) not in ARTWORK_SIZES or not is_id(found[1]):
            raise NotFound("There is nothing under this address.")
        picture = await asyncio.to_thread(self._artwork, found[1], int(found[2]))
        if isinstance(picture, bytes):
            await _send_bytes(scope, send, picture, _PICTURE)
        elif picture is None or not await _send_path(scope, send, picture, _PICTURE):
            raise NotFound("There is no such artwork.", code="artwork_unknown")


def _header(scope: Scope, name: bytes) -> bytes | None:
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return None


async def _send(send: Send, status: int, headers: Headers, body: bytes, *, is_head: bool) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if is_head else body})


async def _send_path(scope: Scope, send: Send, path: Path, headers: Headers) -> bool:
    """Send a file; False when it is not there."""
    try:
        size = path.stat().st_size  # noqa: ASYNC240 - a page of cache, cheaper than a thread
        can_hand_over = "http.response.pathsend" in (scope.get("extensions") or {})
        if can_hand_over and scope["method"] == "GET" and _header(scope, b"range") is None:
            full = [*headers, (b"content-length", b"%d" % size)]
            await send({"type": "http.response.start", "status": 200, "headers": full})
            await send({"type": "http.response.pathsend", "path": str(path)})
            return True
        data = path.read_bytes()  # noqa: ASYNC240 - at most a few hundred kB, measured cheaper than a thread
    except (FileNotFoundError, NotADirectoryError):
        return False
    await _send_bytes(scope, send, data, headers)
    return True


async def _send_bytes(scope: Scope, send: Send, data: bytes, headers: Headers) -> None:
    """Send bytes, or the one range of them that is asked for."""
    size, status, is_head = len(data), 200, scope["method"] == "HEAD"
    wanted = _header(scope, b"range")
    if wanted is not None:
        span = _span(wanted.decode("latin-1"), size)
        if span is None:
            no_range = [*_CORS, (b"content-range", b"bytes */%d" % size), (b"content-length", b"0")]
            await _send(send, 416, no_range, b"", is_head=True)
            return
        if span != (0, size) or wanted.startswith(b"bytes="):
            start, end = span
            headers = [*headers, (b"content-range", b"bytes %d-%d/%d" % (start, end - 1, size))]
            data, status = data[start:end], 206
    await _send(send, status, [*headers, (b"content-length", b"%d" % len(data))], data, is_head=is_head)


def _span(text: str, size: int) -> tuple[int, int] | None:
    """Give (start, end) of a single range, None when it lies outside; what is no single range means everything."""
    found = _RANGE.fullmatch(text.replace(" ", ""))
    if found is None or not (found[1] or found[2]):
        return 0, size
    if not found[1]:
        length = min(int(found[2]), size)
        return (size - length, size) if length else None
    start, end = int(found[1]), min(int(found[2]) + 1 if found[2] else size, size)
    return (start, end) if start < end else None


async def _send_error(send: Send, error: BandstandError, *, is_head: bool) -> None:
    problem = {
        "type": "about:blank",
        "title": type(error).__name__,
        "status": error.status,
        "code": error.code,
        "detail": error.message,
    }
    body = json.dumps(problem).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", b"%d" % len(body)),
        _NO_CACHE,
        *_CORS,
    ]
    retry_after_s = getattr(error, "retry_after_s", None)
    if retry_after_s is not None:
        headers.append((b"retry-after", b"%d" % retry_after_s))
    await _send(send, error.status, headers, body, is_head=is_head)
