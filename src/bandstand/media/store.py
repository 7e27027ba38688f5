"""Rows to records and back."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bandstand.media import tables
from bandstand.media.model import RECIPE, Facts, Loudness, Making, Measured, Probe, Rendition
from bandstand.platform.db import Tx, upsert
from bandstand.platform.ids import Id


def _facts(row: Any) -> Facts:
    loudness = None
    if row.measured_at is not None:
        loudness = Loudness(row.track_lufs, row.range_lu, row.true_peak_dbtp)
    probe = Probe(**row.probe)
    return Facts(row.source_hash, probe, loudness, row.waveform, row.decoded_samples, row.revision)


def load_facts(tx: Tx, source_hashes: Sequence[str]) -> dict[str, Facts]:
    """Read the facts of sources; those that are not known are left out."""
    table = tables.source_facts
    rows = tx.execute(sa.select(table).where(table.c.source_hash.in_(list(source_hashes))))
    return {row.source_hash: _facts(row) for row in rows}


def add_facts(tx: Tx, source_hash: str, probe: Probe, at: datetime) -> None:
    """Keep a source's probe; the first one stays, because playlists were promised by it."""
    row = {
        "source_hash": source_hash,
        "probe": asdict(probe),
        "declared_samples": probe.samples,
        "revision": 1,
        "added_at": at,
    }
    upsert(tx, tables.source_facts, [row], ["source_hash"], [])


def set_sound(tx: Tx, source_hash: str, loudness: Loudness, waveform: bytes, at: datetime) -> None:
    """Keep what was measured; the manifest gets its next revision."""
    table = tables.source_facts
    values = {**asdict(loudness), "waveform": waveform, "measured_at": at}
    statement = sa.update(table).where(table.c.source_hash == source_hash)
    tx.execute(statement.values(**values, revision=table.c.revision + 1))


def set_decoded(tx: Tx, source_hash: str, decoded_samples: int) -> None:
    """Keep how many samples decoding gave; the manifest gets its next revision."""
    table = tables.source_facts
    statement = sa.update(table).where(table.c.source_hash == source_hash)
    tx.execute(statement.values(decoded_samples=decoded_samples, revision=table.c.revision + 1))


def lock_making(tx: Tx, source_hash: str, family: str, at: datetime) -> Making:
    """Read a making for change, as a new one that nobody holds where there was none."""
    row = {
        "source_hash": source_hash,
        "family": family,
        "owner": "",
        "lease_until": at,
        "state": "failed",
        "error": None,
    }
    upsert(tx, tables.makings, [row], ["source_hash", "family"], [])
    found = tx.execute(_making_query(source_hash, family).with_for_update()).one()
    return Making(**found._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row's mapping


def load_making(tx: Tx, source_hash: str, family: str) -> Making | None:
    """Read a making."""
    found = tx.execute(_making_query(source_hash, family)).one_or_none()
    return Making(**found._mapping) if found else None  # noqa: SLF001


def _making_query(source_hash: str, family: str) -> sa.Select[Any]:
    table = tables.makings
    return sa.select(table).where(table.c.source_hash == source_hash, table.c.family == family)


def save_making(tx: Tx, making: Making) -> None:
    """Write a making."""
    upsert(tx, tables.makings, [vars(making).copy()], ["source_hash", "family"])


def abandoned(tx: Tx, before: datetime) -> list[Making]:
    """List makings whose holder gave no sign of life since `before`."""
    table = tables.makings
    query = sa.select(table).where(table.c.state == "making", table.c.lease_until < before)
    return [Making(**row._mapping) for row in tx.execute(query)]  # noqa: SLF001


def drop_making(tx: Tx, source_hash: str, family: str) -> None:
    """Forget a making, so that the next request starts afresh."""
    table = tables.makings
    tx.execute(sa.delete(table).where(table.c.source_hash == source_hash, table.c.family == family))


def _rendition(row: Any) -> Rendition:
    measured = Measured(row.size_bytes, row.bandwidth, row.average_bandwidth)
    return Rendition(row.id, row.source_hash, row.name, row.state, measured, row.last_used_at)


def load_renditions(tx: Tx, source_hash: str) -> list[Rendition]:
    """Read the ready renditions of a source made by today's recipe."""
    table = tables.renditions
    query = sa.select(table).where(table.c.source_hash == source_hash, table.c.recipe == RECIPE)
    return [_rendition(row) for row in tx.execute(query.where(table.c.state == "ready"))]


def save_rendition(tx: Tx, rendition: Rendition, measured: Measured, at: datetime) -> None:
    """Write a ready rendition."""
    row = {
        "id": rendition.id,
        "source_hash": rendition.source_hash,
        "recipe": RECIPE,
        "family": rendition.name.split("-", 1)[0],
        "name": rendition.name,
        "size_bytes": measured.size,
        "bandwidth": measured.bandwidth,
        "average_bandwidth": measured.average_bandwidth,
        "state": rendition.state,
        "last_used_at": at,
    }
    upsert(tx, tables.renditions, [row], ["id"])


def touch(tx: Tx, ids: Sequence[Id], at: datetime) -> None:
    """Note that renditions were used."""
    table = tables.renditions
    tx.execute(sa.update(table).where(table.c.id.in_(list(ids))).values(last_used_at=at))


def kept_bytes(tx: Tx) -> int:
    """Sum what all renditions take."""
    return int(
        tx.execute(sa.select(sa.func.coalesce(sa.func.sum(tables.renditions.c.size_bytes), 0))).scalar_one()
    )


def least_used(tx: Tx) -> list[tuple[str, str, str, int]]:
    """List (source, recipe, family, bytes), least recently used first; a family is made and goes as one."""
    table = tables.renditions
    used = sa.func.max(table.c.last_used_at)
    query = sa.select(table.c.source_hash, table.c.recipe, table.c.family, sa.func.sum(table.c.size_bytes))
    query = query.group_by(table.c.source_hash, table.c.recipe, table.c.family).order_by(
        used, table.c.source_hash
    )
    return [(row[0], row[1], row[2], int(row[3])) for row in tx.execute(query)]


def drop_renditions(tx: Tx, source_hash: str, recipe: str, family: str) -> list[str]:
    """Forget the renditions of one family; gives their names."""
    table = tables.renditions
    where = (table.c.source_hash == source_hash, table.c.recipe == recipe, table.c.family == family)
    names = [row.name for row in tx.execute(sa.select(table.c.name).where(*where))]
    tx.execute(sa.delete(table).where(*where))
    return names
