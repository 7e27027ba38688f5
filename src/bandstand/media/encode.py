"""Encoders that deliver exactly the samples a plan promised: longer sound is cut, shorter is followed by silence."""

from collections.abc import Callable, Iterator
from fractions import Fraction

import av
import numpy as np

from bandstand.media.boxes import Packet, init_segment, media_segment
from bandstand.media.model import FLAC_DEEP_BITS, Measured, RenditionSpec, measure, segments_of
from bandstand.platform.errors import BandstandError

LAYOUTS = {1: "mono", 2: "stereo", 3: "2.1", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}

Put = Callable[[str, bytes], None]
"""Stores one whole file under its name within the rendition."""


def sample_format(spec: RenditionSpec) -> str:
    """Give the sample format the encoder takes; 24-bit FLAC takes the upper bits of 32."""
    if spec.codec == "aac":
        return "fltp"
    return "s32" if spec.bits == FLAC_DEEP_BITS else "s16"


def _open_encoder(spec: RenditionSpec) -> av.AudioCodecContext:
    context = av.CodecContext.create(spec.codec, "w")
    if not isinstance(context, av.AudioCodecContext):
        raise BandstandError(f"no encoder for {spec.codec}")
    context.sample_rate = spec.rate
    context.format = sample_format(spec)
    context.layout = LAYOUTS[spec.channels]
    context.time_base = Fraction(1, spec.rate)
    context.thread_count = 1
    if spec.codec == "aac":
        context.bit_rate = spec.kbps * 1000
    context.open()
    if context.frame_size != spec.frame:
        raise BandstandError(f"the {spec.codec} encoder takes {context.frame_size} samples, not {spec.frame}")
    return context


class RungWriter:
    """Encodes one rendition and puts each segment the moment it is whole."""

    def __init__(self, spec: RenditionSpec, put: Put) -> None:
        self.spec = spec
        self._put = put
        self._segments = segments_of(spec)
        self._encoder = _open_encoder(spec)
        self._waiting: list[Packet] = []
        self._waiting_samples = 0
        self._sizes: list[int] = []
        init = init_segment(spec, bytes(self._encoder.extradata or b""))
        self._init_size = len(init)
        put("init.mp4", init)

    @property
    def segments_put(self) -> int:
        """How many segments are whole and stored."""
        return len(self._sizes)

    def take(self, frame: av.AudioFrame | None) -> None:
        """Encode one frame of the encoder's own length (shorter only at the end); None ends the sound."""
        for packet in self._encoder.encode(frame):
            self._add(bytes(packet))

    def _add(self, data: bytes) -> None:
        if self.segments_put == len(self._segments):
            return
        segment = self._segments[self.segments_put]
        samples = min(self.spec.frame, segment.samples - self._waiting_samples)
        self._waiting.append(Packet(data, samples))
        self._waiting_samples += samples
        if self._waiting_samples == segment.samples:
            whole = media_segment(segment.number, segment.start, self._waiting)
            self._put(segment.name, whole)
            self._sizes.append(len(whole))
            self._waiting, self._waiting_samples = [], 0

    def finish(self) -> Measured:
        """End the sound and give the sizes; an error where segments are missing."""
        self.take(None)
        if self.segments_put != len(self._segments):
            raise BandstandError(
                f"{self.spec.name}: {self.segments_put} of {len(self._segments)} segments were made"
            )
        return measure(self.spec, self._segments, self._sizes, self._init_size)


class Feed:
    """Resamples one sound for all rungs that take the same samples, and holds it to its declared length."""

    def __init__(self, rungs: list[RungWriter]) -> None:
        self.rungs = rungs
        self.spec = rungs[0].spec
        self._fifo = av.AudioFifo()
        self._left = self.spec.samples
        self._position = 0
        self._resampler: av.AudioResampler | None = None
        self._shape: tuple[str, str, int] | None = None

    def hear(self, frame: av.AudioFrame) -> None:
        """Take the next decoded frame, whatever its format."""
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if shape != self._shape:
            self._drain()
            self._resampler = av.AudioResampler(
                sample_format(self.spec), LAYOUTS[self.spec.channels], self.spec.rate
            )
            self._shape = shape
        if self._resampler is not None:
            frame.pts = None
            self._keep(self._resampler.resample(frame))

    def _drain(self) -> None:
        if self._resampler is not None:
            self._keep(self._resampler.resample(None))

    def _keep(self, frames: list[av.AudioFrame]) -> None:
        for frame in frames:
            frame.pts = None
            self._fifo.write(frame)
        while self._left >= self.spec.frame and self._fifo.samples >= self.spec.frame:
            self._send(self._fifo.read(self.spec.frame))

    def _send(self, frame: av.AudioFrame | None) -> None:
        if frame is None:
            return
        self._left -= frame.samples
        frame.pts = self._position
        frame.time_base = Fraction(1, self.spec.rate)
        self._position += frame.samples
        for rung in self.rungs:
            rung.take(frame)

    def _silence(self, samples: int) -> av.AudioFrame:
        channels, format_name = self.spec.channels, sample_format(self.spec)
        is_planar = format_name.endswith("p")
        dtype = {"fltp": np.float32, "s16": np.int16, "s32": np.int32}[format_name]
        shape = (channels, samples) if is_planar else (1, channels * samples)
        frame = av.AudioFrame.from_ndarray(
            np.zeros(shape, dtype), format=format_name, layout=LAYOUTS[channels]
        )
        frame.sample_rate = self.spec.rate
        return frame

    def _fed_samples(self) -> Iterator[int]:
        """Give the lengths of the frames still owed: the sound's rest, then AAC's padding."""
        total = self.spec.total_samples
        while self._position < total:
            yield min(self.spec.frame, total - self._position)

    def finish(self) -> dict[str, Measured]:
        """Pad or cut to the promised length, end the encoders, give each rung's sizes."""
        self._drain()
        self._cut_or_pad()
        for length in self._fed_samples():
            self._send(self._fifo.read(length) if self._fifo.samples >= length else self._silence(length))
        return {rung.spec.name: rung.finish() for rung in self.rungs}

    def _cut_or_pad(self) -> None:
        """Leave in the buffer exactly the sound that is left, followed by silence to the next frame's end."""
        rest = (
            self._fifo.read(min(self._left, self._fifo.samples))
            if self._fifo.samples and self._left
            else None
        )
        self._fifo = av.AudioFifo()
        if rest is not None:
            rest.pts = None
            self._fifo.write(rest)
        owed = self.spec.total_samples - self._position - self._fifo.samples
        gap = min(owed, self.spec.frame - self._fifo.samples % self.spec.frame)
        if self._fifo.samples and gap > 0:
            self._fifo.write(self._silence(gap))
