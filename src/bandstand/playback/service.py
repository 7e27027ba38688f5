"""Use cases of playback: start a session, say what was decided, see devices."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bandstand import accounts, catalogue, listening, media
from bandstand.platform.db import Tx
from bandstand.platform.errors import Conflict, Invalid, NotFound
from bandstand.platform.ids import Id, derived_id, is_id, new_id
from bandstand.platform.log import Entry
from bandstand.playback import store
from bandstand.playback.model import (
    SESSION_LASTS,
    Decision,
    Device,
    Rung,
    Session,
    Wishes,
    choose,
    is_lossless,
)


@dataclass(frozen=True, slots=True)
class Started:
    """A session that may be played: where, until when, and why so."""

    session: Session
    decision: Decision
    manifest_url: str
    hls_url: str


def start_session(
    tx: Tx,
    me: accounts.Principal,
    track: Id,
    wishes: Wishes,
    at: datetime,
    *,
    secret: bytes,
    device: str | None = None,
) -> Started:
    """Decide what `me` is given of a track, agree on it with listening, sign its address.

    Raises NotFound for an unknown track, Conflict when it may not or cannot be played, Invalid when the device
    can play none of its renditions.
    """
    found = catalogue.get_track(tx, track)
    allowed = catalogue.playable(tx, catalogue.Item(track), me.market, me.plan, at)
    if not allowed.allowed:
        raise Conflict(
            f"{found.title!r} cannot be played: {'; '.join(allowed.reasons)}.",
            code="not_playable",
            reasons=list(allowed.reasons),
        )
    decision = _decide(tx, found, wishes)
    seen = _see(tx, me.id, device, wishes.codecs, at) if device else None
    session = Session(
        new_id(at),
        me.id,
        seen,
        found.id,
        found.recording_id,
        found.source_hash,
        asdict(decision),
        at,
        at + SESSION_LASTS,
    )
    store.put_session(tx, session)
    listening.agree_session(
        tx,
        listening.Session(
            session.id, me.pseudonym, seen, found.id, found.recording_id, found.duration_ms, at
        ),
    )
    folder = f"/media/{media.sign(secret, found.source_hash, me.id, session.expires_at)}/{found.source_hash}"
    return Started(session, decision, f"{folder}/track.json", f"{folder}/master.m3u8")


def get_session(tx: Tx, person: Id, session: Id) -> Session:
    """Find a session of one's own. Raises NotFound."""
    found = store.find_session(tx, session)
    if found is None or found.person != person:
        raise NotFound("There is no such session.", code="no_such_session")
    return found


def verdict_of(tx: Tx, me: accounts.Principal, session: Id) -> listening.Verdict | None:
    """Whether one's session counts as a play, and why; None before the first report."""
    return listening.verdicts(tx, session).get(me.pseudonym)


def devices_of(tx: Tx, person: Id) -> list[Device]:
    """Give a person's devices, last seen first."""
    return store.devices_of(tx, person)


def hear_reports(tx: Tx, entries: Sequence[Entry]) -> None:
    """See devices in what they report; only a person's own reports count."""
    reports = [
        entry for entry in entries if is_id(str(entry.event.data.get("session"))) and entry.event.person
    ]
    known = store.devices_of_sessions(tx, sorted({entry.event.data["session"] for entry in reports}))
    owners: dict[str, Id | None] = {}
    seen: dict[Id, datetime] = {}
    for entry in reports:
        pseudonym = entry.event.person or ""
        if pseudonym not in owners:
            owners[pseudonym] = accounts.person_of(tx, pseudonym)
        person, device = known.get(entry.event.data["session"], (None, None))
        if device is not None and person == owners[pseudonym]:
            seen[device] = max(seen.get(device, entry.received_at), entry.received_at)
    store.see_devices(tx, seen)


def export_person(tx: Tx, person: Id) -> dict[str, Any]:
    """Everything playback keeps about a person."""
    return store.rows_of(tx, person)


def erase_person(tx: Tx, person: Id) -> None:
    """Delete everything playback keeps about a person."""
    store.erase_rows_of(tx, person)


def _decide(tx: Tx, track: catalogue.Track, wishes: Wishes) -> Decision:
    decision = choose(_ladder(tx, track), wishes)
    if isinstance(decision, Decision):
        return decision
    raise Invalid(
        f"This device plays none of the renditions of {track.title!r}.",
        code="no_rendition",
        refused=[asdict(refusal) for refusal in decision],
    )


def _ladder(tx: Tx, track: catalogue.Track) -> list[Rung]:
    """The renditions there are, or will be once media has looked at the source."""
    try:
        offers = media.prepare(tx, track.source_hash)
    except NotFound:
        return _expected(track)
    return [
        Rung(o.id, o.spec.name, o.spec.codec, o.spec.codecs, o.spec.kbps, o.bandwidth, o.state)
        for o in offers
    ]


def _expected(track: catalogue.Track) -> list[Rung]:
    source = track.source
    if source is None:
        raise Conflict(f"The file of {track.title!r} is not known yet; scan again.", code="source_unknown")
    probe = media.Probe(
        container=source.container,
        codec=source.codec,
        sample_rate=source.sample_rate,
        channels=source.channels,
        bits=source.bits,
        bitrate=source.kbps * 1000,
        samples=source.samples,
        duration_ms=source.duration_ms,
        is_exact=source.is_exact,
        is_lossless=is_lossless(source.codec),
    )
    return [
        Rung(
            media.rendition_id(track.source_hash, spec),
            spec.name,
            spec.codec,
            spec.codecs,
            spec.kbps,
            spec.declared_bandwidth,
            "making",
        )
        for spec in media.ladder_for(probe)
    ]


def _see(tx: Tx, person: Id, device: str, codecs: tuple[str, ...], at: datetime) -> Id:
    """Keep a device under an id of ours, made from the person's and the device's own: nobody can take another's."""
    made = derived_id("device", person, device)
    name = "Player" if is_id(device) else device
    store.put_device(tx, Device(made, person, name, codecs, at, at))
    return made
