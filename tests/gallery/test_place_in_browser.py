"""The page of a video keeps the frame that is looked at: in its address, and from filter to filter."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.factories import make_render, make_video

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]
SHOWN = "frame => { const { frames } = document.querySelector('rs-player').status(); return frames[0] === frame; }"


def test_the_address_brings_back_a_frame_and_a_key_shows_it_under_another_filter(
    live_server: LiveServer, open_page: Open, owner: User
) -> None:
    video = make_video(owner, frames=24)
    render = make_render(video)
    page = open_page(f"{live_server.url}{video.get_absolute_url()}?t=10")
    page.wait_for_function(SHOWN, arg=10)
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(r"\?t=11$"))
    page.keyboard.press("2")
    page.wait_for_url(f"{live_server.url}{render.get_absolute_url()}?t=11")
    page.wait_for_function(SHOWN, arg=11)
    page.get_by_role("link", name="Compare").click()
    page.wait_for_url(re.compile(rf"/compare/\?.*b={render.ref}&t=11"))


def test_a_render_of_a_part_takes_along_the_frame_at_which_it_opens(
    live_server: LiveServer, open_page: Open, owner: User
) -> None:
    video = make_video(owner, frames=24)
    render = make_render(video, start_frame=8)
    address = f"{live_server.url}{render.get_absolute_url()}"
    page = open_page(f"{address}?t=9")
    page.wait_for_function(SHOWN, arg=1)
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(address)
    page.keyboard.press("1")
    page.wait_for_url(f"{live_server.url}{video.get_absolute_url()}?t=8")
    page.wait_for_function(SHOWN, arg=8)


def test_a_film_is_loaded_once_somebody_comes_near_it(
    live_server: LiveServer, open_page: Open, owner: User
) -> None:
    video = make_video(owner, frames=24)
    page = open_page(f"{live_server.url}{video.get_absolute_url()}")
    page.wait_for_selector("[data-transport]")
    film = page.locator("rs-player video")
    assert film.evaluate("one => one.preload") == "metadata"
    film.hover()
    assert film.evaluate("one => one.preload") == "auto"
