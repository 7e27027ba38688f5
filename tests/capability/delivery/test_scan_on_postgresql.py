"""A scan on PostgreSQL: every query of catalogue and delivery that could differ."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import bandstand.app.tables  # noqa: F401  (declares every table)
from bandstand import catalogue, delivery
from bandstand.platform.db import Database, metadata
from bandstand.platform.objects import open_objects
from tests.factories import small_library

pytestmark = pytest.mark.engines


@pytest.fixture
def there(postgres_url: str) -> Iterator[Database]:
    made = Database(postgres_url)
    metadata.create_all(made.engine)
    yield made
    made.dispose()


def test_a_scan_on_postgresql(there: Database, tmp_path: Path) -> None:
    music = small_library(tmp_path / "music", seconds=0.2)
    kept = open_objects(f"file://{tmp_path / 'objects'}")
    assert delivery.scan(there, kept, str(music)).added == 6
    (music / "Ana Uno" / "First Light" / "01 Morning.flac").rename(music / "moved.flac")
    (music / "Bo Dos" / "Second Wind" / "02 Noon.flac").unlink()
    (music / "bad.mp3").touch()
    state = delivery.scan(there, kept, str(music))
    assert (state.moved, state.missing, state.unchanged, state.failed) == (1, 1, 4, 1)
    with there.read() as tx:
        first = catalogue.list_tracks(tx, "newest", limit=3)
        rest = catalogue.list_tracks(tx, "newest", first.next, 10)
        assert len({t.id for t in (*first.items, *rest.items)}) == first.total == 5
        albums = catalogue.list_albums(tx, "year").items
        assert sorted(a.available_tracks for a in albums) == [2, 3]
        assert [a.name for a in catalogue.list_artists(tx).items] == ["Ana Uno", "Bo Dos"]
        folk = catalogue.list_genres(tx)[0]
        assert catalogue.genre_tracks(tx, folk.id).total == folk.track_count == 3
        assert catalogue.genre_albums(tx, folk.id).total == 1
        assert delivery.open_source(tx, first.items[0].source_hash).is_file()
        problems, cursor = delivery.list_problems(tx, limit=1)
        assert (problems[0].code, cursor) == ("is_empty", None)
