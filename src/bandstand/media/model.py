"""What media knows of a sound file, which renditions it gets, and where every segment of them will end.

All of it follows from the probe alone, so that playlists are whole before the first sample is encoded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from bandstand.platform.ids import Id, derived_id

RECIPE = "r1"
"""Names the way renditions are made; change it whenever the bytes of any rendition would change."""

SEGMENT_S = 4
SHORTEST_TAIL_S = 0.5
"""A shorter last segment is joined to the one before it."""

AAC_FRAME = 1024
AAC_PRIMING = 1024
"""Samples that ffmpeg's AAC encoder puts before the first (AVCodecContext.initial_padding)."""

AAC_KBPS = (64, 128, 256)
FLAC_HIGHEST_RATE = 192_000
FLAC_BITS, FLAC_DEEP_BITS, FLAC_CHANNELS = 16, 24, 8
FLAC_BLOCKS = (192, 256, 512, 576, 1024, 1152, 2048, 2304, 4096, 4608, 8192, 16384, 32768)
FLAC_BLOCK_MS = 105
"""ffmpeg's FLAC encoder at level 5 takes the largest block of at most this long (libavcodec/flacenc.c)."""

FAMILIES = ("aac", "flac")
WAVEFORM_POINTS = 400
LOSSLESS = frozenset(
    {"flac", "alac", "wavpack", "ape", "tta", "wmalossless", "shorten", "tak", "mlp", "truehd", "als"}
)


@dataclass(frozen=True)
class Probe:
    """What a file says of its sound: `samples` per channel after priming and padding, exact where `is_exact`."""

    container: str
    codec: str
    sample_rate: int
    channels: int
    bits: int | None
    bitrate: int | None
    samples: int
    duration_ms: int
    is_exact: bool
    is_lossless: bool


@dataclass(frozen=True)
class Loudness:
    """EBU R128 (ITU-R BS.1770) of a whole track; None where it is silent or too short to measure."""

    track_lufs: float | None
    range_lu: float | None
    true_peak_dbtp: float | None


