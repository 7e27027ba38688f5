"""A scan: walks a folder and brings the catalogue in line with it, one transaction per batch of a folder.

A killed scan has committed whole batches; the next one finds their files unchanged and goes on.
"""

# Names are bytes here, and pathlib takes none.
# ruff: noqa: PTH100,PTH120

import os
import socket
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bandstand import catalogue
from bandstand.delivery import store
from bandstand.delivery.artwork import Gallery
from bandstand.delivery.drafts import make_ready, mixed_groups
from bandstand.delivery.model import FileOutcome, OutcomeKind, Problem, Reading, ScanState, Stamp
from bandstand.delivery.pool import ReaderPool
from bandstand.delivery.walk import Folder, Found, Walk, check_root, show, walk
from bandstand.delivery.writing import GONE_STAMP, Batch, Writing, file_row
from bandstand.platform.clock import Clock, system_clock
from bandstand.platform.db import Database, Tx
from bandstand.platform.errors import Conflict
from bandstand.platform.ids import Id, new_id
from bandstand.platform.objects import Objects

BATCH: Final = 64
LEASE_S: Final = 120

Progress = Callable[[ScanState], None]


def scan(
    db: Database,
    objects: Objects,
    root: str | bytes,
    on_progress: Progress | None = None,
    clock: Clock = system_clock,
    stop: Callable[[], bool] | None = None,
    *,
    only: Sequence[bytes] | None = None,
    pool: ReaderPool | None = None,
) -> ScanState:
    """Scan `root` (or the folders `only` below it). Raises Invalid for a folder that cannot be, Conflict for a second scan."""
    run = Scan(
        db, objects, os.path.abspath(os.fsencode(root)), clock, stop or (lambda: False), on_progress, pool
    )
    for _ in run.files(only):
        pass
    return run.state


