import pickle
from pathlib import Path

import av
import pytest

from bandstand import media
from bandstand.media.transcoding import decode
from bandstand.platform.errors import Invalid
from tests.capability.media import sounds

LOSSLESS = [
    ("wav", "pcm_s16le", "s16", 16),
    ("wav", "pcm_s24le", "s32", 24),
    ("flac", "flac", "s16", 16),
    ("flac", "flac", "s32", 24),
    ("m4a", "alac", "s16p", 16),
    ("m4a", "alac", "s32p", 24),
    ("wv", "wavpack", "s16p", 16),
    ("aiff", "pcm_s16be", "s16", 16),
]
LOSSY = [
    ("mp3", "libmp3lame", "fltp", 44100),
    ("m4a", "aac", "fltp", 44100),
    ("opus", "libopus", "flt", 48000),
]


def _write_lossy(path: Path, codec: str, fmt: str, rate: int, samples: int) -> None:
    sound = sounds.music(samples, rate).astype("float32")
    with av.open(str(path), "w") as out:
        stream = sounds.stream_in(out, codec, rate)
        stream.codec_context.layout = "stereo"
        stream.codec_context.format = fmt
        fifo = av.AudioFifo()
        frame = av.AudioFrame.from_ndarray(sound, format="fltp", layout="stereo")
        frame.sample_rate = rate
        for piece in av.AudioResampler(fmt).resample(frame):
            piece.pts = None
            fifo.write(piece)
        at = 0
        while part := fifo.read(stream.codec_context.frame_size or 960, partial=True):
            part.pts, part.sample_rate = at, rate
            at += part.samples
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))


@pytest.mark.parametrize(("suffix", "codec", "fmt", "bits"), LOSSLESS)
@pytest.mark.parametrize("samples", [1, 4096, 100_003])
def test_lossless_samples_are_counted_exactly(
    tmp_path: Path, suffix: str, codec: str, fmt: str, bits: int, samples: int
) -> None:
    path = tmp_path / f"s.{suffix}"
    sounds.write(path, sounds.music(samples, 44100), 44100, codec, fmt)
    found = media.probe(path)
    assert (found.samples, found.is_exact, found.is_lossless, found.bits) == (samples, True, True, bits)
    assert (found.sample_rate, found.channels, found.duration_ms) == (44100, 2, round(samples / 44.1))


@pytest.mark.parametrize(("suffix", "codec", "fmt", "rate"), LOSSY)
def test_priming_and_padding_of_lossy_files_are_not_counted(
    tmp_path: Path, suffix: str, codec: str, fmt: str, rate: int
) -> None:
    path = tmp_path / f"s.{suffix}"
    _write_lossy(path, codec, fmt, rate, 100_003)
    found = media.probe(path)
    assert found.samples == 100_003
    assert (found.is_lossless, found.bits) == (False, None)
    assert [spec.name for spec in media.ladder_for(found)] == ["aac-64", "aac-128", "aac-256"]


def test_the_answer_travels_between_processes(tmp_path: Path) -> None:
    sounds.write(tmp_path / "s.wav", sounds.music(1000, 44100), 44100)
    found = media.probe(tmp_path / "s.wav")
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own


def test_a_cut_file_is_as_long_as_what_is_left(tmp_path: Path) -> None:
    path = tmp_path / "s.flac"
    sounds.write(path, sounds.music(200_000, 44100), 44100, "flac")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert 50_000 < media.probe(path).samples < 150_000


@pytest.mark.parametrize(
    "content",
    [b"", b"<html><body>not found</body></html>" * 30, bytes(5000), b"fLaC", b"ID3\x04" + bytes(300)],
)
@pytest.mark.parametrize("name", ["s.mp3", "s.flac", "s.m4a", "s.ogg"])
def test_what_holds_no_sound_is_refused_by_name(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Invalid, match="No sound") as caught:
        media.probe(tmp_path / name)
    assert caught.value.code == "undecodable"
    assert caught.value.details["path"] == str(tmp_path / name)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.mp3", tmp_path):
        with pytest.raises(Invalid):
            media.probe(path)


def test_a_name_that_is_not_utf8_can_be_read(tmp_path: Path) -> None:
    plain = tmp_path / "s.wav"
    sounds.write(plain, sounds.music(1000, 44100), 44100)
    odd = tmp_path / "caf\udce9.wav"
    try:
        plain.rename(odd)
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    assert media.probe(odd).samples == 1000
    media.lab_ladder(odd, tmp_path / "out", ["aac"])


def test_real_music_is_as_long_as_it_decodes(shared: Path) -> None:
    files = sorted((shared / "data/music").rglob("*.ogg"), key=lambda p: p.stat().st_size)[:3]
    if not files:
        pytest.skip("no real music here")
    for path in files:
        found = media.probe(path)
        assert sum(frame.samples for frame in decode(path)) == found.samples


def test_no_broken_file_ever_crashes(shared: Path) -> None:
    files = [p for p in sorted((shared / "data/torture").rglob("*")) if p.is_file()]
    outcomes = {"sound": 0, "refused": 0}
    for path in files:
        try:
            samples = media.probe(path).samples
        except Invalid:
            outcomes["refused"] += 1
        else:
            assert samples > 0
            outcomes["sound"] += 1
    if not files:
        pytest.skip("no broken files here")
    assert outcomes["sound"] > 20


def test_loudness_of_a_known_sine(tmp_path: Path) -> None:
    import numpy as np

    sine = 10 ** (-23 / 20) * np.sin(2 * np.pi * 997 * np.arange(48000 * 5) / 48000)
    sounds.write(tmp_path / "s.wav", np.stack([sine, sine]), 48000)
    loudness, waveform = media.measure_sound(tmp_path / "s.wav", media.probe(tmp_path / "s.wav"))
    assert loudness.track_lufs == pytest.approx(-23.0, abs=0.1)  # EBU Tech 3341, case 1
    assert loudness.true_peak_dbtp == pytest.approx(-23.0, abs=0.2)
    assert set(waveform) == {round(255 * 10 ** (-23 / 20))}
    sounds.write(tmp_path / "quiet.wav", np.zeros((2, 48000)), 48000)
    silent, _ = media.measure_sound(tmp_path / "quiet.wav", media.probe(tmp_path / "quiet.wav"))
    assert (silent.track_lufs, silent.true_peak_dbtp) == (None, None)
