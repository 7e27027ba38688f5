"""Opens sound files, mending Ogg Vorbis files whose header packets come twice, which libvorbis plays and FFmpeg does not.

Some taggers and mixers leave a second copy of the three headers among the sound; Vorbis I, section 4.2.1 has them once,
ahead of all sound. The page layout is RFC 3533, section 6.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from os import PathLike, fspath
from pathlib import Path

import av

MOST_BYTES, MOST_PACKETS = 128 << 20, 2_000_000
"""A file above either is not mended: the mended copy is held in memory."""

_LOOKED_AT = 64 << 10
_MOST_DAMAGES = 1000
_CAPTURE = b"OggS"
_PAGE = struct.Struct("<4sBBqIIIB")
_CONTINUED, _FIRST, _LAST = 1, 2, 4
_FULL = 255
_HEADERS = (b"\x01vorbis", b"\x03vorbis", b"\x05vorbis")
_REVERSED_BITS = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_ONES = 0xFFFFFFFF


class _NotOneStreamError(ValueError):
    """Several streams, side by side or one after the other (each has its own headers), or hardly a whole page."""


@dataclass(frozen=True)
class _Page:
    flags: int
    granule: int
    serial: int
    lacing: bytes
    body: bytes


@dataclass
class _Packet:
    """One packet; `granule` is set on the last one that ends on a page, in samples from the stream's start."""

    data: bytes
    granule: int | None = None

    @property
    def is_header(self) -> bool:
        return self.data.startswith(_HEADERS)


def open_audio(path: str | PathLike[str]) -> av.container.InputContainer:
    """Open a sound file for reading, mended in memory where its Vorbis headers are repeated; FFmpegError, OSError."""
    whole = mended(path) if _may_repeat_headers(path) else None
    return av.open(fspath(path) if whole is None else io.BytesIO(whole), "r", metadata_errors="replace")


def mended(path: str | PathLike[str]) -> bytes | None:
    """Give an Ogg Vorbis file's bytes with every header packet once; None where there is nothing to mend or no way to."""
    file = Path(path)
    if file.stat().st_size > MOST_BYTES:
        return None
    data = file.read_bytes()
    try:
        packets = list(islice(_packets(_pages(data)), MOST_PACKETS + 1))
    except _NotOneStreamError:
        return None
    if len(packets) > MOST_PACKETS or [packet.data[:7] for packet in packets[:3]] != list(_HEADERS):
        return None
    kept = _without_repeats(packets)
    return b"".join(_paged(kept, next(_pages(data)).serial)) if len(kept) < len(packets) else None


def _may_repeat_headers(path: str | PathLike[str]) -> bool:
    with Path(path).open("rb") as file:
        start = file.read(len(_CAPTURE))
        if start != _CAPTURE:
            return False
        start += file.read(_LOOKED_AT)
    return start.count(_HEADERS[0]) > 1


def _checksum(page: bytes) -> int:
    """Reckon Ogg's CRC-32: zlib's polynomial with the bits the other way round, starting from and ending with nought."""
    reflected = zlib.crc32(page.translate(_REVERSED_BITS), _ONES) ^ _ONES
    return int.from_bytes(reflected.to_bytes(4, "little").translate(_REVERSED_BITS), "big")


def _pages(file: bytes) -> Iterator[_Page]:
    """Read whole, undamaged pages; bytes between them are stepped over."""
    at = file.find(_CAPTURE)
    damages = 0
    while 0 <= at <= len(file) - _PAGE.size:
        _, _, flags, granule, serial, _, checksum, count = _PAGE.unpack_from(file, at)
        body = at + _PAGE.size + count
        lacing = file[at + _PAGE.size : body]
        end = body + sum(lacing)
        if _checksum(file[at : at + 22] + bytes(4) + file[at + 26 : end]) == checksum and end <= len(file):
            yield _Page(flags, granule, serial, lacing, file[body:end])
        else:
            end, damages = at + 1, damages + 1
            if damages > _MOST_DAMAGES:
                raise _NotOneStreamError
        at = file.find(_CAPTURE, end)


def _packets(pages: Iterator[_Page]) -> Iterator[_Packet]:
    """Put packets together; one whose start or end is missing is left out."""
    held: list[bytes] | None = None
    serial: int | None = None
    for page in pages:
        serial = page.serial if serial is None else serial
        if page.serial != serial:
            raise _NotOneStreamError
        if not page.flags & _CONTINUED:
            held = []
        whole: list[_Packet] = []
        at = 0
        for length in page.lacing:
            if held is not None:
                held.append(page.body[at : at + length])
            at += length
            if length < _FULL:
                if held is not None:
                    whole.append(_Packet(b"".join(held)))
                held = []
        if whole and page.granule >= 0:
            whole[-1].granule = page.granule
        yield from whole


def _without_repeats(packets: list[_Packet]) -> list[_Packet]:
    """Leave out header packets after the first three, and sound that only starts over again after them."""
    headers, rest = packets[:3], packets[3:]
    headers[-1].granule = 0
    sound: list[_Packet] = []
    follows_header = has_started_over = False
    for index, packet in enumerate(rest):
        if packet.is_header:
            follows_header = True
            continue
        if follows_header and sound and not has_started_over:
            has_started_over = True
            sound = [] if _starts_with(rest[index : index + len(sound)], sound) else sound
        follows_header = False
        sound.append(packet)
    return headers + sound


def _starts_with(packets: list[_Packet], start: list[_Packet]) -> bool:
    return [packet.data for packet in packets] == [packet.data for packet in start]


def _paged(packets: list[_Packet], serial: int) -> Iterator[bytes]:
    """Write pages that end where the source's did, for only there is the granule known; the first header has its own."""
    packets[0].granule = 0
    group: list[_Packet] = []
    number, flags = 0, _FIRST
    for index, packet in enumerate(packets):
        group.append(packet)
        is_last = index == len(packets) - 1
        if packet.granule is None and not is_last:
            continue
        lacing = b"".join(_lacing(len(each.data)) for each in group)
        body = b"".join(each.data for each in group)
        while len(lacing) > _FULL:
            cut = min(_FULL, len(lacing) - _FULL)
            size = sum(lacing[:cut])
            yield _page(flags, -1, (serial, number), lacing[:cut], body[:size])
            flags = _CONTINUED if lacing[cut - 1] == _FULL else 0
            lacing, body, number = lacing[cut:], body[size:], number + 1
        granule = -1 if packet.granule is None else packet.granule
        yield _page(flags | (_LAST if is_last else 0), granule, (serial, number), lacing, body)
        number, flags, group = number + 1, 0, []


def _lacing(size: int) -> bytes:
    return b"\xff" * (size // _FULL) + bytes((size % _FULL,))


def _page(flags: int, granule: int, place: tuple[int, int], lacing: bytes, body: bytes) -> bytes:
    """Write one page; `place` is the stream's serial number and the page's number in it."""
    serial, number = place
    head = _PAGE.pack(_CAPTURE, 0, flags, granule, serial, number, 0, len(lacing))
    page = head + lacing + body
    return page[:22] + struct.pack("<I", _checksum(page)) + page[26:]
