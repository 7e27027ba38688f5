"""Queries of playback."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bandstand.platform.db import Tx, upsert
from bandstand.platform.ids import Id, is_id
from bandstand.playback.model import Device, Session
from bandstand.playback.tables import devices, sessions


def put_device(tx: Tx, device: Device) -> None:
    """Keep a device; one that is known is seen again."""
    row = {**asdict(device), "codecs": list(device.codecs)}
    upsert(tx, devices, [row], ["id"], ["name", "codecs", "last_seen_at"])


def devices_of(tx: Tx, person: Id) -> list[Device]:
    """Give a person's devices, last seen first."""
    wanted = sa.select(devices).where(devices.c.person == person)
    rows = tx.execute(wanted.order_by(devices.c.last_seen_at.desc(), devices.c.id)).mappings()
    return [Device(**{**row, "codecs": tuple(row["codecs"])}) for row in rows]


def see_devices(tx: Tx, seen: Mapping[Id, datetime]) -> None:
    """Remember when devices were last seen; never earlier than is known."""
    for device, at in seen.items():
        newer = sa.and_(devices.c.id == device, devices.c.last_seen_at < at)
        tx.execute(sa.update(devices).where(newer).values(last_seen_at=at))


def put_session(tx: Tx, session: Session) -> None:
    """Keep a new session."""
    tx.execute(sa.insert(sessions), asdict(session))


def find_session(tx: Tx, session: Id) -> Session | None:
    """Find a session by id."""
    if not is_id(session):
        return None
    row = tx.execute(sa.select(sessions).where(sessions.c.id == session)).mappings().one_or_none()
    return None if row is None else Session(**row)


def devices_of_sessions(tx: Tx, ids: Sequence[Id]) -> dict[Id, tuple[Id, Id]]:
    """Give session -> (person, device), for those that named a device."""
    wanted = sa.select(sessions.c.id, sessions.c.person, sessions.c.device).where(
        sessions.c.id.in_(list(ids)), sessions.c.device.is_not(None)
    )
    return {row.id: (row.person, row.device) for row in tx.execute(wanted)}


def rows_of(tx: Tx, person: Id) -> dict[str, list[dict[str, Any]]]:
    """Everything kept about a person."""
    return {
        made.name: [
            dict(row) for row in tx.execute(sa.select(made).where(made.c.person == person)).mappings()
        ]
        for made in (devices, sessions)
    }


def erase_rows_of(tx: Tx, person: Id) -> None:
    """Delete everything kept about a person."""
    for made in (devices, sessions):
        tx.execute(sa.delete(made).where(made.c.person == person))
