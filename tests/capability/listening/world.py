"""A small server without HTTP: a database, a log, people and music, and a clock that stands still."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bandstand import accounts, catalogue
from bandstand.library.consumers import HISTORY
from bandstand.listening import Session, agree_session
from bandstand.listening.consumers import PLAYS
from bandstand.listening.wire import Taken, take_batch
from bandstand.platform.clock import FixedClock
from bandstand.platform.db import Database, metadata
from bandstand.platform.ids import Id, derived_id, new_id
from bandstand.platform.log import catch_up, open_log

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@dataclass
class World:
    """Everything a capability test needs."""

    folder: Path
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOON))
    database_url: str | None = None

    def __post_init__(self) -> None:
        self.db = Database(self.database_url or f"sqlite:///{self.folder / 'bandstand.db'}")
        metadata.create_all(self.db.engine)
        self.log = open_log(f"sqlite:///{self.folder / 'log.db'}", self.clock)

    def close(self) -> None:
        self.log.close()
        self.db.dispose()

    def person(self, name: str) -> tuple[Id, str]:
        """A new person: (id, pseudonym)."""
        with self.db.begin() as tx:
            made = accounts.add_person(tx, name, None, self.clock())
            return made.id, accounts.pseudonym_of(tx, made.id)

    def tracks(
        self, count: int = 3, *, album: str = "First", artist: str = "Ana Uno", duration_ms: int = 180_000
    ) -> list[catalogue.Published]:
        """Publish an album of so many tracks."""
        made = catalogue.AlbumDraft(album, (catalogue.Credit(artist),), folder=album)
        drafts = [
            catalogue.TrackDraft(
                title=f"{album} {number}",
                credits=(catalogue.Credit(artist),),
                album=made,
                source=catalogue.Source(
                    derived_id(album, str(number)).ljust(64, "0"),
                    "flac",
                    "flac",
                    44_100,
                    2,
                    16,
                    800,
                    duration_ms * 441 // 10,
                    duration_ms,
                ),
                number=number,
                genres=("Folk",),
            )
            for number in range(1, count + 1)
        ]
        with self.db.begin() as tx:
            return catalogue.publish(tx, drafts, self.clock())

    def agree(self, person: str, track: catalogue.Published, duration_ms: int = 180_000) -> Id:
        """Agree on a session, as playback does."""
        session = new_id(self.clock())
        with self.db.begin() as tx:
            agreed = Session(
                session, person, None, track.track_id, track.recording_id, duration_ms, self.clock()
            )
            agree_session(tx, agreed)
        return session

    def report(self, person: str, sent: Sequence[dict[str, Any]]) -> Taken:
        """Send a batch, as the edge does."""
        taken = take_batch(sent, person, self.clock())
        self.log.append("listening", taken.events)
        return taken

    def settle(self) -> None:
        """Let every consumer hear everything."""
        catch_up(self.db, self.log, [PLAYS, HISTORY])

    def play(self, person: str, track: catalogue.Published, *, context: str | None = None) -> Id:
        """Play a track for 40 s and let it be counted."""
        session = self.agree(person, track)
        began = self.clock()
        self.clock.advance(40)
        told = event(session, 0, 0, 40_000, at=began + timedelta(seconds=40), track=track.track_id)
        self.report(person, [{**told, "context": context}])
        self.settle()
        return session


def event(
    session: Id, seq: int, start: int, end: int, *, at: datetime = NOON, kind: str = "progressed", **more: Any
) -> dict[str, Any]:
    """A report of an interval heard."""
    return {
        "id": derived_id("event", session, str(seq), kind),
        "kind": kind,
        "session": session,
        "seq": seq,
        "at": at.isoformat(),
        "from_ms": start,
        "to_ms": end,
        "heard_ms": end - start,
        **more,
    }
