"""The pictures of the README, made from a running installation: `python -m docs.screenshots`.

Starts Rotoscope in a folder that is thrown away, waits until the sample flight is painted by its four filters,
and photographs the pages at 1440 and at 390 pixels with Debian's chromium. Takes a few minutes.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import launched
from tests.journeys.conftest import NARROW, WIDE
from tests.machine import find
from tests.platform.installation import Installation

IMAGES = Path(__file__).parent / "images"
QUALITY = 82  # of the JPEGs
STILLS_PAINTED = """() => ![...document.querySelectorAll(".tile")].some(tile =>
    tile.getBoundingClientRect().top < innerHeight && ["waiting", "painting"].includes(tile.dataset.state))"""
PATIENCE = 900_000  # milliseconds: four renders on two cores
SETTLED = 6_000  # milliseconds: videos have their first picture; pages that poll are never idle


def main() -> None:
    """Make them all."""
    if find("chromium") is None:
        sys.exit("Screenshots need chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder, launched() as browser:
        installation = Installation(Path(folder) / "home")
        try:
            installation.start(sample=True)
            photograph(installation, browser)
        finally:
            installation.stop_all()


def photograph(installation: Installation, browser: Browser) -> None:
    """All pages, in both widths."""
    wide = signed_in(installation, browser, WIDE)
    video = sample_of(installation, wide)
    pages = {
        "gallery": "/",
        "video": f"/v/{video}/",
        "compare": f"/v/{video}/compare/",
        "contact": f"/v/{video}/contact/",
        "lab": f"/v/{video}/lab/",
        "filters": "/filters/",
        "queue": "/queue/",
        "upload": "/upload/",
    }
    for width, context in ((1440, wide), (390, signed_in(installation, browser, NARROW))):
        for name, path in pages.items():
            shoot(context, installation.address + path, IMAGES / f"{name}-{width}.jpg")


def signed_in(installation: Installation, browser: Browser, size: tuple[int, int]) -> BrowserContext:
    """A window of the owner, whose password the first start printed."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark", reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{installation.address}/accounts/login/")
    page.fill("input[name=username]", "owner")
    page.fill("input[name=password]", installation.password())
    page.press("input[name=password]", "Enter")
    page.wait_for_url(re.compile(r"^(?!.*login)"))
    page.close()
    return context


def sample_of(installation: Installation, context: BrowserContext) -> str:
    """The ref of the sample flight, once four renders of it are finished."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    while True:
        answer = page.request.get(f"{installation.address}/api/videos").json()
        found = [video for video in answer["items"] if video["state"] == "ready"]
        if found and finished(installation, page, found[0]["ref"]) >= 4:
            page.close()
            return str(found[0]["ref"])
        page.wait_for_timeout(2000)


def finished(installation: Installation, page: Page, video: str) -> int:
    """How many renders of a video can be played."""
    answer = page.request.get(f"{installation.address}/api/videos/{video}/renders").json()
    return sum(render["state"] == "finished" for render in answer["items"])


def shoot(context: BrowserContext, address: str, target: Path) -> None:
    """One page as it looks once its pictures are there."""
    page = context.new_page()
    page.goto(address)
    page.wait_for_load_state("load")
    page.wait_for_timeout(SETTLED)
    page.wait_for_function(STILLS_PAINTED, timeout=PATIENCE)
    page.screenshot(path=target, type="jpeg", quality=QUALITY)
    page.close()


if __name__ == "__main__":
    main()
