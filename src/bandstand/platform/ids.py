"""Ids: UUIDv7 (RFC 9562) in the database, 22 base-62 characters everywhere else.

Base-62 because Spotify's clients refuse any other alphabet; 22 characters hold 128 bits (62**22 > 2**128).
"""

import hashlib
import os
import re
import time
from datetime import datetime

Id = str

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PAIRS = [a + b for a in ALPHABET for b in ALPHABET]
_VALUE = {c: i for i, c in enumerate(ALPHABET)}
_SHAPE = re.compile(r"[0-9A-Za-z]{22}")
_BITS_128 = 1 << 128


def encode(number: int) -> Id:
    """Give the 22-character form of a 128-bit number."""
    parts = []
    for _ in range(11):
        number, pair = divmod(number, 3844)
        parts.append(_PAIRS[pair])
    return "".join(reversed(parts))


def decode(text: Id) -> int:
    """Give the 128-bit number of an id; ValueError when it is none."""
    if not _SHAPE.fullmatch(text):
        raise ValueError(f"not an id: {text[:40]!r}")
    number = 0
    for char in text:
        number = number * 62 + _VALUE[char]
    if number >= _BITS_128:
        raise ValueError(f"not an id: {text!r}")
    return number


def is_id(text: str) -> bool:
    """Whether `text` has the shape and range of an id."""
    try:
        decode(text)
    except ValueError:
        return False
    return True


def new_id(at: datetime | None = None) -> Id:
    """Make a UUIDv7: 48 bits of Unix milliseconds, then random bits, so ids sort by time."""
    millis = time.time_ns() // 1_000_000 if at is None else int(at.timestamp() * 1000)
    random = int.from_bytes(os.urandom(10))
    number = (millis & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | (random >> 68 & 0xFFF) << 64
    return encode(number | 0b10 << 62 | random & (1 << 62) - 1)


def derived_id(*parts: str) -> Id:
    """Make the same id from the same parts (UUIDv8 over SHA-256), so that a replay names things alike."""
    digest = int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest()[:16])
    number = digest & ~(0xF << 76) & ~(0b11 << 62)
    return encode(number | 0x8 << 76 | 0b10 << 62)
