"""`/api/playback/sessions` and `/api/devices`."""

from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from bandstand import accounts
from bandstand.platform.db import Tx
from bandstand.platform.engines import Engines
from bandstand.platform.http import LISTENER, get, post
from bandstand.platform.ids import Id
from bandstand.playback import service
from bandstand.playback.model import Decision, Wishes

_Word = Annotated[str, Meta(min_length=1, max_length=120, pattern=r"^[^\x00]*$")]


class SessionIn(msgspec.Struct):
    """What to play, on what."""

    track: _Word
    device: _Word | None = None
    codecs: Annotated[list[_Word], Meta(max_length=32)] = []
    max_kbps: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    network: _Word | None = None


class RungOut(msgspec.Struct):
    """The rendition to begin with."""

    rendition: Id
    name: str
    codec: str
    kbps: int
    bandwidth: int
    state: str
    why: str


class RefusedOut(msgspec.Struct):
    """A rendition that is not it, and why."""

    rendition: Id
    name: str
    code: str
    why: str


class DecisionOut(msgspec.Struct):
    """What was decided: `allowed` are the renditions an adaptive player may change between."""

    chosen: RungOut
    allowed: list[Id]
    refused: list[RefusedOut]


class SessionOut(msgspec.Struct):
    """A session that may be played."""

    session: Id
    manifest_url: str
    hls_url: str
    expires_at: datetime
    decision: DecisionOut


class VerdictOut(msgspec.Struct):
    """Whether it counts as a play by what was heard so far, and why."""

    counted: bool
    reason: str
    heard_ms: int


class SessionFacts(msgspec.Struct):
    """What was decided for a session, and whether it counts as a play; `verdict` is null before the first report."""

    session: Id
    track: Id
    device: Id | None
    opened_at: datetime
    expires_at: datetime
    decision: dict[str, Any]
    verdict: VerdictOut | None


class DeviceOut(msgspec.Struct):
    """A device of the caller."""

    id: Id
    name: str
    first_seen_at: datetime
    last_seen_at: datetime


class DevicesOut(msgspec.Struct):
    """The caller's devices, last seen first."""

    items: list[DeviceOut]


@post("/api/playback/sessions", who=LISTENER, scopes=("streaming",), status_code=201)
def start(tx: Tx, me: accounts.Principal, app: Engines, data: JSONBody[SessionIn]) -> SessionOut:
    """Start playing a track: a signed manifest, and why this rendition."""
    wishes = Wishes(tuple(data.codecs), data.max_kbps, data.network)
    started = service.start_session(
        tx, me, data.track, wishes, app.clock(), secret=app.secret, device=data.device
    )
    session = started.session
    return SessionOut(
        session.id, started.manifest_url, started.hls_url, session.expires_at, _shape(started.decision)
    )


@get("/api/playback/sessions/{session:str}", who=LISTENER)
def show(tx: Tx, me: accounts.Principal, session: FromPath[Id]) -> SessionFacts:
    """What was decided for a session of one's own."""
    found = service.get_session(tx, me.id, session)
    verdict = service.verdict_of(tx, me, session)
    return SessionFacts(
        found.id,
        found.track,
        found.device,
        found.opened_at,
        found.expires_at,
        found.decision,
        None if verdict is None else VerdictOut(verdict.counted, verdict.reason, verdict.heard_ms),
    )


@get("/api/devices", who=LISTENER)
def devices(tx: Tx, me: accounts.Principal) -> DevicesOut:
    """Where one listens."""
    return DevicesOut(
        [
            DeviceOut(one.id, one.name, one.first_seen_at, one.last_seen_at)
            for one in service.devices_of(tx, me.id)
        ]
    )


ROUTES: Final = [start, show, devices]


def _shape(decision: Decision) -> DecisionOut:
    rung = decision.chosen
    chosen = RungOut(rung.id, rung.name, rung.codec, rung.kbps, rung.bandwidth, rung.state, decision.why)
    refused = [RefusedOut(one.rendition, one.name, one.code, one.why) for one in decision.refused]
    return DecisionOut(chosen, list(decision.allowed), refused)
