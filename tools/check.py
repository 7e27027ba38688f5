"""Everything `make check` looks at, each step timed, all of them run even where one fails."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence

from tools.lints import ROOT

BIN = os.path.dirname(sys.executable)  # noqa: PTH120  (not resolved: .venv/bin/python is a link to elsewhere)
STEPS: dict[str, Sequence[str]] = {
    "format": (f"{BIN}/ruff", "format", "--check", "--quiet", "."),
    "lint": (f"{BIN}/ruff", "check", "--quiet", "--output-format", "concise", "."),
    "imports": (f"{BIN}/lint-imports", "--no-cache"),
    "house": (sys.executable, "-m", "tools.lints"),
    "types": (f"{BIN}/mypy",),
    "player": (sys.executable, "tools/node.py", "npm", "run", "--silent", "check", "--prefix", "player"),
    "drift": (sys.executable, "-m", "tools.drift"),
    "docs": (sys.executable, "-m", "tools.docs", "--check"),
}


def main() -> int:
    """Run the named steps, or all; print the output of those that fail."""
    wanted = sys.argv[1:] or list(STEPS)
    failed = []
    for name in wanted:
        began = time.monotonic()
        done = subprocess.run(STEPS[name], cwd=ROOT, check=False, capture_output=True, text=True)
        state = "ok" if done.returncode == 0 else "FAILED"
        sys.stdout.write(f"{name:8} {state:6} {time.monotonic() - began:6.1f} s\n")
        if done.returncode:
            failed.append(name)
            sys.stdout.write(done.stdout[-20_000:] + done.stderr[-5_000:])
        sys.stdout.flush()
    sys.stdout.write("all checks passed\n" if not failed else f"not well: {', '.join(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
