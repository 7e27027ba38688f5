"""Which event log an address names."""

from pathlib import Path
from typing import Final

from bandstand.platform.clock import Clock, system_clock
from bandstand.platform.errors import Invalid
from bandstand.platform.log.model import EventLog
from bandstand.platform.log.sqlite import SqliteLog

_SQLITE: Final = "sqlite:///"
_NATS: Final = ("nats://", "tls://", "ws://", "wss://")


def open_log(url: str, clock: Clock = system_clock) -> EventLog:
    """Open `sqlite:///path` or `nats://host[/prefix][?replicas=3]`. Raises Invalid for anything else.

    `clock` dates entries of the SQLite log; JetStream dates its own. The NATS log connects at first use.
    """
    if url.startswith(_SQLITE) and len(url) > len(_SQLITE):
        return SqliteLog(Path(url[len(_SQLITE) :]), clock)
    if url.startswith(_NATS):
        from bandstand.platform.log.nats import NatsLog  # noqa: PLC0415 - only installations on NATS pay the import

        return NatsLog(url)
    raise Invalid(f"log address {url!r}: use sqlite:///path/to/log.db or nats://host:4222")
