"""The supervised loop: the relay and every consumer, each in its own thread, kept going whatever fails."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bandstand.platform.db import Database
from bandstand.platform.log.consumer import Consumer, ConsumerStatus, read_status, run_consumer_once
from bandstand.platform.log.model import EventLog
from bandstand.platform.log.outbox import Relay

_LOG = logging.getLogger(__name__)

_RELAY_POLL_S: Final = 0.1
_WAIT_S: Final = 1.0
_FIRST_BACKOFF_S: Final = 0.2
_LAST_BACKOFF_S: Final = 5.0
_STOP_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class LoopStatus:
    """What the loop is doing: threads alive, rows not relayed yet, consumers, and the error each thread last met."""

    is_running: bool
    waiting_to_relay: int
    consumers: list[ConsumerStatus]
    errors: dict[str, str]


class ConsumerLoop:
    """Runs the relay and the consumers until `stop_event` is set. An engine that is away is waited for."""

    def __init__(
        self,
        db: Database,
        log: EventLog,
        consumers: Sequence[Consumer],
        stop_event: threading.Event | None = None,
    ) -> None:
        """Prepare; nothing runs before `start`."""
        self._db = db
        self._log = log
        self._consumers = list(consumers)
        self._stop = stop_event or threading.Event()
        self._relay = Relay(db, log)
        self._errors: dict[str, str] = {}
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the threads and return."""
        jobs: list[tuple[str, Callable[[], bool]]] = [("relay", self._relay_turn)]
        jobs += [(consumer.name, self._turn_of(consumer)) for consumer in self._consumers]
        for name, turn in jobs:
            thread = threading.Thread(
                target=self._keep_going, args=(name, turn), name=f"log-{name}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Stop the threads and wait for the transaction each is in. Close the log and the database after this."""
        self._stop.set()
        for thread in self._threads:
            thread.join(_STOP_S)

    def run(self) -> None:
        """Start, and return when `stop_event` is set and the threads have ended."""
        self.start()
        self._stop.wait()
        self.stop()

    def status(self) -> LoopStatus:
        """How far everything is. Raises Unavailable when an engine is away."""
        is_running = bool(self._threads) and all(thread.is_alive() for thread in self._threads)
        consumers = read_status(self._db, self._log, self._consumers)
        return LoopStatus(is_running, self._relay.waiting(), consumers, dict(self._errors))

    @property
    def errors(self) -> dict[str, str]:
        """What each thread last met and has not got over yet; needs no engine."""
        return dict(self._errors)

    def _relay_turn(self) -> bool:
        if self._relay.run_once() == 0:
            self._stop.wait(_RELAY_POLL_S)
        return True

    def _turn_of(self, consumer: Consumer) -> Callable[[], bool]:
        def turn() -> bool:
            if run_consumer_once(self._db, self._log, consumer):
                return True
            [status] = read_status(self._db, self._log, [consumer])
            if status.error is not None:
                self._errors[consumer.name] = status.error
                return False
            self._log.wait(consumer.topic, status.offset, _WAIT_S)
            return True

        return turn

    def _keep_going(self, name: str, turn: Callable[[], bool]) -> None:
        pause = _FIRST_BACKOFF_S
        while not self._stop.is_set():
            try:
                is_well = turn()
            except Exception as error:  # noqa: BLE001 - the boundary: a thread of the loop never dies, the reason is kept
                is_well = False
                reason = f"{type(error).__name__}: {error}"
                if self._errors.get(name) != reason:
                    _LOG.warning("%s waits: %s", name, reason)
                self._errors[name] = reason
            if is_well:
                if self._errors.pop(name, None) is not None:
                    _LOG.info("%s goes on", name)
                pause = _FIRST_BACKOFF_S
                continue
            self._stop.wait(pause)
            pause = min(pause * 2, _LAST_BACKOFF_S)
