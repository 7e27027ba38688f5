"""Turns quarter notes into seconds: tempo, rubato, accents and the small unevenness of human hands (seeded)."""

import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bandstand.delivery.starter.arrange import Style, ends_of_phrases
from bandstand.delivery.starter.model import Music, Note, Stroke

_GRID: Final = 0.125
_SUSTAINED: Final = frozenset(range(16, 24)) | frozenset(range(40, 45)) | frozenset(range(48, 55)) | frozenset(
    range(64, 80)
) | {110}  # fmt: skip
_LEAD_IN_S: Final = 0.25
_SAME_STROKE_S: Final = 0.035


def perform(music: Music, style: Style, bpm: float, key: str) -> list[Stroke]:
    """Return the key strokes of a performance. `bpm` overrides the score's tempo; `key` seeds the human touch."""
    chance = np.random.default_rng(zlib.crc32(key.encode()))
    clock = _clock(music, bpm, chance)
    strokes = [
        _stroke(note, music, style, clock, chance)
        for note in music.notes
        if note.at >= style.parts[note.line].voice.enters * music.length - 1e-6
    ]
    return _without_overlap(strokes)


class _Clock:
    def __init__(self, at: NDArray[np.float64], seconds: NDArray[np.float64]) -> None:
        self._at, self._seconds = at, seconds

    def __call__(self, at: float) -> float:
        return float(np.interp(at, self._at, self._seconds)) + _LEAD_IN_S


def _clock(music: Music, bpm: float, chance: np.random.Generator) -> _Clock:
    at = np.arange(0.0, music.length + 4 * _GRID, _GRID)
    marks = [(0.0, bpm or 90.0)]
    if music.tempos and not bpm:
        marks += music.tempos
    places = np.array([m[0] for m in marks])
    speeds = np.array([m[1] for m in marks])[
        np.maximum(0, np.searchsorted(places, at + 1e-6, side="right") - 1)
    ]
    breath = 1.0 + 0.012 * np.sin(2 * np.pi * at / 16.0 + chance.uniform(0, 6.28))
    for start, end in ends_of_phrases(music):
        breath[(at >= start - 1e-6) & (at < end - 1e-6)] *= 0.62
    left = np.clip((music.length - at) / min(6.0, music.length / 8 + 0.5), 0.0, 1.0)
    breath *= 0.72 + 0.28 * np.sqrt(left)
    steps = _GRID * 60.0 / (speeds * breath)
    return _Clock(at, np.concatenate([[0.0], np.cumsum(steps)[:-1]]))


def _stroke(note: Note, music: Music, style: Style, clock: _Clock, chance: np.random.Generator) -> Stroke:
    voice = style.parts[note.line].voice
    bar = music.bar_lines[max(0, int(np.searchsorted(music.bar_lines, note.at + 1e-6)) - 1)]
    place = note.at - bar
    level = note.level + 0.05 * np.sin(2 * np.pi * note.at / 16.0 + note.line)
    if place < _GRID / 2:
        level += style.accent
    elif abs(place - round(place)) < _GRID / 2:
        level += style.accent / 3
    late = style.swing * 0.25 if abs(place % 0.5 - 0.25) < _GRID / 4 else 0.0
    late_s = float(chance.normal(0.0, 0.006))
    start = max(0.0, clock(note.at + late) + late_s)
    is_sung = voice.program in _SUSTAINED
    length = note.length * (0.5 if note.is_short else 1.0)
    end = clock(note.at + length)
    if is_sung and not note.is_short:
        end += 0.02
    if style.pedal and not is_sung:
        end = max(end, clock((note.at // style.pedal + 1) * style.pedal) - 0.02)
    level = float(np.clip(level + chance.normal(0.0, 0.025), 0.12, 1.0))
    return Stroke(start, max(end, start + 0.06), note.line, note.pitch, level)


def _without_overlap(strokes: list[Stroke]) -> list[Stroke]:
    """A key must be up before it goes down again: the earlier stroke is cut short, a doubled one dropped."""
    strokes.sort(key=lambda s: (s.at_s, s.voice, s.pitch))
    latest: dict[tuple[int, int], int] = {}
    kept: list[Stroke] = []
    for stroke in strokes:
        key = (stroke.voice, stroke.pitch)
        if (before := latest.get(key)) is not None:
            old = kept[before]
            if stroke.at_s - old.at_s < _SAME_STROKE_S:
                continue
            if old.end_s > stroke.at_s - 0.01:
                kept[before] = Stroke(old.at_s, stroke.at_s - 0.01, old.voice, old.pitch, old.velocity)
        latest[key] = len(kept)
        kept.append(stroke)
    return kept
