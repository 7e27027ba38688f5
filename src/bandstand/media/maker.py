"""The process that transcodes: one job a line on standard input, one JSON line of news on standard output.

It is a process of its own so that a damaged file, a hang or a `kill -9` costs a making and never a web worker.
It ends when its standard input does. `python -m bandstand.media.maker`
"""

import json
import sys
import threading
import time
from dataclasses import asdict
from functools import partial
from os import _exit
from typing import Any, TextIO

from bandstand.media.job import path_from_hex
from bandstand.media.model import Probe, key_of, ladder_for
from bandstand.media.transcoding import Made, transcode
from bandstand.platform import objects
from bandstand.platform.errors import BandstandError

SAY_EVERY_S = 1.0


class _News:
    """Says that the job lives, at most once a second."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._said_at = 0.0

    def say(self, **news: Any) -> None:
        self._out.write(json.dumps(news) + "\n")
        self._out.flush()
        self._said_at = time.monotonic()

    def alive(self) -> None:
        if time.monotonic() - self._said_at >= SAY_EVERY_S:
            self.say(event="alive")


def _made(made: Made) -> dict[str, Any]:
    return {
        "event": "done",
        "renditions": {name: asdict(measured) for name, measured in made.renditions.items()},
        "decoded_samples": made.decoded_samples,
        "loudness": asdict(made.loudness) if made.loudness else None,
        "waveform": made.waveform.hex() if made.waveform is not None else None,
    }


def _work(job: dict[str, Any], news: _News) -> None:
    store = objects.open_objects(job["objects_url"])
    probe = Probe(**job["probe"])
    specs = ladder_for(probe, [job["family"]])

    def put(name: str, file: str, data: bytes) -> None:
        objects.put(store, key_of(job["source_hash"], name, file), data, "audio/mp4")
        news.alive()

    is_measured = bool(job["is_measured"])
    path = path_from_hex(job["path"])
    news.say(**_made(transcode(path, probe, specs, put, is_measured=is_measured, keep_going=news.alive)))


def _take(line: str, news: _News) -> None:
    try:
        _work(json.loads(line), news)
    except BandstandError as error:
        news.say(event="failed", code=error.code, message=error.message, is_final=error.status < 500)  # noqa: PLR2004
    except Exception as error:  # noqa: BLE001 - the boundary of the process: the reason goes to the making's row
        news.say(event="failed", code="internal", message=f"{type(error).__name__}: {error}", is_final=False)


def _read_jobs(jobs: list[str], ready: threading.Condition) -> None:
    """Keep reading, so that the end of input (the parent is gone) ends the process in the middle of a job too."""
    for line in sys.stdin:
        with ready:
            jobs.append(line)
            ready.notify()
    _exit(0)


def main() -> None:
    """Take jobs until standard input ends."""
    news = _News(sys.stdout)
    jobs: list[str] = []
    ready = threading.Condition()
    threading.Thread(target=partial(_read_jobs, jobs, ready), daemon=True).start()
    news.say(event="ready")
    while True:
        with ready:
            ready.wait_for(lambda: bool(jobs))
            line = jobs.pop(0)
        _take(line, news)


if __name__ == "__main__":
    main()
