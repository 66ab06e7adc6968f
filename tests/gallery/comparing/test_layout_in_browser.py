"""Where things stand: in line with each other, large enough for fingers, and in their place from the start."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route
from pytest_django.live_server_helper import LiveServer

from tests.gallery.comparing.screen import Open, compare, settled, wait
from videos.models import Video

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PLACES = """() => Object.fromEntries([".panes", "[data-transport]", ".tools", ".picks"].map((one) => {
  const { x, y, width, height } = document.querySelector(one).getBoundingClientRect();
  return [one, [x, y, width, height].map(Math.round)];
}))"""
ENDS = """(element) => {
  const { left, right } = element.getBoundingClientRect();
  return [left, right].map(Math.round);
}"""
SMALL = """() => [...document.querySelectorAll("main :is(.btn, .ab, select), .foot a, .mark")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().height < 43.5)
  .map((one) => one.outerHTML)"""
THERE = """() => document.readyState !== 'loading' && document.fonts.status === 'loaded'
  && [...document.querySelectorAll('link[rel=stylesheet]')].every((one) => one.sheet)"""
PHONE: dict[str, Any] = {"size": (390, 844), "has_touch": True, "is_mobile": True}


def left(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["x"]


def test_on_a_wide_screen_the_bars_begin_where_the_page_does(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    page = open_page(compare(live_server, video), size=(2200, 1000))
    assert left(page, "h1") > 200, "the page has margins"
    assert left(page, ".mark") == pytest.approx(left(page, "h1"), abs=1)
    assert left(page, ".foot span") == pytest.approx(left(page, "h1"), abs=1)


@pytest.mark.parametrize("layout", ["wipe", "grid"])
def test_in_a_narrow_window_the_stage_is_as_wide_as_the_page(
    live_server: LiveServer, video: Video, open_page: Open, layout: str
) -> None:
    """Not as the window, of which a scrollbar may take a part; and in full screen it is in the middle."""
    page = open_page(compare(live_server, video, f"?layout={layout}"), size=(600, 1100))
    page.locator(".compare.ready").wait_for()
    stage = page.locator(".panes")
    assert stage.evaluate(ENDS) == [0, 600]
    page.evaluate("document.body.style.width = '583px'")
    assert stage.evaluate(ENDS) == [0, 583]
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement")
    left, right = stage.evaluate(ENDS)
    assert left > 0 and left + right == pytest.approx(600, abs=1)


@pytest.mark.parametrize("path", ["", "compare/", "contact/"])
def test_what_is_pressed_is_large_enough_for_a_finger(
    live_server: LiveServer, video: Video, open_page: Open, path: str
) -> None:
    page = open_page(f"{live_server.url}{video.get_absolute_url()}{path}", failing="404", **PHONE)
    page.locator("main .btn").first.wait_for()
    assert page.evaluate(SMALL) == []


@pytest.mark.parametrize("query", ["", "?layout=loupe", "?layout=blink"])
@pytest.mark.parametrize("window", [{"size": (1440, 900)}, PHONE])
def test_nothing_jumps_while_the_players_script_is_on_its_way(
    live_server: LiveServer, video: Video, open_page: Open, window: dict[str, Any], query: str
) -> None:
    held: list[Route] = []
    page = open_page("about:blank", **window)
    page.route("**/js/compare/main.js", lambda route: held.append(route))
    page.goto(compare(live_server, video, query), wait_until="commit")
    page.locator(".side .pick").last.wait_for()
    while not held or not page.evaluate(THERE):
        page.wait_for_timeout(20)
    before = page.evaluate(PLACES)
    held[0].continue_()
    page.locator(".compare.ready").wait_for()
    wait(page, settled(24), "ready")
    assert page.evaluate(PLACES) == before


def test_long_figures_of_a_clip_stand_beside_no_button(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    """Hours of footage with sound, on a small phone."""
    Video.objects.update(frame_count=360_000, poster="")
    page = open_page(
        f"{live_server.url}{video.get_absolute_url()}", failing="404", **PHONE | {"size": (360, 740)}
    )
    page.locator(".transport .play").wait_for()
    buttons = [one.bounding_box() for one in page.locator(".transport :is(button, .track)").all()]
    for figure in page.locator(".transport .when output").all():
        box = figure.bounding_box()
        assert box is not None
        assert box["x"] >= 0 and box["x"] + box["width"] <= 360
        for other in buttons:
            assert other is not None
            apart = (
                box["y"] >= other["y"] + other["height"]
                or other["y"] >= box["y"] + box["height"]
                or box["x"] >= other["x"] + other["width"]
                or other["x"] >= box["x"] + box["width"]
            )
            assert apart, (box, other)
