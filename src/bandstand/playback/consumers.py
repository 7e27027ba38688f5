"""What playback does when devices report: it sees them."""

from typing import Final

from bandstand.platform.log import Consumer
from bandstand.playback import service

DEVICES: Final = Consumer("playback.devices", "listening", service.hear_reports)
