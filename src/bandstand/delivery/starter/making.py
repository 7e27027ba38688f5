"""Makes the catalogue, one piece after the other; safe to stop at any point and to start again."""

import os
import time
from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from bandstand.delivery.starter.arrange import STYLES, arrange
from bandstand.delivery.starter.covers import draw_cover
from bandstand.delivery.starter.credits import credits_text
from bandstand.delivery.starter.files import write_sound, write_tags
from bandstand.delivery.starter.master import finish, sixteen_bits
from bandstand.delivery.starter.model import Music, Piece, Progress, Sheet, Source, StarterError
from bandstand.delivery.starter.musicxml import read_musicxml
from bandstand.delivery.starter.perform import perform
from bandstand.delivery.starter.pieces import plan
from bandstand.delivery.starter.synth import Band
from bandstand.delivery.starter.tunebook import read_tune
from bandstand.delivery.starter.unfold import follow, unfold

_WORKSHOP: Final = ".making"
_GIVE_UP_AFTER: Final = 3


def scores_folder() -> Path:
    """Return the folder of the scores inside the installed music21, without importing it (that takes seconds)."""
    spec = find_spec("music21")
    places = list(spec.submodule_search_locations or ()) if spec else []
    folder = Path(places[0]) / "corpus" if places else None
    if folder is None or not folder.is_dir():
        message = "The scores of the package music21 are missing. `make setup` installs them."
        raise StarterError(message)
    return folder


def make(piece: Piece, out_dir: Path, soundfont: Path) -> Path:
    """Make one piece and return its file. The file appears whole or not at all. Raises `StarterError`."""
    target = out_dir / piece.file_name
    if target.is_file():
        return target
    style = STYLES[piece.style]
    music = arrange(compose(piece), style)
    strokes = perform(music, style, piece.bpm, piece.key)
    raw = _band(soundfont).play(strokes, tuple(part.voice for part in style.parts))
    sound = sixteen_bits(finish(raw, style.room_s, style.wet_db))
    cover = draw_cover(piece.album.title, piece.album.cover)
    try:
        workshop = out_dir / _WORKSHOP
        workshop.mkdir(parents=True, exist_ok=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = workshop / f"{os.getpid()}-{piece.number:02d}.{piece.form}"
        write_sound(draft, sound, piece.form)
        write_tags(draft, piece, cover)
        _settle(draft, target)
        _keep(workshop, target.parent / "cover.jpg", cover)
    except OSError as error:
        message = f"{target} could not be written: {error.strerror or error}. Free some space or choose another folder."
        raise StarterError(message) from error
    return target


def make_all(
    out_dir: Path,
    soundfont: Path,
    on_progress: Callable[[Progress], None],
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Make what is missing of the catalogue and return how many pieces are there.

    One bad piece stops nothing; three in a row (a full disk, say), or a missing SoundFont or score package, raise.
    """
    pieces = plan()
    _sweep(out_dir)
    _keep(out_dir / _WORKSHOP, out_dir / "LICENCES.md", credits_text(pieces).encode())
    done = failures = 0
    for piece in pieces:
        if stop():
            break
        path, began = out_dir / piece.file_name, time.monotonic()
        if path.is_file():
            done += 1
            on_progress(Progress("kept", done, len(pieces), piece.title, str(path)))
            continue
        on_progress(Progress("making", done, len(pieces), piece.title))
        try:
            make(piece, out_dir, soundfont)
        except StarterError as error:
            on_progress(Progress("failed", done, len(pieces), piece.title, error=str(error)))
            failures += 1
            if failures >= _GIVE_UP_AFTER or not soundfont.is_file() or find_spec("music21") is None:
                _sweep(out_dir)
                raise
            continue
        done, failures = done + 1, 0
        on_progress(Progress("made", done, len(pieces), piece.title, str(path), time.monotonic() - began))
    _sweep(out_dir)
    on_progress(Progress("done", done, len(pieces), ""))
    return done


def compose(piece: Piece) -> Music:
    """Return the music of `piece`, all its tunes one after the other, repeats played out."""
    scores = scores_folder()
    whole: Music | None = None
    for source in piece.sources:
        for sheet in _sheets(scores, source):
            music = unfold(sheet, piece.times, piece.da_capo)
            whole = music if whole is None else follow(whole, music)
    if whole is None or not whole.notes:
        message = f"{piece.title}: its score holds no notes."
        raise StarterError(message)
    return whole


def _sheets(scores: Path, source: Source) -> list[Sheet]:
    path = scores / source.path
    try:
        if path.suffix == ".abc":
            return [read_tune(path, number) for number in source.tunes or (0,)]
        return [read_musicxml(path)]
    except (OSError, LookupError) as error:
        message = f"The score {source.path} is missing from music21: {error}. `make setup` installs the right version."
        raise StarterError(message) from error


@lru_cache(maxsize=1)
def _band(soundfont: Path) -> Band:
    return Band(soundfont)


def _settle(draft: Path, target: Path) -> None:
    """Put the finished draft in its place; on disk before it is visible."""
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    draft.replace(target)


def _keep(workshop: Path, target: Path, data: bytes) -> None:
    if target.is_file() and target.read_bytes() == data:
        return
    workshop.mkdir(parents=True, exist_ok=True)
    draft = workshop / f"{os.getpid()}-{target.name}"
    draft.write_bytes(data)
    _settle(draft, target)


def _sweep(out_dir: Path) -> None:
    """Remove what a killed run left behind, but nothing that another running one still writes."""
    workshop = out_dir / _WORKSHOP
    if not workshop.is_dir():
        return
    for left in workshop.iterdir():
        owner = left.name.split("-")[0]
        if not owner.isdigit() or int(owner) == os.getpid() or not _is_running(int(owner)):
            left.unlink(missing_ok=True)
    if not any(workshop.iterdir()):
        workshop.rmdir()


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
