"""The tantivy index in a folder: one process writes, any number read."""

import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
import tantivy

from bandstand.platform.errors import Conflict
from bandstand.search.model import Document, fold, joined, words_of

VERSION: Final = "v1"
"""Part of the folder's name: a new version is a new folder, built from the tables while the old one still answers."""
HEAP_BYTES: Final = 20_000_000
"""tantivy refuses less than 15 MB for a writing thread."""
LOCK_FILE: Final = ".tantivy-writer.lock"

RAW: Final = ("key", "kind", "seen", "name", "genre", "isrc", "upc")
WORDS: Final = ("title", "artist", "album", "words", "joined")


def schema() -> tantivy.Schema:
    """Give the fields. Text is folded before it comes in, so that query and document are folded alike."""
    builder = tantivy.SchemaBuilder()
    for name in RAW:
        builder.add_text_field(name, stored=name == "key", tokenizer_name="raw", index_option="basic")
    for name in WORDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("shown", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("year", indexed=True, fast=True)
    builder.add_unsigned_field("popularity", stored=True, indexed=True, fast=True)
    return builder.build()


def key_of(kind: str, thing: str) -> str:
    """The key of a document."""
    return f"{kind}:{thing}"


def _document(given: Document) -> tantivy.Document:
    title, artist, album = words_of(given.title), words_of(given.artist), words_of(given.album)
    made = tantivy.Document()
    made.add_text("key", key_of(given.kind, given.id))
    made.add_text("kind", given.kind)
    for person in given.seen_by:
        made.add_text("seen", person)
    made.add_text("name", " ".join(title))
    for genre in given.genres:
        made.add_text("genre", fold(genre))
    made.add_text("isrc", given.isrc.upper())
    made.add_text("upc", given.barcode)
    made.add_text("title", " ".join(title))
    made.add_text("artist", " ".join(artist))
    made.add_text("album", " ".join(album))
    made.add_text("words", " ".join([*title, *artist, *album]))
    made.add_text("joined", " ".join([*joined(title), *joined(artist)]))
    made.add_text("shown", "\x1f".join((" ".join(title), " ".join(artist), " ".join(album))))
    made.add_unsigned("year", max(0, given.year))
    made.add_unsigned("popularity", max(0, given.popularity))
    return made


def _note(path: Path, offset: int) -> None:
    half = path / "checkpoint.json.half"
    half.write_bytes(msgspec.json.encode({"offset": offset}))
    half.replace(path / "checkpoint.json")


class Folder:
    """The index's place on disk. Readers reopen it when what stands there changed."""

    def __init__(self, path: Path) -> None:
        self.path = path / VERSION
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._index: tantivy.Index | None = None

    def searcher(self) -> tantivy.Searcher | None:
        """A snapshot of the newest commit; None while there is no index."""
        try:
            meta = (self.path / "meta.json").stat()
            seen = (self.path.stat().st_ino, meta.st_mtime_ns)
        except OSError:
            return None
        with self._lock:
            if self._index is None or self._seen is None or self._seen[0] != seen[0]:
                try:
                    self._index = tantivy.Index.open(str(self.path))
                    self._index.config_reader("manual")
                except ValueError:
                    return None
            if self._seen != seen:
                self._index.reload()
                self._seen = seen
            return self._index.searcher()

    def checkpoint(self) -> int | None:
        """How far in the log the index is; None when it must be built anew."""
        try:
            said = msgspec.json.decode((self.path / "checkpoint.json").read_bytes(), type=dict[str, Any])
            return int(said["offset"]) if self.searcher() is not None else None
        except (OSError, KeyError, ValueError, TypeError, msgspec.DecodeError):
            return None

    def note(self, offset: int) -> None:
        """Say how far the log was read where nothing in it concerned the index."""
        _note(self.path, offset)

    @contextmanager
    def writer(self, *, afresh: bool = False) -> Iterator["Writer"]:
        """Hold the only writer. Raises Conflict when another process holds it."""
        if afresh and self.path.exists() and self.searcher() is None:
            shutil.rmtree(self.path)
        self.path.mkdir(parents=True, exist_ok=True)
        try:
            index = tantivy.Index(schema(), path=str(self.path))
        except ValueError:
            shutil.rmtree(self.path)
            self.path.mkdir(parents=True)
            index = tantivy.Index(schema(), path=str(self.path))
        try:
            writing = index.writer(HEAP_BYTES, 1)
        except ValueError as error:
            message = f"Another process writes the search index in {self.path.name}."
            raise Conflict(message, code="search_locked") from error
        writer = Writer(self.path, writing)
        try:
            yield writer
        except BaseException:
            writing.rollback()
            raise
        finally:
            writer.close()


class Writer:
    """Puts and drops documents; nothing is seen before `commit`."""

    def __init__(self, path: Path, writing: tantivy.IndexWriter) -> None:
        self._path = path
        self._writing = writing

    def put(self, documents: Iterable[Document]) -> int:
        """Put documents in, each in place of what had its key; gives how many."""
        count = 0
        for document in documents:
            self._writing.delete_documents_by_term("key", key_of(document.kind, document.id))
            self._writing.add_document(_document(document))
            count += 1
        return count

    def drop(self, keys: Iterable[str]) -> None:
        """Take documents out by key."""
        for key in keys:
            self._writing.delete_documents_by_term("key", key)

    def drop_kind(self, kind: str) -> None:
        """Take all documents of a kind out."""
        self._writing.delete_documents_by_term("kind", kind)

    def drop_all(self) -> None:
        """Take everything out."""
        self._writing.delete_all_documents()

    def commit(self, offset: int) -> None:
        """Make what was written seen and durable, then say how far the log was read: a crash between repeats work only."""
        self._writing.commit()
        _note(self._path, offset)

    def close(self) -> None:
        """Finish merging and let go of the lock."""
        self._writing.wait_merging_threads()
