"""A real chromium on the tests' own server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.browser import chromium, open_page

__all__ = ["chromium", "open_page"]


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
