"""Which rendition a device is given, and why not the others. Pure: no clock, no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bandstand.platform.ids import Id

SESSION_LASTS: Final = timedelta(hours=12)
"""As long as a signed address; a device that plays longer opens a new session for its next track anyway."""

NETWORK_KBPS: Final = {"slow-2g": 64, "2g": 64, "3g": 128, "cellular": 256, "metered": 128, "4g": 256}
"""What a network should be asked to carry. The first names are effectiveType of the Network Information API (W3C)."""

_LOSSLESS: Final = frozenset({"flac", "alac", "wavpack", "ape", "tta"})


@dataclass(frozen=True, slots=True)
class Rung:
    """A rendition of the ladder, as playback sees it."""

    id: Id
    name: str
    codec: str
    codecs: str
    kbps: int
    bandwidth: int
    state: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a device says it can and wants to play. No codecs named means: whatever there is."""

    codecs: tuple[str, ...] = ()
    max_kbps: int | None = None
    network: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rendition that was not chosen, a stable code, and why in words."""

    rendition: Id
    name: str
    code: str
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The rendition to begin with, those a device may change to, and why the others are not the one."""

    chosen: Rung
    why: str
    allowed: tuple[Id, ...]
    refused: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Device:
    """Something a person listens on."""

    id: Id
    person: Id
    name: str
    codecs: tuple[str, ...]
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """One device playing one track, with what was decided for it."""

    id: Id
    person: Id
    device: Id | None
    track: Id
    recording: Id
    source_hash: str
    decision: dict[str, Any]
    opened_at: datetime
    expires_at: datetime


def choose(ladder: Sequence[Rung], wishes: Wishes) -> Decision | tuple[Refusal, ...]:
    """Choose the best rendition within the wishes; refusals alone when the device can play none.

    A limit on bits is a wish, not an ability: when nothing is small enough the smallest is given.
    """
    playable = [rung for rung in ladder if speaks(wishes.codecs, rung)]
    cannot = tuple(
        Refusal(rung.id, rung.name, "codec", f"the device does not say that it plays {rung.codecs}")
        for rung in ladder
        if rung not in playable
    )
    if not playable:
        return cannot
    over = {rung.id: refusal for rung in playable if (refusal := _too_much(rung, wishes)) is not None}
    fitting = [rung for rung in playable if rung.id not in over]
    if fitting:
        chosen, why = max(fitting, key=lambda rung: rung.kbps), "the best within what the device asked for"
    else:
        chosen, why = (
            min(playable, key=lambda rung: rung.kbps),
            "nothing is as small as asked for; this is the smallest",
        )
    lower = tuple(
        Refusal(
            rung.id, rung.name, "lower_quality", "a better one fits; change to it when the network needs it"
        )
        for rung in fitting
        if rung.id != chosen.id
    )
    above = tuple(refusal for rendition, refusal in over.items() if rendition != chosen.id)
    allowed = tuple(rung.id for rung in fitting) or (chosen.id,)
    return Decision(chosen, why, allowed, (*cannot, *above, *lower))


def speaks(codecs: Sequence[str], rung: Rung) -> bool:
    """Whether a device that names `codecs` (`aac`, `mp4a.40.2`, `audio/mp4; codecs="fLaC"`) plays a rendition."""
    if not codecs:
        return True
    said = " ".join(codecs).casefold()
    return rung.codec in said or rung.codecs.casefold() in said


def is_lossless(codec: str) -> bool:
    """Whether a source of this codec keeps every bit."""
    return codec.startswith("pcm_") or codec in _LOSSLESS


def _too_much(rung: Rung, wishes: Wishes) -> Refusal | None:
    if wishes.max_kbps is not None and rung.kbps > wishes.max_kbps:
        why = f"{rung.kbps} kbit/s is above the {wishes.max_kbps} asked for"
        return Refusal(rung.id, rung.name, "max_kbps", why)
    limit = NETWORK_KBPS.get((wishes.network or "").casefold())
    if limit is not None and rung.kbps > limit:
        why = f"{rung.kbps} kbit/s is much for a network that is {wishes.network}"
        return Refusal(rung.id, rung.name, "network", why)
    return None
