"""The records of the starter catalogue: what is written on the page, what is played, what is on the sleeve."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Tone:
    """One written note. `at` and `length` are in quarter notes, counted from its bar line."""

    at: float
    length: float
    pitch: int
    level: float = 0.62
    tied_from: bool = False
    tied_to: bool = False
    is_held: bool = False
    is_short: bool = False
    trill: int = 0


@dataclass(slots=True)
class Bar:
    """One bar of one line, with what a repeat needs to know."""

    length: float = 0.0
    tones: list[Tone] = field(default_factory=list)
    tempos: list[tuple[float, float]] = field(default_factory=list)
    starts_repeat: bool = False
    ends_repeat: bool = False
    endings: frozenset[int] = frozenset()
    is_fine: bool = False


@dataclass(slots=True)
class Line:
    """One instrument's or voice's bars."""

    name: str
    bars: list[Bar]


@dataclass(slots=True)
class Sheet:
    """A score as it is printed, repeats still folded. `fifths` is the key signature, `tonic` 0 (C) to 11."""

    lines: list[Line]
    fifths: int = 0
    tonic: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """One sounding note. `at` and `length` are in quarter notes from the start of the piece, `level` 0 to 1."""

    line: int
    at: float
    length: float
    pitch: int
    level: float
    is_short: bool = False
    is_held: bool = False


@dataclass(slots=True)
class Music:
    """A piece with its repeats played out, still without instruments."""

    notes: list[Note]
    length: float
    tempos: list[tuple[float, float]]
    bar_lines: list[float]
    fifths: int = 0
    tonic: int = 0


@dataclass(frozen=True, slots=True)
class Voice:
    """Who plays a line: a General MIDI program (0 to 127), its place (-1 left, 1 right), its strength in dB.

    `enters` is the share of the piece (0 to 1) this voice waits before it joins in.
    """

    program: int
    pan: float = 0.0
    gain_db: float = 0.0
    octave: int = 0
    enters: float = 0.0


@dataclass(frozen=True, slots=True)
class Stroke:
    """One key going down, in seconds."""

    at_s: float
    end_s: float
    voice: int
    pitch: int
    velocity: float


@dataclass(frozen=True, slots=True)
class Source:
    """Where the notes of a piece come from, and on what terms."""

    path: str
    tunes: tuple[int, ...] = ()
    encoder: str = ""
    terms: str = ""


@dataclass(frozen=True, slots=True)
class Album:
    """What the pieces of one album share."""

    title: str
    artist: str
    artist_sort: str
    genres: tuple[str, ...]
    barcode: str = ""
    cover: str = "waves"


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of the starter catalogue, with everything that is written into its tags."""

    key: str
    album: Album
    number: int
    of: int
    title: str
    composer: str
    composer_sort: str
    composed: str
    artist: str
    genres: tuple[str, ...]
    style: str
    sources: tuple[Source, ...]
    bpm: float = 0.0
    times: int = 1
    da_capo: int = 0
    licence: str = "CC0-1.0"
    work: str = ""
    movement: str = ""
    movement_number: int = 0
    movement_of: int = 0
    form: str = "flac"

    @property
    def file_name(self) -> str:
        """The path of the finished file below the output folder."""
        return f"{plain(self.album.artist)}/{plain(self.album.title)}/{self.number:02d} {plain(self.title)}.{self.form}"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far `make_all` is. `state` is one of: making, made, kept, failed, done."""

    state: str
    done: int
    total: int
    title: str
    path: str = ""
    seconds: float = 0.0
    error: str = ""


class StarterError(Exception):
    """The starter catalogue cannot be made; the message says what is missing and which command mends it."""


def plain(text: str) -> str:
    """Return `text` as a file name that every file system takes."""
    kept = "".join("-" if letter in '/\\:*?"<>|' or not letter.isprintable() else letter for letter in text)
    return kept.strip(". ")[:120] or "untitled"
