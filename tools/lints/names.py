"""Packages are the domain's nouns; functions say what happens; library code does not print."""

import ast
import re
from collections.abc import Iterator

from tools.lints import Finding, Source

EMPTY_PACKAGES = {"utils", "util", "common", "helpers", "helper", "misc", "manager", "managers"}
SQLALCHEMYS = {"process_bind_param", "process_result_value"}  # names of the library's own hooks
EMPTY_VERBS = re.compile(r"_?(handle|process|manage)(_|$)")


def names(source: Source) -> Iterator[Finding]:
    """Find packages and functions whose names say nothing, and prints outside the command line."""
    if not source.is_python or not source.path.startswith("src/"):
        return
    for part in source.path.removesuffix(".py").split("/"):
        if part in EMPTY_PACKAGES:
            yield Finding("names", source.path, 1, f"'{part}' says nothing: name it for what it holds")
    for node in ast.walk(source.tree):
        if (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and EMPTY_VERBS.match(node.name)
            and node.name not in SQLALCHEMYS
        ):
            yield Finding(
                "names", source.path, node.lineno, f"{node.name}: say what happens, in the listener's words"
            )
        if not isinstance(node, ast.Call) or source.room == "cli":
            continue
        if isinstance(node.func, ast.Name) and node.func.id == "print":
            yield Finding("names", source.path, node.lineno, "print: log it, raise it or return it")
