"""A few warm, killable processes that transcode; a free one at once or TooMany, never a queue."""

import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bandstand
from bandstand.platform.errors import TooMany

STALLED_S = 30.0
"""A maker that says nothing for this long is killed."""

UNWANTED_S = 5.0
"""A job that nobody asked anything of for this long gives way when there is no free slot."""

PREEMPTED = "preempted"
_JOIN_S = 5.0
_TAKE_OVER_S = 2.0

Subject = tuple[str, str]
"""What a job makes: source hash and codec family."""

News = dict[str, Any]
Hear = Callable[[News], bool]
"""Gets each piece of news and says whether to go on; a job whose news is not wanted is killed."""

_KILLED = {
    "event": "failed",
    "code": "maker_died",
    "message": "The transcoding process died or hung.",
    "is_final": False,
}


_PREEMPTED = {**_KILLED, "code": PREEMPTED, "message": "Another listener needed the slot."}


class _Process:
    """One maker process and the lines it says."""

    def __init__(self) -> None:
        self.subject: Subject = ("", "")
        self.is_preempted = False
        root = str(Path(bandstand.__file__).parents[1])
        known = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bandstand.media.maker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(known)},
        )
        self._rest = b""

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def give(self, job: News) -> None:
        if self._process.stdin is None:
            raise BrokenPipeError
        self._process.stdin.write(json.dumps(job).encode() + b"\n")
        self._process.stdin.flush()

    def news(self) -> Iterator[News]:
        """Give what it says until it is silent for too long or gone."""
        out = self._process.stdout
        while out is not None:
            line, found, self._rest = self._rest.partition(b"\n")
            if found:
                yield json.loads(line)
                continue
            self._rest = line
            if not select.select([out], [], [], STALLED_S)[0]:
                return
            more = os.read(out.fileno(), 65536)
            if not more:
                return
            self._rest += more

    def stop(self) -> None:
        self._process.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what was still buffered for a process that is gone
                    continue


class Slot:
    """The right to run one job; given back when the job ends, or by `release` where none was run."""

    def __init__(self, makers: "Makers") -> None:
        self._makers = makers
        self._is_used = False

    def run(self, job: News, hear: Hear) -> None:
        """Start a job; `hear` is called in a thread of its own."""
        self._makers.run(job, hear)
        self._is_used = True

    def release(self) -> None:
        """Give the slot back unless a job runs on it."""
        if not self._is_used:
            self._is_used = True
            self._makers.release()


class Makers:
    """At most `slots` jobs at once. Each job's news is heard in a thread of its own."""

    def __init__(self, slots: int = 2) -> None:
        self._slots = threading.BoundedSemaphore(slots)
        self._idle: list[_Process] = []
        self._busy: set[_Process] = set()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._wanted_at: dict[Subject, float] = {}
        self._is_closed = False

    def want(self, subject: Subject) -> None:
        """Say that somebody listens to what is being made."""
        if subject in self._wanted_at:
            self._wanted_at[subject] = time.monotonic()

    def warm(self) -> None:
        """Start one process ahead of the first job."""
        with self._lock:
            if not self._idle and not self._is_closed:
                self._idle.append(_Process())

    def reserve(self) -> "Slot":
        """Take a slot or raise TooMany at once."""
        if not self._slots.acquire(blocking=False) and not self._take_over():
            raise TooMany("Every transcoding slot is taken.", retry_after_s=2, code="makers_busy")
        return Slot(self)

    def _take_over(self) -> bool:
        """Stop the job least wanted, if nobody listens to it any more, and take its slot."""
        with self._lock:
            wanted = {p: self._wanted_at.get(p.subject, 0.0) for p in self._busy if not p.is_preempted}
            if not wanted:
                return False
            least = min(wanted, key=lambda p: wanted[p])
            if time.monotonic() - wanted[least] < UNWANTED_S:
                return False
            least.is_preempted = True
            least.stop()
        return self._slots.acquire(timeout=_TAKE_OVER_S)

    def release(self) -> None:
        """Give a slot back."""
        self._slots.release()

    def run(self, job: News, hear: Hear) -> None:
        """Start a job on a slot that was reserved; it is given back when the job ends."""
        process = self._free_process()
        process.subject = (job["source_hash"], job["family"])
        self._wanted_at[process.subject] = time.monotonic()
        thread = threading.Thread(target=self._follow, args=(process, job, hear), daemon=True, name="maker")
        with self._lock:
            self._threads = [t for t in self._threads if t.is_alive()]
            self._threads.append(thread)
            thread.start()

    def _free_process(self) -> _Process:
        with self._lock:
            while self._idle:
                process = self._idle.pop()
                if process.is_alive:
                    self._busy.add(process)
                    return process
                process.kill()
            process = _Process()
            self._busy.add(process)
            return process

    def _follow(self, process: _Process, job: News, hear: Hear) -> None:
        is_whole = False
        try:
            is_whole = self._listen(process, job, hear)
        finally:
            with self._lock:
                self._busy.discard(process)
                self._wanted_at.pop(process.subject, None)
                is_kept = is_whole and process.is_alive and not self._is_closed
                if is_kept:
                    self._idle.append(process)
            if not is_kept:
                process.kill()
            self._slots.release()

    def _listen(self, process: _Process, job: News, hear: Hear) -> bool:
        """Give whether the process ended its job and can take another."""
        try:
            process.give(job)
        except OSError:
            hear(_KILLED)
            return False
        for news in process.news():
            if not hear(news):
                return False
            if news["event"] in {"done", "failed"}:
                return True
        if not self._is_closed:
            hear(_PREEMPTED if process.is_preempted else _KILLED)
        return False

    def pids(self) -> list[int]:
        """Give the process ids of makers at work."""
        with self._lock:
            return [process.pid for process in self._busy]

    def close(self) -> None:
        """Kill every process; makings under way are left to whoever asks next."""
        with self._lock:
            self._is_closed = True
            idle, busy, threads = list(self._idle), list(self._busy), list(self._threads)
            self._idle.clear()
        for process in busy:
            process.stop()  # its thread hears that, and tidies up
        for process in idle:
            process.kill()
        for thread in threads:
            thread.join(_JOIN_S)
