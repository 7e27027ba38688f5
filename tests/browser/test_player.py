"""The main job as a person does it: a link, an account, a search, sound, a seek, history, a playlist."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.stories.conftest import Server, eventually

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def welcome_link(server: Server) -> str:
    """Give the one-time link that the server printed."""
    printed = (server.data.parent / f"{server.data.name}.out").read_text()
    secret = printed.split("/welcome#")[1].split()[0]
    return f"{server.url}/welcome#{secret}"


def state(page: Any) -> dict[str, Any]:
    """Give what the player says of itself."""
    return dict(json.loads(page.evaluate("JSON.stringify(window.bandstand.state())")))


def test_from_the_link_to_sound_to_history(chromium: Any, server: Server) -> None:
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    refused: list[str] = []
    page.on("console", lambda m: refused.append(m.text) if "Content Security Policy" in m.text else None)
    page.goto(welcome_link(server))
    page.fill("input[name=name]", "Maro")
    page.fill("input[name=password]", "a long enough password")
    page.click("[data-testid=enter]")
    eventually(lambda: _is_in(page), what="the way in")
    eventually(
        lambda: len(page.request.get(f"{server.url}/api/tracks").json()["items"]) == 6, what="the scan"
    )

    page.goto(f"{server.url}/search")
    box = page.locator("[data-testid=search-box]:visible").first
    eventually(lambda: _found(page, box), what="the track in search")
    row = page.locator("[data-testid=track-row]", has_text="Evening First").first
    row.dblclick()
    eventually(
        lambda: "Evening First" in page.inner_text("[data-testid=now-title]"), what="the title in the bar"
    )
    before = eventually(lambda: _position(page), what="sound")
    eventually(lambda: _position(page) > before + 1, what="sound that goes on")

    seek = page.locator("[data-testid=seek]")
    area = seek.bounding_box()
    seek.click(position={"x": area["width"] * 0.2, "y": area["height"] / 2})
    eventually(lambda: _position(page) > 7.5, what="a seek")
    eventually(lambda: _position(page) > 37, seconds=90, what="nearly the whole track")

    def heard() -> bool:
        items = page.request.get(f"{server.url}/api/history").json()["items"]
        return any(i["track"]["name"] == "Evening First" for i in items)

    eventually(heard, seconds=60, what="the play in history")
    page.goto(f"{server.url}/library/history")
    eventually(lambda: "Evening First" in page.inner_text("main"), what="history on the page")
    assert not refused
    page.close()


def _is_in(page: Any) -> bool:
    page.evaluate("document.querySelector('[data-testid=start-listening]')?.click()")
    return bool(page.locator("[data-testid=account]").count())


def _found(page: Any, box: Any) -> bool:
    box.fill("")
    box.fill("evenning first")
    time.sleep(1.0)
    return bool(page.locator("[data-testid=track-row]", has_text="Evening First").count())


def _position(page: Any) -> float:
    return float(page.locator("[data-testid=seek]").get_attribute("aria-valuenow") or 0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_sign_in_by_keyboard_at_every_size(
    chromium: Any, server: Server, scheme: str, width: int, tmp_path: Path
) -> None:
    made = server.command(
        "user", "add", f"key-{scheme}-{width}", "--password-stdin", given="another password\n"
    )
    assert made.returncode == 0, made.stderr
    page = chromium.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page.goto(server.url)
    page.focus("input[name=name]")
    page.keyboard.type(f"key-{scheme}-{width}")
    page.keyboard.press("Tab")
    page.keyboard.type("another password")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-testid=signin-form]", state="detached")
    page.wait_for_selector("main h1")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.screenshot(path=str(tmp_path / "home.png"))
    page.close()
