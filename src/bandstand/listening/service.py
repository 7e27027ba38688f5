"""Use cases of listening: agree on a session, fold what was heard, count plays, forget and rebuild."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bandstand import accounts, catalogue
from bandstand.listening import store
from bandstand.listening.events import play_counted
from bandstand.listening.model import Fold, Heard, Session, Verdict, add, fold_all, judge
from bandstand.platform.db import Tx
from bandstand.platform.ids import Id, is_id
from bandstand.platform.log import say

Key = tuple[Id, str]


def agree_session(tx: Tx, session: Session) -> None:
    """Keep what playback agreed with a device, so that reports can be checked against it."""
    store.put_session(tx, session)


def hear(tx: Tx, reports: Sequence[Heard]) -> int:
    """Fold reports in the order of the log; say `play.counted` the moment a session counts. Gives how many did.

    A report known already, or a sequence number used already in its session, changes nothing.
    """
    new = _only_new(tx, reports)
    if not new:
        return 0
    ids = {heard.session for heard in new}
    sessions = store.get_sessions(tx, ids)
    folds = store.get_folds(tx, ids)
    known_tracks = _known_tracks(tx, new, sessions)
    made: dict[Key, tuple[Fold, Verdict]] = {}
    counted = {key for key, (_, is_counted) in folds.items() if is_counted}
    said = 0
    for heard in new:
        key = (heard.session, heard.person)
        session = sessions.get(heard.session)
        before = made[key][0] if key in made else folds.get(key, (Fold(), False))[0]
        fold = add(before, heard, session if session and session.person == heard.person else None)
        verdict = judge(fold, heard.person, session, is_track_known=heard.track in known_tracks)
        made[key] = (fold, verdict)
        if verdict.counted and session is not None and key not in counted:
            counted.add(key)
            say(tx, "rooms", play_counted(session, fold, verdict, heard.at))
            said += 1
    store.put_heard(tx, new)
    store.put_folds(tx, made)
    return said


def heard_ms(tx: Tx, person_id: Id, sessions: Sequence[Id]) -> dict[Id, int]:
    """How many milliseconds a person heard in each of these sessions."""
    return store.heard_ms_of(tx, sessions, accounts.pseudonym_of(tx, person_id))


def verdicts(tx: Tx, session: Id) -> dict[str, Verdict]:
    """Why a session did or did not count, by pseudonym of who reported for it."""
    return dict(store.verdicts_of(tx, session))


def unfinished(tx: Tx, person_id: Id, limit: int) -> list[tuple[Id, int, datetime]]:
    """Give (track, position in ms, when) of what a person left before the end, newest first, of the last `limit` sessions."""
    return store.unfinished_of(tx, accounts.pseudonym_of(tx, person_id), limit)


def rebuild(tx: Tx, since: datetime | None) -> None:
    """Forget what the log will tell again: everything, or what was received from `since` on."""
    if since is None:
        store.forget_all(tx)
        return
    touched = store.forget_since(tx, since)
    store.forget_folds(tx, touched)
    sessions = store.get_sessions(tx, [session for session, _ in touched])
    made: dict[Key, tuple[Fold, Verdict]] = {}
    for key in touched:
        session = sessions.get(key[0])
        reports = store.heard_of(tx, *key)
        if reports:
            fold = fold_all(reports, session if session and session.person == key[1] else None)
            tracks = {heard.track for heard in reports if heard.track and is_id(heard.track)}
            is_known = session is not None or bool(catalogue.get_tracks(tx, sorted(tracks)))
            made[key] = (fold, judge(fold, key[1], session, is_track_known=is_known))
    store.put_folds(tx, made)


def export_person(tx: Tx, person: Id) -> dict[str, Any]:
    """Everything listening keeps about a person."""
    pseudonym = accounts.pseudonym_of(tx, person)
    return store.rows_of(tx, pseudonym)


def erase_person(tx: Tx, person: Id) -> None:
    """Delete everything listening keeps about a person; what the log holds loses its name with the pseudonym's key."""
    store.erase_rows_of(tx, accounts.pseudonym_of(tx, person))


def _only_new(tx: Tx, reports: Sequence[Heard]) -> list[Heard]:
    seen = store.known_seqs(tx, [heard.session for heard in reports])
    new = []
    for heard in reports:
        key = (heard.session, heard.person, heard.seq)
        if key not in seen:
            seen.add(key)
            new.append(heard)
    return new


def _known_tracks(tx: Tx, reports: Sequence[Heard], sessions: dict[Id, Session]) -> set[str | None]:
    """Which of the tracks named by reports without an agreed session the catalogue knows."""
    named = {
        heard.track
        for heard in reports
        if heard.track and heard.session not in sessions and is_id(heard.track)
    }
    return set(catalogue.get_tracks(tx, sorted(named))) if named else set()
