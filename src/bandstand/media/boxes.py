"""Fragmented MP4 (ISO/IEC 14496-12) for one audio track, box by box.

There is no edit list: `priming_samples` stands in the manifest, and players that know of it trim by append window.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from bandstand.media.model import RenditionSpec

_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_HIGHEST_RATE = 0xFFFF
"""What fits the sample entry; above it the highest regular division stands there (FLAC in ISO-BMFF, 3.3.1)."""

_SYNC_SAMPLE = 0x02000000
_TRUN_OFFSET_DURATION_SIZE = 0x000001 | 0x000100 | 0x000200
_TFHD_BASE_IS_MOOF_WITH_FLAGS = 0x020000 | 0x000020


@dataclass(frozen=True)
class Packet:
    """One encoded frame and how many samples it stands for."""

    data: bytes
    samples: int


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + kind + body


def _full(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)


def _descriptor(tag: int, body: bytes) -> bytes:
    size = len(body)
    length = bytes(((size >> shift) & 0x7F) | (0x80 if shift else 0) for shift in (21, 14, 7, 0))
    return bytes([tag]) + length + body


def _esds(spec: RenditionSpec, extradata: bytes) -> bytes:
    rate = spec.kbps * 1000
    config = struct.pack(">BBBHII", 0x40, 0x15, 0, 6144 // 8 * spec.channels, rate, rate)
    decoder = _descriptor(4, config + _descriptor(5, extradata))
    return _full(b"esds", 0, 0, _descriptor(3, struct.pack(">HB", 0, 0) + decoder + _descriptor(6, b"\x02")))


def _dfla(spec: RenditionSpec, extradata: bytes) -> bytes:
    # STREAMINFO: 36 bits of total samples end at byte 18; MD5 stays zero (unknown before the end).
    head = int.from_bytes(extradata[:18]) >> 36 << 36
    streaminfo = (head | spec.samples).to_bytes(18) + bytes(16)
    return _full(b"dfLa", 0, 0, struct.pack(">I", 0x80 << 24 | 34), streaminfo)


def _sample_entry(spec: RenditionSpec, extradata: bytes) -> bytes:
    rate = spec.rate
    while rate > _HIGHEST_RATE:
        rate //= 2
    kind, config = (b"mp4a", _esds) if spec.codec == "aac" else (b"fLaC", _dfla)
    size = spec.bits or 16
    head = struct.pack(">6xH8xHHIHH", 1, spec.channels, size, 0, rate, 0)
    return _box(kind, head, config(spec, extradata))


def _stbl(spec: RenditionSpec, extradata: bytes) -> bytes:
    empty = [_full(kind, 0, 0, struct.pack(">I", 0)) for kind in (b"stts", b"stsc", b"stco")]
    stsd = _full(b"stsd", 0, 0, struct.pack(">I", 1), _sample_entry(spec, extradata))
    return _box(b"stbl", stsd, *empty, _full(b"stsz", 0, 0, struct.pack(">II", 0, 0)))


def _trak(spec: RenditionSpec, extradata: bytes) -> bytes:
    tkhd = _full(b"tkhd", 0, 7, struct.pack(">IIIII8xHHH2x", 0, 0, 1, 0, 0, 0, 1, 0x0100), _MATRIX, bytes(8))
    mdhd = _full(b"mdhd", 0, 0, struct.pack(">IIIIHH", 0, 0, spec.rate, 0, 0x55C4, 0))
    hdlr = _full(b"hdlr", 0, 0, struct.pack(">I4s12x", 0, b"soun"), b"Bandstand\0")
    dinf = _box(b"dinf", _full(b"dref", 0, 0, struct.pack(">I", 1), _full(b"url ", 0, 1)))
    minf = _box(b"minf", _full(b"smhd", 0, 0, bytes(4)), dinf, _stbl(spec, extradata))
    return _box(b"trak", tkhd, _box(b"mdia", mdhd, hdlr, minf))


def init_segment(spec: RenditionSpec, extradata: bytes) -> bytes:
    """Write `init.mp4`; `extradata` is AudioSpecificConfig (AAC) or STREAMINFO (FLAC)."""
    ftyp = _box(b"ftyp", b"iso6", struct.pack(">I", 0), b"iso6", b"cmfc", b"mp41")
    head = struct.pack(">IIIIIH10x", 0, 0, spec.rate, 0, 0x10000, 0x0100)
    mvhd = _full(b"mvhd", 0, 0, head, _MATRIX, bytes(24), struct.pack(">I", 2))
    trex = _full(b"trex", 0, 0, struct.pack(">IIIII", 1, 1, spec.frame, 0, _SYNC_SAMPLE))
    mehd = _full(b"mehd", 1, 0, struct.pack(">Q", spec.total_samples))
    return ftyp + _box(b"moov", mvhd, _trak(spec, extradata), _box(b"mvex", mehd, trex))


def media_segment(number: int, start: int, packets: Sequence[Packet]) -> bytes:
    """Write one whole segment: `start` is the decode time of its first sample, in samples."""
    styp = _box(b"styp", b"msdh", struct.pack(">I", 0), b"msdh", b"msix", b"cmfs")
    entries = b"".join(struct.pack(">II", p.samples, len(p.data)) for p in packets)
    tfhd = _full(b"tfhd", 0, _TFHD_BASE_IS_MOOF_WITH_FLAGS, struct.pack(">II", 1, _SYNC_SAMPLE))
    tfdt = _full(b"tfdt", 1, 0, struct.pack(">Q", start))
    mfhd = _full(b"mfhd", 0, 0, struct.pack(">I", number + 1))

    def moof(data_offset: int) -> bytes:
        run = struct.pack(">Ii", len(packets), data_offset)
        trun = _full(b"trun", 0, _TRUN_OFFSET_DURATION_SIZE, run, entries)
        return _box(b"moof", mfhd, _box(b"traf", tfhd, tfdt, trun))

    head = moof(0)
    return styp + moof(len(head) + 8) + _box(b"mdat", *(p.data for p in packets))
