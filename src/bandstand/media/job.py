"""How a path travels to a maker: as hex of its bytes, because names of files need not be UTF-8."""

from os import fsdecode, fsencode
from pathlib import Path


def path_to_hex(path: Path) -> str:
    """Write a path as hex of its bytes."""
    return fsencode(path).hex()


def path_from_hex(text: str) -> Path:
    """Read a path that travelled as hex."""
    return Path(fsdecode(bytes.fromhex(text)))
