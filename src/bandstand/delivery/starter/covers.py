"""Draws an album's cover from its title: few shapes, a small palette, the same for ever."""

import hashlib
import io
import math
import random
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw

SIZE: Final = 1000
_SCALE: Final = 2
_SIDE: Final = SIZE * _SCALE

_Colour = tuple[int, int, int]
_Pen = Callable[[ImageDraw.ImageDraw, random.Random, "tuple[_Colour, ...]"], None]

# ground, then inks from most to least used
_PALETTES: Final[tuple[tuple[str, ...], ...]] = (
    ("#ead7a4", "#1f5f73", "#0d2a36", "#c8553d"),
    ("#e76f51", "#264653", "#f6e3cf", "#7c2d2a"),
    ("#16301f", "#5f8a5a", "#0b1a12", "#e9c46a"),
    ("#1d1c3b", "#f7b538", "#8f7fd0", "#f3e6d0"),
    ("#f2b8c6", "#5b2a86", "#2b1240", "#f4e4d4"),
    ("#f6c667", "#7b2d43", "#2c0f1d", "#e07a3f"),
    ("#f4ecd8", "#b5482a", "#2f3e46", "#d9a441"),
    ("#2f4858", "#f26419", "#f6ae2d", "#e8e4d9"),
    ("#cfe0d8", "#2a6f6b", "#12343b", "#e6a15c"),
)


@lru_cache(maxsize=16)
def draw_cover(title: str, kind: str) -> bytes:
    """Return the cover of the album `title` as a JPEG of 1000 x 1000; `kind` names one of the drawings."""
    chance = random.Random(hashlib.sha256(title.encode()).digest())  # noqa: S311 (a drawing, not a secret)
    palette = tuple(_rgb(colour) for colour in _PALETTES[sorted(_PENS).index(kind) % len(_PALETTES)])
    image = Image.new("RGB", (_SIDE, _SIDE), palette[0])
    _PENS[kind](ImageDraw.Draw(image), chance, palette)
    small = image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=90, subsampling=0, optimize=True)
    return out.getvalue()


def _rgb(colour: str) -> _Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _disc(pen: ImageDraw.ImageDraw, x: float, y: float, radius: float, fill: _Colour | None, line: float = 0.0,
          ink: _Colour | None = None) -> None:  # fmt: skip
    box = (x - radius, y - radius, x + radius, y + radius)
    pen.ellipse(box, fill=fill, outline=ink, width=round(line))


def _ribbon(
    pen: ImageDraw.ImageDraw, points: list[tuple[float, float]], widths: list[float], ink: _Colour
) -> None:
    above = [(x, y - w / 2) for (x, y), w in zip(points, widths, strict=True)]
    below = [(x, y + w / 2) for (x, y), w in zip(points, widths, strict=True)]
    pen.polygon([*above, *reversed(below)], fill=ink)


