from datetime import timedelta

import sqlalchemy as sa

from bandstand.listening import verdicts
from bandstand.listening.consumers import PLAYS
from bandstand.listening.tables import folds, heard
from bandstand.platform.db import metadata
from bandstand.platform.ids import new_id
from bandstand.platform.log import Entry, replay
from tests.capability.listening.world import NOON, World, event


def _said(world: World) -> list[Entry]:
    return [entry for entry in world.log.read("rooms", 0, 1_000) if entry.event.kind == "play.counted"]


def _reason(world: World, session: str, person: str) -> tuple[bool, str]:
    with world.db.read() as tx:
        verdict = verdicts(tx, session)[person]
    return verdict.counted, verdict.reason


def test_thirty_seconds_heard_are_a_play_once(world: World) -> None:
    _, ana = world.person("ana")
    track = world.tracks(1)[0]
    session = world.agree(ana, track)
    world.clock.advance(90)
    for seq in range(3):
        world.report(ana, [event(session, seq, seq * 30_000, (seq + 1) * 30_000, track=track.track_id)])
        world.settle()
    assert [entry.event.data["session"] for entry in _said(world)] == [session]
    assert _said(world)[0].event.person == ana
    assert _reason(world, session, ana) == (True, "heard_30_s")


def test_seeking_through_a_track_is_no_play(world: World) -> None:
    _, ana = world.person("ana")
    session = world.agree(ana, world.tracks(1)[0])
    world.clock.advance(600)
    sent = [event(session, seq, seq * 20_000, seq * 20_000 + 2_000, kind="sought") for seq in range(8)]
    world.report(ana, sent)
    world.settle()
    assert _reason(world, session, ana) == (False, "heard_too_little")


def test_the_whole_of_a_short_recording_counts_but_not_its_beginning_twice(world: World) -> None:
    _, ana = world.person("ana")
    track = world.tracks(1, duration_ms=20_000)[0]
    whole, twice = world.agree(ana, track, 20_000), world.agree(ana, track, 20_000)
    world.clock.advance(60)
    world.report(ana, [event(whole, 0, 0, 12_000), event(whole, 1, 12_000, 19_900, kind="completed")])
    world.report(ana, [event(twice, 0, 0, 12_000), event(twice, 1, 0, 12_000)])
    world.settle()
    assert _reason(world, whole, ana) == (True, "heard_whole")
    assert _reason(world, twice, ana) == (False, "heard_too_little")


def test_events_sent_twice_are_heard_once(world: World) -> None:
    _, ana = world.person("ana")
    session = world.agree(ana, world.tracks(1)[0])
    world.clock.advance(60)
    for _ in range(3):
        world.report(ana, [event(session, 0, 0, 20_000)])
        world.settle()
    assert _reason(world, session, ana) == (False, "heard_too_little")


def test_events_out_of_order_are_a_play(world: World) -> None:
    _, ana = world.person("ana")
    session = world.agree(ana, world.tracks(1)[0])
    world.clock.advance(60)
    world.report(
        ana, [event(session, 2, 20_000, 31_000, kind="completed"), event(session, 1, 10_000, 20_000)]
    )
    world.report(ana, [event(session, 0, 0, 10_000, kind="started", context="spotify:album:x")])
    world.settle()
    assert _reason(world, session, ana) == (True, "heard_30_s")
    assert _said(world)[0].event.data["context"] == "spotify:album:x"


def test_an_unknown_session_and_an_unknown_track_are_kept_with_their_reason(world: World) -> None:
    _, ana = world.person("ana")
    known, unknown = new_id(NOON), new_id(NOON)
    track = world.tracks(1)[0].track_id
    world.report(
        ana, [event(known, 0, 0, 31_000, track=track), event(unknown, 0, 0, 31_000, track=new_id(NOON))]
    )
    world.settle()
    assert _reason(world, known, ana) == (False, "unknown_session")
    assert _reason(world, unknown, ana) == (False, "unknown_track")
    assert _said(world) == []


