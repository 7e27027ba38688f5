import json
import shutil
import subprocess
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import av
import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandstand import media
from bandstand.platform.errors import Invalid
from tests.capability.media import sounds

SCHEMA = Path(__file__).parents[3] / "docs/reference/track-manifest.schema.json"


def _manifest(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "track.json").read_text())
    return found


def _keep(files: dict[str, bytes], name: str, file: str, data: bytes) -> None:
    files[f"{name}/{file}"] = data


def _check_plan(out: Path) -> None:
    """Every sample the manifest promises is in the segments, and nothing else."""
    for rendition in _manifest(out)["renditions"]:
        for segment in rendition["segments"]:
            assert sum(sounds.run_samples((out / segment["uri"]).read_bytes())) == segment["samples"]
        folder = out / f"{rendition['codec']}-{rendition['kbps']}"
        assert len(list(folder.glob("*.m4s"))) == len(rendition["segments"])
        text = (folder / "media.m3u8").read_text()
        durations = [float(line[8:-1]) for line in text.splitlines() if line.startswith("#EXTINF")]
        assert durations == pytest.approx([s["duration_s"] for s in rendition["segments"]])
        assert max(round(d) for d in durations) <= int(text.split("TARGETDURATION:")[1].split()[0])
        assert rendition["state"] == "ready"
        assert rendition["bandwidth"] >= rendition["average_bandwidth"] > 0


@pytest.mark.parametrize(
    ("codec", "fmt", "suffix"),
    [
        ("pcm_s16le", "s16", "wav"),
        ("flac", "s16", "flac"),
        ("flac", "s32", "flac"),
        ("pcm_s24le", "s32", "wav"),
        ("alac", "s16p", "m4a"),
        ("alac", "s32p", "m4a"),
        ("wavpack", "s16p", "wv"),
    ],
)
@pytest.mark.parametrize(("rate", "samples"), [(44100, 44100 * 5 + 77), (96000, 96000 * 5 + 1)])
def test_flac_is_bit_exact(
    tmp_path: Path, codec: str, fmt: str, suffix: str, rate: int, samples: int
) -> None:
    source = tmp_path / f"source.{suffix}"
    written = sounds.write(source, sounds.music(samples, rate), rate, codec, fmt)
    media.lab_ladder(source, tmp_path / "out", ["flac"])
    _check_plan(tmp_path / "out")
    rendition = _manifest(tmp_path / "out")["renditions"][0]
    assert rendition["samples"] == samples
    assert rendition["bits"] == (16 if fmt.startswith("s16") else 24)
    got = sounds.read(sounds.served(next((tmp_path / "out").glob("flac-*")), tmp_path / "joined.mp4"))
    shift = 0 if rendition["bits"] == 16 else 8
    assert np.array_equal(got.astype(np.int64) >> shift, written)


@pytest.mark.parametrize(
    ("rate", "channels", "samples"),
    [
        (8000, 1, 8000 * 6 + 3),
        (22050, 2, 22050 * 5),
        (44100, 2, 44100 * 9 + 1),
        (44100, 1, 1500),
        (48000, 2, 48000 * 4),
        (96000, 2, 96000 * 4 + 11),
        (44100, 6, 44100 * 5),
    ],
)
def test_aac_sounds_like_its_source_at_lag_zero(
    tmp_path: Path, rate: int, channels: int, samples: int
) -> None:
    source = tmp_path / "source.wav"
    sounds.write(source, sounds.music(samples, rate, channels), rate)
    media.lab_ladder(source, tmp_path / "out", ["aac"])
    _check_plan(tmp_path / "out")
    rendition = _manifest(tmp_path / "out")["renditions"][-1]
    joined = sounds.read(sounds.served(tmp_path / "out/aac-256", tmp_path / "joined.mp4"), "fltp")
    start, count = rendition["priming_samples"], rendition["samples"]
    assert joined.shape[1] == sum(s["samples"] for s in rendition["segments"])
    assert joined.shape[1] >= start + count + 1024
    got = joined[:, start : start + count]
    wanted = _expected(source, rendition["rate"], rendition["channels"], count)
    assert sounds.correlation(got, wanted) > 0.99
    for lag in (-1, 1):
        assert sounds.correlation(np.roll(got, lag, 1), wanted) < sounds.correlation(got, wanted)