def _waves(pen: ImageDraw.ImageDraw, chance: random.Random, palette: tuple[_Colour, ...]) -> None:
    """Lines of water, some bold and some thin, and one small warm disc that floats on them."""
    phase, rows = chance.uniform(0, 6.28), 13
    _disc(pen, _SIDE * 0.7, _SIDE * 0.27, _SIDE * 0.12, palette[3])
    for row in range(-1, rows + 1):
        y = _SIDE * (row + 0.5) / rows
        bold = chance.choice((0.008, 0.012, 0.02, 0.034, 0.046)) * _SIDE
        swing, drift = _SIDE * chance.uniform(0.018, 0.036), chance.uniform(-0.5, 0.5)
        xs = [x * 10 for x in range(-2, _SIDE // 10 + 3)]
        points = [
            (float(x), y + swing * math.sin(phase + drift + x / _SIDE * 7.2)
             + swing * 0.6 * math.sin(1.3 * phase + x / _SIDE * 3.1 + row * 0.35))
            for x in xs
        ]  # fmt: skip
        widths = [bold * (0.72 + 0.28 * math.sin(x / _SIDE * 5 + row)) for x in xs]
        _ribbon(pen, points, widths, palette[2] if row % 4 == 1 else palette[1])


def _sun(pen: ImageDraw.ImageDraw, chance: random.Random, palette: tuple[_Colour, ...]) -> None:
    """A rose window: rays of uneven length around a still centre."""
    x, y, count = _SIDE * 0.5, _SIDE * 0.52, 44
    for n in range(count):
        angle = 2 * math.pi * n / count + chance.uniform(-0.03, 0.03)
        near, far = _SIDE * 0.17, _SIDE * chance.choice((0.27, 0.33, 0.38, 0.43))
        width = _SIDE * chance.choice((0.006, 0.010, 0.015))
        ink = palette[2] if n % 3 == 0 else palette[1]
        start = (x + near * math.cos(angle), y + near * math.sin(angle))
        end = (x + far * math.cos(angle), y + far * math.sin(angle))
        pen.line((start, end), fill=ink, width=round(width))
        for spot in (start, end):
            _disc(pen, *spot, width / 2, ink)
    _disc(pen, x, y, _SIDE * 0.125, palette[3])
    _disc(pen, x, y, _SIDE * 0.07, palette[0])


def _hills(pen: ImageDraw.ImageDraw, chance: random.Random, palette: tuple[_Colour, ...]) -> None:
    """Three ranges of hills under a low moon, and a river of light."""
    _disc(pen, _SIDE * 0.69, _SIDE * 0.3, _SIDE * 0.13, palette[3])
    shades = (_mix(palette[0], palette[1], 0.38), palette[1], palette[2])
    for layer, ink in enumerate(shades):
        base, height = _SIDE * (0.5 + 0.17 * layer), _SIDE * (0.11 - 0.015 * layer)
        phase = chance.uniform(0, 6.28)
        ridge = [
            (float(x), base + height * math.sin(phase + x / _SIDE * (4.2 + layer))
             - height * 0.45 * math.sin(phase * 2 + x / _SIDE * (8.5 - layer)))
            for x in range(0, _SIDE + 11, 10)
        ]  # fmt: skip
        pen.polygon([*ridge, (_SIDE, _SIDE), (0, _SIDE)], fill=ink)
        if layer == 1:
            _ribbon(pen, [(x, y + _SIDE * 0.075) for x, y in ridge], [_SIDE * 0.006] * len(ridge), palette[3])


def _strings(pen: ImageDraw.ImageDraw, chance: random.Random, palette: tuple[_Colour, ...]) -> None:
    """Harp strings, edge to edge; those that ring swing out in a long lens of colour."""
    count = 23
    ringing = {place + chance.randrange(2) for place in (3, 8, 13, 18)}
    for n in range(count):
        x = _SIDE * (n + 0.5) / count
        middle = _SIDE * (0.34 + 0.4 * (n / count) + 0.06 * math.sin(n * 0.6))
        if n in ringing:
            reach, swell = _SIDE * chance.uniform(0.22, 0.33), _SIDE * chance.uniform(0.035, 0.06)
            steps = [middle - reach + reach * k / 30 for k in range(61)]
            bulge = [swell * math.cos((y - middle) / reach * math.pi / 2) ** 2 for y in steps]
            right = [(x + w, y) for y, w in zip(steps, bulge, strict=True)]
            left = [(x - w, y) for y, w in zip(steps, bulge, strict=True)]
            pen.polygon([*right, *reversed(left)], fill=palette[3] if n % 2 else palette[1])
        pen.line(((x, 0), (x, _SIDE)), fill=palette[2], width=round(_SIDE * (0.003 + 0.0045 * (n / count))))
        if n not in ringing:
            _disc(pen, x, middle, _SIDE * 0.009, palette[1])


def _rings(pen: ImageDraw.ImageDraw, chance: random.Random, palette: tuple[_Colour, ...]) -> None:
    """Horns, seen from the bell: rings that overlap, some heavy, some a hair."""
    spots = ((0.36, 0.62, 0.27, 0.075), (0.78, 0.38, 0.17, 0.06), (0.3, 0.27, 0.13, 0.055))
    inks = (palette[1], palette[3], palette[2])
    for (x, y, radius, line), ink in zip(spots, inks, strict=True):
        shift = chance.uniform(-0.02, 0.02)
        _disc(pen, _SIDE * (x + shift), _SIDE * y, _SIDE * radius, None, _SIDE * line, ink)
    for _ in range(6):
        x, y = chance.uniform(0.15, 0.85), chance.uniform(0.15, 0.85)
        line = chance.choice((0.004, 0.008, 0.012))
        ink = chance.choice((palette[2], palette[2], palette[3]))
        _disc(pen, _SIDE * x, _SIDE * y, _SIDE * chance.uniform(0.1, 0.36), None, _SIDE * line, ink)


def _blocks(pen: ImageDraw.ImageDraw, chance: random.Random, palette: tuple[_Colour, ...]) -> None:
    """A set of dancers from above: quarters of discs on a floor of squares."""
    side, unit = 4, _SIDE / 4
    for place in range(side * side):
        left, top = place % side * unit, place // side * unit
        ground, ink = chance.sample(palette, 2)
        pen.rectangle((left, top, left + unit, top + unit), fill=ground)
        match chance.randrange(6):
            case 4:
                _disc(pen, left + unit / 2, top + unit / 2, unit * 0.34, ink)
            case 5:
                pen.polygon([(left, top + unit), (left + unit, top + unit), (left + unit, top)], fill=ink)
            case turn:
                x, y = left + unit * (turn in {1, 2}), top + unit * (turn in {2, 3})
                pen.pieslice((x - unit, y - unit, x + unit, y + unit), 90 * turn, 90 * turn + 90, fill=ink)


def _petals(pen: ImageDraw.ImageDraw, chance: random.Random, palette: tuple[_Colour, ...]) -> None:
    """Four leaves around one stem, as four players around a stand."""
    layer = Image.new("L", (_SIDE, _SIDE), 0)
    start = chance.uniform(0, 90)
    for n, ink in enumerate((palette[1], palette[2], palette[3], palette[1])):
        leaf = Image.new("L", (_SIDE, _SIDE), 0)
        radius, gap = _SIDE * 0.32, _SIDE * 0.2
        cx, cy = _SIDE * 0.5, _SIDE * 0.27
        one, two = Image.new("L", (_SIDE, _SIDE), 0), Image.new("L", (_SIDE, _SIDE), 0)
        _grey(one, cx - gap, cy, radius)
        _grey(two, cx + gap, cy, radius)
        leaf.paste(two, (0, 0), one)
        layer = leaf.rotate(start + 90 * n, center=(_SIDE / 2, _SIDE / 2), resample=Image.Resampling.BICUBIC)
        pen.bitmap((0, 0), layer, fill=ink)
    _disc(pen, _SIDE * 0.5, _SIDE * 0.5, _SIDE * 0.05, palette[3])


def _grey(image: Image.Image, x: float, y: float, radius: float) -> None:
    ImageDraw.Draw(image).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)


def _keys(pen: ImageDraw.ImageDraw, chance: random.Random, palette: tuple[_Colour, ...]) -> None:
    """Piano keys of uneven length hang from the top; one is pressed."""
    count, pressed = 14, chance.randrange(3, 11)
    unit = _SIDE / count
    for n in range(count):
        length = _SIDE * (0.62 + 0.16 * math.sin(n * 0.75 + chance.uniform(0, 0.6)))
        ink = palette[2] if n == pressed else palette[1]
        drop = _SIDE * 0.07 if n == pressed else 0
        box = (n * unit + unit * 0.07, -_SIDE * 0.1, (n + 1) * unit - unit * 0.07, length + drop)
        pen.rounded_rectangle(box, radius=unit * 0.18, fill=ink)
    for n in range(count - 1):
        if n % 7 in {0, 1, 3, 4, 5}:
            x = (n + 1) * unit
            box = (x - unit * 0.3, -_SIDE * 0.1, x + unit * 0.3, _SIDE * 0.36)
            pen.rounded_rectangle(box, radius=unit * 0.12, fill=palette[0])
    _disc(pen, (pressed + 0.5) * unit, _SIDE * 0.9, unit * 0.5, palette[2])


def _arches(pen: ImageDraw.ImageDraw, chance: random.Random, palette: tuple[_Colour, ...]) -> None:
    """Four arches, one inside the other, an evening's light in the last."""
    x, foot = _SIDE * 0.5, _SIDE * 0.93
    inks = (palette[1], palette[0], palette[2], palette[0], palette[3], palette[0], palette[1])
    for n, ink in enumerate(inks):
        half = _SIDE * (0.42 - 0.052 * n)
        top = foot - _SIDE * (0.8 - 0.075 * n)
        pen.pieslice((x - half, top, x + half, top + 2 * half), 180, 360, fill=ink)
        pen.rectangle((x - half, top + half, x + half, foot), fill=ink)
    pen.rectangle((0, foot, _SIDE, _SIDE), fill=palette[2])
    _disc(pen, x + _SIDE * chance.uniform(-0.02, 0.02), foot - _SIDE * 0.17, _SIDE * 0.045, palette[3])


def _mix(one: _Colour, two: _Colour, share: float) -> _Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, two, strict=True))
    return red, green, blue


_PENS: Final[dict[str, _Pen]] = {
    "waves": _waves, "sun": _sun, "hills": _hills, "strings": _strings, "rings": _rings, "blocks": _blocks,
    "petals": _petals, "keys": _keys, "arches": _arches,
}  # fmt: skip
