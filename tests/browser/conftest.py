"""Chromium on a running Bandstand. Where there is no Chromium, these tests skip and say so."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.factories import small_library
from tests.stories.conftest import Server, running

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A headless browser; gone after its module, for while it is there an event loop runs in this thread."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("there is no Chromium here (apt-get install chromium)")
    if not (ROOT / "src/bandstand/app/player_dist/index.html").exists():
        pytest.skip("the player is not built here (make setup)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with two small albums, the tracks long enough for a play to count."""
    place = tmp_path_factory.mktemp("browser")
    music = small_library(place / "music", seconds=40.0)
    with running(Path(place) / "data", music) as started:
        yield started
