"""Gives a piece its players: which instrument takes which line, and an accompaniment where a tune has none."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from bandstand.delivery.starter.model import Music, Note, Voice

PIANO, HARPSICHORD, ORGAN, ACCORDION, GUITAR, STEEL = 0, 6, 19, 21, 24, 25
VIOLIN, VIOLA, CELLO, HARP, STRINGS, CHOIR = 40, 41, 42, 46, 48, 52
OBOE, CLARINET, FLUTE, WHISTLE, FIDDLE, TAIKO = 68, 71, 73, 78, 110, 116


@dataclass(frozen=True, slots=True)
class Part:
    """A player and what it reads: line numbers, or an accompaniment figure by name."""

    voice: Voice
    reads: tuple[int, ...] = ()
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Style:
    """A band and its room. `room_s` is the time the room takes to fall by 60 dB, `wet_db` its strength."""

    parts: tuple[Part, ...]
    room_s: float
    wet_db: float
    swing: float = 0.0
    accent: float = 0.05
    pedal: float = 0.0


_NEAR: Final = 1e-3
_JIG_HALF: Final = 1.5
_SLIP_JIG: Final = 4.5
_HALL, _CHURCH, _PUB = (1.9, -15.0), (3.4, -12.0), (0.8, -19.0)

_SATB: Final = tuple(
    Part(Voice(CHOIR, pan, gain), (line,))
    for line, pan, gain in ((0, -0.45, -1.0), (1, -0.15, 0.0), (2, 0.2, 2.0), (3, 0.5, 2.0))
)
_SATB_ORGAN: Final = tuple(Part(Voice(ORGAN, 0.0, -7.0, enters=0.49), (line,)) for line in range(4))

STYLES: Final[dict[str, Style]] = {
    "quartet": Style(
        (
            Part(Voice(VIOLIN, -0.55, 0.5), (0,)),
            Part(Voice(VIOLIN, -0.2, -1.5), (1,)),
            Part(Voice(VIOLA, 0.25, 0.0), (2,)),
            Part(Voice(CELLO, 0.55, 1.5), (3,)),
        ),
        *_HALL,
    ),
    "chorale": Style((*_SATB, *_SATB_ORGAN), *_CHURCH, accent=0.02),
    "anthem": Style(
        (*_SATB, *(Part(Voice(ORGAN, 0.0, -8.0), (line,)) for line in range(4))), *_CHURCH, accent=0.04
    ),
    "voices": Style(
        (
            Part(Voice(CHOIR, -0.4, 0.0), (0,)),
            Part(Voice(CHOIR, 0.4, 0.0), (1,)),
            Part(Voice(CHOIR, 0.0, 2.0), (2,)),
        ),
        *_CHURCH,
        accent=0.0,
    ),
    "piano": Style((Part(Voice(PIANO), (0, 1, 2)),), 1.4, -18.0),
    "prelude": Style((Part(Voice(PIANO), (0, 1)),), 1.8, -16.0, accent=0.02, pedal=2.0),
    "trio sonata": Style(
        (
            Part(Voice(VIOLIN, -0.45), (0,)),
            Part(Voice(VIOLIN, 0.3, -1.0), (1,)),
            Part(Voice(CELLO, 0.1, 1.0), (2,)),
            Part(Voice(ORGAN, 0.0, -9.0), (0, 1, 2)),
        ),
        *_CHURCH,
    ),
    "piano trio": Style(
        (
            Part(Voice(VIOLIN, -0.4), (0,)),
            Part(Voice(CELLO, 0.4, 1.5), (1,)),
            Part(Voice(PIANO, 0.0, 1.0), (2,)),
        ),
        *_HALL,
    ),
    "clarinet": Style((Part(Voice(CLARINET, -0.15, 1.0), (0,)), Part(Voice(PIANO, 0.1), (1,))), *_HALL),
    "aria": Style((Part(Voice(OBOE, -0.1, 1.5), (0,)), Part(Voice(STRINGS, 0.1, -8.0), (1,))), *_HALL),
    "lied": Style((Part(Voice(CLARINET, -0.1, -1.0), (0,)), Part(Voice(PIANO, 0.1, 1.0), (1,))), *_HALL),
    "island": Style(
        (
            *_SATB,
            Part(Voice(STEEL, -0.15, 6.0), (4,)),
            Part(Voice(GUITAR, 0.25, -8.0), (5,)),
        ),
        1.6,
        -16.0,
    ),
    "parlour": Style(
        (
            Part(Voice(FLUTE, -0.1, 1.0), (0,)),
            Part(Voice(CELLO, 0.4, -4.0, enters=0.48), (), "bass"),
            Part(Voice(PIANO, 0.15, 2.0), (), "arpeggio"),
        ),
        *_HALL,
    ),
    "session": Style(
        (
            Part(Voice(FIDDLE, -0.35, -4.0), (0,)),
            Part(Voice(FLUTE, 0.3, -0.5, enters=0.24), (0,)),
            Part(Voice(ACCORDION, 0.1, -3.0, enters=0.49), (0,)),
            Part(Voice(STEEL, 0.45, 1.0, enters=0.12), (), "boom chuck"),
            Part(Voice(TAIKO, -0.1, -8.0, enters=0.24), (), "drum"),
        ),
        *_PUB,
        swing=0.08,
        accent=0.1,
    ),
    "harp": Style(
        (
            Part(Voice(HARP, 0.1, 2.0), (0,)),
            Part(Voice(WHISTLE, 0.25, -17.0, enters=0.49), (0,)),
            Part(Voice(HARP, -0.05, -5.0), (), "arpeggio"),
            Part(Voice(STRINGS, 0.0, -15.0, enters=0.49), (), "pad"),
        ),
        *_HALL,
    ),
    "guitar": Style(
        (
            Part(Voice(GUITAR, -0.12, 3.5), (0,)),
            Part(Voice(GUITAR, 0.2, -6.0), (), "arpeggio"),
            Part(Voice(CELLO, 0.35, -12.0, enters=0.49), (), "bass"),
        ),
        1.2,
        -17.0,
    ),
    "assembly": Style(
        (
            Part(Voice(VIOLIN, -0.35, 0.5), (0,)),
            Part(Voice(FLUTE, 0.3, -3.0, enters=0.32), (0,)),
            Part(Voice(CELLO, 0.4, -1.0), (), "bass"),
            Part(Voice(HARPSICHORD, 0.05, -3.0), (), "chords"),
        ),
        1.3,
        -16.0,
        accent=0.08,
    ),
}


@dataclass(frozen=True, slots=True)
class _Harmony:
    at: float
    length: float
    root: int
    pitches: tuple[int, int, int]


def arrange(music: Music, style: Style) -> Music:
    """Return `music` for the players of `style`; every note's `line` is then a place in `style.parts`."""
    chords = _harmonise(music) if any(part.figure for part in style.parts) else []
    notes: list[Note] = []
    for place, part in enumerate(style.parts):
        shift = 12 * part.voice.octave
        notes.extend(
            Note(place, n.at, n.length, n.pitch + shift, n.level, n.is_short, n.is_held)
            for n in music.notes
            if n.line in part.reads
        )
        if part.figure:
            notes += [note for chord in chords for note in _figure(part.figure, place, chord)]
    notes.sort(key=lambda n: (n.at, n.line, n.pitch))
    return Music(notes, music.length, music.tempos, music.bar_lines, music.fifths, music.tonic)


