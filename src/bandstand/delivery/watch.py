"""Watching folders: what changes on disk is in the catalogue a few seconds later."""

# Names are bytes here, and pathlib takes none.
# ruff: noqa: PTH100, PTH112, PTH120

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import structlog
import watchfiles

from bandstand.delivery import service, store
from bandstand.delivery.scan import Progress, scan
from bandstand.delivery.walk import show
from bandstand.platform.clock import Clock, system_clock
from bandstand.platform.db import Database
from bandstand.platform.errors import BandstandError, Conflict
from bandstand.platform.objects import Objects

_DEBOUNCE_MS: Final = 3000
_POLL_MS: Final = 1000
_RETRY_S: Final = 10.0

_log = structlog.get_logger()


class Watcher:
    """Scans its folders once, then again whenever something in them changes or somebody asks."""

    def __init__(
        self,
        db: Database,
        objects: Objects,
        roots: Sequence[str | bytes],
        clock: Clock = system_clock,
        on_progress: Progress | None = None,
    ) -> None:
        self.db, self.objects, self.clock, self.on_progress = db, objects, clock, on_progress
        self.roots = [os.path.abspath(os.fsencode(r)) for r in roots]
        self.stopping = threading.Event()

    def stop(self) -> None:
        """End `run` soon; a scan stops after the batch it is on."""
        self.stopping.set()

    def run(self) -> None:
        """Watch until stopped. Call it in a thread of its own."""
        for root in self.roots:
            self.rescan(root)
        while not self.stopping.is_set():
            present = [os.fsdecode(r) for r in self.roots if os.path.isdir(r)]
            if present:
                self._watch(present)
            else:
                self._answer_wishes()
                self.stopping.wait(_POLL_MS / 1000)

    def _watch(self, present: list[str]) -> None:
        changes = watchfiles.watch(
            *present, debounce=_DEBOUNCE_MS, rust_timeout=_POLL_MS, yield_on_timeout=True,
            stop_event=self.stopping, watch_filter=None, raise_interrupt=False, ignore_permission_denied=True,
        )  # fmt: skip
        try:
            for batch in changes:
                for root, folders in self._by_root(os.fsencode(path) for _, path in batch).items():
                    self.rescan(root, folders)
                self._answer_wishes()
        except (
            OSError,
            RuntimeError,
        ) as error:  # a watched folder vanished, or a name the watcher cannot spell
            _log.warning("watching_interrupted", reason=str(error))
            self.stopping.wait(_RETRY_S)

    def _by_root(self, paths: Iterable[bytes]) -> dict[bytes, list[bytes]]:
        found: dict[bytes, set[bytes]] = {}
        for path in paths:
            root = next((r for r in self.roots if path.startswith(r.rstrip(b"/") + b"/")), None)
            if root is None or _is_hidden(path[len(root) :]):
                continue
            folder = os.path.dirname(path)
            while folder != root and not os.path.isdir(folder):
                folder = os.path.dirname(folder)
            found.setdefault(root, set()).add(folder)
            if not os.path.lexists(path) or os.path.isdir(path):
                found[root].add(path if os.path.isdir(path) else folder)
        return {root: _outermost(folders) for root, folders in found.items()}

    def _answer_wishes(self) -> None:
        with self.db.read() as tx:
            wanted = service.wanted_roots(tx)
        for root in wanted:
            with self.db.begin() as tx:
                store.want_scan(tx, None, store.root_id(root))
            self.rescan(root)

    def rescan(self, root: bytes, only: Sequence[bytes] | None = None) -> None:
        """Scan now; what cannot be is logged, and the watching goes on."""
        while not self.stopping.is_set():
            try:
                scan(
                    self.db, self.objects, root, self.on_progress, self.clock, self.stopping.is_set, only=only
                )
            except Conflict:
                self.stopping.wait(_RETRY_S)
                continue
            except BandstandError as error:
                _log.warning("scan_failed", root=show(root), reason=error.message)
            return


def _is_hidden(below: bytes) -> bool:
    return any(part.startswith(b".") for part in below.split(b"/"))


def _outermost(folders: set[bytes]) -> list[bytes]:
    kept: list[bytes] = []
    for folder in sorted(folders):
        if not any(folder == k or folder.startswith(k + b"/") for k in kept):
            kept.append(folder)
    return kept


def watch_in_thread(watcher: Watcher) -> Callable[[], None]:
    """Start a watcher in a thread; the answer stops it and waits for its end."""
    thread = threading.Thread(target=watcher.run, name="music-watcher", daemon=True)
    thread.start()

    def stop() -> None:
        watcher.stop()
        thread.join(timeout=30)

    return stop
