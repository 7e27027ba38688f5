import pytest

from bandstand.delivery.model import Problem, Tags
from bandstand.delivery.tags import EXTENSIONS, disc_of_folder, fill_in, from_path, sniff
from bandstand.delivery.tags import text as texts
from bandstand.delivery.tags import values as v


@pytest.mark.parametrize(
    ("text", "read", "is_noted"),
    [("3", (3, None), False), ("03/10", (3, 10), False), ("1 of 2", (1, 2), True), ("A3", (3, None), True),
     ("garbage", (None, None), True), ("", (None, None), False), ("99999999", (None, None), True), ("3/", (3, None), False)],
)  # fmt: skip
def test_numbers(text: str, read: tuple[int | None, int | None], is_noted: bool) -> None:
    problems: list[Problem] = []
    assert v.read_number(text, "track number", problems) == read
    assert bool(problems) == is_noted


@pytest.mark.parametrize(
    ("text", "read", "is_noted"),
    [("2008.05.25", "2008-05-25", False), ("2008", "2008", False), ("20080525", "2008-05-25", False),
     ("2008-13-01", "2008", True), ("20xx", "", True), ("May 1994", "1994", True), ("2014-05-21T10:00", "2014-05-21", False)],
)  # fmt: skip
def test_dates(text: str, read: str, is_noted: bool) -> None:
    problems: list[Problem] = []
    assert v.read_date(text, problems) == read
    assert bool(problems) == is_noted


def test_a_gain_of_zero_is_kept() -> None:
    assert v.read_gain("0.00 dB", []) == 0.0
    assert v.read_gain("-6,50 dB", []) == -6.5
    assert v.read_gain("loud", []) is None


def test_names_are_split_where_that_is_sure() -> None:
    assert [n.name for n in v.split_names(["AC/DC"])] == ["AC/DC"]
    assert [n.name for n in v.split_names(["a\x00b; c / d"])] == ["a", "b", "c", "d"]
    named = v.split_names(["Ana Uno feat. Bo Dos & Čao Tři"])
    assert [(n.name, n.role) for n in named] == [
        ("Ana Uno", "main"),
        ("Bo Dos", "featured"),
        ("Čao Tři", "featured"),
    ]
    assert named[0].join == " feat. "
    assert v.guests_in_title("Duo (feat. Bo Dos) [Live]") == ["Bo Dos"]


def test_synced_lyrics() -> None:
    assert v.read_lrc("[00:01.50]<00:01.50>one <00:02.00>two\n[01:00]three\n[ar:x]") == (
        (1500, "one two"),
        (60_000, "three"),
    )


def test_text_is_cleaned_cut_and_told() -> None:
    problems: list[Problem] = []
    assert texts.clean("a\tb\nc\x00", "title", problems) == "a b c"
    assert texts.clean("e\u0301", "title", problems) == "é"
    assert len(texts.clean("x" * 1_000_000, "title", problems)) == texts.LONGEST
    assert [p.code for p in problems] == ["control_characters", "text_too_long"]
    assert str(texts.LONGEST) in problems[1].message


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Полночь", "cp1251"),
        ("Группа крови на рукаве", "cp1251"),
        ("夜の歌をうたう", "shift_jis"),
        ("角落之歌", "gbk"),
        ("Motörhead", "utf-8"),
    ],
)
def test_wrong_encodings_are_mended_when_sure(text: str, encoding: str) -> None:
    wrong = text.encode(encoding).decode("latin-1")
    assert texts.guess_encoding([wrong]) == (encoding, True)
    assert texts.mend(wrong, encoding) == text


@pytest.mark.parametrize("text", ["Beyoncé", "Motörhead", "Sigur Rós", "Ænima", "plain", "Ñ"])
def test_latin_1_stays_latin_1(text: str) -> None:
    assert texts.guess_encoding([text])[0] is None


def test_the_path_fills_what_tags_leave_out() -> None:
    guessed = from_path(("Artist", "2001 - Album", "CD2"), "03 - Somebody - Song_one.mp3")
    assert (guessed.album, guessed.date, guessed.disc, guessed.number) == ("Album", "2001", 2, 3)
    assert (guessed.artist, guessed.title, guessed.folder_artist) == ("Somebody", "Song_one", "Artist")
    filled = fill_in(Tags(), guessed)
    assert filled.facts["title_from"] == "file name"
    assert filled.facts["album_from"] == "folder name"
    assert from_path((), "1-02 Name.flac").disc == 1
    assert fill_in(Tags(), from_path((), "x.mp3")).album == "Unknown Album"
    assert disc_of_folder("Disc 1 - Live") == 1
    assert disc_of_folder("Discovery") is None


def test_content_is_known_by_its_first_bytes() -> None:
    assert sniff(b"") == "empty"
    assert sniff(b"<!DOCTYPE html><p>") == "html"
    assert sniff(b"OggS....") == "ogg"
    assert sniff(b"RIFF....WAVE") == "wav"
    assert sniff(b"RIFF\x00\x01..AVI LIST") == "unknown"
    assert sniff(b"\x00" * 4096 + b"\xff\xfb\x90\x00") == "mpeg"
    assert EXTENSIONS["opus"] == "ogg"
