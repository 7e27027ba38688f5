"""What a file is by its first bytes, whatever its name says."""

from typing import Final

HEAD_BYTES: Final = 64 * 1024

_FORM: Final = 8
"""Where RIFF and AIFF files say what they hold."""

_MAGIC: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"fLaC", "flac"),
    (0, b"OggS", "ogg"),
    (8, b"WAVE", "wav"),
    (8, b"AIFF", "aiff"),
    (8, b"AIFC", "aiff"),
    (4, b"ftyp", "mp4"),
    (0, bytes.fromhex("3026b2758e66cf11"), "asf"),
    (0, b"wvpk", "wavpack"),
    (0, b"MAC ", "ape"),
    (0, b"MPCK", "musepack"),
    (0, b"MP+", "musepack"),
    (0, b"TTA1", "tta"),
    (0, b"TTA2", "tta"),
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
    (0, b"DSD ", "dsf"),
    (0, b"FRM8", "dff"),
)

EXTENSIONS: Final[dict[str, str]] = {
    "mp3": "mpeg", "mp2": "mpeg", "mpga": "mpeg", "aac": "adts", "flac": "flac", "ogg": "ogg", "oga": "ogg", "opus": "ogg",
    "spx": "ogg", "m4a": "mp4", "m4b": "mp4", "mp4": "mp4", "alac": "mp4", "wav": "wav", "wave": "wav", "rf64": "wav",
    "bwf": "wav", "aif": "aiff", "aiff": "aiff", "aifc": "aiff", "wma": "asf", "asf": "asf", "wv": "wavpack", "ape": "ape",
    "mpc": "musepack", "mp+": "musepack", "tta": "tta", "mka": "matroska", "webm": "matroska", "weba": "matroska",
    "dsf": "dsf", "dff": "dff",
}  # fmt: skip
"""What an audio file's extension promises."""


def sniff(head: bytes) -> str:
    """Name the container: one of EXTENSIONS' values, or html, text, empty, unknown."""
    if not head:
        return "empty"
    if head.startswith(b"ID3") and len(head) > 10:  # noqa: PLR2004 - an ID3v2 header (id3.org, 3.1)
        inner = head[_id3_size(head) :]
        return _by_magic(inner) if inner and _by_magic(inner) != "unknown" else "mpeg"
    found = _by_magic(head)
    return found if found != "unknown" else _by_looks(head)


def _id3_size(head: bytes) -> int:
    size = 10
    for place, byte in enumerate(head[6:10]):
        size += (byte & 0x7F) << (21 - 7 * place)
    return size


def _by_magic(head: bytes) -> str:
    if head[:4] in {b"RIFF", b"RF64", b"BW64", b"FORM"} and head[8:12] not in {b"WAVE", b"AIFF", b"AIFC"}:
        return "unknown"
    for offset, magic, name in _MAGIC:
        if head[offset : offset + len(magic)] == magic and (
            offset != _FORM or head[:4] in {b"RIFF", b"RF64", b"BW64", b"FORM"}
        ):
            return name
    return "unknown"


def _by_looks(head: bytes) -> str:
    start = head[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<?xml")):
        return "html"
    body = head.lstrip(b"\x00")
    if len(body) > 1 and body[0] == 0xFF and body[1] & 0xE0 == 0xE0:  # noqa: PLR2004 - an MPEG frame's sync word
        return "adts" if body[1] & 0x06 == 0 else "mpeg"
    if all(32 <= b < 127 or b in b"\r\n\t" for b in head[:512]):  # noqa: PLR2004
        return "text"
    return "unknown"
