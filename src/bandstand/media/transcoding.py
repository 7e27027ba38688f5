"""One decode feeds every rung, the loudness meter and the waveform."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from os import PathLike

import av

from bandstand.media.encode import Feed, Put, RungWriter
from bandstand.media.meter import LoudnessMeter, Waveform
from bandstand.media.model import Loudness, Measured, Probe, RenditionSpec
from bandstand.media.ogg import open_audio
from bandstand.media.probing import undecodable

PutFile = Callable[[str, str, bytes], None]
"""Stores one whole file: the rendition's name, the file's name, its bytes."""

_BAD_PACKETS_IN_A_ROW = 2000


@dataclass(frozen=True)
class Made:
    """What one decode gave: sizes by rendition name, and the facts measured on the way."""

    renditions: dict[str, Measured]
    decoded_samples: int
    loudness: Loudness | None
    waveform: bytes | None


def decode(path: str | PathLike[str]) -> Iterator[av.AudioFrame]:
    """Decode a file's first audio stream, stepping over damaged packets."""
    with open_audio(path) as container:
        bad = 0
        for packet in _packets(container):
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                bad += 1
                if bad > _BAD_PACKETS_IN_A_ROW:
                    return
                continue
            bad = 0
            yield from frames


def _packets(container: av.container.InputContainer) -> Iterator["av.Packet[av.AudioStream]"]:
    packets = container.demux(audio=0)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.FFmpegError):
            return  # a cut file ends where it is cut
        yield packet


class _Meters:
    """Loudness and waveform, fed from 32-bit float whatever the source's format."""

    def __init__(self, samples: int) -> None:
        self._loudness = LoudnessMeter()
        self._waveform = Waveform(samples)
        self._resampler: av.AudioResampler | None = None
        self._shape: tuple[str, str, int] | None = None

    def hear(self, frame: av.AudioFrame) -> None:
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if shape != self._shape:
            self._resampler = av.AudioResampler("fltp")
            self._shape = shape
        frame.pts = None
        for sound in self._resampler.resample(frame) if self._resampler else []:
            self._waveform.hear(sound)
            self._loudness.hear(sound)

    def result(self) -> tuple[Loudness, bytes]:
        return self._loudness.result(), self._waveform.result()


def _feeds(specs: Sequence[RenditionSpec], put: PutFile) -> list[Feed]:
    groups: dict[tuple[str, int, int, int | None], list[RungWriter]] = {}
    for spec in specs:
        rung_put: Put = lambda file, data, name=spec.name: put(name, file, data)  # type: ignore[misc]  # noqa: E731
        groups.setdefault((spec.codec, spec.rate, spec.channels, spec.bits), []).append(
            RungWriter(spec, rung_put)
        )
    return [Feed(rungs) for rungs in groups.values()]


def transcode(
    path: str | PathLike[str],
    probe: Probe,
    specs: Sequence[RenditionSpec],
    put: PutFile,
    *,
    is_measured: bool = True,
    keep_going: Callable[[], None] = lambda: None,
) -> Made:
    """Make every rendition of `specs` from one decode; `put` gets init.mp4 first, then each segment when it is whole.

    `keep_going` is called for each decoded frame and may raise to stop. Invalid (`undecodable`) when no sound comes out.
    """
    frames = decode(path)
    try:
        first = next(frames, None)
    except (av.error.FFmpegError, OSError) as error:
        raise undecodable(path, str(error)) from error
    if first is None:
        raise undecodable(path, "its audio stream is empty or damaged")
    feeds = _feeds(specs, put)
    meters = _Meters(probe.samples) if is_measured else None
    decoded = 0
    frame: av.AudioFrame | None = first
    while frame is not None:
        keep_going()
        decoded += frame.samples
        if meters is not None:
            meters.hear(frame)
        for feed in feeds:
            feed.hear(frame)
        frame = next(frames, None)
    made = {name: sizes for feed in feeds for name, sizes in feed.finish().items()}
    loudness, waveform = meters.result() if meters is not None else (None, None)
    return Made(made, decoded, loudness, waveform)


def measure_sound(path: str | PathLike[str], probe: Probe) -> tuple[Loudness, bytes]:
    """Measure loudness and waveform alone, for ingest; Invalid (`undecodable`) when no sound comes out."""
    made = transcode(path, probe, [], lambda _name, _file, _data: None)
    if made.loudness is None or made.waveform is None:
        raise undecodable(path, "nothing was measured")
    return made.loudness, made.waveform
