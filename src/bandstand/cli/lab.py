"""`bandstand lab`: the product's own engines on plain files."""

from pathlib import Path
from typing import Annotated

import typer

from bandstand.cli.terminal import say, telling_errors

lab = typer.Typer(
    help="The product's own engines on plain files, for evaluation and tuning.", no_args_is_help=True
)


@lab.command()
def ladder(
    file: Annotated[Path, typer.Argument(help="An audio file.")],
    out: Annotated[Path, typer.Option(help="The folder to write, laid out as served.")],
    codecs: Annotated[str, typer.Option(help="Families, separated by commas.")] = "aac,flac",
) -> None:
    """Encode a file as it would be served: master.m3u8, track.json, and a folder of segments for each rung."""
    from bandstand import media

    with telling_errors():
        media.lab_ladder(file, out, [c.strip() for c in codecs.split(",") if c.strip()])
        say(f"Wrote {out / 'master.m3u8'}")


@lab.command()
def search(
    tracks: Annotated[Path, typer.Option(help="TSV: id, title, artist, album, popularity.")],
    queries: Annotated[Path, typer.Option(help="One query a line, UTF-8.")],
    out: Annotated[Path, typer.Option(help="TSV to write: query, id, rank.")],
    top: Annotated[int, typer.Option(help="How many hits a query.", min=1)] = 10,
) -> None:
    """Search plain files with the product's own index and ranking."""
    from bandstand.search import lab_search

    with telling_errors():
        say(f"Wrote {lab_search(tracks, queries, top, out)} hits to {out}")
