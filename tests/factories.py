"""The only way tests make data: small real audio files, people, clients, a running server."""

import math
import wave
from array import array
from pathlib import Path

import av
import mutagen.flac

RATE = 44_100


def tone_wav(path: Path, *, seconds: float = 2.0, hertz: float = 330.0, rate: int = RATE) -> Path:
    """Write a stereo 16-bit tone whose level swells, so that it correlates with nothing but itself."""
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = array("h")
    for i in range(round(seconds * rate)):
        t = i / rate
        level = 0.2 + 0.15 * math.sin(2 * math.pi * 0.7 * t)
        sweep = 2 * math.pi * (hertz * t + 20 * t * t)
        samples.append(int(32767 * level * math.sin(sweep)))
        samples.append(int(32767 * level * math.sin(sweep * 1.5)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


def tone_flac(path: Path, *, seconds: float = 2.0, hertz: float = 330.0, **tags: str | list[str]) -> Path:
    """Write a FLAC tone with Vorbis comments (`title`, `artist`, `album`, `tracknumber`, …)."""
    source = tone_wav(path.with_suffix(".wav"), seconds=seconds, hertz=hertz)
    with av.open(str(source)) as given, av.open(str(path), "w") as made:
        stream = made.add_stream("flac", rate=RATE)
        stream.layout = "stereo"
        stream.format = "s16"
        for frame in given.decode(audio=0):
            for packet in stream.encode(frame):
                made.mux(packet)
        for packet in stream.encode(None):
            made.mux(packet)
    source.unlink()
    tagged = mutagen.flac.FLAC(path)  # type: ignore[no-untyped-call]
    for name, value in tags.items():
        tagged[name.upper()] = value
    tagged.save()
    return path


def small_library(folder: Path, *, seconds: float = 2.0) -> Path:
    """Write two albums of two artists, three tracks each."""
    for artist, album, genre, base in (
        ("Ana Uno", "First Light", "Folk", 220.0),
        ("Bo Dos", "Second Wind", "Jazz", 330.0),
    ):
        for number, word in enumerate(("Morning", "Noon", "Evening"), 1):
            tone_flac(
                folder / artist / album / f"{number:02} {word}.flac",
                seconds=seconds,
                hertz=base * (1 + number / 10),
                title=f"{word} {album.split()[0]}",
                artist=artist,
                albumartist=artist,
                album=album,
                genre=genre,
                date="2021",
                tracknumber=f"{number}/3",
            )
    return folder
