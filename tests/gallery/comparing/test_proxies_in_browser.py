"""What is shown small plays small films as long as those are sharp there; what is larger plays the whole ones."""

import re
from typing import Any

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from rotoscope.common.files import local_path
from tests.gallery.comparing.screen import Open, compare, numbers, play_slowly, settled, status, wait
from videos.models import Render, Video

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FILMS = """() => [...document.querySelectorAll('.pane:not(.hidden) video')]
  .map((video) => (video.currentSrc || video.src).includes('/proxy.mp4') ? 'small' : 'whole')"""


PHONE: dict[str, Any] = {
    "size": (390, 844),
    "device_scale_factor": 3,
    "is_mobile": True,
    "has_touch": True,
    "reduced_motion": "reduce",
}


@pytest.fixture
def grid(video: Video) -> str:
    """The query of a grid of four, of footage that is so large that all of them have proxies."""
    one, two = Render.objects.order_by("finished_at")
    for row, film in ((video, video.footage), (one, one.output), (two, two.output)):
        row.proxy.save("proxy.mp4", ContentFile(local_path(film).read_bytes()))
    Video.objects.update(width=1280, height=720)
    return f"?layout=grid&grid=o,{one.ref},{two.ref}"


def films(page: Page) -> set[str]:
    found: list[str] = page.evaluate(FILMS)
    assert len(found) == len(status(page)["frames"]), "one film in each pane"
    return set(found)


def test_a_grid_plays_small_films_in_step(
    live_server: LiveServer, video: Video, open_page: Open, grid: str
) -> None:
    page = open_page("about:blank")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(compare(live_server, video, f"{grid}&t=9"))
    wait(page, settled(9), "ready")
    assert films(page) == {"small"}
    assert numbers(page) == [9, 9, 9]
    assert not [address for address in asked if address.endswith(("video.mp4", "footage.mp4"))]
    play_slowly(page, 9, 12)
    assert films(page) == {"small"}


@pytest.mark.parametrize("way", ["zoom", "fullscreen", "layout", "window"])
def test_what_becomes_larger_plays_whole_films_at_the_same_frame(
    live_server: LiveServer, video: Video, open_page: Open, grid: str, way: str
) -> None:
    page = open_page(compare(live_server, video, f"{grid}&t=9"), reduced_motion="reduce")
    wait(page, settled(9), "ready")
    assert films(page) == {"small"}
    match way:
        case "zoom":
            page.keyboard.press("+")
            page.keyboard.press("+")
        case "layout":
            page.keyboard.press("w")
        case "window":
            page.set_viewport_size({"width": 2800, "height": 2200})
        case "fullscreen":
            page.set_viewport_size({"width": 2000, "height": 1500})
            page.keyboard.press("f")
    page.wait_for_function(f"() => ({FILMS})().every((one) => one === 'whole')")
    wait(page, settled(9), "there again")
    page.wait_for_function("() => !document.querySelector('.pane video + video')")
    assert films(page) == {"whole"}
    assert set(numbers(page)) == {9}
    page.keyboard.press("ArrowRight")
    wait(page, settled(10), "one on")
    page.keyboard.press("0")
    page.keyboard.press("g")
    wait(page, settled(10), "the grid again")
    assert films(page) == {"whole"} or way == "layout", "what is loaded is kept"


def test_over_a_slow_line_the_small_films_are_seen_until_the_whole_ones_are_there(
    live_server: LiveServer, video: Video, open_page: Open, grid: str
) -> None:
    page = open_page(compare(live_server, video, f"{grid}&t=9"), reduced_motion="reduce")
    wait(page, settled(9), "ready")
    held: list[Route] = []
    for film in ("footage", "video"):
        page.route(f"**/{film}.mp4", lambda route: held.append(route))
    page.keyboard.press("w")
    page.wait_for_function("() => document.querySelectorAll('.pane video + video').length === 2")
    page.wait_for_function("() => !document.querySelector('rs-compare').clock.seeking")  # nor waited for
    assert numbers(page) == [9, 9]
    assert page.locator(".pane:not(.hidden) video + video").count() == 2
    expect(page.locator(".loading")).to_be_visible()
    for route in held:
        route.continue_()
    page.unroute_all()
    page.wait_for_function("() => !document.querySelector('.pane video + video')")
    expect(page.locator(".loading")).to_be_hidden()
    wait(page, settled(9), "there again")
    assert films(page) == {"whole"}
    assert numbers(page) == [9, 9]


