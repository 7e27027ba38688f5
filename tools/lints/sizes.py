"""A file past 400 lines becomes a folder; a function past 40 lines is two functions."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tools.lints import Finding, Source

FILE_LINES = 400
FUNCTION_LINES = 40
# What is longer, and why it may be: "path" = "reason" or "path::function" = "reason".
ALLOWED: dict[str, str] = tomllib.loads(Path(__file__).with_name("allowed_sizes.toml").read_text())["allowed"]


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines without its decorators and docstring."""
    first = function.body[0]
    is_docstring = (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
    told = (first.end_lineno or first.lineno) - first.lineno + 1 if is_docstring else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - told


def sizes(source: Source) -> Iterator[Finding]:
    """Find what is too long and not explained."""
    if not source.is_python or not source.path.startswith("src/") or "/migrations/versions/" in source.path:
        return
    length = source.text.count("\n")
    if length > FILE_LINES and source.path not in ALLOWED:
        yield Finding(
            "sizes", source.path, 1, f"{length} lines, at most {FILE_LINES}: split it by noun into a folder"
        )
    for node in ast.walk(source.tree):
        if (
            not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            or f"{source.path}::{node.name}" in ALLOWED
        ):
            continue
        if (count := lines_of(node)) > FUNCTION_LINES:
            says = f"{node.name} has {count} lines, at most {FUNCTION_LINES}: it is two functions"
            yield Finding("sizes", source.path, node.lineno, says)
