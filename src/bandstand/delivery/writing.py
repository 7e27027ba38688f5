"""Writing one batch of a folder: which track each file is, the catalogue, the file rows, the report."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from bandstand import catalogue, media
from bandstand.delivery import store
from bandstand.delivery.artwork import Gallery
from bandstand.delivery.drafts import Ready, draft_of
from bandstand.delivery.model import FileOutcome, OutcomeKind, Problem, Reading, Stamp
from bandstand.delivery.walk import Folder, Found
from bandstand.platform.db import Tx
from bandstand.platform.ids import Id

GONE_STAMP: Final = Stamp(-1, 0, 0)


@dataclass
class Batch:
    """What one batch of a folder came to, before it is written."""

    folder: Folder
    outcomes: dict[bytes, FileOutcome] = field(default_factory=dict)
    rows: dict[bytes, Any] = field(default_factory=dict)
    to_read: list[Found] = field(default_factory=list)
    back: list[Any] = field(default_factory=list)
    readings: dict[bytes, Reading] = field(default_factory=dict)
    ready: list[Ready] = field(default_factory=list)
    again: set[bytes] = field(default_factory=set)
    mixed: set[str] = field(default_factory=set)


def file_row(root_id: Id, path: bytes, folder: bytes, reading: Reading, at: datetime) -> dict[str, Any]:
    """The row of a file as it was just read, without what only tracks have."""
    return {
        "id": store.file_id(path), "root_id": root_id, "path": path, "folder_id": store.folder_id(folder),
        "size": reading.stamp.size, "mtime_ns": reading.stamp.mtime_ns, "inode": reading.stamp.inode,
        "reader": store.READER, "state": "present" if reading.outcome == "read" else reading.outcome,
        "reason": reading.reason, "source_hash": reading.source_hash, "sound_hash": reading.sound_hash,
        "track_id": None, "album_group": "", "main_artist": "", "has_album_artist": False, "read_at": at,
    }  # fmt: skip


class Writing:
    """Writes one batch inside its transaction."""

    def __init__(
        self, tx: Tx, root_id: Id, batch: Batch, gallery: Gallery, cover: Id | None, at: datetime
    ) -> None:
        self.tx, self.root_id, self.batch, self.gallery, self.cover, self.at = (
            tx,
            root_id,
            batch,
            gallery,
            cover,
            at,
        )
        self.claimed: set[Id] = set()

    def run(self) -> None:
        """Write everything the batch found."""
        batch, tx = self.batch, self.tx
        if batch.back:
            store.set_state(tx, (r.id for r in batch.back), "present")
            catalogue.mark_available(tx, [r.track_id for r in batch.back if r.track_id], self.at)
        self.gallery.write(tx)
        track_ids = self._identities()
        published = self._publish(track_ids)
        self._write_rows(track_ids, published)

    def _identities(self) -> dict[bytes, tuple[Id | None, OutcomeKind]]:
        """Which track each file is: by its path, else by its content where the old path is gone."""
        found: dict[bytes, tuple[Id | None, OutcomeKind]] = {}
        homeless: list[Ready] = []
        for ready in self.batch.ready:
            row = self.batch.rows.get(ready.path)
            if row is not None and row.track_id:
                found[ready.path] = (
                    row.track_id,
                    "unchanged" if ready.path in self.batch.again else "updated",
                )
            else:
                homeless.append(ready)
        for column in ("source_hash", "sound_hash"):
            hashes = {r.path: getattr(r.reading, column) for r in homeless if r.path not in found}
            moved = [
                r for r in store.same_content(self.tx, column, hashes.values()) if not os.path.lexists(r.path)
            ]
            for path, content in hashes.items():
                old = next(
                    (r for r in moved if getattr(r, column) == content and r.id not in self.claimed), None
                )
                if content and old is not None:
                    self.claimed.add(old.id)
                    found[path] = (old.track_id, "moved")
        for ready in homeless:
            found.setdefault(ready.path, (None, "added"))
        store.forget_files(self.tx, self.claimed)
        return found

    def _publish(self, track_ids: dict[bytes, tuple[Id | None, OutcomeKind]]) -> dict[bytes, Id]:
        batch, gallery = self.batch, self.gallery
        drafts = []
        for ready in batch.ready:
            own, _ = gallery.of(ready)
            drafts.append(
                draft_of(ready, batch.folder.path, batch.mixed, track_ids[ready.path][0], (own, self.cover))
            )
        placed = catalogue.publish(self.tx, drafts, self.at)
        for ready in batch.ready:
            if ready.reading.probe is not None:
                media.remember_source(self.tx, ready.reading.source_hash, ready.reading.probe, self.at)
        return {r.path: p.track_id for r, p in zip(batch.ready, placed, strict=True)}

    def _write_rows(
        self, ids: dict[bytes, tuple[Id | None, OutcomeKind]], published: dict[bytes, Id]
    ) -> None:
        batch = self.batch
        ready = {r.path: r for r in batch.ready}
        rows: list[dict[str, Any]] = []
        problems: dict[Id, Sequence[Problem]] = {}
        lost: list[Id] = []
        for path, reading in batch.readings.items():
            row = file_row(self.root_id, path, batch.folder.path, reading, self.at)
            told = list(reading.problems)
            before = batch.rows.get(path)
            if path in ready:
                one = ready[path]
                told += self.gallery.of(one)[1]
                row |= {"track_id": published[path], "album_group": one.group, "main_artist": one.main_artist}
                row["has_album_artist"] = bool(one.tags.album_artists)
                batch.outcomes[path] = FileOutcome(path, ids[path][1], "", tuple(told))
            else:
                kind: OutcomeKind = "failed" if reading.outcome == "failed" else "skipped"
                batch.outcomes[path] = FileOutcome(path, kind, reading.reason, tuple(told))
                if before is not None and before.track_id:
                    row["track_id"] = before.track_id
                    if kind == "failed":
                        lost.append(before.track_id)
                    else:
                        row["state"] = before.state
            rows.append(row)
            problems[row["id"]] = told
        store.write_files(self.tx, rows, problems)
        catalogue.mark_missing(self.tx, lost, self.at)
