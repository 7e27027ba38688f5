"""Use cases of media: remember a source, lease the making of its renditions, keep them under a limit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bandstand.media import store
from bandstand.media.model import (
    RECIPE,
    Facts,
    Loudness,
    Making,
    Measured,
    Probe,
    Rendition,
    RenditionSpec,
    ladder_for,
    rendition_id,
    source_prefix,
)
from bandstand.platform import objects
from bandstand.platform.db import Tx
from bandstand.platform.errors import NotFound

ABANDONED = timedelta(hours=1)
LEASE_S = 10
"""How long a making is believed in without a sign of life."""


@dataclass(frozen=True)
class Offer:
    """A rendition a listener can be given, now or after it is made."""

    id: str
    spec: RenditionSpec
    state: str
    bandwidth: int


@dataclass(frozen=True)
class Snapshot:
    """A source's facts, its ladder, and what of it is ready."""

    facts: Facts
    specs: tuple[RenditionSpec, ...]
    sizes: Mapping[str, Measured]

    @property
    def is_ready(self) -> bool:
        """Whether every rendition is made."""
        return all(spec.name in self.sizes for spec in self.specs)


@dataclass(frozen=True)
class Evicted:
    """What eviction took away and what is left, in bytes."""

    families: int
    freed_bytes: int
    kept_bytes: int


def remember_source(tx: Tx, source_hash: str, probe: Probe, at: datetime) -> None:
    """Keep the probe of a source; a second call changes nothing."""
    store.add_facts(tx, source_hash, probe, at)


def remember_sound(tx: Tx, source_hash: str, loudness: Loudness, waveform: bytes, at: datetime) -> None:
    """Keep loudness and waveform that were measured ahead of the first play (`measure_sound`)."""
    store.set_sound(tx, source_hash, loudness, waveform, at)


def get_facts(tx: Tx, source_hash: str) -> Facts | None:
    """Give the facts of a source, if they are known."""
    return store.load_facts(tx, [source_hash]).get(source_hash)


def get_many_facts(tx: Tx, source_hashes: Sequence[str]) -> dict[str, Facts]:
    """Give the facts of many sources; those that are not known are left out."""
    return store.load_facts(tx, source_hashes)


def get_snapshot(tx: Tx, source_hash: str) -> Snapshot | None:
    """Give all a manifest needs, if the source is known."""
    facts = get_facts(tx, source_hash)
    if facts is None:
        return None
    sizes = {r.name: r.measured for r in store.load_renditions(tx, source_hash) if r.measured is not None}
    return Snapshot(facts, tuple(ladder_for(facts.probe)), sizes)


def prepare(tx: Tx, source_hash: str) -> list[Offer]:
    """List what playback may choose from, cheapest first; NotFound for a source that was never remembered."""
    snapshot = get_snapshot(tx, source_hash)
    if snapshot is None:
        raise NotFound("This sound is not known.", code="source_unknown")
    return [_offer(source_hash, spec, snapshot.sizes.get(spec.name)) for spec in snapshot.specs]


def _offer(source_hash: str, spec: RenditionSpec, measured: Measured | None) -> Offer:
    bandwidth = measured.bandwidth if measured else spec.declared_bandwidth
    return Offer(rendition_id(source_hash, spec), spec, "ready" if measured else "making", bandwidth)


def get_making(tx: Tx, source_hash: str, family: str) -> Making | None:
    """Give how the making of one family stands."""
    return store.load_making(tx, source_hash, family)


def take_making(
    tx: Tx, source_hash: str, family: str, owner: str, at: datetime, *, is_lost: bool = False
) -> bool:
    """Take the lease on a making that nobody alive holds; False where somebody does, or it is ready.

    `is_lost` says that an object of a ready rendition was looked for and is not there: it is made again.
    """
    making = store.lock_making(tx, source_hash, family, at)
    if making.state == "making" and making.lease_until > at:
        return False
    if making.state == "ready" and not is_lost:
        return False
    lease = at + timedelta(seconds=LEASE_S)
    store.save_making(tx, Making(source_hash, family, owner, lease, "making"))
    return True


def renew_making(tx: Tx, source_hash: str, family: str, owner: str, at: datetime) -> bool:
    """Say that `owner` is still at it; False where the lease was lost to another."""
    making = store.lock_making(tx, source_hash, family, at)
    if making.owner != owner or making.state != "making":
        return False
    store.save_making(tx, replace(making, lease_until=at + timedelta(seconds=LEASE_S)))
    return True


def finish_making(
    tx: Tx,
    held: Making,
    made: Mapping[str, Measured],
    decoded_samples: int,
    sound: tuple[Loudness, bytes] | None,
    at: datetime,
) -> None:
    """Note that a whole family is made, and what was found on the way."""
    facts = get_facts(tx, held.source_hash)
    if facts is None:
        return
    for spec in ladder_for(facts.probe, [held.family]):
        if spec.name in made:
            found = Rendition(
                rendition_id(held.source_hash, spec), held.source_hash, spec.name, "ready", None
            )
            store.save_rendition(tx, found, made[spec.name], at)
    if sound is not None and facts.loudness is None:
        store.set_sound(tx, held.source_hash, *sound, at)
    store.set_decoded(tx, held.source_hash, decoded_samples)
    store.save_making(tx, replace(held, state="ready", lease_until=at, error=None))


def fail_making(tx: Tx, held: Making, error: str, at: datetime) -> bool:
    """Note why a making failed, if `held` is still the holder; the next request tries again."""
    making = store.lock_making(tx, held.source_hash, held.family, at)
    if making.owner != held.owner or making.state != "making":
        return False
    store.save_making(tx, replace(held, state="failed", lease_until=at, error=error[:500]))
    return True


def touch_renditions(tx: Tx, ids: Sequence[str], at: datetime) -> None:
    """Note that renditions were served."""
    store.touch(tx, ids, at)


def evict(tx: Tx, kept: objects.Objects, limit_bytes: int, at: datetime) -> Evicted:
    """Delete the least recently used renditions until all take at most `limit_bytes`; originals are never touched."""
    _sweep_abandoned(tx, kept, at)
    left, freed, families = store.kept_bytes(tx), 0, 0
    for source_hash, recipe, family, size in store.least_used(tx):
        if left <= limit_bytes:
            break
        making = store.lock_making(tx, source_hash, family, at)
        if making.state == "making" and making.lease_until > at:
            continue
        names = store.drop_renditions(tx, source_hash, recipe, family)
        store.drop_making(tx, source_hash, family)
        delete_files(kept, source_hash, recipe, names)
        left, freed, families = left - size, freed + size, families + 1
    return Evicted(families, freed, left)


def _sweep_abandoned(tx: Tx, kept: objects.Objects, at: datetime) -> None:
    """Delete what makers that died with their web worker left behind, if nobody took it up since."""
    for making in store.abandoned(tx, at - ABANDONED):
        facts = get_facts(tx, making.source_hash)
        names = [spec.name for spec in ladder_for(facts.probe, [making.family])] if facts else []
        delete_files(kept, making.source_hash, RECIPE, names)
        store.drop_making(tx, making.source_hash, making.family)


def delete_files(kept: objects.Objects, source_hash: str, recipe: str, names: Sequence[str]) -> None:
    """Delete the objects of renditions, init segments first so that nothing new starts on them."""
    for name in names:
        prefix = f"{source_prefix(source_hash)}{recipe}/{name}/"
        keys = sorted((found.key for found in objects.list_prefix(kept, prefix)), reverse=True)
        objects.delete(kept, *keys)
