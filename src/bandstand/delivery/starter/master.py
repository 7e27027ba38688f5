"""The last hand on a recording: room, loudness, a limiter, fades, 16 bits."""

import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bandstand.delivery.starter.synth import RATE

TARGET_LUFS: Final = -18.0  # the reference level of ReplayGain 2
CEILING: Final = 10 ** (-1.2 / 20)
_BLOCK: Final = 1 << 17
_BLOCK_TENTHS: Final = 4  # BS.1770: blocks of 400 ms
# BS.1770-4 table 1 and 2, coefficients at 48 kHz (shelf, then high pass)
_SHELF: Final = (
    (1.53512485958697, -2.69169618940638, 1.19839281085285),
    (1.0, -1.69065929318241, 0.73248077421585),
)
_PASS: Final = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))

Sound = NDArray[np.float32]


def finish(sound: Sound, room_s: float, wet_db: float) -> Sound:
    """Return `sound` in its room, at the catalogue's loudness, below the ceiling, silence trimmed to 0.15 s."""
    wet = sound + _echo(sound, room_s, 10 ** (wet_db / 20))
    wet = _trimmed(wet)
    gain = 10 ** ((TARGET_LUFS - loudness_lufs(wet)) / 20)
    return _faded(_limited(wet * np.float32(gain)))


def sixteen_bits(sound: Sound) -> NDArray[np.int16]:
    """Return `sound` as 16-bit samples (undithered: the room's own noise is louder, and FLAC files stay smaller)."""
    return np.asarray(np.clip(np.rint(sound * 32767.0), -32768, 32767), dtype=np.int16)


def loudness_lufs(sound: Sound) -> float:
    """Return the gated loudness of `sound` (ITU-R BS.1770-4); -70 when there is nothing to hear."""
    hop = RATE // 10
    energies: list[NDArray[np.float64]] = []
    span = hop * 40
    for start in range(0, len(sound) - hop + 1, span):
        part = sound[start : start + span]
        part = part[: len(part) // hop * hop]
        weighted = np.fft.irfft(np.fft.rfft(part, axis=0) * _weighting(len(part))[:, None], len(part), axis=0)
        energies.append((weighted.reshape(-1, hop, 2) ** 2).mean(axis=1).sum(axis=1))
    tenths = np.concatenate(energies) if energies else np.zeros(0)
    if len(tenths) < _BLOCK_TENTHS:
        return -70.0
    blocks = np.convolve(tenths, np.full(_BLOCK_TENTHS, 1 / _BLOCK_TENTHS), mode="valid")
    loud = blocks[blocks > 10 ** ((-70 + 0.691) / 10)]
    if not len(loud):
        return -70.0
    loud = loud[loud > loud.mean() / 10]
    return float(-0.691 + 10 * np.log10(loud.mean()))


def _weighting(length: int) -> NDArray[np.float64]:
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(length, 1 / RATE) / 48_000)
    powers = np.stack([np.ones_like(z), z, z * z])
    answer = np.ones_like(z)
    for top, bottom in (_SHELF, _PASS):
        answer = answer * (np.array(top) @ powers) / (np.array(bottom) @ powers)
    return np.asarray(np.abs(answer), dtype=np.float64)


def _echo(sound: Sound, room_s: float, level: float) -> Sound:
    """Convolve with a room made of seeded noise that dies away faster in the treble."""
    impulse = _room(room_s, zlib.crc32(f"room {room_s}".encode()))
    size = _BLOCK
    while size < 2 * len(impulse):
        size *= 2
    step = size - len(impulse) + 1
    spectrum = np.fft.rfft(impulse, size, axis=0)
    out = np.zeros((len(sound) + len(impulse) - 1, 2), dtype=np.float32)
    for start in range(0, len(sound), step):
        part = np.fft.irfft(np.fft.rfft(sound[start : start + step], size, axis=0) * spectrum, size, axis=0)
        end = min(start + size, len(out))
        out[start:end] += (level * part[: end - start]).astype(np.float32)
    return out[: len(sound)]


def _room(room_s: float, seed: int) -> NDArray[np.float64]:
    chance = np.random.default_rng(seed)
    count = int(room_s * RATE)
    noise = chance.standard_normal((count, 2))
    spectrum = np.fft.rfft(noise, axis=0)
    pitch = np.fft.rfftfreq(count, 1 / RATE)[:, None]
    dull = np.fft.irfft(spectrum / (1 + (pitch / 1800) ** 2), count, axis=0)
    bright = np.fft.irfft(spectrum * (pitch / 1800) ** 2 / (1 + (pitch / 1800) ** 2) / (1 + (pitch / 6500) ** 2),
                          count, axis=0)  # fmt: skip
    at = np.arange(count)[:, None] / RATE
    decay = dull * 10 ** (-3 * at / room_s) + bright * 10 ** (-3 * at / (0.45 * room_s))
    decay[: int(0.004 * RATE)] = 0
    quiet = np.zeros((int(0.018 * RATE), 2))
    impulse = np.concatenate([quiet, decay])
    return np.asarray(impulse / np.sqrt((impulse**2).sum(axis=0)) * 2.2, dtype=np.float64)


def _trimmed(sound: Sound) -> Sound:
    loud = np.flatnonzero(np.abs(sound).max(axis=1) > np.abs(sound).max() * 10 ** (-58 / 20))
    first = max(0, int(loud[0]) - int(0.15 * RATE))
    last = min(len(sound), int(loud[-1]) + int(0.3 * RATE))
    return sound[first:last]


def _limited(sound: Sound) -> Sound:
    """Hold peaks under the ceiling with a gain that moves slowly (about 15 ms) and never too late."""
    step, reach = 64, 10
    count = -(-len(sound) // step)
    padded = np.zeros(count * step, dtype=np.float32)
    padded[: len(sound)] = np.abs(sound).max(axis=1)
    peaks = padded.reshape(count, step).max(axis=1)
    wanted = np.minimum(1.0, CEILING / np.maximum(peaks, 1e-9))
    around = np.lib.stride_tricks.sliding_window_view(np.pad(wanted, 2 * reach, mode="edge"), 2 * reach + 1)
    window = np.hanning(2 * reach + 3)[1:-1]
    smooth = np.convolve(around.min(axis=1), window / window.sum(), mode="valid")
    gain = np.interp(np.arange(len(sound)), np.arange(count) * step + step / 2, smooth).astype(np.float32)
    held = sound * gain[:, None]
    return np.asarray(
        held * np.float32(min(1.0, CEILING / max(float(np.abs(held).max()), 1e-9))), dtype=np.float32
    )


def _faded(sound: Sound) -> Sound:
    into, out = int(0.01 * RATE), min(len(sound) // 2, int(1.2 * RATE))
    sound[:into] *= np.linspace(0, 1, into, dtype=np.float32)[:, None]
    sound[-out:] *= (np.cos(np.linspace(0, np.pi / 2, out, dtype=np.float32)) ** 2)[:, None]
    return sound
