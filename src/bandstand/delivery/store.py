"""Rows of files, problems and scans."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bandstand.delivery import tables as t
from bandstand.delivery.model import OUTCOMES, FileProblem, Problem, ScanState
from bandstand.delivery.walk import show
from bandstand.platform.db import Tx, upsert
from bandstand.platform.ids import Id, derived_id

READER: Final = 1
"""The version of what is read out of a file. Raise it, and the next scan reads every file again."""


def root_id(root: bytes) -> Id:
    """The id of a scanned folder."""
    return derived_id("root", root.hex())


def file_id(path: bytes) -> Id:
    """The id of a path."""
    return derived_id("file", path.hex())


def folder_id(path: bytes) -> Id:
    """The id of a folder."""
    return derived_id("folder", path.hex())


def files_of_root(tx: Tx, root: Id) -> dict[bytes, Any]:
    """Every file ever seen under a root, by path."""
    return {r.path: r for r in tx.execute(sa.select(t.files).where(t.files.c.root_id == root))}


def files_by_id(tx: Tx, ids: Iterable[Id]) -> dict[bytes, Any]:
    """Files by their ids, under their paths."""
    return {r.path: r for r in tx.execute(sa.select(t.files).where(t.files.c.id.in_(list(ids))))}


def files_of_folder(tx: Tx, folder: Id) -> list[Any]:
    """The files of one folder."""
    return list(tx.execute(sa.select(t.files).where(t.files.c.folder_id == folder)))


def same_content(tx: Tx, column: str, hashes: Iterable[str]) -> list[Any]:
    """Files that were a track and have one of these hashes; `column` is source_hash or sound_hash."""
    c = t.files.c
    wanted = [h for h in hashes if h]
    return list(
        tx.execute(sa.select(t.files).where(c[column].in_(wanted), c.track_id.is_not(None)).order_by(c.id))
    )


def write_files(tx: Tx, rows: Sequence[dict[str, Any]], problems: dict[Id, Sequence[Problem]]) -> None:
    """Write files as they were just found, and their problems in place of those before."""
    upsert(tx, t.files, rows, ["id"])
    ids = [r["id"] for r in rows]
    tx.execute(sa.delete(t.problems).where(t.problems.c.file_id.in_(ids)))
    told = [
        {"file_id": r["id"], "position": n, "root_id": r["root_id"], "path": r["path"], "code": p.code,
         "severity": p.severity, "message": p.message, "hint": p.hint}
        for r in rows for n, p in enumerate(problems.get(r["id"], ()))
    ]  # fmt: skip
    if told:
        tx.execute(sa.insert(t.problems), told)


def forget_files(tx: Tx, ids: Iterable[Id]) -> None:
    """Forget paths that are gone and whose track is elsewhere now, or never was."""
    wanted = list(ids)
    tx.execute(sa.delete(t.files).where(t.files.c.id.in_(wanted)))
    tx.execute(sa.delete(t.problems).where(t.problems.c.file_id.in_(wanted)))


def set_state(tx: Tx, ids: Iterable[Id], state: str) -> None:
    """Set the state of files."""
    tx.execute(sa.update(t.files).where(t.files.c.id.in_(list(ids))).values(state=state))


def path_of_source(tx: Tx, source_hash: str) -> list[bytes]:
    """Where files with that content were last seen, those that are here first."""
    c = t.files.c
    order = sa.case((c.state == "present", 0), else_=1)
    return list(
        tx.scalars(
            sa.select(c.path).where(c.source_hash == source_hash, c.source_hash != "").order_by(order, c.id)
        )
    )


def problems_of(tx: Tx, after: tuple[Id, int] | None, limit: int) -> list[tuple[Id, int, FileProblem]]:
    """A page of the report, by file."""
    c = t.problems.c
    statement = sa.select(t.problems).order_by(c.file_id, c.position).limit(limit)
    if after:
        statement = statement.where(
            sa.or_(c.file_id > after[0], sa.and_(c.file_id == after[0], c.position > after[1]))
        )
    return [
        (
            r.file_id,
            r.position,
            FileProblem(show(r.path), path_b64(r.path), r.code, r.severity, r.message, r.hint),
        )
        for r in tx.execute(statement)
    ]


def problems_of_track(tx: Tx, track_id: Id) -> list[Problem]:
    """What is wrong with the file of one track."""
    c = t.problems.c
    statement = sa.select(c.code, c.severity, c.message, c.hint).join(t.files, t.files.c.id == c.file_id)
    return [
        Problem(*r) for r in tx.execute(statement.where(t.files.c.track_id == track_id).order_by(c.position))
    ]


def path_b64(path: bytes) -> str | None:
    """The bytes of a path in base64 where it is not UTF-8."""
    try:
        path.decode()
    except UnicodeDecodeError:
        return base64.b64encode(path).decode()
    return None


def scan_rows(tx: Tx) -> list[Any]:
    """Every known root's scan, the latest first."""
    return list(tx.execute(sa.select(t.scans).order_by(t.scans.c.started_at.desc())))


def lock_scan(tx: Tx, root: Id) -> Any:
    """The scan row of a root, locked."""
    return tx.execute(sa.select(t.scans).where(t.scans.c.root_id == root).with_for_update()).first()


def write_scan(tx: Tx, root: bytes, state: ScanState, owner: str, lease_until: datetime | None) -> None:
    """Write how a scan stands."""
    row = {
        "root_id": root_id(root), "root": root, "state": state.state, "done": state.done, "total": state.total,
        "counts": {name: getattr(state, name) for name in OUTCOMES}, "message": state.message,
        "started_at": state.started_at, "finished_at": state.finished_at, "wanted_at": None,
        "lease_owner": owner, "lease_until": lease_until,
    }  # fmt: skip
    upsert(tx, t.scans, [row], ["root_id"], [n for n in row if n not in {"root_id", "wanted_at"}])


def want_scan(tx: Tx, at: datetime | None, root: Id | None = None) -> int:
    """Mark roots as wanting a scan (None: no more)."""
    statement = sa.update(t.scans).values(wanted_at=at)
    return tx.execute(statement if root is None else statement.where(t.scans.c.root_id == root)).rowcount


def state_of(row: Any) -> ScanState:
    """A row as a record."""
    plain = ScanState(row.state, show(row.root), row.done, row.total, message=row.message)
    return replace(plain, started_at=row.started_at, finished_at=row.finished_at, **row.counts)
