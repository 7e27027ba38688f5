"""What is searched for and what is found: folding of text, reading of a query, ranking. No index, no clock."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Literal

from bandstand.platform.ids import Id

Kind = Literal["track", "artist", "album", "playlist", "genre"]
KINDS: Final[tuple[Kind, ...]] = ("track", "artist", "album", "playlist", "genre")

EVERYBODY: Final = "*"
MAX_QUERY: Final = 300
"""Characters of a query that are looked at: the longest title of MusicBrainz' first million has 250."""
MAX_WORDS: Final = 12
MAX_WORD: Final = 40
TYPO_FROM: Final = 4
"""Letters from which a word may hold a typo; one edit in a shorter word makes nearly every other word of its length."""
POPULARITY_MAX: Final = 1000
_FIELD_WEIGHTS: Final = (1.0, 0.9, 0.5)
"""Title, artist, album."""

_APOSTROPHES: Final = re.compile("['’‘ʼ`´]")
_WORDS: Final = re.compile(r"[^\W_]+")
_FILTER: Final = re.compile(
    r'\b(track|artist|album|genre|year|isrc|upc|tag):("[^"]*"|[^\s"]+)', re.IGNORECASE
)
_YEARS: Final = re.compile(r"(\d{4})(?:-(\d{4}))?")
_ALIKE: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"}
)


@dataclass(frozen=True, slots=True)
class Document:
    """One thing that can be found. `popularity` is 0 to POPULARITY_MAX; `seen_by` are person ids or EVERYBODY."""

    kind: Kind
    id: Id
    title: str
    artist: str = ""
    album: str = ""
    genres: tuple[str, ...] = ()
    year: int = 0
    isrc: str = ""
    barcode: str = ""
    popularity: int = 0
    seen_by: tuple[str, ...] = (EVERYBODY,)


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found, and how well it answers."""

    kind: Kind
    id: Id
    score: float


@dataclass(frozen=True, slots=True)
class Hits:
    """A page of what was found of one kind, and how many there are in all."""

    items: tuple[Hit, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """An answer: a page for each kind asked for, and the best of all (on the first page only)."""

    by_kind: dict[Kind, Hits] = field(default_factory=dict)
    top: Hit | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A query as read: words anywhere, and filters by field."""

    words: tuple[str, ...]
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    years: tuple[int, int] | None = None

    @property
    def text(self) -> str:
        """Its words as one line."""
        return " ".join(self.words)

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing."""
        return not self.words and not self.filters and self.years is None


def words_of(text: str, limit: int = 64) -> list[str]:
    """The folded words: case, accents, apostrophes and punctuation gone; `!!!` alone stays; CJK one word a character."""
    text = text.encode("utf-8", "ignore").decode()
    plain = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text[:4000]).replace("&", " and ").casefold())
    plain = "".join(c for c in plain.translate(_ALIKE) if not unicodedata.combining(c))
    found: list[str] = []
    for word in _WORDS.findall(plain):
        found.extend(_split_cjk(word))
        if len(found) >= limit:
            break
    if not found:
        found = plain.split()
    return [w[:MAX_WORD] for w in found[:limit]]


def _split_cjk(word: str) -> list[str]:
    if all(c < "\u2e80" for c in word):
        return [word]
    return re.findall(r"[^\u2e80-\u9fff\uac00-\ud7af\u1100-\u11ff\uf900-\ufaff]+|.", word)


def fold(text: str) -> str:
    """The folded form of a whole text."""
    return " ".join(words_of(text))


def read_query(text: str) -> Query:
    """Read what somebody typed: `artist:`, `year:` and the like are filters, everything else are words."""
    text = text[:MAX_QUERY].encode("utf-8", "ignore").decode()
    filters: list[tuple[str, tuple[str, ...]]] = []
    years: tuple[int, int] | None = None
    for match in _FILTER.finditer(text):
        name, value = match[1].lower(), match[2].strip('"')
        if name == "year":
            span = _YEARS.fullmatch(value)
            years = (int(span[1]), int(span[2] or span[1])) if span else (1, 0)
        elif name in {"isrc", "upc", "tag"}:
            filters.append((name, (re.sub(r"[\s-]", "", value).upper(),)))
        elif words := words_of(value, MAX_WORDS):
            filters.append((name, tuple(words)))
    rest = _FILTER.sub(" ", text)
    return Query(tuple(words_of(rest, MAX_WORDS)), tuple(filters), years)


def joined(words: Sequence[str]) -> list[str]:
    """Neighbouring words written as one, and all of them as one: `ac dc` is also found as `acdc`."""
    pairs = [a + b for a, b in pairwise(words)]
    whole = "".join(words)
    return [p[:MAX_WORD] for p in dict.fromkeys([*pairs, whole] if len(pairs) > 1 else pairs)]


def is_one_edit(one: str, other: str) -> bool:
    """Whether one letter added, dropped, changed, or two neighbours swapped, turns one into the other."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        start += 1
    a, b = one[start:], other[start:]
    if len(a) == len(b):
        return a[1:] == b[1:] or (len(a) > 1 and a[0] == b[1] and a[1] == b[0] and a[2:] == b[2:])
    return a[1:] == b or a == b[1:]


def _is_begun(typed: str, word: str) -> bool:
    return any(is_one_edit(typed, word[: len(typed) + d]) for d in (-1, 0, 1))


def _literal(word: str, there: Sequence[str], is_last: bool) -> float:
    if word in there:
        return 1.0
    if is_last and (begun := [w for w in there if w.startswith(word)]):
        return 0.8 + 0.15 * len(word) / min(map(len, begun))
    return 0.0


def _mistyped(word: str, there: Sequence[str], is_last: bool) -> float:
    if len(word) >= TYPO_FROM - 1:
        if any(is_one_edit(word, w) for w in there):
            return 0.7
        if is_last and any(_is_begun(word, w) for w in there):
            return 0.6
    return 0.0


def _word_worth(word: str, fields: tuple[Sequence[str], ...], is_last: bool) -> tuple[float, float]:
    """What a word is worth in its best field, and in the title. Typos are looked for only where nothing is literal."""
    for quality in (_literal, _mistyped):
        each = [quality(word, there, is_last) for there in fields]
        if any(each):
            return max(w * q for w, q in zip(_FIELD_WEIGHTS, each, strict=True)), each[0]
    return 0.0, 0.0


def score(query: Query, title: str, artist: str, album: str, popularity: int) -> float:
    """How well a thing answers. Exact title beats prefix beats the rest; popularity decides between equals."""
    text, last = query.text, len(query.words) - 1
    titles = title.split()
    fields = (titles, artist.split(), album.split())
    worth, covered = 0.0, 0.0
    for place, word in enumerate(query.words):
        best, in_title = _word_worth(word, fields, place == last)
        worth += best
        covered += in_title
    points = 15.0 * popularity / POPULARITY_MAX
    if not query.words:
        return points
    points += 50.0 * worth / len(query.words) + 30.0 * min(1.0, covered / max(1, len(titles)))
    if title == text:
        points += 60.0
    elif title.startswith(text):
        points += 25.0
    elif is_one_edit(title, text) or title.replace(" ", "") == text.replace(" ", ""):
        points += 20.0
    if artist and artist == text:
        points += 20.0
    return points
