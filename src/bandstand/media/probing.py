"""Read what a sound file is, and count its samples, without decoding more than one frame of it.

A pure function with a picklable answer: run it in a process of its own where files cannot be trusted.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from os import PathLike, fspath

import av

from bandstand.media.model import LOSSLESS, Probe
from bandstand.media.ogg import open_audio
from bandstand.platform.errors import Invalid

MOST_SAMPLES = 192_000 * 3600 * 100
"""Longer than any recording (100 hours at 192 kHz): a count above it is a broken header."""

_ITUNSMPB = re.compile(r"\s*[0-9A-Fa-f]+ ([0-9A-Fa-f]+) ([0-9A-Fa-f]+) ([0-9A-Fa-f]+)")
_TRIES_TO_DECODE = 200
_ALAC_COOKIE, _STREAMINFO, _BYTES_OF_16_BITS = 36, 34, 2


@dataclass
class _Count:
    """What walking over a stream's packets found; `ticks` in the stream's time base, the rest in samples."""

    ticks: int = 0
    skipped: int = 0
    discarded: int = 0
    packets: int = 0
    size: int = 0
    has_sound: bool = False
    is_clean: bool = True


def undecodable(path: str | PathLike[str], why: str) -> Invalid:
    """Make the error that says a file holds no sound we can decode."""
    return Invalid(
        f"No sound could be decoded: {why}",
        code="undecodable",
        path=fspath(path),
        hint="Replace or re-export the file.",
    )


def _walk(container: av.container.InputContainer, stream: av.AudioStream) -> _Count:
    found = _Count()
    for packet in container.demux(stream):
        if not packet.size:  # the flush at the end: some decoders hold a short file's sound until then
            found.has_sound = found.has_sound or _decodes(packet)
            continue
        found.packets += 1
        found.size += packet.size
        found.ticks += packet.duration or 0
        found.is_clean = found.is_clean and not packet.is_corrupt
        if packet.has_sidedata("skip_samples"):
            skip = bytes(packet.get_sidedata("skip_samples"))
            found.skipped += int.from_bytes(skip[0:4], "little")
            found.discarded += int.from_bytes(skip[4:8], "little")
        if not found.has_sound and found.packets <= _TRIES_TO_DECODE:
            found.has_sound = _decodes(packet)
    return found


def _decodes(packet: "av.Packet[av.AudioStream]") -> bool:
    try:
        return any(frame.samples for frame in packet.decode())
    except av.error.FFmpegError:
        return False


def _samples(
    container: av.container.InputContainer, stream: av.AudioStream, found: _Count, rate: int
) -> tuple[int, bool]:
    """Count by the rules of each container; see docs/decisions for what was measured."""
    base = stream.time_base or Fraction(1, rate)
    ticks_per_sample = Fraction(1, rate) / base
    counted = round(found.ticks / ticks_per_sample)
    declared = round((stream.duration or 0) / ticks_per_sample)
    is_exact = found.is_clean and ticks_per_sample.denominator == 1
    names = container.format.name.split(",")
    if "ogg" in names:
        # Only the last page's granule is sure: packet durations miss Vorbis's short and long windows.
        return (declared or counted) - (found.skipped if stream.codec_context.name == "opus" else 0), is_exact
    if "mp4" in names:
        return _mp4_samples(container, counted - found.skipped, declared, rate), is_exact
    if "asf" in names:
        # Millisecond times and no end trimming: never cut music that may be there, unless the file is cut.
        return (declared if counted > declared * 0.9 or not counted else counted), False
    if stream.codec_context.name == "opus":
        return counted - found.skipped, is_exact
    return counted - found.skipped - found.discarded, is_exact


def _mp4_samples(container: av.container.InputContainer, counted: int, declared: int, rate: int) -> int:
    """Count the packets, cut at the edit list's end, and at iTunes' own count where it is written."""
    ends = [counted]
    # Many files write the edit list in milliseconds: within one, the packets know better.
    if declared and counted - declared > rate // 1000:
        ends.append(declared)
    note = _ITUNSMPB.match(container.metadata.get("iTunSMPB", ""))
    if note and int(note[3], 16):
        ends.append(int(note[3], 16))
    return min(ends)


def _bits(stream: av.AudioStream) -> int | None:
    """Give the bits of a PCM sample as they matter to a lossless copy; None for lossy codecs."""
    context = stream.codec_context
    name = context.name
    if name.startswith("pcm_"):
        digits = re.search(r"(\d+)", name)
        return int(digits[1]) if digits else 16
    if name not in LOSSLESS:
        return None
    cookie = bytes(context.extradata or b"")
    if name == "alac" and len(cookie) >= _ALAC_COOKIE:
        return cookie[17] or 16
    if name == "flac" and len(cookie) >= _STREAMINFO:
        return (int.from_bytes(cookie[12:14]) >> 4 & 0x1F) + 1
    return 24 if context.format.bytes > _BYTES_OF_16_BITS else 16


def _is_lossless(codec: str) -> bool:
    return codec in LOSSLESS or (codec.startswith("pcm_") and "law" not in codec)


def _probe_stream(path: str, container: av.container.InputContainer) -> Probe:
    stream = next(iter(container.streams.audio), None)
    if stream is None:
        raise undecodable(path, "there is no audio stream in it")
    found = _walk(container, stream)
    context = stream.codec_context
    rate, channels = context.sample_rate, context.channels
    if not found.packets:
        raise undecodable(path, "its headers are there, but the sound they tell of is not in the file")
    if not found.has_sound or not rate or not channels:
        raise undecodable(path, "its audio stream is empty or damaged")
    samples, is_exact = _samples(container, stream, found, rate)
    if not 0 < samples <= MOST_SAMPLES:
        raise undecodable(path, f"its headers claim {samples} samples")
    return Probe(
        container=container.format.name.split(",")[0],
        codec=context.codec.canonical_name,
        sample_rate=rate,
        channels=channels,
        bits=_bits(stream),
        bitrate=round(found.size * 8 * rate / samples),
        samples=samples,
        duration_ms=round(samples * 1000 / rate),
        is_exact=is_exact,
        is_lossless=_is_lossless(context.codec.canonical_name),
    )


def probe(path: str | PathLike[str]) -> Probe:
    """Read a file's facts; Invalid (`undecodable`) when no sound comes out of it, with the reason."""
    try:
        with open_audio(path) as container:
            return _probe_stream(fspath(path), container)
    except (av.error.FFmpegError, OSError) as error:
        raise undecodable(path, getattr(error, "strerror", None) or type(error).__name__) from error
