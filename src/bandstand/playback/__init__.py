"""Sessions and devices: which rendition somebody is given, where it is, and why."""

from bandstand.playback.model import SESSION_LASTS, Decision, Device, Refusal, Rung, Session, Wishes
from bandstand.playback.service import (
    Started,
    devices_of,
    erase_person,
    export_person,
    get_session,
    start_session,
)

__all__ = [
    "SESSION_LASTS",
    "Decision",
    "Device",
    "Refusal",
    "Rung",
    "Session",
    "Started",
    "Wishes",
    "devices_of",
    "erase_person",
    "export_person",
    "get_session",
    "start_session",
]
