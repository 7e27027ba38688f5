"""The serving engine on plain files: `bandstand lab search` (docs: contracts, `lab search`)."""

import csv
import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bandstand.platform.errors import Invalid
from bandstand.search.model import POPULARITY_MAX, Document
from bandstand.search.service import Searcher
from bandstand.search.store import Folder

COLUMNS: Final = 5


def lab_search(tracks_file: Path, queries_file: Path, top: int, out: Path) -> int:
    """Index `id, title, artist, album, popularity`, answer each query, write `query, id, rank`; gives the queries' number.

    Raises Invalid naming the line that is wrong.
    """
    documents = list(_documents(tracks_file))
    queries = [line.rstrip("\r") for line in queries_file.read_text(encoding="utf-8").split("\n")]
    if queries and not queries[-1]:
        queries.pop()
    with tempfile.TemporaryDirectory(prefix="bandstand-search-") as place:
        with Folder(Path(place)).writer() as writer:
            writer.put(documents)
            writer.commit(0)
        searcher = Searcher(Path(place))
        with out.open("w", encoding="utf-8", newline="") as file:
            for query in queries:
                hits = searcher.search(query, ("track",), limit=top).by_kind["track"].items
                file.writelines(f"{query}\t{hit.id}\t{rank}\n" for rank, hit in enumerate(hits, 1))
    return len(queries)


def _documents(path: Path) -> Iterator[Document]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            (n, r) for n, r in enumerate(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE), 1) if r
        ]
    if rows and rows[0][1][:2] == ["id", "title"]:
        rows = rows[1:]
    plays = [_popularity(path, n, row) for n, row in rows]
    most = math.log1p(max(plays, default=0.0)) or 1.0
    for (_, row), count in zip(rows, plays, strict=True):
        yield Document(
            "track", row[0], row[1], artist=row[2], album=row[3],
            popularity=round(POPULARITY_MAX * math.log1p(count) / most),
        )  # fmt: skip


def _popularity(path: Path, line: int, row: list[str]) -> float:
    if len(row) != COLUMNS:
        raise Invalid(
            f"{path.name}, line {line}: {COLUMNS} columns are expected, there are {len(row)}.",
            code="bad_line",
        )
    try:
        return max(0.0, float(row[4] or 0))
    except ValueError as error:
        raise Invalid(
            f"{path.name}, line {line}: popularity {row[4][:20]!r} is not a number.", code="bad_line"
        ) from error
