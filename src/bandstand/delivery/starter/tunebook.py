"""Reads tunes written in ABC notation (one melody, chords in brackets allowed) into a `Sheet`."""

import re
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Final

from bandstand.delivery.starter.model import Bar, Line, Sheet, Tone

_PITCH: Final = {"C": 60, "D": 62, "E": 64, "F": 65, "G": 67, "A": 69, "B": 71}
_MAJOR: Final = {"C": 0, "D": 2, "E": 4, "F": -1, "G": 1, "A": 3, "B": 5}
_MODE: Final = {
    "": 0,
    "maj": 0,
    "ion": 0,
    "mix": -1,
    "dor": -2,
    "m": -3,
    "min": -3,
    "aeo": -3,
    "phr": -4,
    "lyd": 1,
}
_TOKEN: Final = re.compile(
    r"""(?P<grace>\{[^}]*\})|(?P<text>"[^"]*")|(?P<inline>\[[A-Za-z]:[^\]]*\])
    |(?P<ending>(?:\||:\|)?\[?(?<=[\|\[])\s?[12](?![0-9/]))
    |(?P<bar>:\|:|:\|\]?|\|:|\|\||\|\]|\[\||::|\|)
    |(?P<tuplet>\((?P<tup>[2-9])(?::\d*(?::\d*)?)?)
    |(?P<chord>\[(?:[_^=]*[A-Ga-g][,']*[0-9/]*)+\](?P<chordlen>[0-9]*/*[0-9]*))
    |(?P<note>(?P<acc>[_^=]*)(?P<step>[A-Ga-g])(?P<oct>[,']*)(?P<len>[0-9]*/*[0-9]*))
    |(?P<rest>[zx](?P<restlen>[0-9]*/*[0-9]*))
    |(?P<broken>[<>]+)|(?P<tie>-)|(?P<mark>![^!]*!|[~.vuTHM])|(?P<other>.)""",
    re.VERBOSE,
)
_TUPLET: Final = {2: Fraction(3, 2), 3: Fraction(2, 3), 4: Fraction(3, 4), 6: Fraction(1, 3)}


def read_tune(path: Path, number: int = 0) -> Sheet:
    """Return tune `number` of the book (its X: field), or the first tune when `number` is 0."""
    text = path.read_text(encoding="utf-8", errors="replace")
    for chunk in re.split(r"(?m)^(?=X:)", text):
        if (found := re.match(r"X:\s*(\d+)", chunk)) and number in {0, int(found[1])}:
            return _Reader().sheet(chunk)
    message = f"{path.name} holds no tune {number}"
    raise LookupError(message)


