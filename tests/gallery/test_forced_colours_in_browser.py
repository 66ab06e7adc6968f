"""Where the system chooses the colours (Windows' high contrast), what is on, and how far, can still be seen."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from django.contrib.auth.models import User
from PIL import Image
from playwright.sync_api import Locator, Page
from pytest_django.live_server_helper import LiveServer

from tests.factories import make_render_row, make_video
from tests.gallery.conftest import page_of

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]


def background(of: Locator) -> str:
    """The colour behind it."""
    return str(of.evaluate("one => getComputedStyle(one).backgroundColor"))


def colours(of: Locator) -> int:
    """How many are drawn where it is: one means that there is nothing to see."""
    return len(Image.open(BytesIO(of.screenshot())).convert("RGB").getcolors(100_000) or [])


def test_what_is_on_stands_out(live_server: LiveServer, open_page: Open, owner: User) -> None:
    video = make_video(owner, frames=6)
    make_render_row(video)
    address = f"{live_server.url}{video.get_absolute_url()}compare/"
    page = open_page(address, forced_colors="active", failing="404")
    page.wait_for_selector("rs-compare.ready")
    for pressed, other in (
        ("button[data-layout=wipe]", "button[data-layout=grid]"),
        ("[data-pick=o] [data-set=a]", "[data-pick=o] [data-set=b]"),
        ("[data-act=loop]", "[data-act=in]"),
    ):
        assert background(page.locator(pressed)) != background(page.locator(other)), pressed


def test_knobs_and_their_ways_are_drawn(live_server: LiveServer, open_page: Open, owner: User) -> None:
    video = make_video(owner, frames=6)
    page = page_of(
        live_server,
        open_page,
        owner,
        f"{video.get_absolute_url()}lab/",
        forced_colors="active",
        failing="404",
    )
    assert colours(page.locator("#strength")) > 1
    assert colours(page.locator("[name=keep_colours]")) > 1
