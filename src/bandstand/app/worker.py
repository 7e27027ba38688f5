"""The worker process: consumers and relay, the search index's writer, folders, and what is done by the clock."""

import os
import signal
import threading
from collections.abc import Callable

import structlog

from bandstand import delivery
from bandstand.app.serve import leave_with_parent
from bandstand.app.settings import Settings
from bandstand.app.wiring import build
from bandstand.platform.errors import BandstandError
from bandstand.platform.log import ConsumerLoop
from bandstand.platform.telemetry import log_lag, set_up_logs

log = structlog.get_logger("worker")
LAG_EVERY_S = 10.0
NICENESS = 10  # reading folders and measuring loudness give way to whoever presses play
TRY_AGAIN_S = 5.0


def keep_trying(name: str, duty: Callable[[], None], stop: threading.Event) -> threading.Thread:
    """Run a duty in a thread; when an engine is away, say so and try again until stopped."""

    def run() -> None:
        while not stop.is_set():
            try:
                duty()
            except (BandstandError, OSError) as error:
                log.warning("duty_waits", duty=name, reason=str(error))
            except Exception:
                log.exception("duty_broke", duty=name)
            else:
                return
            stop.wait(TRY_AGAIN_S)

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread


def every(seconds: float, duty: Callable[[], None], stop: threading.Event) -> Callable[[], None]:
    """Give a duty that repeats `duty` until stopped."""

    def repeat() -> None:
        while not stop.wait(seconds):
            duty()

    return repeat


def run(settings: Settings) -> None:
    """Work until told to stop."""
    set_up_logs()
    leave_with_parent()
    os.nice(NICENESS)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    app = build(settings, migrate=True)
    loop = ConsumerLoop(app.engines.db, app.engines.log, app.consumers, stop)
    loop.start()
    engines = app.engines
    watcher = delivery.Watcher(engines.db, engines.objects, [str(f) for f in settings.music], engines.clock)
    threads = [keep_trying("folders", watcher.run, stop)]
    if app.indexer is not None:
        indexer = app.indexer
        threads.append(keep_trying("search-index", lambda: indexer.run(stop), stop))
    threads.append(keep_trying("lag", every(LAG_EVERY_S, lambda: _measure_lag(loop), stop), stop))
    if app.jobs is not None:
        keep_trying("jobs", app.jobs.launch, stop)
    log.info("worker_started", folders=len(settings.music), consumers=len(app.consumers))
    stop.wait()
    watcher.stop()
    loop.stop()
    for thread in threads:
        thread.join(5.0)
    if app.jobs is not None:
        app.jobs.close()
    app.close()
    log.info("worker_stopped")


def _measure_lag(loop: ConsumerLoop) -> None:
    for consumer in loop.status().consumers:
        log_lag.labels(consumer.name).set(consumer.lag)
