"""A room's tables are touched by that room alone: by name of the table, and by SQL written out."""

import ast
import re
from collections.abc import Iterator

from tools.lints import Finding, Source

ROOMS = (
    "accounts", "catalogue", "delivery", "discovery", "library", "listening", "media", "playback", "privacy", "search",
)  # fmt: skip
IN_SQL = re.compile(rf"\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+\"?({'|'.join(ROOMS)})_\w+", re.IGNORECASE)


def own_tables(source: Source) -> Iterator[Finding]:
    """Find a table named for another room, and SQL text that reads or writes one."""
    if not source.is_python or source.room not in {*ROOMS, "faces", "platform"}:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"table", "db.table"} and node.args:
            name = node.args[0]
            if (
                isinstance(name, ast.Constant)
                and source.room in ROOMS
                and not str(name.value).startswith(f"{source.room}_")
            ):
                yield Finding(
                    "tables", source.path, node.lineno, f"{name.value!r} must be called {source.room}_…"
                )
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for room in IN_SQL.findall(node.value):
                if room.lower() != source.room:
                    says = f"SQL on a table of {room}: call a function at its root, or hear its events"
                    yield Finding("tables", source.path, node.lineno, says)
