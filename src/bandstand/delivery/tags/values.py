"""Values from tags: numbers, dates, gains, lists of artists, lyrics with times."""

import re
from collections.abc import Sequence
from typing import Final

from bandstand.delivery.model import Name, Problem

HIGHEST_NUMBER: Final = 9999

_N_OF_M: Final = re.compile(r"\s*(\d{1,9})\s*(?:/\s*(\d{1,9})?\s*)?")
_LOOSE: Final = re.compile(
    r"\s*[A-Za-z]?\s*(\d{1,4})(?:\s*(?:of|von|de|di|-|\\)\s*(\d{1,4}))?\s*", re.IGNORECASE
)
_DATE: Final = re.compile(r"\s*(\d{4})(?:[-./ ](\d{1,2})(?:[-./ ](\d{1,2}))?)?(?:[T ].*)?\s*")
_COMPACT: Final = re.compile(r"\s*(\d{4})(\d{2})(\d{2})\s*")
_ANY_YEAR: Final = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_GAIN: Final = re.compile(r"\s*([+-]?\d+(?:[.,]\d+)?)\s*(?:dB|LU)?\s*", re.IGNORECASE)
_FEAT: Final = re.compile(
    r"\s*[(\[]?\s*\b(?:feat\.|feat|ft\.|featuring)\s+([^()\[\]]+?)\s*[)\]]?\s*$", re.IGNORECASE
)
_FEAT_IN_TITLE: Final = re.compile(
    r"[(\[]\s*(?:feat\.|feat|ft\.|featuring)\s+([^()\[\]]+?)\s*[)\]]", re.IGNORECASE
)
_BETWEEN: Final = re.compile(r"\x00|;| / ")
_BETWEEN_GUESTS: Final = re.compile(r"\x00|;|, | & | and ")
_ISRC: Final = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}")
_MBID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_LRC_TIME: Final = re.compile(r"\[(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?\]")
_LRC_WORD: Final = re.compile(r"<\d{1,3}:\d{1,2}(?:[.:]\d{1,3})?>")
_MONTHS, _DAYS = 12, 31


def read_number(text: str, what: str, problems: list[Problem]) -> tuple[int | None, int | None]:
    """Read "3", "3/10"; also "A3" and "1 of 2", which are noted; None where there is no number."""
    if not text.strip():
        return None, None
    exact, loose = _N_OF_M.fullmatch(text), _LOOSE.fullmatch(text)
    found = exact or loose
    number = int(found[1]) if found else None
    total = int(found[2]) if found and found[2] else None
    if number is None or number > HIGHEST_NUMBER:
        problems.append(_bad_number(text, what, "it is left out"))
        return None, None
    if exact is None:
        problems.append(
            _bad_number(text, what, f"it was read as {number}" + (f" of {total}" if total else ""))
        )
    return number, total if total and total <= HIGHEST_NUMBER else None


def _bad_number(text: str, what: str, done: str) -> Problem:
    message = f"The {what} {text.strip()[:40]!r} is no number; {done}."
    return Problem("bad_number", "warning", message, f"Write the {what} as 3 or 3/10.")


def read_date(text: str, problems: list[Problem]) -> str:
    """Read a date as far as it makes sense: "2008.05.25" gives 2008-05-25, "2008-99" gives 2008, "20xx" gives "" (both noted)."""
    if not text.strip():
        return ""
    found = _COMPACT.fullmatch(text) or _DATE.fullmatch(text)
    if found:
        year, month, day = found[1], int(found[2] or 0), int(found[3] or 0)
        if year != "0000" and month <= _MONTHS and day <= _DAYS:
            parts = [year] + ([f"{month:02d}"] if month else []) + ([f"{day:02d}"] if month and day else [])
            return "-".join(parts)
        if year != "0000":
            problems.append(_bad_date(text, year))
            return year
    anywhere = _ANY_YEAR.search(text)
    problems.append(_bad_date(text, anywhere[1] if anywhere else ""))
    return anywhere[1] if anywhere else ""


