"""Tags of every format, as one record with every problem listed."""

from typing import Any, cast

import av
import mutagen
from mutagen.apev2 import APENoHeaderError, APEv2

from bandstand.delivery.model import Problem, Tags
from bandstand.delivery.tags.assemble import assemble
from bandstand.delivery.tags.fallback import FromPath, disc_of_folder, fill_in, from_path
from bandstand.delivery.tags.raw import RawTags, raw_of, raw_of_mapping
from bandstand.delivery.tags.sniff import EXTENSIONS, HEAD_BYTES, sniff

__all__ = [
    "EXTENSIONS",
    "HEAD_BYTES",
    "FromPath",
    "disc_of_folder",
    "fill_in",
    "from_path",
    "pictures_of",
    "read_tags",
    "sniff",
]

_CUT_SHARE = 0.95
"""Less sound than this share of what the header promises is a cut file; headers of lossy formats are rough."""

_FFMPEG_READS_MORE = {"wav", "matroska", "adts", "unknown"}
"""Where mutagen has no reader, or passes over RIFF INFO."""


def read_tags(path: str, kind: str, heard_ms: int = 0) -> tuple[Tags, list[Problem]]:
    """Read a file's tags. `kind` is what `sniff` said, `heard_ms` how much sound there is. Never raises for what it reads."""
    problems: list[Problem] = []
    raw = _read_raw(path, kind, problems)
    if heard_ms and raw.declared_ms * _CUT_SHARE > heard_ms:
        message = f"It promises {raw.declared_ms / 1000:.1f} s and holds {heard_ms / 1000:.1f} s: the end is missing."
        problems.append(Problem("truncated", "warning", message, "Copy or download the file again."))
    return assemble(raw, problems), problems


def pictures_of(path: str, kind: str) -> list[bytes]:
    """The embedded pictures, in the file's order."""
    return [data for _, data in _read_raw(path, kind, []).pictures]


def _read_raw(path: str, kind: str, problems: list[Problem]) -> RawTags:
    raw, broken = RawTags(), ""
    try:
        file: Any = mutagen.File(path)
        if file is not None:
            raw = raw_of(file)
            raw.declared_ms = round(1000 * (getattr(file.info, "length", 0) or 0))
    except Exception as error:  # noqa: BLE001 - a boundary: mutagen raises what its parsers stumble over
        broken = str(error) or type(error).__name__
    if kind == "mpeg":
        raw.fill_from(_ape_of(path))
    if broken or kind in _FFMPEG_READS_MORE or not raw.values:
        raw.fill_from(_ffmpeg_of(path))
    if broken:
        done = "what FFmpeg could read is kept" if raw.values else "nothing could be read"
        message = f"The tags are damaged ({broken[:120]}); {done}."
        problems.append(
            Problem("tags_damaged", "warning", message, "Write the tags again with a tag editor.")
        )
    return raw


def _ape_of(path: str) -> RawTags:
    try:
        tags = cast("Any", APEv2)(path)
    except APENoHeaderError:
        return RawTags()
    except Exception:  # noqa: BLE001 - a boundary, as above; the ID3 tags are what counts
        return RawTags()

    class _File:
        pass

    file: Any = _File()
    file.tags, file.pictures = tags, []
    return raw_of(file)


def _ffmpeg_of(path: str) -> RawTags:
    try:
        with av.open(path, metadata_errors="replace") as container:
            raw = raw_of_mapping(container.metadata)
            for stream in container.streams.audio:
                raw.fill_from(raw_of_mapping(stream.metadata))
            return raw
    except (av.error.FFmpegError, OSError, ValueError):
        return RawTags()
