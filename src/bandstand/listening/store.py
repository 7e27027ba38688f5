"""Queries of listening."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from bandstand.listening.model import Fold, Heard, Session, Verdict
from bandstand.listening.tables import folds, heard, sessions
from bandstand.platform.db import Tx, upsert
from bandstand.platform.ids import Id

_CHUNK: Final = 500
"""Ids asked for in one statement; SQLite allows 32,766 parameters."""
BEGUN_AFTER_MS: Final = 20_000
"""Who left earlier than this did not begin; who left in the last tenth had finished."""
_TIMES: Final = ("first_at", "last_at", "first_device_at", "last_device_at", "last_received_at")


def put_session(tx: Tx, session: Session) -> None:
    """Keep an agreed session; the same id again changes nothing."""
    upsert(tx, sessions, [asdict(session)], ["id"], [])


def get_sessions(tx: Tx, ids: Iterable[Id]) -> dict[Id, Session]:
    """Find agreed sessions by id."""
    found: dict[Id, Session] = {}
    for some in _chunks(sorted(set(ids))):
        for row in tx.execute(sa.select(sessions).where(sessions.c.id.in_(some))).mappings():
            found[row["id"]] = Session(**row)
    return found


def known_seqs(tx: Tx, ids: Iterable[Id]) -> set[tuple[Id, str, int]]:
    """Which (session, person, seq) of these sessions were folded before."""
    wanted = sa.select(heard.c.session, heard.c.person, heard.c.seq)
    return {
        (row.session, row.person, row.seq)
        for some in _chunks(sorted(set(ids)))
        for row in tx.execute(wanted.where(heard.c.session.in_(some)))
    }


def get_folds(tx: Tx, ids: Iterable[Id]) -> dict[tuple[Id, str], tuple[Fold, bool]]:
    """Give the folds of these sessions, and whether each was counted."""
    found: dict[tuple[Id, str], tuple[Fold, bool]] = {}
    for some in _chunks(sorted(set(ids))):
        for row in tx.execute(sa.select(folds).where(folds.c.session.in_(some))):
            found[row.session, row.person] = (_read_fold(row.state), row.counted)
    return found


def put_heard(tx: Tx, reports: Sequence[Heard]) -> None:
    """Keep reports; one that is there stays as it is."""
    upsert(tx, heard, [asdict(report) for report in reports], ["session", "person", "seq"], [])


def put_folds(tx: Tx, made: dict[tuple[Id, str], tuple[Fold, Verdict]]) -> None:
    """Keep folds with their verdicts."""
    rows = [
        {
            "session": session,
            "person": person,
            "counted": verdict.counted,
            "reason": verdict.reason,
            "heard_ms": verdict.heard_ms,
            "last_at": fold.last_at,
            "state": _write_fold(fold),
        }
        for (session, person), (fold, verdict) in made.items()
    ]
    upsert(tx, folds, rows, ["session", "person"])


def heard_of(tx: Tx, session: Id, person: str) -> list[Heard]:
    """Give the reports of a session in the order they were received."""
    wanted = sa.select(heard).where(heard.c.session == session, heard.c.person == person)
    rows = tx.execute(wanted.order_by(heard.c.received_at, heard.c.seq)).mappings()
    return [Heard(**row) for row in rows]


def forget_since(tx: Tx, since: datetime) -> list[tuple[Id, str]]:
    """Drop reports received from `since` on; give the sessions they were of."""
    late = heard.c.received_at >= since
    touched = [
        (r.session, r.person)
        for r in tx.execute(sa.select(heard.c.session, heard.c.person).where(late).distinct())
    ]
    tx.execute(sa.delete(heard).where(late))
    return touched


def forget_folds(tx: Tx, keys: Iterable[tuple[Id, str]]) -> None:
    """Drop the folds of these sessions."""
    for session, person in keys:
        tx.execute(sa.delete(folds).where(folds.c.session == session, folds.c.person == person))


def forget_all(tx: Tx) -> None:
    """Drop every report and fold; agreed sessions stay, they are no view."""
    tx.execute(sa.delete(heard))
    tx.execute(sa.delete(folds))


def heard_ms_of(tx: Tx, ids: Sequence[Id], person: str) -> dict[Id, int]:
    """How many milliseconds a person heard in each of these sessions."""
    found: dict[Id, int] = {}
    for some in _chunks(ids):
        wanted = sa.select(folds.c.session, folds.c.heard_ms)
        rows = tx.execute(wanted.where(folds.c.session.in_(some), folds.c.person == person))
        found.update({row.session: row.heard_ms for row in rows})
    return found


def verdicts_of(tx: Tx, session: Id) -> list[tuple[str, Verdict]]:
    """Give (person, verdict) of everybody who reported for a session."""
    rows = tx.execute(sa.select(folds).where(folds.c.session == session).order_by(folds.c.person))
    return [(row.person, Verdict(row.counted, row.reason, row.heard_ms)) for row in rows]


def unfinished_of(tx: Tx, person: str, limit: int) -> list[tuple[Id, int, datetime]]:
    """Give (track, furthest position in ms, when) of what was left before the end the last time, newest first."""
    wanted = (
        sa.select(sessions.c.track, sessions.c.duration_ms, folds.c.state, folds.c.last_at)
        .join(sessions, sessions.c.id == folds.c.session)
        .where(folds.c.person == person, sessions.c.person == person)
        .order_by(folds.c.last_at.desc(), folds.c.session.desc())
        .limit(limit)
    )
    last: dict[Id, tuple[int, int, datetime]] = {}
    for row in tx.execute(wanted):
        last.setdefault(row.track, (row.state["furthest_ms"], row.duration_ms, row.last_at))
    return [
        (track, reached, at)
        for track, (reached, duration_ms, at) in last.items()
        if BEGUN_AFTER_MS <= reached < duration_ms * 9 // 10
    ]


def rows_of(tx: Tx, person: str) -> dict[str, list[dict[str, Any]]]:
    """Everything kept about a pseudonym, table by table."""
    return {
        made.name: [
            dict(row) for row in tx.execute(sa.select(made).where(made.c.person == person)).mappings()
        ]
        for made in (sessions, heard, folds)
    }


def erase_rows_of(tx: Tx, person: str) -> None:
    """Delete everything kept about a pseudonym."""
    for made in (sessions, heard, folds):
        tx.execute(sa.delete(made).where(made.c.person == person))


def _chunks(ids: Sequence[Id]) -> Iterator[Sequence[Id]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]


def _write_fold(fold: Fold) -> dict[str, Any]:
    state = asdict(fold)
    for name in _TIMES:
        state[name] = state[name] and state[name].isoformat()
    return state


def _read_fold(state: dict[str, Any]) -> Fold:
    times = {name: state[name] and datetime.fromisoformat(state[name]).astimezone(UTC) for name in _TIMES}
    covered = tuple((start, end) for start, end in state["covered"])
    told = {name: (seq, value) for name, (seq, value) in state["told"].items()}
    return Fold(**{**state, **times, "covered": covered, "told": told})
