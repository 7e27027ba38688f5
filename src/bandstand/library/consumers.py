"""What library does when it hears that a play was counted."""

from typing import Final

from bandstand.library.service import plays
from bandstand.platform.log import Consumer

HISTORY: Final = Consumer("library.history", "rooms", plays.hear_plays, plays.forget_plays)
