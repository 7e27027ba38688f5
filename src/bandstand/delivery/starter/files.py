"""Writes a finished recording as a tagged file: FLAC, Opus, MP3 or M4A, with its cover inside."""

import base64
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from mutagen import flac, id3, mp4, oggopus
from numpy.typing import NDArray

from bandstand.delivery.starter.model import Piece, StarterError
from bandstand.delivery.starter.synth import RATE

# mutagen is only partly typed
_Flac: Any = flac.FLAC
_Picture: Any = flac.Picture
_Id3: Any = id3.ID3
_Frame: Any = id3.Frames
_Mp4: Any = mp4.MP4
_Mp4Cover: Any = mp4.MP4Cover
_Opus: Any = oggopus.OggOpus

_CODECS: Final = {
    "flac": ("flac", 0, RATE),
    "opus": ("libopus", 96_000, 48_000),
    "mp3": ("libmp3lame", 160_000, RATE),
    "m4a": ("aac", 128_000, RATE),
}
_ID3_NAMES: Final = {
    "title": "TIT2", "artist": "TPE1", "album": "TALB", "albumartist": "TPE2", "composer": "TCOM", "date": "TDRC",
    "originaldate": "TDOR", "genre": "TCON", "copyright": "TCOP", "artistsort": "TSOP", "albumartistsort": "TSO2",
    "composersort": "TSOC", "organization": "TPUB", "work": "TIT1", "movementname": "MVNM",
}  # fmt: skip
_MP4_NAMES: Final = {
    "title": "©nam", "artist": "©ART", "album": "©alb", "albumartist": "aART", "composer": "©wrt", "date": "©day",
    "genre": "©gen", "copyright": "cprt", "artistsort": "soar", "albumartistsort": "soaa", "composersort": "soco",
    "work": "©wrk", "movementname": "©mvn", "comment": "©cmt",
}  # fmt: skip


def write_sound(path: Path, sound: NDArray[np.int16], form: str) -> None:
    """Encode 16-bit stereo samples into `path`. Raises `StarterError` when the disk refuses."""
    codec, bit_rate, rate = _CODECS[form]
    try:
        with av.open(str(path), "w", options={"fflags": "+bitexact"}) as out:
            stream: Any = out.add_stream(codec, rate=rate, layout="stereo")
            if bit_rate:
                stream.bit_rate = bit_rate
            stream.codec_context.flags |= 1 << 23  # AV_CODEC_FLAG_BITEXACT
            resample = av.AudioResampler(format=stream.codec_context.format, layout="stereo", rate=rate)
            for start in range(0, len(sound), RATE):
                block = np.ascontiguousarray(sound[start : start + RATE]).reshape(1, -1)
                frame = av.AudioFrame.from_ndarray(block, format="s16", layout="stereo")
                frame.sample_rate, frame.pts = RATE, start
                for ready in resample.resample(frame):
                    out.mux(stream.encode(ready))
            for ready in resample.resample(None):
                out.mux(stream.encode(ready))
            out.mux(stream.encode(None))
    except (av.error.FFmpegError, OSError) as error:
        message = f"{path.name} could not be written: {error}. Is the disk full?"
        raise StarterError(message) from error


def tags(piece: Piece) -> dict[str, list[str]]:
    """Return what is written into the file, in Vorbis comment names (lower case)."""
    encoders = sorted({source.encoder for source in piece.sources if source.encoder not in {"", "not named"}})
    found = {
        "title": [piece.title],
        "artist": [piece.artist],
        "album": [piece.album.title],
        "albumartist": [piece.album.artist],
        "composer": [piece.composer],
        "tracknumber": [str(piece.number)],
        "tracktotal": [str(piece.of)],
        "discnumber": ["1"],
        "disctotal": ["1"],
        "date": [piece.composed],
        "originaldate": [piece.composed],
        "genre": list(piece.genres),
        "artistsort": [sort_name(piece)],
        "albumartistsort": [piece.album.artist_sort],
        "composersort": [piece.composer_sort],
        "organization": ["Bandstand Starter Catalogue"],
        "copyright": [f"Composition in the public domain. This recording: {piece.licence}"],
        "license": [LICENCE_URLS[piece.licence]],
        "comment": [
            f"Played by Bandstand from a score in music21{' by ' + ', '.join(encoders) if encoders else ''}"
        ],
        "work": [piece.work],
        "movementname": [piece.movement],
        "movement": [str(piece.movement_number or "")],
        "movementtotal": [str(piece.movement_of or "")],
    }
    return {name: values for name, values in found.items() if values and values[0]}


LICENCE_URLS: Final = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
}


def sort_name(piece: Piece) -> str:
    """Return the name the artist is sorted by."""
    return piece.album.artist_sort if piece.artist == piece.album.artist else piece.artist


def write_tags(path: Path, piece: Piece, cover: bytes) -> None:
    """Write all tags and the cover (JPEG) into the file at `path`."""
    found = tags(piece)
    match piece.form:
        case "flac":
            lossless = _Flac(path)
            lossless.update(found)
            lossless.add_picture(_picture(cover))
            lossless.save()
        case "opus":
            opus = _Opus(path)
            opus.update(found)
            opus["metadata_block_picture"] = [base64.b64encode(_picture(cover).write()).decode("ascii")]
            opus.save()
        case "mp3":
            _write_id3(path, found, cover)
        case _:
            _write_mp4(path, found, cover)


def _picture(cover: bytes) -> Any:
    picture = _Picture()
    picture.type, picture.mime, picture.desc, picture.data = 3, "image/jpeg", "Cover", cover
    picture.width = picture.height = 1000
    picture.depth = 24
    return picture


def _write_id3(path: Path, found: dict[str, list[str]], cover: bytes) -> None:
    frames = _Id3()
    for name, values in found.items():
        if name in _ID3_NAMES:
            frames.add(_Frame[_ID3_NAMES[name]](encoding=3, text=values))
        elif name in {"license", "comment"}:
            frames.add(_Frame["TXXX"](encoding=3, desc=name.upper(), text=values))
    frames.add(_Frame["TRCK"](encoding=3, text=[f"{found['tracknumber'][0]}/{found['tracktotal'][0]}"]))
    frames.add(_Frame["TPOS"](encoding=3, text=["1/1"]))
    if "movement" in found:
        frames.add(_Frame["MVIN"](encoding=3, text=[found["movement"][0]]))
    frames.add(_Frame["APIC"](encoding=3, mime="image/jpeg", type=3, desc="Cover", data=cover))
    frames.save(path)


def _write_mp4(path: Path, found: dict[str, list[str]], cover: bytes) -> None:
    atoms = _Mp4(path)
    for name, values in found.items():
        if name in _MP4_NAMES:
            atoms[_MP4_NAMES[name]] = values
        elif name in {"license", "originaldate", "organization"}:
            label = {"organization": "LABEL"}.get(name, name.upper())
            atoms[f"----:com.apple.iTunes:{label}"] = [value.encode() for value in values]
    atoms["trkn"] = [(int(found["tracknumber"][0]), int(found["tracktotal"][0]))]
    atoms["disk"] = [(1, 1)]
    if "movement" in found:
        atoms["©mvi"] = [int(found["movement"][0])]
        atoms["©mvc"] = [int(found.get("movementtotal", ["0"])[0])]
    atoms["covr"] = [_Mp4Cover(cover, imageformat=_Mp4Cover.FORMAT_JPEG)]
    atoms.save()
