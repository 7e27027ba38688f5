"""What was heard, folded, and when it counts as a play. Pure: no clock, no I/O."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from bandstand.platform.ids import Id

COUNTED_AFTER_MS: Final = 30_000
"""Thirty seconds: the rule of design/contracts and of the industry's charts."""
WHOLE_TOLERANCE_MS: Final = 500
"""A decoder's padding and a player's last report may miss this much of "the whole"; never over a twentieth."""
REAL_TIME_SLACK_MS: Final = 10_000
"""What a device's buffer and two clocks may disagree by before hearing faster than time is not believed."""

SESSION_KINDS: Final = frozenset(
    {"started", "progressed", "paused", "resumed", "sought", "skipped", "completed", "failed", "stalled"}
)
ITEM_KINDS: Final = frozenset(
    {"saved", "unsaved", "rated", "added_to_playlist", "followed", "searched", "shown", "hidden"}
)
_FIRST_TOLD: Final = ("context", "is_organic", "reason_start", "is_offline")
_LAST_TOLD: Final = ("reason_end", "rendition")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Session:
    """What was agreed when a device began to play: the facts a report is checked against."""

    id: Id
    person: str
    device: Id | None
    track: Id
    recording: Id
    duration_ms: int
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Heard:
    """One report of a session: the interval heard since the one before. `person` is a pseudonym."""

    session: Id
    person: str
    seq: int
    event: Id
    kind: str
    at: datetime
    device_at: datetime
    received_at: datetime
    from_ms: int | None = None
    to_ms: int | None = None
    heard_ms: int | None = None
    track: str | None = None
    told: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a session counts as a play, and why or why not."""

    counted: bool
    reason: str
    heard_ms: int
    needed_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Fold:
    """Everything heard in one session so far. The order in which reports arrive makes no difference."""

    reports: int = 0
    heard_ms: int = 0
    longest_ms: int = 0
    furthest_ms: int = 0
    of_other_tracks: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    first_device_at: datetime | None = None
    last_device_at: datetime | None = None
    last_received_at: datetime | None = None
    covered: tuple[Span, ...] = ()
    told: dict[str, tuple[int, Any]] = field(default_factory=dict)

    def says(self, name: str) -> Any:
        """What the device told under this name, None if nothing."""
        return self.told.get(name, (0, None))[1]


def believable_ms(heard: Heard) -> int:
    """How much of what a report claims to have heard can be: never more than the interval it names."""
    span = None
    if heard.from_ms is not None and heard.to_ms is not None:
        span = max(0, heard.to_ms - heard.from_ms)
    if heard.heard_ms is None:
        return span or 0
    claimed = max(0, heard.heard_ms)
    return claimed if span is None else min(claimed, span)


def add(fold: Fold, heard: Heard, session: Session | None) -> Fold:
    """Take one more report into the fold. A report for another track than the session's adds no time."""
    is_other = session is not None and heard.track is not None and heard.track != session.track
    gained = 0 if is_other else believable_ms(heard)
    covered = fold.covered
    if gained and session is not None and session.duration_ms < COUNTED_AFTER_MS:
        start = heard.from_ms or 0
        covered = merge([*covered, (start, start + gained)])
    return replace(
        fold,
        reports=fold.reports + 1,
        heard_ms=fold.heard_ms + gained,
        longest_ms=max(fold.longest_ms, gained),
        furthest_ms=max(fold.furthest_ms, 0 if is_other else heard.to_ms or 0),
        of_other_tracks=fold.of_other_tracks + is_other,
        first_at=_least(fold.first_at, heard.at),
        last_at=_most(fold.last_at, heard.at),
        first_device_at=_least(fold.first_device_at, heard.device_at),
        last_device_at=_most(fold.last_device_at, heard.device_at),
        last_received_at=_most(fold.last_received_at, heard.received_at),
        covered=covered,
        told=_told(fold.told, heard),
    )


def fold_all(reports: Iterable[Heard], session: Session | None) -> Fold:
    """Fold reports from nothing; a sequence number that is there twice is taken once, the first time."""
    fold, seen = Fold(), set()
    for heard in reports:
        if heard.seq not in seen:
            seen.add(heard.seq)
            fold = add(fold, heard, session)
    return fold


def merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The union of intervals, in order and without overlaps."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def needed_ms(duration_ms: int) -> int:
    """How much must be heard: 30 s, or the whole of a shorter recording."""
    if duration_ms >= COUNTED_AFTER_MS:
        return COUNTED_AFTER_MS
    return max(1, duration_ms - min(WHOLE_TOLERANCE_MS, duration_ms // 20))


def credible_ms(fold: Fold, session: Session) -> int:
    """What was heard, limited by the time that passed on the device's clock or on ours, whichever is longer.

    Honest listeners never lose a play by a clock that is put back; what is merely suspect is for integrity to judge.
    """
    device_ms = _between(fold.first_device_at, fold.last_device_at)
    our_ms = _between(session.opened_at, fold.last_received_at)
    return min(fold.heard_ms, max(device_ms, our_ms) + fold.longest_ms + REAL_TIME_SLACK_MS)


def judge(fold: Fold, person: str, session: Session | None, *, is_track_known: bool = True) -> Verdict:
    """Decide whether what `person` heard counts as a play of the session's track."""
    if session is None:
        return Verdict(
            counted=False,
            reason="unknown_session" if is_track_known else "unknown_track",
            heard_ms=fold.heard_ms,
        )
    if session.person != person:
        return Verdict(counted=False, reason="foreign_session", heard_ms=fold.heard_ms)
    needed = needed_ms(session.duration_ms)
    heard = credible_ms(fold, session)
    if session.duration_ms < COUNTED_AFTER_MS:
        end_ms = session.duration_ms
        covered = sum(min(end, end_ms) - start for start, end in fold.covered if start < end_ms)
        if min(covered, heard) >= needed:
            return Verdict(counted=True, reason="heard_whole", heard_ms=heard, needed_ms=needed)
    elif heard >= needed:
        return Verdict(counted=True, reason="heard_30_s", heard_ms=heard, needed_ms=needed)
    return Verdict(counted=False, reason=_why_not(fold, needed), heard_ms=heard, needed_ms=needed)


def _why_not(fold: Fold, needed: int) -> str:
    if fold.of_other_tracks and fold.of_other_tracks == fold.reports:
        return "other_track"
    return "faster_than_time" if fold.heard_ms >= needed and not fold.covered else "heard_too_little"


def _told(told: dict[str, tuple[int, Any]], heard: Heard) -> dict[str, tuple[int, Any]]:
    """Beginnings are told by the lowest sequence number that says anything, endings by the highest."""
    merged = dict(told)
    for name, value in heard.told.items():
        if value is None:
            continue
        known = merged.get(name)
        is_better = known is None or (
            heard.seq < known[0] if name in _FIRST_TOLD else name in _LAST_TOLD and heard.seq > known[0]
        )
        if is_better:
            merged[name] = (heard.seq, value)
    return merged


def _least(known: datetime | None, new: datetime) -> datetime:
    return new if known is None else min(known, new)


def _most(known: datetime | None, new: datetime) -> datetime:
    return new if known is None else max(known, new)


def _between(start: datetime | None, end: datetime | None) -> int:
    if start is None or end is None:
        return 0
    return max(0, (end - start) // timedelta(milliseconds=1))
