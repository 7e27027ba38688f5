"""`POST /api/listening/events`: what devices report; answered once it is durable."""

from typing import Any, Final

import msgspec
from litestar.params import JSONBody

from bandstand import accounts
from bandstand.listening.wire import take_batch
from bandstand.platform.engines import Engines
from bandstand.platform.http import LISTENER, post

MAX_BODY_BYTES: Final = 8 * 1024 * 1024


class EventsIn(msgspec.Struct):
    """A batch; each event is checked by itself, so that one bad report never loses the others."""

    events: list[Any]


class RefusedOut(msgspec.Struct):
    """One event that was not taken."""

    id: str | None
    code: str
    why: str


class EventsOut(msgspec.Struct):
    """How many events are durable now, and which are not."""

    accepted: int
    refused: list[RefusedOut]


@post("/api/listening/events", who=LISTENER, status_code=202, request_max_body_size=MAX_BODY_BYTES)
def report_events(me: accounts.Principal, app: Engines, data: JSONBody[EventsIn]) -> EventsOut:
    """Take a batch of up to 10,000 events and 8 MB; skips the database but for who calls."""
    taken = take_batch(data.events, me.pseudonym, app.clock())
    if taken.events:
        app.log.append("listening", taken.events)
    refused = [RefusedOut(one.id, one.code, one.why) for one in taken.refused]
    return EventsOut(len(taken.events), refused)


ROUTES: Final = [report_events]
