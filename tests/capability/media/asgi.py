"""A bare ASGI client: one request, one answer."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bandstand.media import MediaHandler


@dataclass
class Answer:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    path: str | None = None


async def ask(
    handler: MediaHandler, path: str, method: str = "GET", *, pathsend: bool = False, **headers: str
) -> Answer:
    """Send one request; header names are given with underscores."""
    answer = Answer()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {k.decode(): v.decode() for k, v in message["headers"]}
        elif message["type"] == "http.response.pathsend":
            answer.path = message["path"]
            answer.body = await asyncio.to_thread(Path(message["path"]).read_bytes)
        else:
            answer.body += message["body"]

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
        "extensions": {"http.response.pathsend": {}} if pathsend else {},
    }
    await handler(scope, receive, send)
    return answer