@dataclass
class _Reader:
    unit: Fraction = Fraction(1, 8)
    metre: Fraction = Fraction(1)
    key: dict[str, int] = field(default_factory=dict)
    fifths: int = 0
    mode: str = ""
    bars: list[Bar] = field(default_factory=lambda: [Bar()])
    now: Fraction = Fraction(0)
    changed: dict[str, int] = field(default_factory=dict)
    tuplet: tuple[int, Fraction] = (0, Fraction(1))
    broken: Fraction = Fraction(1)
    last: list[int] = field(default_factory=list)
    ending: frozenset[int] = frozenset()
    is_short: bool = False
    previous: Fraction = Fraction(0)

    def sheet(self, chunk: str) -> Sheet:
        has_unit = False
        for raw in chunk.splitlines():
            row = raw.split("%")[0].strip()
            if found := re.match(r"([A-Za-z]):\s*(.*)", row):
                self._field(found[1], found[2])
                has_unit = has_unit or found[1] == "L"
                if found[1] == "M" and not has_unit:
                    self.unit = Fraction(1, 16) if self.metre < Fraction(3, 4) else Fraction(1, 8)
            elif row:
                self._music(row.rstrip("\\"))
        self._end_bar()
        bars = [bar for bar in self.bars if bar.length > 0]
        return Sheet([Line("tune", bars)], self.fifths, tonic=7 * (self.fifths - _MODE[self.mode]) % 12)

    def _field(self, name: str, value: str) -> None:
        if name == "L" and (found := re.match(r"(\d+)/(\d+)", value)):
            self.unit = Fraction(int(found[1]), int(found[2]))
        elif name == "M":
            found = re.match(r"(\d+)/(\d+)", value)
            self.metre = Fraction(int(found[1]), int(found[2])) if found else Fraction(1)
        elif name == "K" and (found := re.match(r"([A-G])([#b]?)\s*([A-Za-z]{0,3})", value)):
            self.mode = found[3].lower() if found[3].lower() in _MODE else ""
            shift = {"#": 7, "b": -7}.get(found[2], 0)
            self.fifths = _MAJOR[found[1]] + shift + _MODE[self.mode]
            sharps, flats = "FCGDAEB"[: max(0, self.fifths)], "BEADGCF"[: max(0, -self.fifths)]
            self.key = dict.fromkeys(sharps, 1) | dict.fromkeys(flats, -1)

    def _music(self, row: str) -> None:
        for token in _TOKEN.finditer(row):
            match token.lastgroup:
                case "bar":
                    self._bar_line(token["bar"])
                case "ending":
                    self._ending(token["ending"])
                case "inline":
                    self._field(token["inline"][1], token["inline"][3:-1])
                case _:
                    self._sound(token)

    def _sound(self, token: re.Match[str]) -> None:
        match token.lastgroup:
            case "tuplet":
                count = int(token["tup"])
                self.tuplet = (count, _TUPLET.get(count, Fraction(2, count)))
            case "note":
                self._tones([self._pitch(token["acc"], token["step"], token["oct"])], token["len"])
            case "chord":
                inner = re.findall(r"([_^=]*)([A-Ga-g])([,']*)([0-9/]*)", token["chord"].split("]")[0])
                self._tones([self._pitch(*one[:3]) for one in inner], token["chordlen"] or inner[0][3])
            case "rest":
                self._tones([], token["restlen"])
            case "broken":
                self._broken(token["broken"])
            case "tie":
                self._tie()
            case "mark":
                self.is_short = token["mark"] == "."

    def _pitch(self, sign: str, step: str, octave: str) -> int:
        name = step.upper()
        if sign:
            self.changed[name] = sign.count("^") - sign.count("_")
        alter = self.changed.get(name, self.key.get(name, 0))
        return (
            _PITCH[name]
            + (12 if step.islower() else 0)
            + 12 * (octave.count("'") - octave.count(","))
            + alter
        )

    def _length(self, text: str) -> Fraction:
        if not text:
            return self.unit * 4
        top, _, below = text.partition("/")
        slashes = text.count("/")
        bottom = int(below.strip("/")) if below.strip("/") else 2**slashes
        return self.unit * 4 * Fraction(int(top or 1), bottom)

    def _tones(self, pitches: list[int], text: str) -> None:
        length = self._length(text) * self.broken
        self.broken = Fraction(1)
        if self.tuplet[0]:
            length *= self.tuplet[1]
            self.tuplet = (self.tuplet[0] - 1, self.tuplet[1])
        bar = self.bars[-1]
        self.last = []
        for pitch in pitches:
            self.last.append(len(bar.tones))
            bar.tones.append(Tone(float(self.now), float(length), pitch, is_short=self.is_short))
        self.is_short = False
        self.now += length
        self.previous = length

    def _broken(self, sign: str) -> None:
        dots = Fraction(2 ** len(sign) - 1, 2 ** len(sign))
        first = 1 + dots if sign[0] == ">" else 1 - dots
        bar = self.bars[-1]
        for place in self.last:
            old = bar.tones[place]
            bar.tones[place] = Tone(old.at, old.length * float(first), old.pitch, is_short=old.is_short)
        self.now += self.previous * (first - 1)
        self.broken = 2 - first

    def _tie(self) -> None:
        bar = self.bars[-1]
        for place in self.last:
            old = bar.tones[place]
            bar.tones[place] = Tone(old.at, old.length, old.pitch, tied_to=True)

    def _end_bar(self) -> None:
        bar = self.bars[-1]
        bar.length = float(self.now)
        bar.endings = bar.endings | self.ending
        if bar.length > 0:
            self.bars.append(Bar())
        self.now, self.changed, self.last = Fraction(0), {}, []

    def _bar_line(self, sign: str) -> None:
        ends, starts = sign.startswith((":|", "::")), sign.endswith((":",)) and sign != ":"
        if ends:
            target = self.bars[-1] if self.now > 0 or len(self.bars) == 1 else self.bars[-2]
            target.ends_repeat = True
        self._end_bar()
        if ends or sign in {"||", "|]", "[|"} or starts:
            self.ending = frozenset()
        if starts:
            self.bars[-1].starts_repeat = True

    def _ending(self, sign: str) -> None:
        self._bar_line(":|" if sign.startswith(":|") else "|")
        self.ending = frozenset({int(sign[-1])})
