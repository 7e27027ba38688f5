import zipfile
from pathlib import Path

import pytest

from bandstand.delivery.starter.model import Bar, Line, Sheet, Tone
from bandstand.delivery.starter.musicxml import read_musicxml
from bandstand.delivery.starter.tunebook import read_tune
from bandstand.delivery.starter.unfold import follow, unfold

_SCORE = """<score-partwise version="3.1"><part-list><score-part id="P1"><part-name>Clarinet</part-name></score-part>
</part-list><part id="P1"><measure number="1"><attributes><divisions>2</divisions><key><fifths>-1</fifths></key>
<transpose><chromatic>-2</chromatic></transpose></attributes>
<direction><direction-type><dynamics><ff/></dynamics></direction-type><sound tempo="72"/></direction>
<note><pitch><step>C</step><octave>5</octave></pitch><duration>2</duration></note>
<note><chord/><pitch><step>E</step><octave>5</octave></pitch><duration>2</duration></note>
<note><pitch><step>G</step><octave>4</octave></pitch><duration>2</duration><tie type="start"/></note></measure>
<measure number="2"><note><pitch><step>G</step><octave>4</octave></pitch><duration>2</duration><tie type="stop"/></note>
<note><rest/><duration>2</duration></note><barline><repeat direction="backward"/></barline></measure></part>
</score-partwise>"""

_TUNE = """X:7
T:Test
M:2/4
L:1/8
K:D
|: A>c (3ddd | F2 ^G2 |1 A4 :|2 d4 ||
"""


@pytest.fixture
def score(tmp_path: Path) -> Path:
    path = tmp_path / "score.mxl"
    with zipfile.ZipFile(path, "w") as box:
        box.writestr("META-INF/container.xml", "<container/>")
        box.writestr("score.xml", _SCORE)
    return path


def test_a_score_is_read_with_transposition_chord_tempo_and_loudness(score: Path) -> None:
    sheet = read_musicxml(score)
    first = sheet.lines[0].bars[0]
    assert [(t.at, t.length, t.pitch) for t in first.tones] == [
        (0.0, 1.0, 70),
        (0.0, 1.0, 74),
        (1.0, 1.0, 65),
    ]
    assert first.tempos == [(0.0, 72.0)]
    assert first.tones[0].level > 0.8
    assert (sheet.fifths, sheet.tonic, sheet.lines[0].name) == (-1, 5, "Clarinet")


def test_ties_join_and_repeats_are_played(score: Path) -> None:
    music = unfold(read_musicxml(score))
    assert music.length == 8.0
    assert [(n.at, n.length) for n in music.notes if n.pitch == 65] == [(1.0, 2.0), (5.0, 2.0)]
    assert unfold(read_musicxml(score), times=0).length == 4.0


def test_a_tune_keeps_its_dots_triplets_accidentals_and_endings(tmp_path: Path) -> None:
    path = tmp_path / "book.abc"
    path.write_text("X:1\nK:C\nCDEF|\n\n" + _TUNE)
    music = unfold(read_tune(path, 7))
    assert music.length == 12.0
    assert [n.pitch for n in music.notes] == [69, 73, 74, 74, 74, 66, 68, 69, 69, 73, 74, 74, 74, 66, 68, 74]
    assert [n.length for n in music.notes[:3]] == pytest.approx([0.75, 0.25, 1 / 3])
    assert music.tonic == 2


def test_an_unknown_tune_is_named(tmp_path: Path) -> None:
    path = tmp_path / "book.abc"
    path.write_text(_TUNE)
    with pytest.raises(LookupError, match=r"book\.abc holds no tune 8"):
        read_tune(path, 8)


def test_da_capo_and_tunes_in_a_row() -> None:
    bars = [Bar(2.0, [Tone(0.0, 2.0, 60 + n)]) for n in range(3)]
    music = unfold(Sheet([Line("", bars)]), times=1, da_capo=2)
    assert [n.pitch for n in music.notes] == [60, 61, 62, 60, 61]
    both = follow(music, music)
    assert both.length == 20.0
    assert both.notes[5].at == 10.0
