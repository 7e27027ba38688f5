"""Every route says who may call it."""

import ast
from collections.abc import Iterator

from tools.lints import Finding, Source

METHODS = {"get", "post", "put", "patch", "delete", "route"}


def routes_say_who(source: Source) -> Iterator[Finding]:
    """Find route decorators without `who=`, and routes that go around ours (platform/http.py)."""
    if not source.is_python or source.room in {None, "platform"}:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("litestar"):
            for name in {alias.name for alias in node.names} & METHODS:
                yield Finding(
                    "routes", source.path, node.lineno, f"litestar.{name}: use the one in platform/http.py"
                )
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for call in (each for each in node.decorator_list if isinstance(each, ast.Call)):
            is_route = isinstance(call.func, ast.Name) and call.func.id in METHODS
            if is_route and not any(keyword.arg == "who" for keyword in call.keywords):
                says = f"{node.name}: say who may call it (who=LISTENER)"
                yield Finding("routes", source.path, node.lineno, says)
