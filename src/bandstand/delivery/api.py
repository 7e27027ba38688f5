"""Delivery's part of /api: how the scan stands, start one, the report of problems."""

from datetime import datetime

import msgspec

from bandstand.delivery import service
from bandstand.delivery.model import ScanState
from bandstand.platform.db import Tx
from bandstand.platform.engines import Engines
from bandstand.platform.http import ADMIN, LISTENER, get, post


class ScanOut(msgspec.Struct):
    """How the scan stands."""

    state: str
    root: str
    done: int
    total: int
    added: int
    updated: int
    moved: int
    unchanged: int
    missing: int
    failed: int
    skipped: int
    started_at: datetime | None
    finished_at: datetime | None
    message: str


class ProblemOut(msgspec.Struct, omit_defaults=True):
    """Something wrong with a file; `path_b64` where its name is not UTF-8."""

    path: str
    code: str
    severity: str
    message: str
    hint: str = msgspec.field(default="")
    path_b64: str | None = None


class ProblemsOut(msgspec.Struct):
    """A page of problems."""

    items: list[ProblemOut]
    next: str | None


def _out(state: ScanState) -> ScanOut:
    return ScanOut(**{name: getattr(state, name) for name in ScanOut.__struct_fields__})


@get("/api/scan", who=LISTENER)
def scan_now(tx: Tx) -> ScanOut:
    """Show the scan that runs, else the last one."""
    return _out(service.scan_state(tx))


@post("/api/scan", who=ADMIN, status_code=202)
def start_scan(tx: Tx, app: Engines) -> ScanOut:
    """Ask for a scan of every known folder."""
    return _out(service.want_scan(tx, app.clock()))


@get("/api/scan/problems", who=ADMIN)
def scan_problems(tx: Tx, cursor: str | None = None, limit: int = 100) -> ProblemsOut:
    """Give the report of everything that was wrong with files."""
    found, more = service.list_problems(tx, cursor, max(1, min(limit, 500)))
    items = [ProblemOut(p.path, p.code, p.severity, p.message, p.hint, p.path_b64) for p in found]
    return ProblemsOut(items, more)


ROUTES = [scan_now, start_scan, scan_problems]
