from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bandstand import catalogue as cat
from bandstand.platform.clock import FixedClock
from bandstand.platform.db import Database
from bandstand.platform.errors import Invalid, NotFound
from bandstand.platform.log.outbox import outbox

ALBUM = cat.AlbumDraft("The Album", (cat.Credit("The Band"),), "f", release_date="2011-02-01", label="Label")


def draft(n: int, album: cat.AlbumDraft = ALBUM, **more: Any) -> cat.TrackDraft:
    source = cat.Source(f"hash{n}", "flac", "flac", 44100, 2, 16, 900, 44100, 1000)
    given: dict[str, Any] = {"credits": (cat.Credit("The Band"),), "number": n, "genres": ("Rock",), **more}
    return cat.TrackDraft(title=f"Song {n:03}", album=album, source=source, **given)


@contextmanager
def counted(db: Database) -> Iterator[list[str]]:
    said: list[str] = []

    def hear(*given: Any) -> None:
        said.append(given[2])

    sa.event.listen(db.engine, "before_cursor_execute", hear)
    yield said
    sa.event.remove(db.engine, "before_cursor_execute", hear)


def test_publish_and_read_back(db: Database, clock: FixedClock) -> None:
    named = (
        cat.Credit("The Band", join=" feat. "),
        cat.Credit("Zoë", "featured"),
        cat.Credit("Bach", "composer"),
    )
    words = cat.Lyrics("la", ((10, "la"),))
    with db.begin() as tx:
        placed = cat.publish(
            tx, [draft(1, credits=named, lyrics=words, gain=cat.Gain(track_db=0.0)), draft(2)], clock()
        )
        kinds = [r.topic for r in tx.execute(sa.select(outbox))]
    with db.read() as tx:
        track = cat.get_track(tx, placed[0].track_id)
        assert cat.join_credits(track.artists) == "The Band feat. Zoë"
        assert [c.role for c in track.credits] == ["main", "featured", "composer"]
        assert (track.album.total_tracks, track.album.genres, track.gain.track_db) == (2, ("Rock",), 0.0)
        assert cat.get_lyrics(tx, track.recording_id) == words
        assert cat.get_rights(tx, [track.recording_id])[track.recording_id][0].holder == "Label"
        assert [t.title for t in cat.album_tracks(tx, track.album.id)] == ["Song 001", "Song 002"]
        bach = next(a for a in cat.list_artists(tx).items if a.name == "Bach")
        assert [t.id for t in cat.artist_top_tracks(tx, bach.id)] == [track.id]
        assert [g.name for g in cat.list_genres(tx)] == ["Rock"]
        assert cat.artist_albums(tx, track.artists[1].id, ["appears_on"])[0].id == track.album.id
    assert kinds == ["rooms"] * 6


def test_a_page_takes_as_many_queries_as_one_track(db: Database, clock: FixedClock) -> None:
    albums = [replace(ALBUM, title=f"Album {n}") for n in range(50)]
    with db.begin() as tx:
        placed = cat.publish(tx, [draft(n, albums[n]) for n in range(50)], clock())
    with db.read() as tx:
        with counted(db) as one:
            cat.get_tracks(tx, [placed[0].track_id])
        with counted(db) as fifty:
            assert list(cat.get_tracks(tx, [p.track_id for p in placed])) == [p.track_id for p in placed]
    assert len(fifty) == len(one) <= 8


def test_pages_stay_right_while_the_list_changes(db: Database, clock: FixedClock) -> None:
    with db.begin() as tx:
        cat.publish(tx, [draft(n) for n in range(10, 20)], clock())
    with db.read() as tx:
        first = cat.list_tracks(tx, limit=4)
    with db.begin() as tx:
        cat.publish(tx, [draft(1)], clock.advance(1) + timedelta(0))
    seen = [t.title for t in first.items]
    cursor = first.next
    while cursor:
        with db.read() as tx:
            page = cat.list_tracks(tx, cursor=cursor, limit=4)
        seen += [t.title for t in page.items]
        cursor = page.next
    assert seen == [f"Song {n:03}" for n in range(10, 20)]
    with db.read() as tx, pytest.raises(Invalid):
        cat.list_tracks(tx, cursor="nonsense")


def test_a_renamed_album_keeps_its_id_and_a_missing_track_stays(db: Database, clock: FixedClock) -> None:
    with db.begin() as tx:
        placed = cat.publish(tx, [draft(1), draft(2)], clock())
        renamed = replace(ALBUM, title="Another Name")
        again = cat.publish(tx, [draft(n, renamed, track_id=placed[n - 1].track_id) for n in (1, 2)], clock())
    assert [(p.track_id, p.album_id) for p in again] == [(p.track_id, p.album_id) for p in placed]
    with db.begin() as tx:
        cat.mark_missing(tx, [placed[0].track_id], clock())
        item = cat.Item(placed[0].track_id)
        decision = cat.playable(tx, item, "DE", "free", clock())
        assert (decision.allowed, decision.reasons) == (False, ("the source file is missing",))
        assert cat.get_track(tx, placed[0].track_id).is_missing
        assert cat.list_tracks(tx).total == 1
        cat.mark_available(tx, [placed[0].track_id], clock())
        assert cat.playable(tx, item, "DE", "free", clock()).allowed


def test_artists_and_recordings_are_matched(db: Database, clock: FixedClock) -> None:
    mbid = "11111111-2222-3333-4444-555555555555"
    with db.begin() as tx:
        cat.publish(tx, [draft(1, isrc="USRC17607839")], clock())
        cat.publish(
            tx, [draft(2, credits=(cat.Credit("THE BAND", mbid=mbid),), isrc="USRC17607839")], clock()
        )
        other = mbid.replace("1", "9")
        cat.publish(tx, [draft(3, credits=(cat.Credit("The Band", mbid=other),))], clock())
        artists = cat.list_artists(tx).items
        assert sorted(a.mbid or "" for a in artists) == [mbid, other]
        assert len({t.recording_id for t in cat.tracks_by_isrc(tx, "usrc17607839")}) == 1
        assert len(cat.tracks_by_isrc(tx, "usrc17607839")) == 2


def test_unknown_things_are_not_found(db: Database) -> None:
    with db.read() as tx:
        for ask in (cat.get_track, cat.get_album, cat.get_artist, cat.get_genre):
            with pytest.raises(NotFound):
                ask(tx, "no id")
        assert cat.get_tracks(tx, ["no id"]) == {}