def _expected(source: Path, rate: int, channels: int, count: int) -> sounds.Sound:
    resampler = av.AudioResampler("fltp", sounds.LAYOUTS[channels], rate)
    with av.open(str(source)) as container:
        frames = [*container.decode(audio=0), None]
        parts = [piece.to_ndarray() for frame in frames for piece in resampler.resample(frame)]
    sound = np.concatenate(parts, axis=1)[:, :count]
    return np.pad(sound, ((0, 0), (0, count - sound.shape[1])))


@settings(max_examples=12, deadline=None)
@given(
    samples=st.integers(1, 30_000),
    rate=st.sampled_from([8000, 16000, 44100, 48000]),
    channels=st.sampled_from([1, 2]),
)
def test_any_length_comes_out_as_long_as_it_went_in(samples: int, rate: int, channels: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        tmp_path = Path(folder)
        written = sounds.write(tmp_path / "s.wav", sounds.music(samples, rate, channels), rate)
        facts = media.lab_ladder(tmp_path / "s.wav", tmp_path / "out")
        assert facts.decoded_samples == facts.declared_samples == samples
        _check_plan(tmp_path / "out")
        got = sounds.read(sounds.served(next((tmp_path / "out").glob("flac-*")), tmp_path / "j.mp4"))
        assert np.array_equal(got, written)


def test_a_wrong_length_is_padded_or_cut_to_the_promise(tmp_path: Path) -> None:
    written = sounds.write(tmp_path / "s.flac", sounds.music(50_000, 44100), 44100, "flac")
    probe = media.probe(tmp_path / "s.flac")
    for claimed in (30_001, 80_000):
        files: dict[str, bytes] = {}
        specs = media.ladder_for(replace(probe, samples=claimed))
        made = media.transcode(tmp_path / "s.flac", probe, specs, partial(_keep, files))
        assert made.decoded_samples == 50_000
        for spec in specs:
            parts = [files[f"{spec.name}/{s.name}"] for s in media.segments_of(spec)]
            assert sum(sum(sounds.run_samples(p)) for p in parts) == spec.total_samples
            joined = tmp_path / "j.mp4"
            joined.write_bytes(files[f"{spec.name}/init.mp4"] + b"".join(parts))
            assert sounds.read(joined).shape[1] == spec.total_samples
        got = sounds.read(joined)
        assert np.array_equal(got[:, : min(claimed, 50_000)], written[:, :claimed])
        assert not got[:, 50_000:].any()


def test_the_same_source_gives_the_same_bytes(tmp_path: Path) -> None:
    sounds.write(tmp_path / "s.wav", sounds.music(100_000, 44100), 44100)
    for name in ("one", "two"):
        media.lab_ladder(tmp_path / "s.wav", tmp_path / name)
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*.m*"))
    assert len(files) > 12
    assert all((tmp_path / "one" / f).read_bytes() == (tmp_path / "two" / f).read_bytes() for f in files)


def test_the_manifest_keeps_its_schema(tmp_path: Path) -> None:
    sounds.write(tmp_path / "s.wav", sounds.music(200_000, 48000), 48000)
    media.lab_ladder(tmp_path / "s.wav", tmp_path / "out")
    manifest = _manifest(tmp_path / "out")
    jsonschema.validate(manifest, json.loads(SCHEMA.read_text()))
    assert len(manifest["waveform"]) == 400
    assert -30 < manifest["loudness"]["track_lufs"] < -5


def test_ffmpeg_plays_the_master_playlist(tmp_path: Path) -> None:
    ffprobe = shutil.which("ffprobe")
    if ffprobe is None:
        pytest.skip("no ffprobe on this machine")
    sounds.write(tmp_path / "s.wav", sounds.music(44100 * 9, 44100), 44100)
    media.lab_ladder(tmp_path / "s.wav", tmp_path / "out")
    command = [ffprobe, "-v", "error", "-show_entries", "stream=codec_name,sample_rate", "-of", "csv=p=0"]
    said = subprocess.run(
        [*command, str(tmp_path / "out/master.m3u8")], capture_output=True, text=True, check=True
    )
    assert said.stderr == ""
    assert {line.strip() for line in said.stdout.splitlines() if line.strip()} >= {"aac,44100", "flac,44100"}


def test_lab_ladder_says_what_it_cannot_do(tmp_path: Path) -> None:
    (tmp_path / "page.mp3").write_text("<html>" * 100)
    with pytest.raises(Invalid, match="No sound"):
        media.lab_ladder(tmp_path / "page.mp3", tmp_path / "out")
    with pytest.raises(Invalid, match="opus"):
        media.lab_ladder(tmp_path / "page.mp3", tmp_path / "out", ["opus"])
