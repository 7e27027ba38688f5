import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand import media
from bandstand.media.model import SEGMENT_S


def _probe(samples: int, rate: int = 44100, channels: int = 2, bits: int | None = 16) -> media.Probe:
    return media.Probe(
        "wav",
        "pcm_s16le",
        rate,
        channels,
        bits,
        1,
        samples,
        samples * 1000 // rate,
        is_exact=True,
        is_lossless=bits is not None,
    )


rates = st.sampled_from(
    [8000, 11025, 16000, 22050, 32000, 44100, 48000, 88200, 96000, 176400, 192000, 384000]
)


@given(
    samples=st.integers(1, 30_000_000),
    rate=rates,
    channels=st.integers(1, 8),
    bits=st.sampled_from([None, 16, 24, 32]),
)
def test_segments_hold_every_sample_once(samples: int, rate: int, channels: int, bits: int | None) -> None:
    for spec in media.ladder_for(_probe(samples, rate, channels, bits)):
        segments = media.segments_of(spec)
        at = 0
        for number, segment in enumerate(segments):
            assert (segment.number, segment.start) == (number, at)
            assert segment.samples > 0
            at += segment.samples
        assert at == spec.total_samples
        if spec.codec == "aac":
            assert spec.total_samples >= spec.priming_samples + spec.samples + spec.frame
            assert spec.total_samples % spec.frame == 0
        assert all(s.samples / spec.rate < SEGMENT_S + 0.6 for s in segments)
        assert all(s.samples % spec.frame == 0 for s in segments[:-1])


@given(samples=st.integers(1, 10_000_000), rate=rates)
def test_rungs_of_a_codec_can_be_switched_at_every_segment(samples: int, rate: int) -> None:
    aac = [s for s in media.ladder_for(_probe(samples, rate)) if s.codec == "aac"]
    assert len({media.media_playlist(spec) for spec in aac}) == 1


@pytest.mark.parametrize(
    ("rate", "aac", "flac"),
    [
        (8000, 48000, 8000),
        (22050, 44100, 22050),
        (44100, 44100, 44100),
        (96000, 48000, 96000),
        (88200, 44100, 88200),
        (192000, 48000, 192000),
        (352800, 44100, 176400),
        (384000, 48000, 192000),
    ],
)
def test_rates(rate: int, aac: int, flac: int) -> None:
    specs = media.ladder_for(_probe(rate * 10, rate, bits=24))
    assert [s.rate for s in specs] == [aac, aac, aac, flac]
    assert [s.samples for s in specs] == [aac * 10] * 3 + [flac * 10]


def test_flac_is_for_lossless_sources_unless_it_is_asked_for() -> None:
    lossy = _probe(1000, bits=None)
    assert [s.name for s in media.ladder_for(lossy)] == ["aac-64", "aac-128", "aac-256"]
    assert [s.name for s in media.ladder_for(lossy, ["flac"])] == ["flac-1411"]
    assert [s.name for s in media.ladder_for(_probe(1000, bits=24))][-1] == "flac-2116"


def test_bandwidth_is_an_upper_bound_until_measured() -> None:
    specs = media.ladder_for(_probe(441000))
    made = {"aac-64": media.Measured(80_000, 66_000, 65_000)}
    text = media.master_playlist(specs, made)
    assert 'BANDWIDTH=66000,AVERAGE-BANDWIDTH=65000,CODECS="mp4a.40.2"\naac-64/media.m3u8' in text
    assert 'CODECS="fLaC"\nflac-1411/media.m3u8' in text
    manifest = json.loads(media.track_manifest(media.Facts("ab" * 32, _probe(441000)), specs, made))
    assert [r["state"] for r in manifest["renditions"]] == ["ready", "making", "making", "making"]
    assert all(r["bandwidth"] > r["average_bandwidth"] for r in manifest["renditions"])
    assert manifest["renditions"][2]["bandwidth"] > 256_000


def test_a_rendition_is_named_by_its_source_and_recipe() -> None:
    low, mid, *_ = media.ladder_for(_probe(1000))
    assert media.rendition_id("a" * 64, low) == media.rendition_id("a" * 64, low)
    assert (
        len(
            {
                media.rendition_id("a" * 64, low),
                media.rendition_id("a" * 64, mid),
                media.rendition_id("b" * 64, low),
            }
        )
        == 3
    )
