"""Resolve `requirements/*.in` into lock files with hashes and without registry addresses (`make lock`).

One resolution serves every Python from 3.11 and every system (`--universal`). `starter` is locked without what it
says it needs: its packages are read as data and as one shared library, and their sound-card bindings do not build
everywhere (docs/decisions/0011).
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = "uv==0.13.9"
ORDER = ("runtime", "player", "dev", "starter")
FLAGS = (
    "--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate",
    "--no-emit-index-url", "--no-emit-find-links", "-q",
)  # fmt: skip


def main() -> int:
    """Lock every file in order: the later ones are constrained by `runtime`."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = Path(folder, "bin", "python")
        subprocess.run([python, "-m", "pip", "install", "-q", UV], check=True)
        for name in ORDER:
            extra = ["--no-deps"] if name == "starter" else []
            command: list[str | Path] = [
                Path(folder, "bin", "uv"),
                "pip",
                "compile",
                *FLAGS,
                *extra,
                f"{name}.in",
                "-o",
                f"{name}.txt",
            ]
            subprocess.run(command, check=True, cwd=ROOT / "requirements")
            sys.stdout.write(f"locked requirements/{name}.txt\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
