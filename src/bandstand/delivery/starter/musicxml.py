"""Reads partwise MusicXML (plain or `.mxl`) into a `Sheet`: what a performance needs and no more.

Pure standard library: importing a notation toolkit costs seconds at every start. The files come from an installed
package, so the parser meets no stranger's XML.
"""

import io
import zipfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, fromstring

from bandstand.delivery.starter.model import Bar, Line, Sheet, Tone

_STEPS: Final = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_LEVELS: Final = {
    "ppp": 0.3, "pp": 0.37, "p": 0.46, "mp": 0.55, "mf": 0.64, "f": 0.76, "ff": 0.87, "fff": 0.95,
}  # fmt: skip
_FORCED: Final = frozenset({"sf", "sfz", "fz", "fp", "sfp", "rf", "rfz", "sffz"})
_WEDGE: Final = 0.14
_GRACE: Final = 0.14


def read_musicxml(path: Path) -> Sheet:
    """Return the score in `path`."""
    data = path.read_bytes()
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as box:
            inner = [
                n for n in box.namelist() if n.endswith((".xml", ".musicxml")) and not n.startswith("META")
            ]
            data = box.read(inner[0])
    root = fromstring(data)  # noqa: S314 (see module docstring)
    names = {e.get("id", ""): (e.findtext("part-name") or "").strip() for e in root.iter("score-part")}
    lines = [_Reader(part).line(names.get(part.get("id", ""), "")) for part in root.iter("part")]
    fifths = next((int(e.text or 0) for e in root.iter("fifths")), 0)
    mode = next((e.text for e in root.iter("mode")), "major")
    return Sheet(lines, fifths, tonic=7 * (fifths + (3 if mode == "minor" else 0)) % 12)


