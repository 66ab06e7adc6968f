"""What keys and links do in the lab beside painting, and what is left of it where there is no script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from dramatiq.brokers.stub import StubBroker
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories import make_video
from tests.gallery.conftest import page_of
from tests.judging.drawn import judged_filter
from videos.models import Video

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]
NOTES_HOW_IT_SCROLLS = """
const scroll = Element.prototype.scrollTo;
window.scrolled = [];
Element.prototype.scrollTo = function (how) { scrolled.push(how.behavior); scroll.call(this, how); };
"""


@pytest.fixture
def video(owner: User) -> Video:
    """Olga's footage of three frames, which one filter suits."""
    judged_filter("Night", sea={"style_distance": 0.1})
    return make_video(owner, frames=72)


def test_keys_and_links_lead_where_they_say(
    live_server: LiveServer, open_page: Open, owner: User, video: Video, queue: StubBroker
) -> None:
    page = page_of(live_server, open_page, owner, "/collections/", failing="404", reduced_motion="reduce")
    page.add_init_script(NOTES_HOW_IT_SCROLLS)
    page.goto(f"{live_server.url}/v/{video.ref}/lab/?frame=24&show=loud")
    tile, current = page.locator(".tile[data-slug=night]"), page.locator(".strip [aria-current]")
    expect(tile).to_be_hidden()
    page.locator(".suggestions a", has_text="Night").click()
    expect(tile).to_be_in_viewport()
    expect(page.locator(".tags [aria-current]")).to_contain_text("All")

    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    for key in ("ArrowRight", "1", "["):
        page.keyboard.press(key)
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    expect(current).to_have_attribute("aria-label", "Frame at 00:01.000")
    expect(page.locator("#chosen-says")).to_have_text("Nothing chosen yet")
    expect(page.locator("#range-says")).to_have_text("the whole clip")

    page.keyboard.press("ArrowRight")
    expect(current).to_have_attribute("aria-label", "Frame at 00:02.000")
    assert set(page.evaluate("scrolled")) == {"instant"}


def test_without_script_nothing_waits_for_a_still(
    live_server: LiveServer, open_page: Open, owner: User, video: Video
) -> None:
    page = page_of(live_server, open_page, owner, f"/v/{video.ref}/lab/", java_script_enabled=False)
    expect(page.locator(".tile-wait")).to_be_hidden()
    expect(page.locator(".tile-original")).to_have_css("opacity", "1")
