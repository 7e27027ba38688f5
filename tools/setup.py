"""Set the checkout up, doing only what its inputs say is not done yet.

Run by any Python >= 3.11 (`make setup`, `make run`, `make test`); needs nothing but the standard library.
Each step has a stamp in `.venv/.stamps`: the hash of what it was made from. A step whose stamp fits is skipped,
so a second `make run` costs one pass over those hashes (about a tenth of a second).
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / ".stamps"
PYTHON = VENV / ("Scripts" if os.name == "nt" else "bin") / "python"
DIST = ROOT / "src" / "bandstand" / "app" / "player_dist"
OLDEST = (3, 11)


@dataclass(frozen=True)
class Step:
    """One thing to do: `made` says whether its result is still there, `inputs` what it is made from."""

    name: str
    says: str
    inputs: tuple[Path, ...]
    made: Callable[[], bool]
    do: Callable[[], None]


def run(*command: str | Path, cwd: Path = ROOT) -> None:
    """Run a command; end the set-up with its output where it fails."""
    done = subprocess.run([str(c) for c in command], cwd=cwd, check=False, text=True, capture_output=True)
    if done.returncode:
        sys.stderr.write(done.stdout[-4000:] + done.stderr[-4000:])
        raise SystemExit(f"set-up stopped: {' '.join(str(c) for c in command)} failed with {done.returncode}")


def pip(*arguments: str) -> None:
    """Call the environment's own pip, quietly."""
    run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", *arguments)


def make_venv() -> None:
    """Make `.venv` with the Python that runs this file."""
    if sys.version_info < OLDEST:
        raise SystemExit(
            f"Bandstand needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {sys.version.split()[0]}."
        )
    run(sys.executable, "-m", "venv", VENV)


def files_below(
    folder: Path, *, without: tuple[str, ...] = ("node_modules", ".svelte-kit", "dist", "test-results")
) -> list[Path]:
    """List the files of a folder in a stable order, leaving out what is built."""
    found = []
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if f not in without)
        found += [Path(here, name) for name in sorted(names)]
    return found


def hash_of(inputs: Iterable[Path]) -> str:
    """Hash names and contents of the inputs; a folder stands for the files below it."""
    total = hashlib.sha256()
    for each in inputs:
        for path in files_below(each) if each.is_dir() else [each]:
            total.update(str(path.relative_to(ROOT)).encode("utf-8", "surrogateescape") + b"\0")
            total.update(path.read_bytes() if path.exists() else b"absent")
    return total.hexdigest()


def requirements(name: str, says: str, *flags: str) -> Step:
    """Make the step that installs one locked requirements file."""
    lock = ROOT / "requirements" / f"{name}.txt"
    return Step(name, says, (lock,), PYTHON.exists, lambda: pip("--require-hashes", *flags, "-r", str(lock)))


def npm_packages(folder: Path) -> Step:
    """Make the step that installs a folder's npm packages as locked, running none of their scripts."""
    name = "npm-" + folder.relative_to(ROOT).as_posix().replace("/", "-")
    locks = (folder / "package.json", folder / "package-lock.json")
    return Step(
        name,
        f"npm packages of {folder.relative_to(ROOT)}",
        locks,
        (folder / "node_modules").is_dir,
        lambda: run(
            PYTHON,
            ROOT / "tools" / "node.py",
            "npm",
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            cwd=folder,
        ),
    )


def build_player() -> None:
    """Build the player into the package, from where the server and the wheel take it."""
    run(PYTHON, ROOT / "tools" / "node.py", "npm", "run", "build", cwd=ROOT / "player")
    built = ROOT / "player" / "dist"
    if not (DIST / "index.html").exists() and (built / "index.html").exists():
        shutil.rmtree(DIST, ignore_errors=True)
        shutil.copytree(built, DIST)
    if not (DIST / "index.html").exists():
        raise SystemExit(f"set-up stopped: building the player left no {DIST.relative_to(ROOT)}/index.html")


def steps(purpose: str) -> list[Step]:
    """List what a purpose needs: `run` the product, `all` the tests and checks too."""
    player, starter = ROOT / "player", ROOT / "tools" / "starter"
    plan = [
        Step("venv", "Python environment in .venv", (), PYTHON.exists, make_venv),
        requirements("runtime", "what the server needs"),
        requirements("player", "Node and the build backend"),
        requirements("starter", "the starter catalogue's scores and synthesizer", "--no-deps"),
        Step(
            "package",
            "bandstand itself",
            (ROOT / "pyproject.toml",),
            (PYTHON.parent / "bandstand").exists,
            lambda: pip("--no-deps", "--no-build-isolation", "-e", str(ROOT)),
        ),
    ]
    plan += [npm_packages(folder) for folder in (player, starter) if (folder / "package-lock.json").exists()]
    if (player / "package.json").exists():
        plan.append(
            Step("player-build", "the web player", (player,), (DIST / "index.html").exists, build_player)
        )
    if purpose == "all":
        plan.append(requirements("dev", "tests, checks and real engines"))
    return plan


def carry_out(plan: list[Step]) -> int:
    """Do the steps that are not done; say which; give how many there were."""
    count = 0
    for step in plan:
        stamp, made_from = STAMPS / step.name, hash_of(step.inputs)
        if step.made() and stamp.exists() and stamp.read_text() == made_from:
            continue
        count += 1
        sys.stderr.write(f"setting up: {step.says} ... ")
        sys.stderr.flush()
        began = time.monotonic()
        step.do()
        STAMPS.mkdir(parents=True, exist_ok=True)
        stamp.write_text(hash_of(step.inputs))  # again: a build may write into its own folder
        sys.stderr.write(f"{time.monotonic() - began:.1f} s\n")
    return count


def main() -> int:
    """Read the purpose and set up."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--for", dest="purpose", choices=("run", "all"), default="all")
    parser.add_argument("--quiet", action="store_true", help="say nothing when there is nothing to do")
    wanted = parser.parse_args()
    if not carry_out(steps(wanted.purpose)) and not wanted.quiet:
        sys.stderr.write("everything is set up\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
