"""The plan: every piece of the starter catalogue in the order it is made."""

from functools import lru_cache
from itertools import chain, zip_longest

from bandstand.delivery.starter.model import Piece, plain
from bandstand.delivery.starter.repertoire import FIRST, PROGRAMMES, Entry, Programme


@lru_cache(maxsize=1)
def _plan() -> tuple[Piece, ...]:
    albums = [[_piece(programme, n) for n in range(len(programme.entries))] for programme in PROGRAMMES]
    turns = [piece for piece in chain.from_iterable(zip_longest(*albums)) if piece is not None]
    first = sorted((p for p in turns if p.title in FIRST), key=lambda p: FIRST.index(p.title))
    return (*first, *(p for p in turns if p not in first))


def plan() -> list[Piece]:
    """Return all pieces, cheapest first, then one of each album in turn, so that every shelf fills early."""
    return list(_plan())


def _piece(programme: Programme, place: int) -> Piece:
    entry, album = programme.entries[place], programme.album
    composer, composer_sort = entry.composer if entry.composer[0] != "Traditional" else programme.composer
    siblings = [e for e in programme.entries if e.work and e.work == entry.work and e.movement]
    return Piece(
        key=f"{plain(album.title)} {place + 1:02d}".lower().replace(" ", "-"),
        album=album,
        number=place + 1,
        of=len(programme.entries),
        title=entry.title,
        composer=composer,
        composer_sort=composer_sort,
        composed=entry.composed or programme.composed,
        artist=entry.artist or album.artist,
        genres=entry.genres or album.genres,
        style=entry.style or programme.style,
        sources=entry.sources,
        bpm=entry.bpm,
        times=entry.times,
        da_capo=entry.da_capo,
        licence=entry.licence,
        work=entry.work or programme.work,
        movement=entry.movement,
        movement_number=_number(entry, siblings),
        movement_of=len(siblings) if len(siblings) > 1 else 0,
        form=programme.form,
    )


def _number(entry: Entry, siblings: list[Entry]) -> int:
    if not entry.movement:
        return 0
    if len(siblings) > 1:
        return siblings.index(entry) + 1
    romans = {"I.": 1, "II.": 2, "III.": 3, "IV.": 4, "V.": 5}
    return next((romans[word] for word in entry.title.split() if word in romans), 0)
