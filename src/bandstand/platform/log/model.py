"""What an event is, and what every event log can do."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

import msgspec

from bandstand.platform.errors import Invalid, TooLarge
from bandstand.platform.ids import Id

TOPICS: Final = ("listening", "rooms")
"""`listening`: what clients report; `rooms`: what the rooms say through the outbox."""

MAX_EVENT_BYTES: Final = 256 * 1024
"""A quarter of NATS' default `max_payload`, so that every engine takes what one engine took."""

_TOPIC: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `person` is a pseudonym, never an account id."""

    id: Id
    kind: str
    at: datetime
    person: str | None
    data: dict[str, Any]
    version: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as a log holds it: where, and when the log received it."""

    offset: int
    received_at: datetime
    event: Event


class EventLog(Protocol):
    """Append-only topics of events. Every method may raise `Unavailable` when the engine is away."""

    def append(self, topic: str, events: Sequence[Event]) -> None:
        """Return once all events are durable; an event whose id is known already is stored once."""

    def read(self, topic: str, after: int, limit: int) -> list[Entry]:
        """Up to `limit` entries with an offset above `after`, in order."""

    def last(self, topic: str) -> int:
        """The offset of the newest entry, 0 if there is none."""

    def wait(self, topic: str, after: int, timeout_s: float) -> bool:
        """Return True as soon as something newer than `after` is there, False after `timeout_s`."""

    def ack(self, topic: str, consumer: str, offset: int) -> None:
        """Tell how far a consumer is. For `lag` only: the truth is the consumer's own offset."""

    def lag(self, topic: str) -> dict[str, int]:
        """How many offsets each consumer that ever acked is behind."""

    def close(self) -> None:
        """Finish what was accepted and let go of the engine."""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Event)


def encode(event: Event) -> bytes:
    """One event as JSON. Raises Invalid when it is not JSON, TooLarge past MAX_EVENT_BYTES."""
    if event.at.tzinfo is None:
        raise Invalid(f"event {event.id}: `at` has no time zone")
    try:
        body = _encoder.encode(event)
    except (TypeError, ValueError) as error:
        raise Invalid(f"event {event.id} cannot be written as JSON: {error}") from error
    if len(body) > MAX_EVENT_BYTES:
        raise TooLarge(f"event {event.id} is {len(body)} bytes; {MAX_EVENT_BYTES} are allowed")
    return body


def decode(body: bytes) -> Event:
    """Read what `encode` wrote."""
    return _decoder.decode(body)


def check_topic(topic: str) -> str:
    """The topic, or Invalid: topics become table and stream names."""
    if not _TOPIC.fullmatch(topic):
        raise Invalid(f"{topic!r} is not a topic: use lower-case letters, digits and _")
    return topic
