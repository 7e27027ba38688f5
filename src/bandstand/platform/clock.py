"""The clock is passed in, never read inside the domain."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, aware, UTC."""
    return datetime.now(UTC)


class FixedClock:
    """A clock for tests and simulations that moves only when told to."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """Give the time it stands at."""
        return self.at

    def advance(self, seconds: float) -> datetime:
        """Move forward by `seconds` and give the new time."""
        self.at += timedelta(seconds=seconds)
        return self.at