def _harmonise(music: Music) -> list[_Harmony]:
    """Chooses for each half bar the triad of the key that holds most of the tune, with a liking for home."""
    scale = sorted((7 * n) % 12 for n in range(music.fifths - 1, music.fifths + 6))
    triads = [(root, frozenset({root, (root + third) % 12, (root + 7) % 12})) for root in scale for third in (3, 4)
              if {(root + third) % 12, (root + 7) % 12} <= set(scale)]  # fmt: skip
    home = music.tonic
    liking = {home: 0.45, (home + 5) % 12: 0.2, (home + 7) % 12: 0.25, (home + 10) % 12: 0.05}
    spans = _spans(music)
    chosen: list[_Harmony] = []
    for place, (at, length) in enumerate(spans):
        inside = [
            n
            for n in music.notes
            if n.line == 0 and n.at < at + length - 1e-6 and n.at + n.length > at + 1e-6
        ]
        best, best_score = triads[0], -1.0
        for root, members in triads:
            score = liking.get(root, 0.0) * length
            score += sum(_weight(n, at, length) * (1.15 if n.pitch % 12 == root else 1.0)
                         for n in inside if n.pitch % 12 in members)  # fmt: skip
            score += 0.25 * length if chosen and chosen[-1].root == root else 0.0
            score += 2.0 * length if root == home and place in {0, len(spans) - 1} else 0.0
            if score > best_score:
                best, best_score = (root, members), score
        chosen.append(_Harmony(at, length, best[0], _close(best)))
    return chosen


