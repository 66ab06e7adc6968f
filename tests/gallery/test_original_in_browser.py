"""The footage in place of a render while a key or the picture is held, in a real chromium."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories import make_render, make_video

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PLAYER = "document.querySelector('rs-player')"
FOOTAGE = "footage.mp4"


@pytest.fixture
def page(live_server: LiveServer, open_page: Callable[..., Page], owner: User) -> Page:
    """A render of the second half of a clip, at its seventh frame; `page.films` are the films that were asked for."""
    render = make_render(make_video(owner, frames=48), start_frame=24)
    page = open_page("about:blank")
    films: list[str] = []
    page.on("request", lambda asked: films.append(asked.url) if FOOTAGE in asked.url else None)
    page.films = films  # type: ignore[attr-defined]
    page.goto(f"{live_server.url}{render.get_absolute_url()}?t=30")
    page.wait_for_function(f"() => {PLAYER}?.status?.().frames[0] === 6")
    return page


def shows_the_same_frame_as_filmed(page: Page) -> None:
    expect(page.locator(".stage.shows-original .original")).to_have_css("opacity", "1")
    expect(page.locator("rs-player .tag")).to_have_text("Original")
    assert page.evaluate(f"() => {PLAYER}.original.track.frame") == 30


def test_o_shows_it_while_it_is_held_and_loads_it_no_sooner(page: Page) -> None:
    assert page.films == []  # type: ignore[attr-defined]
    page.keyboard.down("o")
    shows_the_same_frame_as_filmed(page)
    page.keyboard.up("o")
    expect(page.locator(".shows-original")).to_have_count(0)
    expect(page.locator("rs-player .tag")).not_to_have_text("Original")
    assert page.films  # type: ignore[attr-defined]


def test_a_long_press_shows_it_and_a_short_one_plays(page: Page) -> None:
    page.locator(".stage").hover()
    page.mouse.down()
    shows_the_same_frame_as_filmed(page)
    page.mouse.up()
    expect(page.locator(".shows-original")).to_have_count(0)
    assert page.evaluate(f"{PLAYER}.status()")["playing"] is False
    page.mouse.down()
    page.mouse.up()
    page.wait_for_function(f"() => {PLAYER}.status().playing")


def test_a_press_that_moves_is_none(page: Page) -> None:
    box = page.locator(".stage").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y)
    page.wait_for_timeout(400)
    assert page.films == []  # type: ignore[attr-defined]
    page.mouse.up()


def test_what_plays_goes_on_afterwards(page: Page) -> None:
    page.keyboard.press("Space")
    page.wait_for_function(f"() => {PLAYER}.status().playing")
    page.keyboard.down("o")
    expect(page.locator(".shows-original")).to_be_visible()
    assert page.evaluate(f"{PLAYER}.status()")["playing"] is False
    page.keyboard.up("o")
    page.wait_for_function(f"() => {PLAYER}.status().playing")
