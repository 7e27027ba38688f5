"""Takes the pictures in docs/screenshots: every page at two widths, light and dark, from a running server.

    python -m tools.screenshots http://localhost:4600 NAME PASSWORD

Needs Chromium, an account, some music and a playlist.
"""

import io
import shutil
import sys
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

OUT = Path(__file__).parent.parent / "docs" / "screenshots"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
]
PLAY_MS, SETTLE_MS, PHONE_PX = 6_000, 1_500, 500
FIRST = (
    "Promise.all(['/api/albums?sort=name','/v1/me/playlists','/api/genres'].map(u=>fetch(u).then(r=>r.json())))"
    ".then(([a,p,g])=>({album:a.items[0].id,artist:a.items[0].artists[0].id,playlist:p.items[0]?.id,genre:g.items[0].id}))"
)


def shoot(page: Any, name: str, variant: str) -> None:
    """Keep what the page shows now, as WebP so that the repository stays small."""
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.save(OUT / f"{name}-{variant}.webp", quality=82, method=6)


def go(page: Any, path: str) -> None:
    """Go to a page as a click does, so that the sound goes on."""
    page.evaluate(
        "p=>{const a=document.createElement('a');a.href=p;document.body.append(a);a.click();a.remove()}", path
    )
    page.wait_for_timeout(SETTLE_MS)


def take(browser: Any, url: str, who: tuple[str, str], width: int, scheme: str) -> None:
    """Walk through every page at one width and scheme."""
    variant = f"{scheme}-{width}"
    context = browser.new_context(
        viewport={"width": width, "height": 900 if width > PHONE_PX else 844}, color_scheme=scheme
    )
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector("[data-testid=signin-form]")
    shoot(page, "sign-in", variant)
    page.fill("[name=name]", who[0])
    page.fill("[name=password]", who[1])
    page.click("[data-testid=enter]")
    page.wait_for_selector("[data-testid=shelf]")
    ids = page.evaluate(FIRST)
    go(page, f"/album/{ids['album']}")
    page.click("[data-testid=play-all]")
    page.wait_for_timeout(PLAY_MS)
    shoot(page, "album", variant)
    pages = {
        "home": "/",
        "search": "/search?q=an",
        "artist": f"/artist/{ids['artist']}",
        "playlist": f"/playlist/{ids['playlist']}",
        "genre": f"/genre/{ids['genre']}",
        "library": "/library",
        "albums": "/library/albums",
        "history": "/library/history",
        "settings": "/settings",
        "admin": "/admin",
    }
    for name, path in pages.items():
        go(page, path)
        shoot(page, name, variant)
    if width < PHONE_PX:
        page.click(".open-sheet")
        page.wait_for_timeout(SETTLE_MS)
        shoot(page, "now", variant)
    context.close()


def main() -> int:
    """Take them all."""
    url, name, password = sys.argv[1:4]
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for width in (1440, 390):
            for scheme in ("light", "dark"):
                take(browser, url, (name, password), width, scheme)
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
