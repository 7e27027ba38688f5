"""Two hashes of a file in one pass: of all its bytes, and of its sound alone, which survives retagging."""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO, Final

_CHUNK: Final = 1 << 20
_MOST_RANGES: Final = 200_000

Range = tuple[int, int]


def hash_file(file: BinaryIO, size: int, kind: str) -> tuple[str, str]:
    """SHA-256 of the file and, where its layout is known, of its sound ("" otherwise)."""
    try:
        ranges = _sound_ranges(file, size, kind)
    except (ValueError, IndexError):
        ranges = []
    file.seek(0)
    whole, sound = hashlib.sha256(), hashlib.sha256(kind.encode())
    at, n, heard = 0, 0, 0
    while chunk := file.read(_CHUNK):
        whole.update(chunk)
        end = at + len(chunk)
        while n < len(ranges) and ranges[n][0] < end:
            first, last = max(ranges[n][0], at), min(ranges[n][1], end)
            if last > first:
                sound.update(memoryview(chunk)[first - at : last - at])
                heard += last - first
            if ranges[n][1] > end:
                break
            n += 1
        at = end
    return whole.hexdigest(), sound.hexdigest() if heard else ""


def _sound_ranges(file: BinaryIO, size: int, kind: str) -> list[Range]:
    if kind in {"mpeg", "adts", "tta", "wavpack", "ape", "musepack"}:
        return [(_after_id3(file), _before_tail_tags(file, size))]
    if kind == "flac":
        return [(_after_flac_blocks(file), size)]
    if kind == "ogg":
        return list(_ogg_pages(file, size))
    if kind in {"wav", "aiff"}:
        return list(
            _chunks(file, size, b"data" if kind == "wav" else b"SSND", "little" if kind == "wav" else "big")
        )
    if kind == "mp4":
        return list(_boxes(file, size))
    return []


def _at(file: BinaryIO, offset: int, length: int) -> bytes:
    file.seek(max(0, offset))
    return file.read(length)


def _after_id3(file: BinaryIO) -> int:
    at = 0
    while (head := _at(file, at, 10))[:3] == b"ID3" and len(head) == 10:  # noqa: PLR2004
        at += 10 + sum((b & 0x7F) << (21 - 7 * n) for n, b in enumerate(head[6:10]))
    return at


def _before_tail_tags(file: BinaryIO, size: int) -> int:
    end = size
    if _at(file, end - 128, 3) == b"TAG":
        end -= 128
    foot = _at(file, end - 32, 32)
    if foot[:8] == b"APETAGEX":
        end -= int.from_bytes(foot[12:16], "little") + (32 if foot[23] & 0x80 else 0)
    return max(0, end)


def _after_flac_blocks(file: BinaryIO) -> int:
    at = _after_id3(file) + 4
    while len(head := _at(file, at, 4)) == 4:  # noqa: PLR2004
        at += 4 + int.from_bytes(head[1:])
        if head[0] & 0x80:
            break
    return at


def _ogg_pages(file: BinaryIO, size: int) -> Iterator[Range]:
    """Payloads of pages with a time: the header pages, where the tags stand, have none."""
    at = 0
    for _ in range(_MOST_RANGES):
        head = _at(file, at, 27)
        if len(head) < 27 or head[:4] != b"OggS":  # noqa: PLR2004
            return
        lengths = file.read(head[26])
        start = at + 27 + len(lengths)
        at = start + sum(lengths)
        if any(head[6:14]):
            yield start, min(at, size)


def _chunks(file: BinaryIO, size: int, wanted: bytes, order: str) -> Iterator[Range]:
    at = 12
    while at + 8 <= size:
        head = _at(file, at, 8)
        length = int.from_bytes(head[4:8], order)  # type: ignore[arg-type]
        if head[:4] == wanted:
            yield at + 8, min(at + 8 + length, size)
        at += 8 + length + length % 2


def _boxes(file: BinaryIO, size: int) -> Iterator[Range]:
    at = 0
    while at + 8 <= size:
        head = _at(file, at, 16)
        length = int.from_bytes(head[:4])
        if length == 1:
            length = int.from_bytes(head[8:16])
        length = length or size - at
        if head[4:8] == b"mdat":
            yield at + 8, min(at + length, size)
        if length < 8:  # noqa: PLR2004 - a box is at least its own head
            return
        at += length
