"""Loudness (EBU R128, by ffmpeg's ebur128 filter) and the waveform's peaks, from the same decode that feeds the encoders."""

import math
from fractions import Fraction

import av
import numpy as np

from bandstand.media.model import WAVEFORM_POINTS, Loudness

SILENCE_LUFS = -70.0
"""The absolute gate of EBU R128: an integrated loudness at or below it means nothing passed the gate."""


class LoudnessMeter:
    """Hears frames of one format; `result()` ends it."""

    def __init__(self) -> None:
        self._graph: av.filter.Graph | None = None
        self._shape: tuple[str, str, int] | None = None
        self._said: dict[str, str] = {}
        self._position = 0

    def hear(self, frame: av.AudioFrame) -> None:
        """Take the next frame; a frame of another shape than the first is left out of the measurement."""
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if self._graph is None:
            self._shape = shape
            self._graph = self._build(frame)
        if shape != self._shape:
            return
        frame.pts = self._position
        self._position += frame.samples
        self._graph.push(frame)
        self._pull()

    def _build(self, frame: av.AudioFrame) -> av.filter.Graph:
        graph = av.filter.Graph()
        rate = frame.sample_rate
        source = graph.add_abuffer(
            sample_rate=rate, format=frame.format.name, layout=frame.layout.name, time_base=Fraction(1, rate)
        )
        meter = graph.add("ebur128", "peak=true:metadata=1:framelog=quiet")
        sink = graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        graph.configure()
        return graph

    def _pull(self) -> None:
        while self._graph is not None:
            try:
                said = self._graph.pull().metadata
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            if said:
                self._said = dict(said)

    def result(self) -> Loudness:
        """End the measurement; values are None where there was only silence or too little sound."""
        if self._graph is not None:
            self._graph.push(None)
            self._pull()
        peak = _number(self._said, "true_peak")
        lufs = _number(self._said, "I")
        return Loudness(
            track_lufs=lufs if lufs is not None and lufs > SILENCE_LUFS else None,
            range_lu=_number(self._said, "LRA"),
            true_peak_dbtp=round(20 * math.log10(peak), 3) if peak else None,
        )


def _number(said: dict[str, str], name: str) -> float | None:
    try:
        value = float(said[f"lavfi.r128.{name}"])
    except (KeyError, ValueError):
        return None
    return value if math.isfinite(value) else None


class Waveform:
    """The highest sample of each of 400 equal parts of a track whose length is known ahead."""

    def __init__(self, samples: int) -> None:
        self._samples = max(1, samples)
        self._peaks = np.zeros(WAVEFORM_POINTS, dtype=np.float32)
        self._position = 0

    def hear(self, frame: av.AudioFrame) -> None:
        """Take the next frame (32-bit float, any layout)."""
        sound = np.abs(frame.to_ndarray()).max(axis=0)
        if not frame.format.is_planar:
            sound = sound.reshape(-1, frame.layout.nb_channels).max(axis=1)
        at = (self._position + np.arange(len(sound))) * WAVEFORM_POINTS // self._samples
        np.maximum.at(self._peaks, np.minimum(at, WAVEFORM_POINTS - 1), sound)
        self._position += len(sound)

    def result(self) -> bytes:
        """Give one byte a point, 255 at full scale."""
        finite = np.nan_to_num(self._peaks, nan=0.0, posinf=1.0)
        return np.round(np.clip(finite, 0, 1) * 255).astype(np.uint8).tobytes()
