"""Reading processes: a file that hangs or crashes one costs that file alone."""

import os
import pickle
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Final, Self

FILE_LIMIT_S: Final = 60.0
_START_LIMIT_S: Final = 60.0

Request = tuple[str, tuple[Any, ...]]
Answer = tuple[str, Any]


class _Reader:
    """One reading process and the request it is on."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bandstand.delivery.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.request: int | None = None
        self.deadline = 0.0
        self.is_warm = False
        self.buffer = bytearray()

    @property
    def out(self) -> int:
        if self.process.stdout is None:  # pragma: no cover - it was opened with a pipe
            raise RuntimeError("a reading process without a pipe")
        return self.process.stdout.fileno()

    def send(self, number: int, request: Request, limit_s: float) -> None:
        body = pickle.dumps(request)
        self.request = number
        self.deadline = time.monotonic() + limit_s + (0 if self.is_warm else _START_LIMIT_S)
        if self.process.stdin is not None:
            with suppress(BrokenPipeError):  # it is dead: receive() will say so
                self.process.stdin.write(len(body).to_bytes(4) + body)
                self.process.stdin.flush()

    def receive(self) -> Answer | None:
        """The answer once it is whole, None while it is not. Raises EOFError when the process died."""
        data = os.read(self.out, 1 << 20)
        if not data:
            raise EOFError
        self.buffer += data
        size = int.from_bytes(self.buffer[:4]) if len(self.buffer) >= 4 else None  # noqa: PLR2004
        if size is None or len(self.buffer) < 4 + size:
            return None
        body = bytes(self.buffer[4 : 4 + size])
        self.buffer.clear()
        self.is_warm = True
        found: Answer = pickle.loads(body)  # noqa: S301 - from our own child
        return found

    def end(self) -> int | None:
        self.process.kill()
        code = self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        return code


class ReaderPool:
    """A few reading processes. Answers come as they are ready, with the number of their request."""

    def __init__(self, size: int | None = None, file_limit_s: float = FILE_LIMIT_S) -> None:
        self.size = size or max(1, min(4, os.cpu_count() or 1))
        self.file_limit_s = file_limit_s
        self._readers: list[_Reader] = []

    def __enter__(self) -> Self:
        """Start nothing: processes start with the first requests."""
        return self

    def __exit__(self, *_: object) -> None:
        """End every process."""
        self.close()

    def close(self) -> None:
        """End every process."""
        for reader in self._readers:
            reader.end()
        self._readers.clear()

    def ask(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        """Put every request to a process; one that hangs past its limit or kills its process gets an error for answer."""
        waiting = list(enumerate(requests))[::-1]
        with selectors.DefaultSelector() as selector:
            for reader in self._enough(len(requests)):
                selector.register(reader.out, selectors.EVENT_READ, reader)
                number, request = waiting.pop()
                reader.send(number, request, self.file_limit_s)
            done = 0
            while done < len(requests):
                for reader, found in self._step(selector):
                    number = reader.request if reader.request is not None else -1
                    done += 1
                    following = self._replace(selector, reader) if found[0] == "dead" else reader
                    following.request = None
                    if waiting:
                        upcoming, request = waiting.pop()
                        following.send(upcoming, request, self.file_limit_s)
                    yield number, ("error", found[1]) if found[0] == "dead" else found

    def _enough(self, wanted: int) -> list[_Reader]:
        while len(self._readers) < min(self.size, wanted):
            self._readers.append(_Reader())
        return self._readers[: min(self.size, wanted)]

    def _step(self, selector: selectors.BaseSelector) -> list[tuple[_Reader, Answer]]:
        finished: list[tuple[_Reader, Answer]] = []
        for key, _ in selector.select(0.5):
            reader: _Reader = key.data
            try:
                found = reader.receive()
            except EOFError:
                code = reader.process.wait()
                found = ("dead", f"it crashed its reader (exit {code})")
            if found is not None:
                finished.append((reader, found))
        answered = {id(reader) for reader, _ in finished}
        for key in list(selector.get_map().values()):
            reader = key.data
            is_late = reader.request is not None and time.monotonic() > reader.deadline
            if is_late and id(reader) not in answered:
                finished.append((reader, ("dead", f"its reader was stopped after {self.file_limit_s:g} s")))
        return finished

    def _replace(self, selector: selectors.BaseSelector, reader: _Reader) -> _Reader:
        selector.unregister(reader.out)
        reader.end()
        fresh = _Reader()
        self._readers[self._readers.index(reader)] = fresh
        selector.register(fresh.out, selectors.EVENT_READ, fresh)
        return fresh
