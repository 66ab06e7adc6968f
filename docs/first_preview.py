"""How long a curator waits for the first preview of a training: `python -m docs.first_preview PICTURE.jpg`.

Starts Rotoscope in a folder that is thrown away, orders two trainings one after the other in Debian's chromium, and
prints how many seconds lie between the press of the button and the first painted frames on the page, and how many
until those after the second step. The first training of an installation also draws landscapes; the second runs while
the first is measured.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page

from docs.screenshots import signed_in
from tests.browser import launched
from tests.journeys.conftest import WIDE
from tests.machine import find
from tests.platform.installation import Installation

PATIENCE = 180_000  # milliseconds
LOADED = "picture => picture.decode()"
READY = 15  # seconds in which the workers load what they need


def main(words: list[str]) -> None:
    """Measure both, and print a line for each."""
    if find("chromium") is None or len(words) != 1:
        sys.exit("Call it with one picture; it needs chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder, launched() as browser:
        installation = Installation(Path(folder) / "home")
        try:
            installation.start()
            time.sleep(READY)
            page = signed_in(installation, browser, WIDE).new_page()
            page.set_default_timeout(PATIENCE)
            for name in ("First", "Second"):
                painted, learned = waited(page, installation.address, Path(words[0]), name)
                print(f"{name} training: painted after {painted:.1f} s, two steps after {learned:.1f} s")
        finally:
            installation.stop_all()


def waited(page: Page, address: str, picture: Path, name: str) -> tuple[float, float]:
    """Seconds until the first painted frames can be seen, and until those of the second step; then it is stopped."""
    page.goto(f"{address}/lab/train/")
    page.set_input_files("#picture", picture)
    page.fill("input[name=name]", name)
    page.click("button:has-text('Learn this style')", no_wait_after=True)
    began = time.monotonic()
    page.locator(".run-newest").evaluate(LOADED)
    painted = time.monotonic() - began
    page.locator(".previews figure").first.wait_for()
    page.locator(".run-newest").evaluate(LOADED)
    learned = time.monotonic() - began
    page.locator("#run-stop").click(no_wait_after=True)
    page.wait_for_selector("#run-again")
    return painted, learned


if __name__ == "__main__":
    main(sys.argv[1:])
