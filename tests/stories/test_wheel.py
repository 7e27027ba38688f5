"""What is shipped: the wheel, in an environment that has nothing else, serves the player and a folder."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT
from tests.factories import small_library
from tests.stories.conftest import START_S, eventually, free_port


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as a release would."""
    out = tmp_path_factory.mktemp("wheel")
    line = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(out.glob("*.whl"))


def test_the_wheel_holds_the_player_and_its_licence(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    if not (ROOT / "src/bandstand/app/player_dist/index.html").exists():
        pytest.skip("the player is not built here (make setup)")
    assert "bandstand/app/player_dist/index.html" in names
    assert any(n.endswith("LICENSE") for n in names)
    assert not any("node_modules" in n for n in names)


def test_installed_into_an_empty_environment_it_serves(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "venv"
    venv.create(place, with_pip=True)
    python = str(place / "bin" / "python")
    locked = str(ROOT / "requirements" / "runtime.txt")
    got = subprocess.run(
        [python, "-m", "pip", "install", "-q", "--require-hashes", "-r", locked],
        capture_output=True,
        text=True,
        check=False,
    )
    if got.returncode != 0:
        pytest.skip("the package registry cannot be reached: " + got.stderr[-200:])
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "--no-deps", str(wheel)], check=True, capture_output=True
    )
    music = small_library(tmp_path / "music", seconds=1.0)
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    line = [
        str(place / "bin" / "bandstand"),
        "serve",
        "--data",
        str(tmp_path / "data"),
        "--port",
        str(port),
        "--music",
        str(music),
    ]
    log = (tmp_path / "out.txt").open("w")
    process = subprocess.Popen(line, env=environment, cwd=tmp_path, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"

    def ready() -> bool:
        assert process.poll() is None, (tmp_path / "out.txt").read_text()
        try:
            return httpx.get(f"{url}/readyz").status_code == 200
        except httpx.TransportError:
            return False

    try:
        eventually(ready, seconds=START_S, what="a ready server")
        assert "needs_setup" in httpx.get(f"{url}/api/welcome").json()
        assert httpx.get(url).headers["content-type"].startswith("text/html")
    finally:
        process.terminate()
        process.wait(20)
        log.close()
