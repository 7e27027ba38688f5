"""The event log: what happened, append-only, read by consumers that keep their own offset."""

from bandstand.platform.log.consumer import (
    Consumer,
    ConsumerStatus,
    catch_up,
    read_status,
    replay,
    run_consumer_once,
)
from bandstand.platform.log.engines import open_log
from bandstand.platform.log.loop import ConsumerLoop, LoopStatus
from bandstand.platform.log.model import MAX_EVENT_BYTES, TOPICS, Entry, Event, EventLog
from bandstand.platform.log.outbox import Relay, say

__all__ = [
    "MAX_EVENT_BYTES",
    "TOPICS",
    "Consumer",
    "ConsumerLoop",
    "ConsumerStatus",
    "Entry",
    "Event",
    "EventLog",
    "LoopStatus",
    "Relay",
    "catch_up",
    "open_log",
    "read_status",
    "replay",
    "run_consumer_once",
    "say",
]
