"""Takes what devices report and decides what counts as a play."""

from bandstand.listening.events import PLAY_COUNTED
from bandstand.listening.model import COUNTED_AFTER_MS, Session, Verdict
from bandstand.listening.service import (
    agree_session,
    erase_person,
    export_person,
    heard_ms,
    unfinished,
    verdicts,
)

__all__ = [
    "COUNTED_AFTER_MS",
    "PLAY_COUNTED",
    "Session",
    "Verdict",
    "agree_session",
    "erase_person",
    "export_person",
    "heard_ms",
    "unfinished",
    "verdicts",
]
