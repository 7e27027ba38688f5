"""Turns a read query into tantivy's, and ranks what comes back."""

from collections.abc import Callable
from typing import Any, Final

import tantivy

from bandstand.search.model import EVERYBODY, TYPO_FROM, Hit, Hits, Kind, Query, score
from bandstand.search.store import schema

SCHEMA: Final = schema()
POOL: Final = 120
"""Candidates taken by relevance, and as many by popularity, before the exact ranking in Python."""
EXACT_POOL: Final = 40
FEW: Final = 3
YEAR_MAX: Final = 9999

Part = tuple[tantivy.Occur, tantivy.Query]
_Q = tantivy.Query
_MUST, _SHOULD = tantivy.Occur.Must, tantivy.Occur.Should


def _boost(query: tantivy.Query, by: float) -> tantivy.Query:
    return _Q.boost_query(query, by)


def _word(word: str, fields: tuple[str, ...], *, is_last: bool, is_lenient: bool) -> tantivy.Query:
    """Give one word, whole or begun, with a typo or without."""
    parts: list[tantivy.Query] = []
    for name in fields:
        parts.append(_boost(_Q.term_query(SCHEMA, name, word, "freq"), 2.0))
        if is_last:
            parts.append(_boost(_Q.fuzzy_term_query(SCHEMA, name, word, 0, True, True), 1.5))  # noqa: FBT003
        if len(word) >= TYPO_FROM or (is_lenient and len(word) == TYPO_FROM - 1):
            begins = is_last and len(word) >= TYPO_FROM
            parts.append(_boost(_Q.fuzzy_term_query(SCHEMA, name, word, 1, True, begins), 0.5))  # noqa: FBT003
    return _Q.boolean_query([(_SHOULD, p) for p in parts])


def _words(query: Query, *, is_lenient: bool, may_lack: int) -> list[Part]:
    last = len(query.words) - 1
    fields = ("words", "joined") if is_lenient else ("words",)
    each = [_word(w, fields, is_last=i == last, is_lenient=is_lenient) for i, w in enumerate(query.words)]
    if not each:
        return []
    all_of = _Q.boolean_query([(_SHOULD, q) for q in each], max(1, len(each) - may_lack))
    if is_lenient and len(query.words) > 1:
        merged = [_merged(query, place) for place in range(len(query.words) - 1)]
        all_of = _Q.boolean_query([(_SHOULD, all_of), *((_SHOULD, m) for m in merged)])
    return [(_MUST, all_of)]


def _merged(query: Query, place: int) -> tantivy.Query:
    """The query with a space too many taken out: `yest erday`."""
    words = [*query.words[:place], query.words[place] + query.words[place + 1], *query.words[place + 2 :]]
    each = [_word(w, ("words",), is_last=i == len(words) - 1, is_lenient=False) for i, w in enumerate(words)]
    return _Q.boolean_query([(_MUST, q) for q in each])


def _filters(query: Query, kind: Kind, person: str | None) -> list[Part]:
    seen = [EVERYBODY] + ([person] if person else [])
    parts: list[Part] = [
        (_MUST, _Q.const_score_query(_Q.term_query(SCHEMA, "kind", kind, "basic"), 0.0)),
        (_MUST, _Q.const_score_query(_Q.term_set_query(SCHEMA, "seen", seen), 0.0)),
    ]
    for name, words in query.filters:
        if name in {"isrc", "upc"}:
            parts.append((_MUST, _Q.term_query(SCHEMA, name, words[0], "basic")))
        elif name == "genre":
            parts.append((_MUST, _Q.term_query(SCHEMA, "genre", " ".join(words), "basic")))
        elif name == "tag":
            parts.append((_MUST, _Q.empty_query()))
        else:
            where = "title" if name in {kind, "track"} else name
            parts.extend((_MUST, _word(w, (where,), is_last=False, is_lenient=False)) for w in words)
    if query.years:
        first, last = query.years
        if first > last:
            parts.append((_MUST, _Q.empty_query()))
        else:
            span = _Q.range_query(
                SCHEMA, "year", tantivy.FieldType.Unsigned, max(1, first), min(YEAR_MAX, last)
            )
            parts.append((_MUST, span))
    return parts


def _count(searcher: tantivy.Searcher, query: tantivy.Query) -> int:
    return int(searcher.search(query, 1).count or 0)  # type: ignore[attr-defined]


def _ask(
    searcher: tantivy.Searcher, query: Query, kind: Kind, person: str | None
) -> tuple[tantivy.Query, int]:
    """The strictest reading that finds something, and how much it finds."""
    filters = _filters(query, kind, person)
    asked = _Q.boolean_query([*filters, *_words(query, is_lenient=False, may_lack=0)])
    total = _count(searcher, asked)
    if total < FEW and query.words:
        asked = _Q.boolean_query([*filters, *_words(query, is_lenient=True, may_lack=0)])
        total = _count(searcher, asked)
    if total == 0 and len(query.words) > 1:
        asked = _Q.boolean_query(
            [*filters, *_words(query, is_lenient=True, may_lack=(len(query.words) + 1) // 3)]
        )
        total = _count(searcher, asked)
    return asked, total


def find(
    searcher: tantivy.Searcher, query: Query, kind: Kind, person: str | None, limit: int, offset: int
) -> Hits:
    """One page of a kind: the best candidates ranked exactly, then the rest by relevance, the same for every page."""
    asked, total = _ask(searcher, query, kind, person)
    if total == 0:
        return Hits()
    by_key: dict[str, Hit] = {}
    exact = _Q.boolean_query([(_MUST, asked), (_MUST, _Q.term_query(SCHEMA, "name", query.text, "basic"))])
    pools = [
        searcher.search(asked, POOL, False),  # noqa: FBT003
        searcher.search(asked, POOL, False, "popularity"),  # noqa: FBT003
        searcher.search(exact, EXACT_POOL, False, "popularity"),  # noqa: FBT003
    ]
    for pool in pools:
        _rank(searcher, pool.hits, query, kind, by_key)
    ranked = sorted(by_key.values(), key=lambda h: (-h.score, h.id))
    if offset + limit > len(ranked) and total > len(ranked):
        ranked += _rest(searcher, asked, offset + limit + len(ranked), kind, by_key.__contains__)
    return Hits(tuple(ranked[offset : offset + limit]), total)


def _rank(
    searcher: tantivy.Searcher, hits: list[Any], query: Query, kind: Kind, into: dict[str, Hit]
) -> None:
    seen_here: set[tuple[int, int]] = set()
    for _, address in hits:
        place = (address.segment_ord, address.doc)
        if place in seen_here:
            continue
        seen_here.add(place)
        document = searcher.doc(address)
        key = str(document.get_first("key"))
        if key in into:
            continue
        title, artist, album = str(document.get_first("shown")).split("\x1f")
        points = score(query, title, artist, album, int(document.get_first("popularity") or 0))
        into[key] = Hit(kind, key.partition(":")[2], points)


def _rest(
    searcher: tantivy.Searcher, asked: tantivy.Query, limit: int, kind: Kind, is_ranked: Callable[[str], bool]
) -> list[Hit]:
    keys = (str(searcher.doc(a).get_first("key")) for _, a in searcher.search(asked, limit, False).hits)  # noqa: FBT003
    return [Hit(kind, key.partition(":")[2], 0.0) for key in keys if not is_ranked(key)]
