"""A room has a face and ten lines that say what it owns, hears and says; each of its columns says why it is kept."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import bandstand.app.tables  # noqa: F401  (fills the metadata with every room's tables)
from bandstand.platform.db import Privacy, metadata
from tools.lints import ROOT, Finding
from tools.lints.tables import ROOMS

WHOSE = {"nobody", "person", "artist", "operator"}


def rooms_introduce_themselves(root: Path = ROOT) -> Iterator[Finding]:
    """Find rooms without a face or a README."""
    for room in ROOMS:
        folder = root / "src" / "bandstand" / room
        for name in ("__init__.py", "README.md"):
            if folder.is_dir() and not (folder / name).exists():
                yield Finding("rooms", f"src/bandstand/{room}", 1, f"{name} is missing")


def rooms_are_protected(root: Path = ROOT) -> Iterator[Finding]:
    """Find inner modules of a room that no import contract keeps others out of (pyproject.toml)."""
    contracts = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    kept = {module for contract in contracts for module in contract.get("protected_modules", ())}
    for room in ROOMS:
        for inner in ("store", "tables", "service", "model"):
            base = root / "src" / "bandstand" / room / inner
            if (
                base.with_suffix(".py").exists() or base.is_dir()
            ) and f"bandstand.{room}.{inner}" not in kept:
                yield Finding("rooms", f"src/bandstand/{room}", 1, f"{inner} is in no `protected` contract")


def columns_are_classified() -> Iterator[Finding]:
    """Find columns that do not say what they are for, how long they are kept and whose they are."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            about = column.info.get("privacy")
            if (
                not isinstance(about, Privacy)
                or about.whose not in WHOSE
                or not (about.purpose and about.keep)
            ):
                says = f"say purpose, keep and whose ({', '.join(sorted(WHOSE))}) with about=Privacy(…)"
                yield Finding("columns", f"{table.name}.{column.name}", 1, says)