@dataclass(frozen=True)
class RenditionSpec:
    """One encoding of a source: everything that decides its bytes, and how many samples it holds."""

    codec: str
    kbps: int
    rate: int
    channels: int
    bits: int | None
    samples: int
    priming_samples: int
    frame: int

    @property
    def name(self) -> str:
        """Its folder: `aac-128`."""
        return f"{self.codec}-{self.kbps}"

    @property
    def codecs(self) -> str:
        """The codec string of RFC 6381 that browsers take."""
        return "mp4a.40.2" if self.codec == "aac" else "flac"

    @property
    def hls_codecs(self) -> str:
        """The codec string in a master playlist (Apple's HLS authoring specification writes fLaC)."""
        return "mp4a.40.2" if self.codec == "aac" else "fLaC"

    @property
    def declared_bandwidth(self) -> int:
        """Give an upper bound in bit/s, for use until it is measured."""
        if self.codec == "flac":
            return self.rate * self.channels * (self.bits or 16) + 20_000
        return self.kbps * 1_250 + 12_000

    @property
    def total_samples(self) -> int:
        """Samples the segments hold: priming, sound and (AAC) padding to whole frames and one more."""
        if self.codec == "flac":
            return self.samples
        return (-(-(self.priming_samples + self.samples) // self.frame) + 1) * self.frame


@dataclass(frozen=True)
class Segment:
    """One media segment: its number, first sample on the rendition's own time line, and length in samples."""

    number: int
    start: int
    samples: int

    @property
    def name(self) -> str:
        """Its file: `00000.m4s`."""
        return f"{self.number:05d}.m4s"


@dataclass(frozen=True)
class Measured:
    """What came out of making a rendition: sizes in bytes, rates in bit/s."""

    size: int
    bandwidth: int
    average_bandwidth: int


@dataclass(frozen=True)
class Facts:
    """All that is kept about a source: its probe, and what the first full decode found."""

    source_hash: str
    probe: Probe
    loudness: Loudness | None = None
    waveform: bytes | None = None
    decoded_samples: int | None = None
    revision: int = 1

    @property
    def declared_samples(self) -> int:
        """The length every rendition has, whatever decoding finds."""
        return self.probe.samples


@dataclass(frozen=True)
class Rendition:
    """A rendition in the object store, or on its way there."""

    id: Id
    source_hash: str
    name: str
    state: str
    measured: Measured | None
    last_used_at: datetime | None = None


@dataclass(frozen=True)
class Making:
    """Who is making one codec family of one source, until when that is believed, and how it went."""

    source_hash: str
    family: str
    owner: str
    lease_until: datetime
    state: str
    error: str | None = None


@dataclass(frozen=True)
class About:
    """What other rooms know of a source and a track manifest shows."""

    recording: Id | None = None
    album_lufs: float | None = None


def aac_rate(rate: int) -> int:
    """Give 44.1 kHz for its family of rates, else 48 kHz."""
    return 44_100 if rate % 11_025 == 0 else 48_000


def flac_rate(rate: int) -> int:
    """Give the source's rate, or the highest of its family that is at most 192 kHz."""
    if rate <= FLAC_HIGHEST_RATE:
        return rate
    return 176_400 if rate % 11_025 == 0 else FLAC_HIGHEST_RATE


def flac_block(rate: int) -> int:
    """Give the block length the encoder will take at `rate`."""
    longest = rate * FLAC_BLOCK_MS // 1000
    return max((b for b in FLAC_BLOCKS if b <= longest), default=FLAC_BLOCKS[0])


def resampled(samples: int, rate: int, to_rate: int) -> int:
    """Give how many samples at `to_rate` last as long as `samples` at `rate` (to the nearest, at least one)."""
    return max(1, round(Fraction(samples * to_rate, rate)))


def _aac(probe: Probe, kbps: int) -> RenditionSpec:
    rate = aac_rate(probe.sample_rate)
    samples = resampled(probe.samples, probe.sample_rate, rate)
    return RenditionSpec("aac", kbps, rate, min(probe.channels, 2), None, samples, AAC_PRIMING, AAC_FRAME)


def _flac(probe: Probe) -> RenditionSpec:
    rate = flac_rate(probe.sample_rate)
    bits = FLAC_DEEP_BITS if (probe.bits or FLAC_BITS) > FLAC_BITS else FLAC_BITS
    channels = probe.channels if probe.channels <= FLAC_CHANNELS else 2
    samples = resampled(probe.samples, probe.sample_rate, rate)
    return RenditionSpec(
        "flac", rate * channels * bits // 1000, rate, channels, bits, samples, 0, flac_block(rate)
    )


def ladder_for(probe: Probe, codecs: Sequence[str] | None = None) -> list[RenditionSpec]:
    """List the renditions of a source, cheapest first; FLAC for lossless sources, or where `codecs` names it."""
    wanted = set(FAMILIES if codecs is None else codecs)
    specs = [_aac(probe, kbps) for kbps in AAC_KBPS] if "aac" in wanted else []
    if "flac" in wanted and (probe.is_lossless or codecs is not None):
        specs.append(_flac(probe))
    return specs


def segments_of(spec: RenditionSpec) -> list[Segment]:
    """List every segment of a rendition: whole frames of about four seconds."""
    total = spec.total_samples
    step = round(SEGMENT_S * spec.rate / spec.frame) * spec.frame
    count = max(1, -(-total // step))
    tail = total - (count - 1) * step
    if count > 1 and tail < SHORTEST_TAIL_S * spec.rate:
        count -= 1
    return [
        Segment(n, n * step, (total if n == count - 1 else (n + 1) * step) - n * step) for n in range(count)
    ]


def rendition_id(source_hash: str, spec: RenditionSpec) -> Id:
    """Name a rendition by its source and recipe."""
    return derived_id("rendition", source_hash, RECIPE, spec.name)


def source_prefix(source_hash: str) -> str:
    """Give where all renditions of a source stand in the object store."""
    return f"renditions/{source_hash[:2]}/{source_hash}/"


def key_of(source_hash: str, name: str, file: str = "") -> str:
    """Give the object key of one file of a rendition; without `file`, the rendition's own prefix."""
    return f"{source_prefix(source_hash)}{RECIPE}/{name}/{file}"


def measure(
    spec: RenditionSpec, segments: Sequence[Segment], sizes: Sequence[int], init_size: int
) -> Measured:
    """Give what a made rendition takes: its size, its densest segment's bit rate and its average."""
    peak = max(size * 8 * spec.rate / s.samples for s, size in zip(segments, sizes, strict=True))
    total = sum(sizes)
    return Measured(
        total + init_size, -int(-peak // 1), round(total * 8 * spec.rate / max(1, spec.total_samples))
    )
