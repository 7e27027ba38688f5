"""What listening says: `play.counted`, once per session."""

from datetime import datetime
from typing import Final

from bandstand.listening.model import Fold, Session, Verdict
from bandstand.platform.ids import derived_id
from bandstand.platform.log import Event

PLAY_COUNTED: Final = "play.counted"


def play_counted(session: Session, fold: Fold, verdict: Verdict, at: datetime) -> Event:
    """A session became a play. A replay says the same event with the same id.

    `played_at` is when it began, RFC 3339; `heard_ms` is what was heard by the moment it counted.
    """
    began = fold.first_at or at
    return Event(
        id=derived_id(PLAY_COUNTED, session.id),
        kind=PLAY_COUNTED,
        at=at,
        person=session.person,
        data={
            "play": derived_id("play", session.id),
            "session": session.id,
            "device": session.device,
            "track": session.track,
            "recording": session.recording,
            "duration_ms": session.duration_ms,
            "played_at": began.isoformat(),
            "heard_ms": verdict.heard_ms,
            "reason": verdict.reason,
            "context": fold.says("context"),
            "is_organic": fold.says("is_organic"),
            "reason_start": fold.says("reason_start"),
        },
    )
