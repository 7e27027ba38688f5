"""How commands speak: plain lines, JSON lines, and errors that say what to do."""

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from bandstand.app.settings import Settings, read_settings
from bandstand.platform.errors import BandstandError

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data", help="The folder that holds all state.", envvar="BANDSTAND_DATA", show_default=False
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]


def say(text: str = "") -> None:
    """Print a line for a person."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def say_json(what: Mapping[str, Any]) -> None:
    """Print a line for a program."""
    say(json.dumps(what, ensure_ascii=True, default=str))


def settings_for(data: Path | None, **more: str) -> Settings:
    """Read the settings; what the command line says goes into the environment, so that child processes agree."""
    if data is not None:
        os.environ["BANDSTAND_DATA"] = str(data.expanduser().absolute())
    for name, value in more.items():
        os.environ[f"BANDSTAND_{name}"] = value
    return read_settings(os.environ)


@contextlib.contextmanager
def telling_errors() -> Iterator[None]:
    """Turn an error into one line on standard error and exit code 1."""
    try:
        yield
    except BandstandError as error:
        reason = error.details.get("reason")
        sys.stderr.write(f"bandstand: {error.message}{f' ({reason})' if reason else ''}\n")
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        sys.stderr.write("\nbandstand: stopped\n")
        raise typer.Exit(1) from None
