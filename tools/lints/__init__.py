"""House rules that matter, each a short check over the syntax tree. `python -m tools.lints` runs them all."""

import ast
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Finding:
    """One place where a rule is not kept, and what to do there."""

    rule: str
    path: str
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.says}"


@dataclass(frozen=True)
class Source:
    """One tracked file: its path from the root, its text and, for Python, its tree."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """Parse once, however many rules look."""
        return ast.parse(self.text, self.path)

    @property
    def is_python(self) -> bool:
        """Whether there is a tree to look at."""
        return self.path.endswith(".py")

    @property
    def room(self) -> str | None:
        """The package below `bandstand` this file is in: a room, `app`, `cli`, `faces` or `platform`."""
        parts = self.path.split("/")
        return parts[2] if parts[:2] == ["src", "bandstand"] and len(parts) > 3 else None  # noqa: PLR2004  (src/bandstand/ROOM/file)


Rule = Callable[[Source], Iterator[Finding]]


def tracked(root: Path = ROOT) -> list[Source]:
    """Read every file git tracks or would track; what is not text is left out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root, capture_output=True, check=True, text=True,
    )  # fmt: skip
    found = []
    for name in sorted(set(filter(None, listed.stdout.split("\0")))):
        path = root / name
        try:
            found.append(Source(name, path.read_text(encoding="utf-8")))
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
    return found
