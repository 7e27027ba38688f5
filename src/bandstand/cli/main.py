"""Every command. Heavy imports wait until a command runs, so that --help is quick."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bandstand import __version__
from bandstand.cli.lab import lab
from bandstand.cli.terminal import AsJson, DataDir, say, say_json, settings_for, telling_errors
from bandstand.cli.user import user

app = typer.Typer(
    name="bandstand",
    help="Bandstand, the open music streaming platform. `bandstand serve --music ~/Music` plays a folder in the browser.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(user, name="user")
app.add_typer(lab, name="lab")


def _version(wanted: bool) -> None:
    if wanted:
        say(f"bandstand {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Bandstand, the open music streaming platform."""


@app.command()
def serve(
    data: DataDir = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port; 4600 by default.", min=0, max=65535)] = None,
    workers: Annotated[int, typer.Option(help="Web worker processes.", min=1, max=64)] = 1,
    music: Annotated[
        list[Path] | None, typer.Option(help="A folder to read and watch; may be repeated.")
    ] = None,
    starter: Annotated[bool, typer.Option("--starter", help="Make and serve the starter catalogue.")] = False,
) -> None:
    """Serve the whole product: player, APIs, and the worker that reads folders and hears events."""
    from bandstand.app import serve as serving

    with telling_errors():
        settings = settings_for(data)
        bind = f"{host or settings.host}:{settings.port if port is None else port}"
        folders = [p.expanduser().absolute() for p in music or settings.music]
        serving.refuse_bad_folders(folders)
        soundfont = serving.find_soundfont(os.environ) if starter else None
        if starter:
            serving.starter_folder(settings).mkdir(parents=True, exist_ok=True)
            folders.append(serving.starter_folder(settings))
        settings = settings_for(data, BIND=bind, MUSIC=os.pathsep.join(str(f) for f in folders))
        serving.serve(settings, workers=workers, soundfont=soundfont)


@app.command()
def worker(data: DataDir = None) -> None:
    """Run consumers, jobs and folder watchers alone: the other half of a replica set."""
    from bandstand.app.worker import run

    with telling_errors():
        run(settings_for(data))


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Folders to read now.")],
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Read folders now and say what came of every file."""
    from bandstand.cli.ingest import ingest_folders

    with telling_errors():
        ingest_folders(settings_for(data), [p.expanduser().absolute() for p in paths], as_json=as_json)


@app.command()
def doctor(data: DataDir = None, as_json: AsJson = False) -> None:
    """Reach every engine, look at schema, codecs, disk and secrets, and say how to mend what is wrong."""
    from bandstand.app.health import as_dicts, examine
    from bandstand.app.wiring import open_engines

    with telling_errors():
        settings = settings_for(data)
        checks = examine(open_engines(settings, migrate=False), settings)
        for check, shown in zip(checks, as_dicts(checks), strict=True):
            if as_json:
                say_json(shown)
            else:
                say(f"{'ok  ' if check.is_ok else 'FAIL'}  {check.name:<9} {check.message}")
                if not check.is_ok:
                    say(f"      {'':<9} {check.mend}")
        if not all(c.is_ok for c in checks):
            raise typer.Exit(1)


@app.command()
def migrate(data: DataDir = None) -> None:
    """Bring the schema up to date."""
    from bandstand import migrations
    from bandstand.app.wiring import open_engines

    with telling_errors():
        engines = open_engines(settings_for(data), migrate=True)
        say(f"The schema is at {migrations.current(engines.db)}.")


@app.command()
def replay(
    view: Annotated[str, typer.Argument(help="The view to rebuild; `all` for every one.")],
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="From this day (UTC) on.")
    ] = None,
    data: DataDir = None,
) -> None:
    """Rebuild a view from the log."""
    from bandstand.app.wiring import build
    from bandstand.platform.errors import NotFound
    from bandstand.platform.log import replay as rebuild

    with telling_errors():
        built = build(settings_for(data))
        known = {c.name: c for c in built.consumers}
        chosen = (
            [c for c in known.values() if c.reset is not None]
            if view == "all"
            else [known[view]]
            if view in known
            else []
        )
        if not chosen:
            raise NotFound(f"There is no view {view!r}. There are: {', '.join(sorted(known))}.")
        day = since.replace(tzinfo=UTC) if since else None
        for consumer in chosen:
            heard = rebuild(built.engines.db, built.engines.log, consumer, day)
            say(f"{consumer.name}: {heard} events heard again.")


def main() -> None:
    """Run the command line."""
    app()
