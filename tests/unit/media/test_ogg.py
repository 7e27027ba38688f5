"""Ogg Vorbis files whose header packets come twice play whole, and other files are left alone."""

import io
import struct
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from bandstand import media
from bandstand.media import ogg
from bandstand.media.transcoding import decode

RATE = 44100
SAMPLES = 3446 * 64  # whole frames of the encoder


def _page_starts(data: bytes) -> list[int]:
    starts, at = [], 0
    while at < len(data):
        starts.append(at)
        count = data[at + 26]
        at += 27 + count + sum(data[at + 27 : at + 27 + count])
    return [*starts, at]


def _crc(page: bytes) -> int:
    value = 0
    for byte in page:  # the plain way of RFC 3533, beside the quick one under test
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
    return value


def _renumbered(pages: list[bytes]) -> bytes:
    done = []
    for number, page in enumerate(pages):
        blank = page[:18] + struct.pack("<II", number, 0) + page[26:]
        done.append(blank[:22] + struct.pack("<I", _crc(blank)) + blank[26:])
    return b"".join(done)


def _headers_page(pages: list[bytes]) -> bytes:
    """Both header pages' packets on one page, as the wild files have them, at granule -104."""
    lacing = b"".join(page[27 : 27 + page[26]] for page in pages[:2])
    bodies = b"".join(page[27 + page[26] :] for page in pages[:2])
    head = b"OggS\0\0" + struct.pack("<q", -104) + pages[0][14:18] + bytes(8)
    return head + bytes((len(lacing),)) + lacing + bodies


@pytest.fixture(scope="module")
def pages() -> list[bytes]:
    """The pages of five seconds of a rising tone, written by FFmpeg; the headers lie on the first two."""
    file = io.BytesIO()
    with av.open(file, "w", format="ogg", options={"page_duration": "200000"}) as out:
        try:
            stream = out.add_stream("vorbis", rate=RATE, layout="stereo", options={"strict": "experimental"})
        except av.error.FFmpegError as error:
            pytest.skip(f"FFmpeg here has no Vorbis encoder: {error}")
        seconds = np.arange(SAMPLES) / RATE
        sound = (0.4 * np.sin(2 * np.pi * (200 + 300 * seconds) * seconds)).astype(np.float32)
        step = stream.frame_size or SAMPLES
        for at in range(0, SAMPLES, step):
            part = np.ascontiguousarray(np.stack([sound[at : at + step]] * 2))
            frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = RATE, at
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    data = file.getvalue()
    found = [data[a:b] for a, b in pairwise(_page_starts(data))]
    if not found[1][27 + found[1][26] :].startswith(b"\x03vorbis"):
        pytest.skip("this muxer lays the headers out in another way")
    return found


def _sound(path: Path) -> np.ndarray:
    return np.concatenate([frame.to_ndarray() for frame in decode(path)], axis=1)


def _write(path: Path, pages: list[bytes]) -> Path:
    path.write_bytes(_renumbered(pages))
    return path


def test_repeated_headers_are_left_out(tmp_path: Path, pages: list[bytes]) -> None:
    plain = _write(tmp_path / "plain.ogg", pages)
    again = _write(tmp_path / "again.ogg", [*pages[:2], _headers_page(pages), *pages[2:]])
    assert media.probe(again) == media.probe(plain)
    assert media.probe(again).samples == SAMPLES
    assert np.array_equal(_sound(again), _sound(plain))


def test_headers_among_the_sound_lose_no_sound(tmp_path: Path, pages: list[bytes]) -> None:
    plain = _write(tmp_path / "plain.ogg", pages)
    middle = _write(tmp_path / "middle.ogg", [*pages[:4], _headers_page(pages), *pages[4:]])
    assert media.probe(middle).samples == SAMPLES
    assert np.array_equal(_sound(middle), _sound(plain))


def test_sound_that_starts_over_is_heard_once(tmp_path: Path, pages: list[bytes]) -> None:
    plain = _write(tmp_path / "plain.ogg", pages)
    twice = _write(tmp_path / "twice.ogg", [*pages[:3], _headers_page(pages), *pages[2:]])
    assert media.probe(twice).samples == SAMPLES
    assert np.array_equal(_sound(twice), _sound(plain))


def test_a_mended_file_measures_and_transcodes(tmp_path: Path, pages: list[bytes]) -> None:
    again = _write(tmp_path / "again.ogg", [*pages[:2], _headers_page(pages), *pages[2:]])
    probe = media.probe(again)
    loudness, waveform = media.measure_sound(again, probe)
    assert loudness.track_lufs is not None
    assert min(waveform) > 0
    made = media.transcode(again, probe, media.ladder_for(probe)[:1], lambda *_: None, is_measured=False)
    assert made.decoded_samples == SAMPLES


def test_files_with_nothing_to_mend_are_left_alone(tmp_path: Path, pages: list[bytes]) -> None:
    assert ogg.mended(_write(tmp_path / "plain.ogg", pages)) is None
    chained = _renumbered(pages) + _renumbered([page[:14] + b"\1\2\3\4" + page[18:] for page in pages])
    (tmp_path / "chained.ogg").write_bytes(chained)
    assert ogg.mended(tmp_path / "chained.ogg") is None


def test_a_damaged_page_is_stepped_over(tmp_path: Path, pages: list[bytes]) -> None:
    bad = bytearray(_renumbered([*pages[:2], _headers_page(pages), *pages[2:]]))
    bad[len(bad) // 2] ^= 0xFF
    path = tmp_path / "bad.ogg"
    path.write_bytes(bad)
    assert SAMPLES * 0.8 < _sound(path).shape[1] <= SAMPLES


@pytest.mark.parametrize("junk", [b"OggS", b"OggS" * 40_000, b"OggS\0\2" + b"\x01vorbis" * 20_000])
def test_hostile_bytes_end_soon(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "junk.ogg"
    path.write_bytes(junk)
    assert ogg.mended(path) is None


def test_a_packet_longer_than_a_page_goes_over_several() -> None:
    packets = [ogg._Packet(bytes([n]) * size) for n, size in enumerate((30, 200_000, 10, 65_025, 7))]
    packets[-1].granule = 99
    data = b"".join(ogg._paged(packets[:2] + packets[4:], 7))
    assert [p.data for p in ogg._packets(ogg._pages(data))] == [packets[n].data for n in (0, 1, 4)]


@pytest.mark.parametrize("name", ["caribbean", "ivory", "ocean", "palace"])
def test_wild_files_decode_to_the_last_granule(shared: Path, name: str) -> None:
    path = shared / "data/music/Will Savino/HyperRogue" / f"hr-savino-{name}.ogg"
    if not path.exists():
        pytest.skip("this file is not in the shared material")
    data = path.read_bytes()
    (wanted,) = struct.unpack_from("<q", data, data.rfind(b"OggS") + 6)
    assert media.probe(path).samples == wanted
    assert sum(frame.samples for frame in decode(path)) == wanted
