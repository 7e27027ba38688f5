"""Text from tags: controls out, one normal form, a stated longest length, and wrong encodings mended where that is sure."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from bandstand.delivery.model import Problem

LONGEST: Final = 500
"""Characters of a name or title that are kept: four times the longest title MusicBrainz knows would still fit."""

LONGEST_LYRICS: Final = 200_000

_ASCII_END: Final = 0x80
_SJIS_LEADS: Final = range(0x81, 0xA0)
_GB_COMMON: Final = range(0xB0, 0xD8)
"""Lead bytes of GB 2312 level 1: the 3,755 characters in common use."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe]+")
_CONTROL_BUT_LINES: Final = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe]+"
)
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_HIGH: Final = re.compile(r"[\x80-\xff]")


def clean(
    text: str, what: str, problems: list[Problem], longest: int = LONGEST, *, keeps_lines: bool = False
) -> str:
    """Make a text fit to show: NFC, no control or direction-override characters, at most `longest` characters."""
    if keeps_lines:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    shown = (_CONTROL_BUT_LINES if keeps_lines else _CONTROL).sub(" ", text.strip("\x00\ufeff \t\r\n"))
    if shown.strip() != text.strip("\x00\ufeff \t\r\n"):
        problems.append(
            Problem("control_characters", "note", f"The {what} held control characters; they were left out.")
        )
    shown = _SURROGATE.sub("\ufffd", shown)
    shown = unicodedata.normalize("NFC", shown).strip()
    if not keeps_lines:
        shown = re.sub(r"\s+", " ", shown)
    if len(shown) > longest:
        problems.append(
            Problem(
                "text_too_long",
                "warning",
                f"The {what} has {len(shown)} characters; the first {longest} are kept.",
                f"Shorten the {what} in a tag editor.",
            )
        )
        shown = shown[:longest].rstrip()
    return shown


def guess_encoding(texts: Iterable[str]) -> tuple[str | None, bool]:
    """Which encoding Latin-1 texts really have, and whether that is sure. (None, …) when Latin-1 is plausible.

    A text is suspected when more than half of its letters are outside ASCII: no Western language writes so.
    """
    raw = b" ".join(t.encode("latin-1", "ignore") for t in texts if _HIGH.search(t))
    if not raw:
        return None, True
    high = sum(b >= _ASCII_END for b in raw)
    if _decodes(raw, "utf-8"):
        return "utf-8", True
    if high < _ENOUGH:
        return None, True
    letters = sum(b >= _ASCII_END or chr(b).isalpha() for b in raw)
    if high * 2 <= letters:
        return None, True
    ranked = sorted(((_score(raw, name), name) for name in ("cp1251", "shift_jis", "gbk")), reverse=True)
    (best, name), (second, _) = ranked[0], ranked[1]
    if best >= _SURE and best - second >= _LEAD:
        return name, True
    return name if best >= _LIKELY else None, False


_ENOUGH: Final = 4
"""Fewer bytes outside ASCII than this prove nothing."""

_SURE: Final = 0.8
_LIKELY: Final = 0.6
_LEAD: Final = 0.2


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _score(raw: bytes, encoding: str) -> float:
    """How much the text looks like its language, 0..1."""
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    foreign = [c for c in text if ord(c) >= _ASCII_END]
    if not foreign:
        return 0.0
    if encoding == "cp1251":
        good = sum("А" <= c <= "я" or c in "ёЁ«»—–№" for c in foreign)
        odd = sum(a.islower() and b.isupper() for a, b in pairwise(text))
        return max(0.0, (good - 2 * odd) / len(foreign))
    if encoding == "shift_jis":
        # Half-width katakana are single bytes and any high byte makes one: they prove nothing.
        good = sum("\u3000" <= c <= "\u30ff" or "\u4e00" <= c <= "\u9fff" for c in foreign)
        has_lead = any(b in _SJIS_LEADS for b in raw)
        return good / len(foreign) if has_lead else good / len(foreign) / 2
    good = sum(
        c.encode("gbk")[0] in _GB_COMMON or "\u3000" <= c <= "\u303f" or "\uff00" <= c <= "\uffef"
        for c in foreign
    )
    return good / len(foreign)


def mend(text: str, encoding: str) -> str:
    """Read a text that was taken for Latin-1 in the encoding it has."""
    if not _HIGH.search(text):
        return text
    try:
        return text.encode("latin-1").decode(encoding)
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text
