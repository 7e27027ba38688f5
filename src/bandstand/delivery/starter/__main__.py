"""`python -m bandstand.delivery.starter --out DIR --soundfont FILE [--json]`."""

import argparse
import json
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from bandstand.delivery.starter.making import make_all
from bandstand.delivery.starter.model import Progress, StarterError


def main(arguments: list[str] | None = None) -> int:
    """Make the catalogue; 0 when all is there, 1 when something is missing, 2 when it cannot start."""
    parser = argparse.ArgumentParser(prog="python -m bandstand.delivery.starter", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the finished files")
    parser.add_argument("--soundfont", type=Path, required=True, help="the .sf3 file that make setup fetched")
    parser.add_argument(
        "--json", action="store_true", help="one JSON object a line instead of a progress bar"
    )
    wanted = parser.parse_args(arguments)
    halt = _halt_on_signal()
    failed: list[Progress] = []
    try:
        if wanted.json:
            done = make_all(wanted.out, wanted.soundfont, lambda p: _as_json(p, failed), halt)
        else:
            done = _with_bar(wanted.out, wanted.soundfont, failed, halt)
    except StarterError as error:
        Console(stderr=True).print(str(error), style="red", markup=False)
        return 2
    return 1 if failed or not done else 0


def _halt_on_signal() -> Callable[[], bool]:
    caught: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        caught.append(number)

    signal.signal(signal.SIGTERM, note)
    signal.signal(signal.SIGINT, note)
    return lambda: bool(caught)


def _as_json(progress: Progress, failed: list[Progress]) -> None:
    if progress.state == "failed":
        failed.append(progress)
    sys.stdout.write(json.dumps(asdict(progress), ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _with_bar(out: Path, soundfont: Path, failed: list[Progress], halt: Callable[[], bool]) -> int:
    columns = (
        TextColumn("Making the starter catalogue"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, TextColumn("{task.description}", markup=False), console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)

        def show(progress: Progress) -> None:
            if progress.state == "failed":
                failed.append(progress)
                bar.console.print(f"{progress.title}: {progress.error}", markup=False)
            bar.update(task, completed=progress.done, total=progress.total, description=progress.title)

        return make_all(out, soundfont, show, halt)


if __name__ == "__main__":
    sys.exit(main())
