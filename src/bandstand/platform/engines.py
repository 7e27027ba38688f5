"""What a process runs on, put together once by `app/wiring.py` and handed down."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bandstand.platform.clock import Clock, system_clock
from bandstand.platform.db import Database

if TYPE_CHECKING:
    from bandstand.platform.log import EventLog
    from bandstand.platform.objects import Objects


@dataclass
class Engines:
    """The engines and facts every edge may use; `services` holds what the wiring hands from room to room by name.

    Known services: `search` (search.Searcher), `media` (media room's runtime), `scanner` (asks for a scan).
    """

    db: Database
    log: "EventLog"
    objects: "Objects"
    data_dir: Path
    secret: bytes
    public_url: str | None = None
    clock: Clock = system_clock
    version: str = "0"
    services: dict[str, Any] = field(default_factory=dict)
