"""Files ingested per CPU second beside supysonic (a Subsonic server from the package index) on the same folder."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import Cost, run

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".venv-peers"
SUPYSONIC = "supysonic==0.7.9"
TRACKS = int(os.environ.get("BANDSTAND_BENCH_TRACKS", "2000"))
AUDIO = frozenset({".mp3", ".flac", ".ogg", ".opus", ".m4a", ".wav", ".aiff", ".wma", ".wv", ".ape"})
CONFIG = """[base]
database_uri = sqlite:///{folder}/supysonic.db
[daemon]
socket = {folder}/daemon.sock
run_watcher = false
"""


def make_library(folder: Path) -> bool:
    """Make the same tagged library every time; False where the generator is not here."""
    maker = Path(os.environ.get("BANDSTAND_SHARED", ROOT.parent / "shared")) / "score" / "make_library.py"
    if not maker.exists():
        return False
    made = run([sys.executable, maker, folder, "--tracks", str(TRACKS)])
    if made.code:
        raise RuntimeError(f"the library was not made: {made.output[-800:]}")
    return True


def count_files(folder: Path) -> int:
    """Count the audio files of a folder."""
    return sum(path.suffix.lower() in AUDIO for path in folder.rglob("*"))


def ours(library: Path, folder: Path) -> Cost:
    """Scan with `bandstand ingest` into an empty data folder."""
    return run(
        [Path(sys.executable).with_name("bandstand"), "ingest", library, "--data", folder / "data", "--json"]
    )


def supysonic(library: Path, folder: Path) -> Cost | None:
    """Scan with supysonic in an environment of its own; None where it cannot be had."""
    tool = PEERS / "bin" / "supysonic-cli"
    if not tool.exists():
        pip = str(PEERS / "bin" / "pip")
        for command in ([sys.executable, "-m", "venv", str(PEERS)], [pip, "install", "-q", SUPYSONIC]):
            if subprocess.run(command, check=False, capture_output=True).returncode:
                return None
    (folder / "supysonic.conf").write_text(CONFIG.format(folder=folder))
    env = {"PYTHONWARNINGS": "ignore"}
    added = run([tool, "folder", "add", "lib", library], cwd=folder, env=env)
    if added.code:
        raise RuntimeError(f"supysonic: {added.output[-800:]}")
    return run([tool, "folder", "scan", "--foreground", "lib"], cwd=folder, env=env)


def taken_in(cost: Cost) -> dict[str, int]:
    """Read the counts of `bandstand ingest --json`'s last line."""
    for line in reversed(cost.output.splitlines()):
        if line.startswith("{") and '"summary"' in line:
            return {name: value for name, value in json.loads(line).items() if isinstance(value, int)}
    return {}


def main() -> int:
    """Scan the same folder with both and print files per CPU second and the ratio."""
    with tempfile.TemporaryDirectory(prefix="bandstand-bench-") as name:
        folder = Path(name)
        library = folder / "library"
        if not make_library(library):
            print(
                "ingest: no library to scan (set BANDSTAND_SHARED to the folder with score/make_library.py)"
            )
            return 0
        files = count_files(library)
        mine = ours(library, folder)
        if mine.code:
            print(f"ingest: bandstand ended with {mine.code}: {mine.output[-800:]}")
            return 1
        again = ours(library, folder)
        theirs = supysonic(library, folder)
    print(f"ingest: {files} tagged files, one scan each into an empty database")
    speeds = {"bandstand": files / mine.cpu_s}
    print(
        f"  {'bandstand':12} {speeds['bandstand']:7.1f} files a CPU second ({mine.cpu_s:.1f} CPU s, {mine.wall_s:.1f} s), {taken_in(mine)}"
    )
    print(
        f"  {'  again':12} {files / again.cpu_s:7.1f} files a CPU second, nothing changed ({again.wall_s:.1f} s)"
    )
    if theirs is None or theirs.code:
        print(f"  supysonic could not be run here: no ratio {theirs.output[-300:] if theirs else ''}")
        return 0
    speeds["supysonic"] = files / theirs.cpu_s
    print(
        f"  {'supysonic':12} {speeds['supysonic']:7.1f} files a CPU second ({theirs.cpu_s:.1f} CPU s, {theirs.wall_s:.1f} s)"
    )
    print(f"  ratio to supysonic: {speeds['bandstand'] / speeds['supysonic']:.2f} (more is faster)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