def test_it_goes_on_playing_when_the_films_change(
    live_server: LiveServer, video: Video, open_page: Open, grid: str
) -> None:
    page = open_page(compare(live_server, video, f"{grid}&t=9"))
    play_slowly(page, 9, 12)
    page.keyboard.press("+")
    page.keyboard.press("+")
    page.wait_for_function("() => !document.querySelector('.pane video + video')")
    page.wait_for_function(f"() => ({FILMS})().every((one) => one === 'whole')")
    at = wait(page, lambda said: said["playing"], "playing on")["frame"]
    assert at >= 12
    wait(page, lambda said: said["playing"] and said["frame"] > at + 2, "further")


def test_a_phone_loads_small_films(live_server: LiveServer, video: Video, open_page: Open, grid: str) -> None:
    page = open_page(compare(live_server, video, f"{grid}&t=9"), **PHONE)
    wait(page, settled(9), "ready")
    assert films(page) == {"small"}


@pytest.mark.parametrize("way", ["zoom", "loupe"])
def test_a_phone_wipes_between_small_films_until_they_are_shown_larger(
    live_server: LiveServer, video: Video, open_page: Open, grid: str, way: str
) -> None:
    page = open_page("about:blank", **PHONE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(compare(live_server, video, "?t=9"))
    wait(page, settled(9), "ready")
    assert films(page) == {"small"}
    assert numbers(page) == [9, 9]
    page.keyboard.press("ArrowDown")  # one that the page did not come with
    wait(page, settled(9), "there with another")
    assert films(page) == {"small"}
    assert not [address for address in asked if address.endswith(("video.mp4", "footage.mp4"))]
    page.keyboard.press("+" if way == "zoom" else "z")
    page.wait_for_function(f"() => ({FILMS})().every((one) => one === 'whole')")
    page.wait_for_function("() => !document.querySelector('.pane video + video')")
    wait(page, settled(9), "there again")
    assert set(numbers(page)) == {9}
    assert films(page) == {"whole"}


WATCH_WHAT_IS_UP = """() => {
  window.up = [];
  const look = () => up.push(document.querySelector('.pane.up').dataset.side);
  new MutationObserver(look).observe(document.querySelector('.panes'), { attributeFilter: ['class'], subtree: true });
  look();
}"""


def test_a_blink_that_was_stopped_stays_so_when_it_is_shown_larger(
    live_server: LiveServer, video: Video, open_page: Open, grid: str
) -> None:
    wishes = {**PHONE, "reduced_motion": "no-preference"}
    page = open_page(compare(live_server, video, "?layout=blink&t=9"), **wishes)
    wait(page, settled(9), "ready")
    page.keyboard.press("x")
    if page.locator(".pane.up").get_attribute("data-side") == "b":
        page.keyboard.press("x")
    page.evaluate(WATCH_WHAT_IS_UP)
    page.keyboard.press("+")
    page.wait_for_function(f"() => ({FILMS})().every((one) => one === 'whole')")
    wait(page, settled(9), "there again")
    assert set(page.evaluate("up")) == {"a"}


def test_of_two_films_that_cannot_be_loaded_the_whole_one_counts(
    live_server: LiveServer, video: Video, open_page: Open, grid: str
) -> None:
    page = open_page("about:blank", failing="404", **PHONE)
    page.route("**/proxy.mp4", lambda route: route.fulfill(status=404))
    page.goto(compare(live_server, video, "?t=9"))
    wait(page, settled(9), "ready")
    assert numbers(page) == [9, 9]
    page.route(re.compile(r"/(video|footage)\.mp4"), lambda route: route.fulfill(status=404))
    page.reload()
    expect(page.locator(".toast").first).to_contain_text("cannot be loaded")


def test_a_screen_with_more_pixels_wants_whole_films(
    live_server: LiveServer, video: Video, open_page: Open, grid: str
) -> None:
    page = open_page(compare(live_server, video, f"{grid}&t=9"), device_scale_factor=3)
    wait(page, settled(9), "ready")
    page.wait_for_function("() => !document.querySelector('.pane video + video')")
    assert films(page) == {"whole"}
