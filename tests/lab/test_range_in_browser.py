"""The range of the clip in the lab, begun and ended by keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from dramatiq.brokers.stub import StubBroker
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories import make_filter, make_video
from tests.gallery.conftest import page_of

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_mark_beyond_the_other_puts_that_one_back(
    live_server: LiveServer, open_page: Callable[..., Page], owner: User, queue: StubBroker
) -> None:
    """The range begins or ends at the frame that is shown, never one frame before the other mark."""
    make_filter("night")
    video = make_video(owner, frames=72)
    page = page_of(live_server, open_page, owner, f"/v/{video.ref}/lab/?frame=24", failing="404")
    said = page.locator("#range-says")
    for keys, range_ in (
        (["]"], "00:00.000 – 00:01.041"),
        (["ArrowRight", "["], "00:02.000 – 00:03.000"),
        (["ArrowLeft", "]"], "00:00.000 – 00:01.041"),
        (["ArrowLeft", "["], "00:00.000 – 00:01.041"),
    ):
        for key in keys:
            page.keyboard.press(key)
        expect(said).to_have_text(range_)
