"""The index in a folder: what is found, how it is ranked, and what becomes of a broken one."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bandstand.platform.db import Database
from bandstand.platform.errors import Conflict, Invalid
from bandstand.platform.log import EventLog, open_log
from bandstand.search import Document, Indexer, Searcher, lab_search
from bandstand.search.store import Folder

DOCUMENTS = (
    Document("track", "t1", "Yesterday", artist="The Beatles", album="Help!", popularity=900),
    Document("track", "t2", "Yesterday Once More", artist="Carpenters", popularity=1000),
    Document(
        "track", "t3", "Für Elise", artist="Ludwig van Beethoven", isrc="USABC0000001", genres=("Classical",)
    ),
    Document("track", "t4", "Love", artist="Somebody"),
    Document("track", "t5", "Elise", artist="Nobody", year=1984),
    Document("artist", "a1", "Beyoncé"),
    Document("artist", "a2", "AC/DC"),
    Document("artist", "a3", "!!!"),
    Document("album", "b1", "千と千尋の神隠し", artist="久石譲", year=2001, barcode="4988"),
    Document("playlist", "p1", "My yesterday", seen_by=("ana",)),
    Document("genre", "g1", "Hip-Hop"),
)


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """An index of the documents above."""
    path = tmp_path_factory.mktemp("search")
    with Folder(path).writer() as writer:
        writer.put(DOCUMENTS)
        writer.commit(7)
    return Searcher(path)


def _ids(searcher: Searcher, query: str, person: str | None = None) -> list[str]:
    found = searcher.search(query, person=person).by_kind.values()
    hits = sorted((hit for hits in found for hit in hits.items), key=lambda h: -h.score)
    return [hit.id for hit in hits]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("yesterday", "t1"), ("YESTERDAY", "t1"), ("yest", "t1"), ("yesterday o", "t2"), ("yestreday", "t1"), ("ysterday", "t1"),
        ("yesterdayy", "t1"), ("zesterday", "t1"), ("yester beatles", "t1"), ("beatles yesterday", "t1"), ("fur elise", "t3"),
        ("elise", "t5"), ("beyonxe", "a1"), ("beyoncw", "a1"), ("bexonc", "a1"), ("acdc", "a2"), ("ac/dc", "a2"), ("!!!", "a3"),
        ("千尋", "b1"), ("lvoe", "t4"), ("lve", "t4"), ("yest erday", "t1"), ("yesterdayonce", "t2"), ("hiphop", "g1"),
        ("hip hop", "g1"), ("isrc:USABC0000001", "t3"), ("artist:beatles", "t1"), ("year:1980-1990", "t5"), ("upc:4988", "b1"),
        ('track:"fur elise" artist:beethoven', "t3"), ("genre:classical", "t3"), ("beethoven elise nonsense", "t3"),
    ],
)  # fmt: skip
def test_first_hit(searcher: Searcher, query: str, first: str) -> None:
    assert _ids(searcher, query)[0] == first


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        '"',
        "((",
        "* OR [a TO b]",
        "x" * 10_000,
        "x " * 5000,
        "\x00",
        "\ud800",
        "a\u0300" * 3000,
        "year:20",
        "title:^2~",
        "\\",
        "+-",
    ],
)
def test_any_text_is_a_query(searcher: Searcher, query: str) -> None:
    found = searcher.search(query)
    assert all(hits.total >= len(hits.items) for hits in found.by_kind.values())


def test_own_playlists_only(searcher: Searcher) -> None:
    assert "p1" in _ids(searcher, "my yesterday", "ana")
    assert "p1" not in _ids(searcher, "my yesterday", "bea")
    assert "p1" not in _ids(searcher, "my yesterday")


def test_top_result(searcher: Searcher) -> None:
    top = searcher.search("beyonce").top
    assert top is not None
    assert top.id == "a1"
    assert searcher.search("beyonce", offset=5).top is None


def test_pages_do_not_overlap(tmp_path: Path) -> None:
    with Folder(tmp_path).writer() as writer:
        writer.put(Document("track", f"t{n}", f"Piece {n}", popularity=n % 50) for n in range(600))
        writer.commit(0)
    searcher = Searcher(tmp_path)
    seen = [
        h.id
        for at in range(0, 600, 50)
        for h in searcher.search("piece", ("track",), limit=50, offset=at).by_kind["track"].items
    ]
    assert searcher.search("piece", ("track",)).by_kind["track"].total == 600
    assert len(seen) == len(set(seen)) == 600


def test_replaced_and_dropped(tmp_path: Path) -> None:
    folder, searcher = Folder(tmp_path), Searcher(tmp_path)
    assert _ids(searcher, "old") == []
    assert not searcher.is_ready()
    with folder.writer() as writer:
        writer.put([Document("track", "t1", "Old")])
        writer.commit(1)
    assert _ids(searcher, "old") == ["t1"]
    with folder.writer() as writer:
        writer.put([Document("track", "t1", "New")])
        writer.commit(2)
    assert (_ids(searcher, "old"), _ids(searcher, "new")) == ([], ["t1"])
    with folder.writer() as writer:
        writer.drop(["track:t1"])
        writer.commit(3)
    assert _ids(searcher, "new") == []
    assert folder.checkpoint() == 3


def _fail_halfway(folder: Folder) -> None:
    with folder.writer() as writer:
        writer.drop_all()
        raise RuntimeError


def test_a_failing_writer_leaves_what_was_there(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with folder.writer() as writer:
        writer.put([Document("track", "t1", "Old")])
        writer.commit(1)
    with pytest.raises(RuntimeError):
        _fail_halfway(folder)
    assert _ids(Searcher(tmp_path), "old") == ["t1"]
    assert folder.checkpoint() == 1


def test_one_writer(tmp_path: Path) -> None:
    with Folder(tmp_path).writer(), pytest.raises(Conflict), Folder(tmp_path).writer():
        pass


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    """An empty log."""
    made = open_log(f"sqlite:///{tmp_path / 'log.sqlite'}")
    yield made
    made.close()


def test_a_broken_index_is_built_anew(tmp_path: Path, db: Database, log: EventLog) -> None:
    folder = Folder(tmp_path / "search")
    indexer = Indexer(folder, db, log)
    assert folder.checkpoint() is None
    indexer.run_once()
    assert folder.checkpoint() == 0
    (folder.path / "meta.json").write_text("{")
    assert Folder(tmp_path / "search").checkpoint() is None
    Indexer(Folder(tmp_path / "search"), db, log).run_once()
    assert Folder(tmp_path / "search").checkpoint() == 0
    shutil.rmtree(folder.path)
    assert Searcher(tmp_path / "search").search("x").top is None


def test_lab(tmp_path: Path) -> None:
    tracks, queries, out = tmp_path / "t.tsv", tmp_path / "q.txt", tmp_path / "hits.tsv"
    tracks.write_text(
        "1\tYesterday\tThe Beatles\tHelp!\t90\n2\tHelp!\tThe Beatles\tHelp!\t50\n", encoding="utf-8"
    )
    queries.write_text("yestreday\nnothing at all\nhelp\n", encoding="utf-8")
    assert lab_search(tracks, queries, 5, out) == 3
    assert out.read_text(encoding="utf-8").splitlines() == ["yestreday\t1\t1", "help\t2\t1", "help\t1\t2"]
    tracks.write_text("1\tYesterday\n", encoding="utf-8")
    with pytest.raises(Invalid, match="line 1"):
        lab_search(tracks, queries, 5, out)