def test_another_track_than_agreed_is_no_play(world: World) -> None:
    _, ana = world.person("ana")
    first, second = world.tracks(2)
    session = world.agree(ana, first)
    world.clock.advance(60)
    world.report(ana, [event(session, 0, 0, 40_000, track=second.track_id)])
    world.settle()
    assert _reason(world, session, ana) == (False, "other_track")


def test_nobody_counts_on_anothers_session_nor_spoils_it(world: World) -> None:
    _, ana = world.person("ana")
    _, bo = world.person("bo")
    session = world.agree(ana, world.tracks(1)[0])
    world.clock.advance(60)
    world.report(bo, [event(session, 0, 0, 40_000) | {"id": new_id(NOON)}])
    world.report(ana, [event(session, 0, 0, 40_000)])
    world.settle()
    assert _reason(world, session, bo) == (False, "foreign_session")
    assert _reason(world, session, ana) == (True, "heard_30_s")
    assert [entry.event.person for entry in _said(world)] == [ana]


def test_hearing_faster_than_time_is_not_believed(world: World) -> None:
    _, ana = world.person("ana")
    session = world.agree(ana, world.tracks(1)[0])
    world.report(ana, [event(session, seq, 0, 5_000) for seq in range(20)])
    world.settle()
    assert _reason(world, session, ana) == (False, "faster_than_time")


def test_a_future_date_is_ours_and_the_devices_own_is_kept(world: World) -> None:
    _, ana = world.person("ana")
    session = world.agree(ana, world.tracks(1)[0])
    world.clock.advance(60)
    ahead = NOON + timedelta(days=400)
    taken = world.report(ana, [event(session, 0, 0, 31_000, at=ahead)])
    assert taken.events[0].at == world.clock()
    assert taken.events[0].data["clock_skewed"] is True
    assert taken.events[0].data["at"] == ahead.isoformat()
    world.settle()
    assert _said(world)[0].event.data["played_at"] == world.clock().isoformat()


def test_ten_thousand_at_once(world: World) -> None:
    _, ana = world.person("ana")
    tracks = world.tracks(10)
    sessions = [world.agree(ana, tracks[number % 10]) for number in range(100)]
    world.clock.advance(3_600)
    sent = [
        event(sessions[n % 100], n // 100, n // 100 * 1_000, n // 100 * 1_000 + 1_000) for n in range(10_000)
    ]
    taken = world.report(ana, sent)
    assert (len(taken.events), taken.refused) == (10_000, [])
    world.settle()
    assert len(_said(world)) == 100


def test_replay_gives_equal_results(world: World) -> None:
    _, ana = world.person("ana")
    tracks = world.tracks(3)
    sessions = [world.agree(ana, track) for track in tracks]
    for seq in range(6):
        world.clock.advance(15)
        world.report(
            ana, [event(s, seq, seq * 9_000, seq * 9_000 + 9_000, at=world.clock()) for s in sessions]
        )
        world.settle()
    half = NOON + timedelta(seconds=50)
    before, said = _rows(world), [entry.event for entry in _said(world)]
    for since in (None, half):
        replay(world.db, world.log, PLAYS, since)
        world.settle()
        assert _rows(world) == before
        assert [entry.event for entry in _said(world)] == said


def test_erased_means_erased(world: World) -> None:
    from bandstand import listening

    person, ana = world.person("ana")
    session = world.play(ana, world.tracks(1)[0])
    with world.db.begin() as tx:
        assert listening.export_person(tx, person)["listening_sessions"][0]["id"] == session
        listening.erase_person(tx, person)
        kept = [made for made in metadata.sorted_tables if made.name.startswith("listening_")]
        assert all(
            tx.execute(sa.select(sa.func.count()).select_from(made)).scalar_one() == 0 for made in kept
        )


def _rows(world: World) -> list[list[dict[str, object]]]:
    with world.db.read() as tx:
        return [
            [dict(row) for row in tx.execute(sa.select(made).order_by(*made.primary_key.columns)).mappings()]
            for made in (folds, heard)
        ]
