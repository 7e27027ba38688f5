"""`bandstand ingest`: read folders now, with a progress bar or a JSON line a file."""

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bandstand import delivery
from bandstand.app.serve import refuse_bad_folders
from bandstand.app.settings import Settings
from bandstand.app.wiring import open_engines
from bandstand.cli.terminal import say, say_json

_COUNTS = ("added", "updated", "moved", "unchanged", "missing", "skipped", "failed")


def ingest_folders(settings: Settings, folders: list[Path], *, as_json: bool) -> None:
    """Read `folders`; exit code 1 when a folder could not be read at all. Bad files are told and do not fail it."""
    refuse_bad_folders(folders)
    app = open_engines(settings, migrate=True)
    lines = delivery.ingest_lines(app.db, app.objects, [str(f) for f in folders], app.clock)
    if as_json:
        for line in lines:
            say_json(line)
        return
    summary: dict[str, Any] = {}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    seen: Counter[str] = Counter()
    with Progress(*columns, disable=not sys.stdout.isatty()) as bar:
        task = bar.add_task("Reading", total=None)
        for line in lines:
            if line["event"] == "summary":
                summary = line
                continue
            seen[line["outcome"]] += 1
            bar.update(task, advance=1, description=f"Reading ({seen['added']} new, {seen['failed']} failed)")
            if line["outcome"] == "failed":
                bar.console.print(
                    f"failed  {line['path']}: {line.get('reason', '')}", markup=False, highlight=False
                )
    say(", ".join(f"{summary.get(name, seen[name])} {name}" for name in _COUNTS))
    if not any(seen.values()):
        say("There was nothing to read in there.")
        raise typer.Exit(0)
