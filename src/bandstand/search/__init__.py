"""Search: an index of tracks, artists, albums, playlists and genres, ranked, as you type."""

from bandstand.search.consumers import Indexer
from bandstand.search.lab import lab_search
from bandstand.search.model import EVERYBODY, KINDS, Document, Found, Hit, Hits, Kind
from bandstand.search.service import Feeds, Searcher

__all__ = [
    "EVERYBODY",
    "KINDS",
    "Document",
    "Feeds",
    "Found",
    "Hit",
    "Hits",
    "Indexer",
    "Kind",
    "Searcher",
    "lab_search",
]
