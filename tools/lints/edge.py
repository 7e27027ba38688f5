"""Only the edge commits: HTTP middleware, consumer loop, job runner, command line. Everything else is handed a `tx`."""

import ast
import re
from collections.abc import Iterator

from tools.lints import Finding, Source

ENDINGS = {"commit", "begin", "rollback"}
EDGE_ROOMS = {"app", "cli", "faces", "platform", "migrations"}
EDGE_FILES = {"api", "consumers", "jobs"}
# Files that are job runners in all but name, each with the reason.
RUNNERS = {
    "src/bandstand/delivery/scan.py": "a scan of hours keeps what it has done every few files, so that a killed one resumes",
    "src/bandstand/delivery/watch.py": "the watcher runs scans by what the file system says, in a thread of the worker",
    "src/bandstand/media/studio.py": "a transcode takes, renews and gives back its lease while it runs",
}
# A search index's writer has a commit of its own; it is no unit of work of the database.
NO_DATABASE = re.compile(r"(writer|writing|index)(\(\))?$", re.IGNORECASE)


def is_edge(source: Source) -> bool:
    """Whether a file may open and end units of work."""
    parts = source.path.removesuffix(".py").split("/")
    return (
        source.path in RUNNERS
        or source.room is None
        or source.room in EDGE_ROOMS
        or bool(EDGE_FILES & set(parts[3:]))
    )


def only_the_edge_commits(source: Source) -> Iterator[Finding]:
    """Find `.begin(`, `.commit(` and `.rollback(` in a room's rules, queries and use cases."""
    if not source.is_python or is_edge(source):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ENDINGS:
            if NO_DATABASE.search(ast.unparse(node.func.value)):
                continue
            says = f".{node.func.attr}() belongs to the edge (api, consumers, jobs, app, cli): take a tx"
            yield Finding("edge", source.path, node.lineno, says)
