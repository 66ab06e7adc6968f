"""A real chromium, as tests and the scripts of docs/ start it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.machine import find

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
PATIENCE = 60_000  # milliseconds; the machine may be busy
expect.set_options(timeout=PATIENCE)


@contextmanager
def launched() -> Iterator[Browser]:
    """The browser, for as long as the block lasts."""
    executable = find("chromium")
    assert executable is not None, "The tests need chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser, one for the tests of a file."""
    with launched() as browser:
        yield browser


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens an address in a window of its own; a mistake in a script fails the test.

    `failing`: what the browser may complain of, since the test is about an answer that fails.
    """
    contexts = []
    mistakes: list[str] = []

    def make(address: str, size: tuple[int, int] = (1440, 900), failing: str = "", **wishes: object) -> Page:
        def note(line: str) -> None:
            if not failing or failing not in line:
                mistakes.append(line)

        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            **wishes,  # type: ignore[arg-type]
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda mistake: mistakes.append(str(mistake)))
        page.on("console", lambda line: note(line.text) if line.type == "error" else None)
        page.goto(address)
        return page

    yield make
    for context in contexts:
        context.close()
    assert not mistakes, mistakes
