"""What others ask delivery: where the music is, how scans stand, what was wrong."""

# Names are bytes here, and pathlib takes none.
# ruff: noqa: PTH100,PTH113

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bandstand.delivery import store
from bandstand.delivery.model import OUTCOMES, FileOutcome, FileProblem, Problem, ScanState
from bandstand.delivery.pool import ReaderPool
from bandstand.delivery.scan import Progress, Scan
from bandstand.delivery.walk import show
from bandstand.platform.clock import Clock, system_clock
from bandstand.platform.db import Database, Tx
from bandstand.platform.errors import Gone, Invalid
from bandstand.platform.ids import Id, is_id
from bandstand.platform.objects import Objects


def ingest_lines(
    db: Database,
    objects: Objects,
    roots: Sequence[str | bytes],
    clock: Clock = system_clock,
    stop: Callable[[], bool] | None = None,
    on_progress: Progress | None = None,
    pool: ReaderPool | None = None,
) -> Iterator[dict[str, Any]]:
    """Scan folders, giving the lines of `bandstand ingest --json`: one per file, last a summary of all."""
    totals = dict.fromkeys(OUTCOMES, 0)
    messages = []
    for root in roots:
        run = Scan(
            db, objects, os.path.abspath(os.fsencode(root)), clock, stop or (lambda: False), on_progress, pool
        )
        for one in run.files():
            totals[one.outcome] += 1
            yield _line(one)
        messages += [run.state.message] if run.state.message else []
    yield {
        "event": "summary",
        **dict(totals.items()),
        **({"message": " ".join(messages)} if messages else {}),
    }


def _line(one: FileOutcome) -> dict[str, Any]:
    line: dict[str, Any] = {"event": "file", "path": show(one.path), "outcome": one.outcome}
    encoded = store.path_b64(one.path)
    if encoded:
        line["path_b64"] = encoded
    if one.reason:
        line["reason"] = one.reason
    if one.problems:
        line["problems"] = [
            {"code": p.code, "severity": p.severity, "message": p.message, "hint": p.hint}
            for p in one.problems
        ]
    return line


def scan_state(tx: Tx) -> ScanState:
    """The scan that runs, else the last one."""
    rows = [store.state_of(r) for r in store.scan_rows(tx)]
    running = [r for r in rows if r.state == "scanning"]
    return (running or rows or [ScanState("idle")])[0]


def known_roots(tx: Tx) -> list[bytes]:
    """Every folder that was ever scanned."""
    return [r.root for r in store.scan_rows(tx)]


def want_scan(tx: Tx, at: datetime) -> ScanState:
    """Ask for a scan of every known folder; the worker starts it. Raises Invalid when there is none."""
    if not store.want_scan(tx, at):
        raise Invalid(
            "No folder is known yet. Start with --music FOLDER, or run `bandstand ingest FOLDER`.",
            code="no_music_folder",
        )
    return replace(scan_state(tx), message="The scan starts in a moment.")


def wanted_roots(tx: Tx) -> list[bytes]:
    """The folders a scan is asked for."""
    return [r.root for r in store.scan_rows(tx) if r.wanted_at is not None]


def open_source(tx: Tx, source_hash: str) -> Path:
    """Where the file with that content lies. Raises Gone when it is missing."""
    for path in store.path_of_source(tx, source_hash):
        if os.path.isfile(path):
            return Path(os.fsdecode(path))
    raise Gone("The source file is missing. Bring it back and scan again.", code="source_missing")


def list_problems(
    tx: Tx, cursor: str | None = None, limit: int = 100
) -> tuple[list[FileProblem], str | None]:
    """A page of the report of everything that was wrong, and the next cursor. Raises Invalid for a foreign cursor."""
    rows = store.problems_of(tx, _read_cursor(cursor), limit + 1)
    more = f"{rows[limit - 1][0]}.{rows[limit - 1][1]}" if len(rows) > limit else None
    return [r[2] for r in rows[:limit]], more


def _read_cursor(cursor: str | None) -> tuple[Id, int] | None:
    if not cursor:
        return None
    file, _, position = cursor.partition(".")
    if not is_id(file) or not position.isdigit():
        raise Invalid("The cursor is not one of ours: start the list again without it.", code="bad_cursor")
    return file, int(position)


def track_problems(tx: Tx, track_id: Id) -> list[Problem]:
    """What is wrong with a track's file."""
    return store.problems_of_track(tx, track_id) if is_id(track_id) else []


def export_person(tx: Tx, person: Id) -> dict[str, Any]:
    """Nothing here is a listener's."""
    _ = tx, person
    return {}


def erase_person(tx: Tx, person: Id) -> None:
    """Nothing here is a listener's."""
    _ = tx, person
