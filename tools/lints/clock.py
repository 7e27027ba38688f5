"""Time, ids and chance are passed in, so that every test can say what they are."""

import ast
from collections.abc import Iterator

from tools.lints import Finding, Source

NOW = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns",
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today",
}  # fmt: skip
ITS_HOME = {
    "src/bandstand/platform/clock.py",
    "src/bandstand/platform/ids.py",  # an id made without `at` takes its time from the clock
    "src/bandstand/delivery/starter/making.py",  # the age of a left-over file, by the file system's own clock
    "src/bandstand/media/handler.py",  # a bare request edge: has the signature of this segment expired?
}


def no_clock_of_its_own(source: Source) -> Iterator[Finding]:
    """Find calls that read the wall clock; `time.monotonic` measures and is free."""
    if not source.is_python or not source.path.startswith("src/") or source.path in ITS_HOME:
        return
    for node in ast.walk(source.tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and ast.unparse(node.func) in NOW
        ):
            says = f"{ast.unparse(node.func)}(): take `at: datetime` or `clock: Clock` (platform/clock.py)"
            yield Finding("clock", source.path, node.lineno, says)
