"""A real chromium on the tests' own server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

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


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser."""
    executable = find("chromium")
    assert executable is not None, "The tests need chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()


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
    assert not mistakes


def page_of(
    live_server: LiveServer, open_page: Callable[..., Page], user: User, path: str, **wishes: object
) -> Page:
    """A page in a window in which somebody is signed in."""
    client = Client()
    client.force_login(user)
    page = open_page("about:blank", **wishes)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    page.goto(live_server.url + path)
    return page


def end_sessions() -> None:
    """As after two weeks."""
    Session.objects.all().delete()


def sign_in_elsewhere(page: Page, live_server: LiveServer) -> None:
    """Olga signs in in another tab of the same window: from then on there is another token against forgery."""
    other = page.context.new_page()
    other.goto(f"{live_server.url}/accounts/login/")
    other.fill("[name=username]", "olga")
    other.fill("[name=password]", "olga's password")
    other.click("main form button")
    other.wait_for_url(lambda address: "login" not in address)
    other.close()


def drop(page: Page, thing: Path, onto: str) -> None:
    """Let a file or a folder fall onto an element, as from the desktop."""
    box = page.locator(onto).bounding_box()
    assert box is not None
    wire = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        where = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        data = {"items": [], "files": [str(thing)], "dragOperationsMask": 1}
        wire.send("Input.dispatchDragEvent", {"type": kind, "data": data, **where})