@dataclass
class _Reader:
    part: Element
    divisions: float = 1.0
    transpose: int = 0
    fifths: int = 0
    now: float = 0.0
    onset: float = 0.0
    bar_start: float = 0.0
    endings: frozenset[int] = frozenset()
    level: float = 0.62
    marks: list[tuple[float, float]] = field(default_factory=list)
    wedge: tuple[float, float, float] | None = None
    graces: list[int] = field(default_factory=list)

    def line(self, name: str) -> Line:
        bars = [self._bar(measure) for measure in self.part.iter("measure")]
        at = 0.0
        for bar in bars:
            bar.tones = [
                replace(t, level=_clamp(t.level - 0.62 + self._level_at(at + t.at))) for t in bar.tones
            ]
            at += bar.length
        return Line(name, bars)

    def _level_at(self, at: float) -> float:
        before = (0.0, 0.62)
        for mark in self.marks:
            if mark[0] > at + 1e-6:
                if mark[1] < 0:  # the end of a wedge: slide towards it
                    span = mark[0] - before[0]
                    return (
                        before[1] + (-mark[1] - before[1]) * (at - before[0]) / span
                        if span > 0
                        else before[1]
                    )
                return before[1]
            before = (mark[0], abs(mark[1]))
        return before[1]

    def _bar(self, measure: Element) -> Bar:
        bar, self.now, furthest = Bar(), 0.0, 0.0
        for child in measure:
            match child.tag:
                case "attributes":
                    self._attributes(child)
                case "note":
                    self._note(child, bar)
                case "backup":
                    self.now -= self._duration(child)
                case "forward":
                    self.now += self._duration(child)
                case "direction" | "sound":
                    self._direction(child, bar)
                case "barline":
                    self._barline(child, bar)
            furthest = max(furthest, self.now)
        bar.length = furthest
        bar.endings = bar.endings | self.endings
        self.bar_start += furthest
        return bar

    def _duration(self, element: Element) -> float:
        return float(element.findtext("duration") or 0) / self.divisions

    def _attributes(self, element: Element) -> None:
        self.divisions = float(element.findtext("divisions") or self.divisions)
        self.fifths = int(element.findtext("key/fifths") or self.fifths)
        if (shift := element.find("transpose")) is not None:
            octaves = int(shift.findtext("octave-change") or 0)
            self.transpose = int(shift.findtext("chromatic") or 0) + 12 * octaves

    def _note(self, element: Element, bar: Bar) -> None:
        length, is_chord = self._duration(element), element.find("chord") is not None
        is_grace = element.find("grace") is not None
        if not is_chord and not is_grace:
            self.onset, self.now = self.now, self.now + length
        pitch = self._pitch(element)
        if pitch is None or element.find("cue") is not None:
            return
        if is_grace:
            self.graces.append(pitch)
            return
        self._flush_graces(bar)
        ties = {e.get("type") for e in element.findall("tie")}
        notations = {e.tag for e in element.findall("notations//*")}
        strong = notations & {"accent", "strong-accent"} or notations & _FORCED
        bar.tones.append(
            Tone(
                self.onset,
                length,
                pitch,
                level=0.72 if strong else 0.62,
                tied_from="stop" in ties,
                tied_to="start" in ties,
                is_held="fermata" in notations,
                is_short=bool(notations & {"staccato", "staccatissimo", "spiccato"}),
                trill=self._above(pitch) if notations & {"trill-mark", "inverted-mordent"} else 0,
            )
        )

    def _flush_graces(self, bar: Bar) -> None:
        for place, pitch in enumerate(self.graces):
            at = self.onset - _GRACE * (len(self.graces) - place)
            bar.tones.append(Tone(max(at, 0.0), _GRACE, pitch, level=0.55))
        self.graces.clear()

    def _pitch(self, element: Element) -> int | None:
        pitch = element.find("pitch")
        if pitch is None:
            return None
        step, octave = pitch.findtext("step") or "C", int(pitch.findtext("octave") or 4)
        alter = round(float(pitch.findtext("alter") or 0))
        return 12 * (octave + 1) + _STEPS[step] + alter + self.transpose

    def _above(self, pitch: int) -> int:
        scale = {(7 * n) % 12 for n in range(self.fifths - 1, self.fifths + 6)}
        return 1 if (pitch + 1) % 12 in scale else 2

    def _direction(self, element: Element, bar: Bar) -> None:
        at = self.bar_start + self.now
        for sound in [element] if element.tag == "sound" else element.findall("sound"):
            if tempo := sound.get("tempo"):
                bar.tempos.append((self.now, float(tempo)))
            bar.is_fine = bar.is_fine or "fine" in sound.attrib
        for words in element.findall("direction-type/words"):
            bar.is_fine = bar.is_fine or (words.text or "").strip().lower() == "fine"
        for mark in element.findall("direction-type/dynamics/*"):
            if mark.tag in _LEVELS:
                self.level, self.wedge = _LEVELS[mark.tag], None
                self.marks.append((at, self.level))
        for wedge in element.findall("direction-type/wedge"):
            self._wedge(wedge.get("type", ""), at)

    def _wedge(self, kind: str, at: float) -> None:
        if kind in {"crescendo", "diminuendo"}:
            self.wedge = (at, self.level, _WEDGE if kind == "crescendo" else -_WEDGE)
            self.marks.append((at, self.level))
        elif kind == "stop" and self.wedge is not None:
            self.level = _clamp(self.wedge[1] + self.wedge[2])
            self.marks.append((at, -self.level))
            self.wedge = None

    def _barline(self, element: Element, bar: Bar) -> None:
        if (repeat := element.find("repeat")) is not None:
            bar.starts_repeat = bar.starts_repeat or repeat.get("direction") == "forward"
            bar.ends_repeat = bar.ends_repeat or repeat.get("direction") == "backward"
        if (ending := element.find("ending")) is not None:
            numbers = frozenset(
                int(n) for n in (ending.get("number") or "1").replace(".", "").split(",") if n.strip()
            )
            bar.endings = bar.endings | numbers
            self.endings = numbers if ending.get("type") == "start" else frozenset()


def _clamp(level: float) -> float:
    return min(0.97, max(0.22, level))
