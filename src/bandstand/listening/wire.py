"""What devices send: one report at a time, checked, dated by us, ready for the log. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from bandstand.listening.model import ITEM_KINDS, SESSION_KINDS
from bandstand.platform.errors import TooLarge
from bandstand.platform.ids import derived_id, is_id
from bandstand.platform.log import Event

MAX_BATCH: Final = 10_000
AHEAD: Final = timedelta(minutes=2)
"""How far a device's clock may be ahead before its time is not believed."""
LATE: Final = timedelta(days=35)
"""Offline plays arrive up to 30 days late (design/architecture); what says to be older has a clock that is wrong."""
_DAYS_MS: Final = 7 * 24 * 3_600_000

_NO_NUL: Final = r"^[^\x00]*$"
"""PostgreSQL's text cannot hold U+0000."""
_Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=_NO_NUL)]
_Text = Annotated[str, Meta(max_length=512, pattern=_NO_NUL)]
_Ms = Annotated[int, Meta(ge=0, le=_DAYS_MS)]
_Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]
_OWN_ID: Final = re.compile(r"[\x21-\x7e]{1,64}")


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that was shown, with where it stood and how likely the policy was to show it."""

    id: _Name
    type: _Name | None = None
    position: _Count | None = None
    propensity: Annotated[float, Meta(ge=0, le=1)] | None = None


class ClientEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """One report of a device. Who heard is never read from it: that is the session's to say."""

    id: _Name
    kind: _Name
    at: Annotated[datetime, Meta(tz=True)]
    session: _Name | None = None
    seq: _Count | None = None
    device: _Name | None = None
    recording: _Name | None = None
    track: _Name | None = None
    context: _Text | None = None
    position_ms: _Ms | None = None
    from_ms: _Ms | None = None
    to_ms: _Ms | None = None
    heard_ms: _Ms | None = None
    reason_start: _Text | None = None
    reason_end: _Text | None = None
    is_organic: bool | None = None
    is_offline: bool | None = None
    offline: bool | None = None
    rendition: _Text | None = None
    bytes: _Count | None = None
    item: _Name | None = None
    item_type: _Name | None = None
    rating: Annotated[float, Meta(ge=-1, le=100)] | None = None
    query: _Text | None = None
    shelf: _Text | None = None
    policy: _Text | None = None
    propensity: Annotated[float, Meta(ge=0, le=1)] | None = None
    items: Annotated[list[Item], Meta(max_length=500)] | None = None
    error: _Text | None = None
    stalled_ms: _Ms | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A report that was not taken: whose id, a stable code, and why in words."""

    id: str | None
    code: str
    why: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A batch, sorted into what goes to the log and what does not."""

    events: list[Event]
    refused: list[Refused]


class _Bad(Exception):
    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


def take_batch(sent: Sequence[Any], person: str, at: datetime) -> Taken:
    """Check each report of `person` (a pseudonym) that arrived at `at`. Raises TooLarge above MAX_BATCH."""
    if len(sent) > MAX_BATCH:
        raise TooLarge(f"{len(sent)} events in one batch; send at most {MAX_BATCH}", limit=MAX_BATCH)
    taken = Taken([], [])
    for one in sent:
        try:
            taken.events.append(_take(one, person, at))
        except _Bad as bad:
            own = one.get("id") if isinstance(one, dict) else None
            taken.refused.append(Refused(own[:64] if isinstance(own, str) else None, bad.code, str(bad)))
    return taken


def _take(sent: Any, person: str, at: datetime) -> Event:
    try:
        told = msgspec.convert(sent, ClientEvent)
    except msgspec.ValidationError as error:
        raise _Bad("invalid", str(error)) from error
    if told.kind in SESSION_KINDS:
        if told.session is None or told.seq is None:
            raise _Bad("incomplete", f"{told.kind} needs `session` and `seq`")
        if told.from_ms is not None and told.to_ms is not None and told.to_ms < told.from_ms:
            raise _Bad("backwards", "`to_ms` is before `from_ms`; send a seek as `sought` and a new interval")
    elif told.kind not in ITEM_KINDS:
        raise _Bad("unknown_kind", f"{told.kind!r} is not a kind of event")
    data = msgspec.to_builtins(told)
    for name in ("id", "kind"):
        del data[name]
    if data.pop("offline", None):
        data["is_offline"] = True
    data["at"] = told.at.astimezone(UTC).isoformat()
    if told.session is not None:
        data["session"] = _our_id(told.session, person)
    believed = told.at.astimezone(UTC)
    if believed > at + AHEAD or believed < at - LATE:
        believed, data["clock_skewed"] = at, True
    return Event(_our_id(told.id, person), told.kind, believed, person, data)


def _our_id(own: str, person: str) -> str:
    """A device's id, or, where it has another form (a UUID), an id that is always the same for it and this person."""
    if is_id(own):
        return own
    if not _OWN_ID.fullmatch(own):
        raise _Bad("bad_id", "an id has 22 base-62 characters")
    return derived_id("client", person, own)