class Scan:
    """One run over one root."""

    def __init__(
        self,
        db: Database,
        objects: Objects,
        root: bytes,
        clock: Clock,
        stop: Callable[[], bool],
        on_progress: Progress | None,
        pool: ReaderPool | None = None,
    ) -> None:
        self.db, self.objects, self.root, self.clock, self.stop = db, objects, root, clock, stop
        self.on_progress = on_progress
        self.root_id = store.root_id(root)
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{new_id(clock())}"
        self.state = ScanState("idle", show(root))
        self.pool, self.owns_pool = pool or ReaderPool(), pool is None
        self.gallery = Gallery(db, objects, self.pool)
        self.covers: dict[bytes, Id | None] = {}

    def files(self, only: Sequence[bytes] | None = None) -> Iterator[FileOutcome]:
        """Run, giving each file's outcome once it is committed."""
        check_root(self.root)
        self._claim()
        message = "The scan did not finish; start it again and it goes on where it was."
        try:
            found = walk(self.root, only)
            self.state = replace(self.state, total=sum(len(f.files) for f in found.folders))
            self._tell()
            for folder in found.folders:
                for start in range(0, len(folder.files), BATCH):
                    if self.stop():
                        return
                    yield from self._run_batch(folder, folder.files[start : start + BATCH])
            yield from self._mark_missing(found, only)
            message = (
                ""
                if self.state.total
                else f"There are no files in {show(self.root)}. Put music into it, or give another folder."
            )
        finally:
            if self.owns_pool:
                self.pool.close()
            self._release(message)

    # the lease

    def _claim(self) -> None:
        at = self.clock()
        with self.db.begin() as tx:
            row = store.lock_scan(tx, self.root_id)
            if row and row.lease_until and row.lease_until > at and not _is_dead(row.lease_owner):
                message = f"{show(self.root)} is being scanned since {row.started_at:%H:%M:%S} UTC. Wait for it to finish."
                raise Conflict(message, code="scan_running")
            self.state = ScanState("scanning", show(self.root), started_at=at)
            store.write_scan(tx, self.root, self.state, self.owner, at + timedelta(seconds=LEASE_S))

    def _hold(self, tx: Tx, at: datetime) -> None:
        row = store.lock_scan(tx, self.root_id)
        if row is None or row.lease_owner != self.owner:
            raise Conflict(f"Another scan of {show(self.root)} took over.", code="scan_running")
        store.write_scan(tx, self.root, self.state, self.owner, at + timedelta(seconds=LEASE_S))

    def _release(self, message: str) -> None:
        at = self.clock()
        self.state = replace(self.state, state="idle", finished_at=at, message=message)
        with self.db.begin() as tx:
            row = store.lock_scan(tx, self.root_id)
            if row and row.lease_owner == self.owner:
                store.write_scan(tx, self.root, self.state, "", None)
        self._tell()

    def _tell(self) -> None:
        if self.on_progress:
            self.on_progress(self.state)

    def _count(self, outcomes: Sequence[FileOutcome], *, done: int) -> None:
        counts: dict[str, int] = defaultdict(int)
        for one in outcomes:
            counts[one.outcome] += 1
        changes = {name: getattr(self.state, name) + n for name, n in counts.items()}
        self.state = replace(self.state, done=self.state.done + done, **changes)

    # a batch

    def _run_batch(self, folder: Folder, files: Sequence[Found]) -> Iterator[FileOutcome]:
        batch = Batch(folder)
        with self.db.read() as tx:
            batch.rows = store.files_by_id(tx, (store.file_id(f.path) for f in files))
        for file in files:
            self._sort_out(batch, file)
        if batch.to_read:
            self._read(batch)
        outcomes = [batch.outcomes[f.path] for f in files if f.path in batch.outcomes]
        if batch.readings or batch.back:
            at = self.clock()
            with self.db.begin() as tx:
                Writing(tx, self.root_id, batch, self.gallery, self.covers.get(folder.path), at).run()
                outcomes = [batch.outcomes[f.path] for f in files if f.path in batch.outcomes]
                before = self.state
                self._count(outcomes, done=len(files))
                try:
                    self._hold(tx, at)
                except Conflict:
                    self.state = before
                    raise
            self.gallery.written()
        else:
            self._count(outcomes, done=len(files))
        self._tell()
        yield from outcomes

    @staticmethod
    def _sort_out(batch: Batch, file: Found) -> None:
        row = batch.rows.get(file.path)
        if file.skip:
            batch.outcomes[file.path] = FileOutcome(file.path, "skipped", file.skip)
            return
        stamp = (file.stamp.size, file.stamp.mtime_ns, file.stamp.inode)
        is_same = row and (row.size, row.mtime_ns, row.inode, row.reader) == (
            *stamp,
            store.READER,
        )
        if row is None or not is_same:
            batch.to_read.append(file)
        elif row.state == "missing":
            batch.back.append(row)
            batch.outcomes[file.path] = FileOutcome(file.path, "updated", "it is back")
        else:
            outcome: OutcomeKind = row.state if row.state in {"failed", "skipped"} else "unchanged"
            batch.outcomes[file.path] = FileOutcome(file.path, outcome, row.reason)

    def _read(self, batch: Batch) -> None:
        self._read_files(batch, [f.path for f in batch.to_read])
        with self.db.read() as tx:
            rows = store.files_of_folder(tx, store.folder_id(batch.folder.path))
        neighbours: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            if row.state == "present" and row.path not in batch.readings and not row.has_album_artist:
                neighbours[row.album_group].add(row.main_artist)
        batch.mixed = mixed_groups(batch.ready, neighbours)
        turned = {g for g in batch.mixed if len(neighbours.get(g, ())) == 1}
        batch.again = {
            r.path for r in rows
            if r.state == "present" and r.path not in batch.readings and not r.has_album_artist and r.album_group in turned
        }  # fmt: skip
        if any(
            path in batch.readings for path in batch.folder.pictures
        ):  # a new cover is for the whole folder
            started = self.state.started_at or self.clock()
            old = {r.path for r in rows if r.state == "present" and r.read_at < started}
            batch.again |= old - batch.readings.keys()
        if batch.again:
            batch.rows |= {r.path: r for r in rows if r.path in batch.again}
            self._read_files(batch, sorted(batch.again))
        self.gallery.bring_in(batch.ready)
        picture = batch.folder.picture()
        if batch.ready and batch.folder.path not in self.covers:
            self.covers = {batch.folder.path: self.gallery.bring_in_image(picture) if picture else None}

    def _read_files(self, batch: Batch, paths: Sequence[bytes]) -> None:
        for number, (kind, found) in self.pool.ask([("file", (path,)) for path in paths]):
            path = paths[number]
            if kind == "ok":
                reading: Reading = found
            else:
                problem = Problem(
                    "unreadable", "error", f"It could not be read: {found}.", "Replace or re-export the file."
                )
                reading = Reading(self._stamp_of(batch, path), "failed", str(found), problems=(problem,))
            batch.readings[path] = reading
            if reading.probe is not None:
                batch.ready.append(make_ready(self.root, path, reading))
        batch.ready.sort(key=lambda r: r.path)

    def _stamp_of(self, batch: Batch, path: bytes) -> Stamp:
        return next((f.stamp for f in batch.folder.files if f.path == path), GONE_STAMP)

    # what is gone

    def _mark_missing(self, found: Walk, only: Sequence[bytes] | None) -> Iterator[FileOutcome]:
        present = {f.path for folder in found.folders for f in folder.files}
        closed = [path for path, _ in found.closed]
        with self.db.read() as tx:
            known = store.files_of_root(tx, self.root_id)
        gone = [
            row
            for path, row in known.items()
            if path not in present
            and row.state != "missing"
            and not _is_below(path, closed)
            and (only is None or _is_below(path, only))
        ]
        for start in range(0, max(1, len(gone)), BATCH * 4):
            part = gone[start : start + BATCH * 4]
            at = self.clock()
            with_track = [r for r in part if r.track_id]
            outcomes = [FileOutcome(r.path, "missing", "the file is gone") for r in with_track]
            with self.db.begin() as tx:
                store.set_state(tx, (r.id for r in with_track), "missing")
                store.forget_files(tx, (r.id for r in part if not r.track_id))
                catalogue.mark_missing(tx, [r.track_id for r in with_track], at)
                if start == 0:
                    self._report_closed(tx, found, at)
                self._count(outcomes, done=0)
                self._hold(tx, at)
            self._tell()
            yield from outcomes

    def _report_closed(self, tx: Tx, found: Walk, at: datetime) -> None:
        for path, why in found.closed:
            problem = Problem(
                "unreadable_folder",
                "error",
                f"The folder cannot be read: {why}.",
                "Give this user the right to read it.",
            )
            row = file_row(self.root_id, path, os.path.dirname(path), Reading(GONE_STAMP, "failed", why), at)
            store.write_files(tx, [row], {row["id"]: [problem]})


def _is_below(path: bytes, folders: Sequence[bytes]) -> bool:
    return any(path == f or path.startswith(f.rstrip(b"/") + b"/") for f in folders)


def _is_dead(owner: str) -> bool:
    host, _, rest = owner.partition(":")
    pid = rest.partition(":")[0]
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
