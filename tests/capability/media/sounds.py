"""Sounds for tests: seeded, written with PyAV, read back sample by sample."""

from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

Sound = npt.NDArray[Any]
LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}


def music(samples: int, rate: int, channels: int = 2, seed: int = 1) -> Sound:
    """Make float sound (channels, samples): a sweep, some tones and band-limited noise; different in each channel."""
    rng = np.random.default_rng(seed)
    t = np.arange(samples) / rate
    out = []
    for channel in range(channels):
        top = min(rate * 0.3, 4000.0)
        sweep = np.sin(2 * np.pi * (110 * t + (top - 110) * t * t / (2 * max(t[-1], 0.1))))
        tone = np.sin(2 * np.pi * (220 + 30 * channel) * t)
        noise = np.convolve(rng.standard_normal(samples + 31), np.hanning(32) / 16, "valid")
        out.append(0.3 * sweep + 0.2 * tone + 0.1 * noise[:samples])
    clipped: Sound = np.clip(np.stack(out), -0.99, 0.99)
    return clipped


def stream_in(out: av.container.OutputContainer, codec: str, rate: int) -> av.AudioStream:
    """Add an audio stream to a file that is being written."""
    stream = out.add_stream(codec, rate=rate)
    assert isinstance(stream, av.AudioStream)
    return stream


def write(path: Path, sound: Sound, rate: int, codec: str = "pcm_s16le", fmt: str = "s16") -> Sound:
    """Write a sound file; gives the integer samples (channels, samples) that a lossless file then holds."""
    bits = {"s16": 16, "s32": 24}[fmt[:3]]
    whole: Sound = np.round(sound * (2 ** (bits - 1) - 1)).astype(np.int64)
    data: Any = whole.astype(np.int16) if bits == 16 else (whole << 8).astype(np.int32)
    with av.open(str(path), "w") as out:
        stream = stream_in(out, codec, rate)
        stream.codec_context.layout = LAYOUTS[len(sound)]
        stream.codec_context.format = fmt
        for at in range(0, data.shape[1], 4096):
            part: Any = np.ascontiguousarray(data[:, at : at + 4096])
            shaped: Any = part if fmt.endswith("p") else np.ascontiguousarray(part.T).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(shaped, format=fmt, layout=LAYOUTS[len(sound)])
            frame.sample_rate, frame.pts = rate, at
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return whole


def read(path: Path, fmt: str | None = None) -> Sound:
    """Decode a whole file to (channels, samples); `fmt` names another sample format than the file's own."""
    parts = []
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(fmt) if fmt else None
        for frame in container.decode(audio=0):
            frame.pts = None
            for piece in resampler.resample(frame) if resampler else [frame]:
                data = piece.to_ndarray()
                parts.append(data if piece.format.is_planar else data.reshape(-1, piece.layout.nb_channels).T)
    return np.concatenate(parts, axis=1)


def served(folder: Path, into: Path) -> Path:
    """Join init and segments of a rendition, as a player appends them."""
    files = [folder / "init.mp4", *sorted(folder.glob("*.m4s"))]
    into.write_bytes(b"".join(file.read_bytes() for file in files))
    return into


def correlation(one: Sound, two: Sound) -> float:
    """Correlate two sounds of one length at lag 0."""
    a, b = one - one.mean(), two - two.mean()
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


def run_samples(segment: bytes) -> list[int]:
    """Read the sample durations of every trun in a segment (flags: offset, durations, sizes)."""
    at = segment.index(b"trun") + 4
    count = int.from_bytes(segment[at + 4 : at + 8])
    return [int.from_bytes(segment[p : p + 4]) for p in range(at + 12, at + 12 + 8 * count, 8)]
