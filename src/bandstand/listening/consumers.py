"""What listening does when it hears what devices reported."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bandstand.listening import service
from bandstand.listening.model import SESSION_KINDS, Heard
from bandstand.platform.db import Tx
from bandstand.platform.ids import is_id
from bandstand.platform.log import Consumer, Entry

_TOLD: Final = ("context", "is_organic", "reason_start", "reason_end", "rendition", "is_offline")


def hear_reports(tx: Tx, entries: Sequence[Entry]) -> None:
    """Fold the session reports among these entries; others are somebody else's."""
    service.hear(tx, [_heard(entry) for entry in entries if _is_report(entry)])


def forget(tx: Tx, since: datetime | None) -> None:
    """Make ready for a replay."""
    service.rebuild(tx, since)


PLAYS: Final = Consumer("listening.plays", "listening", hear_reports, forget)


def _is_report(entry: Entry) -> bool:
    event = entry.event
    return event.kind in SESSION_KINDS and event.person is not None and is_id(str(event.data.get("session")))


def _heard(entry: Entry) -> Heard:
    event, data = entry.event, entry.event.data
    return Heard(
        session=data["session"],
        person=event.person or "",
        seq=data["seq"],
        event=event.id,
        kind=event.kind,
        at=event.at,
        device_at=datetime.fromisoformat(data["at"]) if "at" in data else event.at,
        received_at=entry.received_at,
        from_ms=data.get("from_ms"),
        to_ms=data.get("to_ms"),
        heard_ms=data.get("heard_ms"),
        track=data.get("track"),
        told={name: data[name] for name in _TOLD if name in data},
    )
