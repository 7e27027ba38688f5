from dataclasses import asdict

import pytest

from bandstand import accounts, catalogue, media, playback
from bandstand.platform.errors import Conflict, Forbidden, Invalid, NotFound
from bandstand.platform.ids import Id, new_id
from bandstand.platform.log import catch_up
from bandstand.playback.consumers import DEVICES
from tests.capability.listening.world import NOON, World, event

SECRET = b"0" * 32


def _me(world: World, name: str) -> accounts.Principal:
    person, pseudonym = world.person(name)
    return accounts.Principal(person, name, frozenset({"listener"}), pseudonym, "US", "free", "UTC", "en")


def _start(
    world: World, me: accounts.Principal, track: Id, *codecs: str, device: str | None = None
) -> playback.Started:
    with world.db.begin() as tx:
        return playback.start_session(
            tx, me, track, playback.Wishes(codecs), world.clock(), secret=SECRET, device=device
        )


def test_a_session_is_signed_agreed_and_remembers_why(world: World) -> None:
    me = _me(world, "ana")
    track = world.tracks(1)[0]
    started = _start(world, me, track.track_id, "aac", device="Kitchen")
    session = started.session
    assert started.decision.chosen.name == "aac-256"
    assert started.hls_url.endswith("/master.m3u8")
    _, _, signature, source_hash, _ = started.manifest_url.split("/")
    media.verify(SECRET, signature, source_hash, NOON.timestamp(), me.id)
    with pytest.raises(Forbidden):
        media.verify(SECRET, signature, source_hash, session.expires_at.timestamp() + 1, me.id)
    with world.db.read() as tx:
        kept = playback.get_session(tx, me.id, session.id)
        assert kept.decision["chosen"] == asdict(started.decision.chosen)
        assert [one["code"] for one in kept.decision["refused"]] == [
            one.code for one in started.decision.refused
        ]
        assert [one.name for one in playback.devices_of(tx, me.id)] == ["Kitchen"]
    world.clock.advance(60)
    world.report(me.pseudonym, [event(session.id, 0, 0, 31_000, track=track.track_id)])
    world.settle()
    assert [e.event.kind for e in world.log.read("rooms", 0, 100)].count("play.counted") == 1


def test_what_cannot_be_played_says_why(world: World) -> None:
    me = _me(world, "ana")
    track = world.tracks(1)[0].track_id
    with pytest.raises(NotFound):
        _start(world, me, new_id(NOON))
    with pytest.raises(NotFound):
        _start(world, me, "no id")
    with pytest.raises(Invalid) as refused:
        _start(world, me, track, "opus")
    assert refused.value.code == "no_rendition"
    with world.db.begin() as tx:
        catalogue.mark_missing(tx, [track], NOON)
    with pytest.raises(Conflict, match="missing"):
        _start(world, me, track)


def test_others_sessions_are_not_found_and_their_devices_not_theirs(world: World) -> None:
    ana, bo = _me(world, "ana"), _me(world, "bo")
    track = world.tracks(1)[0].track_id
    device = new_id(NOON)
    hers, his = (_start(world, me, track, device=device).session for me in (ana, bo))
    assert hers.device != his.device
    with world.db.read() as tx, pytest.raises(NotFound):
        playback.get_session(tx, bo.id, hers.id)


def test_a_device_that_reports_is_seen_by_its_owner_only(world: World) -> None:
    ana, bo = _me(world, "ana"), _me(world, "bo")
    session = _start(world, ana, world.tracks(1)[0].track_id, device="Kitchen").session
    world.clock.advance(50)
    world.report(bo.pseudonym, [{**event(session.id, 0, 0, 1), "id": new_id(NOON)}])
    catch_up(world.db, world.log, [DEVICES])
    with world.db.read() as tx:
        assert playback.devices_of(tx, ana.id)[0].last_seen_at == NOON
    world.report(ana.pseudonym, [event(session.id, 0, 0, 1)])
    catch_up(world.db, world.log, [DEVICES])
    with world.db.read() as tx:
        assert playback.devices_of(tx, ana.id)[0].last_seen_at == world.clock()


def test_erased_means_erased(world: World) -> None:
    ana = _me(world, "ana")
    _start(world, ana, world.tracks(1)[0].track_id, device="Kitchen")
    with world.db.begin() as tx:
        kept = playback.export_person(tx, ana.id)
        assert [len(rows) for rows in kept.values()] == [1, 1]
        playback.erase_person(tx, ana.id)
        assert not any(playback.export_person(tx, ana.id).values())
