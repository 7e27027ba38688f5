"""Delivery: music comes in. Folders are scanned and watched, tags read, every problem told."""

from bandstand.delivery.model import (
    FileOutcome,
    FileProblem,
    Name,
    Problem,
    Reading,
    ScanState,
    Tags,
)
from bandstand.delivery.scan import scan
from bandstand.delivery.service import (
    erase_person,
    export_person,
    ingest_lines,
    known_roots,
    list_problems,
    open_source,
    scan_state,
    track_problems,
    want_scan,
    wanted_roots,
)
from bandstand.delivery.watch import Watcher, watch_in_thread

__all__ = [
    "FileOutcome",
    "FileProblem",
    "Name",
    "Problem",
    "Reading",
    "ScanState",
    "Tags",
    "Watcher",
    "erase_person",
    "export_person",
    "ingest_lines",
    "known_roots",
    "list_problems",
    "open_source",
    "scan",
    "scan_state",
    "track_problems",
    "want_scan",
    "wanted_roots",
    "watch_in_thread",
]