def _bad_date(text: str, kept: str) -> Problem:
    done = f"only the year {kept} is kept" if kept else "it is left out"
    return Problem(
        "bad_date",
        "warning",
        f"The date {text.strip()[:40]!r} is no date; {done}.",
        "Write it as 2008-05-25.",
    )


def read_gain(text: str, problems: list[Problem]) -> float | None:
    """Read "-6.50 dB" or "0,37". 0.00 dB is a value."""
    found = _GAIN.fullmatch(text)
    value = float(found[1].replace(",", ".")) if found else None
    if value is None or abs(value) > 100:  # noqa: PLR2004 - more dB than any recording can need
        if text.strip():
            problems.append(
                Problem("bad_gain", "note", f"The ReplayGain value {text.strip()[:40]!r} is no number.")
            )
        return None
    return value


def read_isrc(text: str, problems: list[Problem]) -> str:
    """Read an ISRC (ISO 3901), without hyphens."""
    code = re.sub(r"[^A-Za-z0-9]", "", text).upper()
    if not code:
        return ""
    if not _ISRC.fullmatch(code):
        problems.append(
            Problem(
                "bad_isrc",
                "warning",
                f"{text[:40]!r} is no ISRC; it is left out.",
                "Write it as USRC17607839.",
            )
        )
        return ""
    return code


def read_mbid(text: str, problems: list[Problem]) -> str | None:
    """Read a MusicBrainz id."""
    value = text.strip().casefold()
    if not value:
        return None
    if not _MBID.fullmatch(value):
        problems.append(Problem("bad_mbid", "note", f"{text[:60]!r} is no MusicBrainz id; it is left out."))
        return None
    return value


def split_names(
    values: Sequence[str], mbids: Sequence[str] = (), sorts: Sequence[str] = ()
) -> tuple[Name, ...]:
    """Make names of artist values: several values, nulls, ";" and " / " part them, "feat." makes a guest, "AC/DC" is one."""
    mains: list[str] = []
    guests: list[str] = []
    for value in values:
        for part in _BETWEEN.split(value):
            found = _FEAT.search(part)
            if found and found.start() > 0:
                guests += [g.strip() for g in _BETWEEN_GUESTS.split(found[1])]
                mains.append(part[: found.start()].strip())
            else:
                mains.append(part.strip())
    mains = list(dict.fromkeys(m for m in mains if m))
    guests = [g for g in dict.fromkeys(guests) if g and g not in mains]
    every = mains + guests
    ids = (
        list(mbids)
        if len(mbids) == len(every)
        else [*mbids[:1]]
        if len(mains) == 1 and len(mbids) == 1
        else []
    )
    order = list(sorts) if len(sorts) == len(every) else []
    return tuple(
        Name(
            name,
            "main" if n < len(mains) else "featured",
            " feat. " if n == len(mains) - 1 and guests else "",
            ids[n] if n < len(ids) else None,
            order[n] if n < len(order) else "",
        )
        for n, name in enumerate(every)
    )


def guests_in_title(title: str) -> list[str]:
    """Names in "(feat. Bo Dos)" of a title."""
    return [
        g.strip()
        for found in _FEAT_IN_TITLE.finditer(title)
        for g in _BETWEEN_GUESTS.split(found[1])
        if g.strip()
    ]


def read_lrc(text: str) -> tuple[tuple[int, str], ...]:
    """Lines with times out of an LRC text, in order; word times are left out. () when it has no times."""
    lines: list[tuple[int, str]] = []
    for line in text.splitlines():
        times = list(_LRC_TIME.finditer(line))
        if not times:
            continue
        words = _LRC_WORD.sub("", line[times[-1].end() :]).strip()
        for time in times:
            fraction = (time[3] or "0").ljust(3, "0")
            lines.append(
                (int(time[1]) * 60_000 + int(time[2]) * 1000 + int(fraction), re.sub(r"\s+", " ", words))
            )
    return tuple(sorted(lines, key=lambda x: x[0]))
