"""A share link: made by its owner in the browser, opened by a stranger, then revoked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.conftest import NARROW, sign_in
from tests.journeys.installed import run_there
from tests.platform.installation import Installation

pytestmark = [pytest.mark.slow, pytest.mark.browser]

Windows = Callable[..., BrowserContext]
MAKE = """
from django.contrib.auth.models import User
import secrets
from tests.factories import make_filter, make_render, make_video
video = make_video(User.objects.get(username="mara"), title="Low tide", visibility="private", frames=96,
                   width=320, height=180)
print(make_render(video, make_filter(f"negative-{secrets.token_hex(4)}")).ref)
"""


@pytest.fixture
def painted(installation: Installation, account: Callable[[str], str]) -> str:
    """The ref of a finished render of Mara's private footage."""
    account("mara")
    return run_there(installation, MAKE).splitlines()[-1]


def make_link(page: Page, installation: Installation, ref: str) -> str:
    """Mara makes a link in the dialog on the page of her render; the address that it shows once."""
    sign_in(page, installation.address, "mara", f"/r/{ref}/")
    page.get_by_role("link", name="Share", exact=True).click()
    dialog = page.locator("#share-dialog")
    dialog.get_by_label("For whom").fill("Stella")
    dialog.get_by_text("a week").click()
    dialog.get_by_role("button", name="Make a link").click()
    field = dialog.locator("#share-address")
    expect(field).to_have_value(re.compile(rf"^{re.escape(installation.address)}/s/[\w-]{{32}}/$"))
    return field.input_value()


def film_of(page: Page, name: str) -> str:
    """The address of the film that is called `name`, once the browser can play it."""
    film = page.locator(f"video[aria-label='{name}']")
    page.wait_for_function(
        "name => document.querySelector(`video[aria-label='${name}']`)?.readyState >= 2", arg=name
    )
    return str(film.evaluate("film => film.currentSrc"))


def test_a_stranger_sees_what_a_link_opens_until_it_is_revoked(
    installation: Installation, window: Windows, painted: str
) -> None:
    owner = window().new_page()
    address = make_link(owner, installation, painted)
    token = urlsplit(address).path.split("/")[2]

    stranger = window().new_page()
    asked: list[str] = []
    stranger.on("request", lambda request: asked.append(request.url))
    closed = stranger.goto(f"{installation.address}/r/{painted}/")
    assert closed is not None
    assert closed.status == 404
    stranger.goto(address)
    expect(stranger.locator(".shared-by")).to_contain_text("mara shared this with you")
    expect(stranger.locator("h1")).to_contain_text("Low tide")
    media = film_of(stranger, "Original")
    assert f"share={token}" in media
    assert stranger.evaluate(f"fetch({media.split('?')[0]!r}).then(answer => answer.status)") == 404
    assert (
        stranger.evaluate(f"fetch({media!r}, {{headers: {{Range: 'bytes=0-9'}}}}).then(a => a.status)") == 206
    )
    assert all(url.startswith((installation.address, "data:", "blob:")) for url in asked)
    stranger.reload()

    owner.goto(f"{installation.address}/shares/")
    row = owner.locator(".share-row", has_text="Stella")
    expect(row).to_contain_text("opened 1 time")
    row.get_by_role("link", name="Revoke").click()
    owner.get_by_role("button", name="Revoke").click()
    expect(row).to_contain_text("revoked")

    gone = stranger.reload()
    assert gone is not None
    assert gone.status == 404
    expect(stranger.locator("h1")).to_have_text("This link does not open")
    assert stranger.evaluate(f"fetch({media!r}).then(answer => answer.status)") == 404


def test_on_a_phone_the_shared_page_fits_and_the_player_stands_in_a_foreign_frame(
    installation: Installation, window: Windows, painted: str
) -> None:
    address = make_link(window().new_page(), installation, painted)
    phone = window(NARROW).new_page()
    phone.goto(address)
    film_of(phone, "Original")
    assert phone.evaluate("document.documentElement.scrollWidth") <= NARROW[0]

    token = urlsplit(address).path.split("/")[2]
    player = f"{installation.address}/embed/render/{painted}/?share={token}"
    foreign = window().new_page()
    with page_elsewhere(player) as elsewhere:
        foreign.goto(elsewhere)
        expect(foreign.frame_locator("iframe").locator("video")).to_be_visible()
    with page_elsewhere(address) as elsewhere:
        foreign.goto(elsewhere)
        foreign.wait_for_timeout(1000)
        assert (
            foreign.frame_locator("iframe").locator(".shared-by, .head").count() == 0
        )  # no other page lets itself be framed


@contextmanager
def page_elsewhere(framed: str) -> Iterator[str]:
    """The address of a page of another origin, which frames `framed`."""
    page = f'<!doctype html><iframe src="{framed}" width="640" height="360"></iframe>'.encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()