def _weight(note: Note, at: float, length: float) -> float:
    heard = min(note.at + note.length, at + length) - max(note.at, at)
    return heard * (1.6 if abs(note.at - at) < _NEAR else 1.0)


def _spans(music: Music) -> list[tuple[float, float]]:
    ends = [*music.bar_lines[1:], music.length]
    lengths = [end - at for at, end in zip(music.bar_lines, ends, strict=True)]
    usual = max(set(lengths), key=lengths.count)
    is_compound = _is_compound(music, usual)
    spans: list[tuple[float, float]] = []
    for at, length in zip(music.bar_lines, lengths, strict=True):
        if length < usual / 2 - 1e-6:  # an upbeat is left to the tune
            continue
        halves = (
            (3 if usual == _SLIP_JIG else 2 if usual in {2.0, 4.0} or is_compound else 1)
            if length == usual
            else 1
        )
        spans += [(at + n * length / halves, length / halves) for n in range(halves)]
    return spans


def _is_compound(music: Music, usual: float) -> bool:
    """6/8 rather than 3/4: more notes begin in the middle of the bar than on its second and third third."""
    if usual not in {3.0, 6.0}:
        return False
    places = [
        round((n.at - max(b for b in music.bar_lines if b <= n.at + 1e-6)) / usual, 3) for n in music.notes
    ]
    return places.count(0.5) * 2 > places.count(0.333) + places.count(0.667)


def _close(triad: tuple[int, frozenset[int]]) -> tuple[int, int, int]:
    """The triad as three pitches around the C below the middle one."""
    low, *rest = sorted((pc - 7) % 12 + 55 for pc in triad[1])
    return low, rest[0], rest[1]


def _figure(name: str, place: int, chord: _Harmony) -> list[Note]:
    bass = (chord.root - 4) % 12 + 40
    at, length = chord.at, chord.length
    match name:
        case "bass":
            return [Note(place, at, length * 0.96, bass, 0.6)]
        case "pad":
            return [Note(place, at, length, pitch, 0.5) for pitch in chord.pitches]
        case "chords":
            half = length / 2
            return [Note(place, at, half * 0.8, p, 0.62) for p in (bass + 12, *chord.pitches)] + [
                Note(place, at + half, half * 0.6, p, 0.5) for p in chord.pitches
            ]
        case "boom chuck":
            off = length * (2 / 3 if abs(length - _JIG_HALF) < _NEAR else 0.5)
            return [Note(place, at, length * 0.7, bass, 0.72)] + [
                Note(place, at + off + 0.012 * n, length * 0.3, p, 0.5)
                for n, p in enumerate((*chord.pitches, chord.pitches[0] + 12))
            ]
        case "drum":
            off = length * (2 / 3 if abs(length - _JIG_HALF) < _NEAR else 0.5)
            return [Note(place, at, 0.4, 50, 0.7), Note(place, at + off, 0.3, 57, 0.42)]
        case _:
            return _broken(place, chord, bass)


def _broken(place: int, chord: _Harmony, bass: int) -> list[Note]:
    low, middle, high = chord.pitches
    row = [bass, low, middle, high, low + 12, high, middle, low]
    step = 0.5 if chord.length >= 1.0 else chord.length / 2
    count = max(1, round(chord.length / step))
    return [
        Note(
            place,
            chord.at + n * step,
            chord.length - n * step + 0.2,
            row[n % len(row)],
            0.62 if n == 0 else 0.47,
        )
        for n in range(count)
    ]


def ends_of_phrases(music: Music) -> list[tuple[float, float]]:
    """The stretches held by a fermata, as (start, end) in quarter notes."""
    held = sorted({(n.at, n.at + n.length) for n in music.notes if n.is_held})
    joined: list[tuple[float, float]] = []
    for at, end in held:
        if joined and at < joined[-1][1] - 1e-6:
            joined[-1] = (min(joined[-1][0], at), max(joined[-1][1], end))
        else:
            joined.append((at, end))
    return [span for span, following in pairwise([*joined, (1e9, 1e9)]) if span[1] <= following[0] + 1e-6]
