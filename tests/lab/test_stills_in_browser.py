"""Stills of the wall that come to nothing: what is looked at again is asked for again."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from dramatiq.brokers.stub import StubBroker
from playwright.sync_api import Page, Request, Route, expect
from pytest_django.live_server_helper import LiveServer

from filters.models import Filter
from tests.factories import make_filter, make_video
from tests.gallery.conftest import page_of
from videos.links import still_media
from videos.media import stills
from videos.models import Still, Video

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]


@pytest.fixture
def page(live_server: LiveServer, open_page: Open, owner: User, queue: StubBroker) -> Page:
    """Olga's lab with one filter, whose still of the first of three frames waits for a worker."""
    make_filter("night", name="Night")
    video = make_video(owner, frames=72)
    page = page_of(live_server, open_page, owner, f"/v/{video.ref}/lab/?frame=0", failing="Failed to load")
    expect(page.locator(".tile")).to_have_attribute("data-state", "painting")
    return page


def asked_for(page: Page) -> AbstractContextManager[object]:
    """A still is asked for within, and the server has answered."""
    return page.expect_response(lambda answer: answer.request.method == "POST" and "stills" in answer.url)


def test_the_closeup_of_one_that_failed_asks_for_it_again(page: Page) -> None:
    Still.objects.update(state=Still.State.FAILED, error="The lamp went out.")
    expect(page.locator(".tile-error")).to_have_text("The lamp went out.")
    with asked_for(page):
        page.locator("#pick-night").press("Enter")
    expect(page.locator(".closeup-says")).to_have_text("painting…")
    assert Still.objects.get().state == Still.State.QUEUED


def test_one_that_is_gone_is_asked_for_again(page: Page) -> None:
    with asked_for(page):
        Still.objects.all().delete()
    expect(page.locator(".tile")).to_have_attribute("data-state", "painting")
    assert Still.objects.get().state == Still.State.QUEUED


def asks(request: Request) -> bool:
    return request.method == "POST" and "stills" in request.url


def test_what_brings_no_answer_is_asked_for_again_by_itself(page: Page) -> None:
    make_filter("paper")
    page.reload()
    expect(page.locator(".tile[data-state=painting]")).to_have_count(2)
    lost: list[str] = []

    def lose(route: Route) -> None:
        if not asks(route.request):
            return route.continue_()
        lost.append(route.request.url)
        return route.abort() if len(lost) == 1 else route.fulfill(status=502, body="Bad gateway")

    page.route(re.compile("stills"), lose)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".toast")).to_have_text(re.compile("does not answer. Stills are asked for again"))
    page.wait_for_event("requestfinished", predicate=asks)  # once more, by itself
    expect(page.locator(".toast")).to_have_count(1)
    expect(page.locator(".tile[data-state=waiting]")).to_have_count(2)
    page.unroute_all()
    with asked_for(page):
        page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(".tile[data-state=painting]")).to_have_count(2)
    assert Still.objects.filter(frame_index=24).count() == 2


def test_of_footage_that_was_deleted_meanwhile_they_say_so(page: Page) -> None:
    Video.objects.all().delete()
    expect(page.locator(".tile-error")).to_contain_text("not there any more. Reload")


def test_one_that_costs_money_is_painted_when_that_is_pressed_and_not_by_looking(page: Page) -> None:
    make_filter("paid", name="Paid", cost_per_image="0.25")
    page.reload()
    expect(page.locator(".tile[data-slug=night]")).to_have_attribute("data-state", "painting")
    tile = page.locator(".tile[data-slug=paid]")
    expect(tile.locator(".tile-error")).to_have_text("A still costs $0.25.")
    page.locator("#pick-paid").press("Enter")
    expect(page.locator(".closeup-says")).to_contain_text("a still costs $0.25")
    page.keyboard.press("Escape")
    assert not Still.objects.filter(version__filter__slug="paid").exists()
    with asked_for(page):
        tile.get_by_role("button", name="Paint it").click()
    expect(tile).to_have_attribute("data-state", "painting")
    assert Still.objects.get(version__filter__slug="paid").state == Still.State.QUEUED


def test_the_wall_shows_it_in_small_and_the_closeup_whole(page: Page) -> None:
    """The one that is painted while the page is open, and the one that it came with."""
    still = Still.objects.get()
    paint(still)
    address = still_media(still)
    for _ in range(2):
        tile = page.locator(".tile")
        expect(tile).to_have_attribute("data-state", "painted")
        expect(tile.locator(".tile-painted")).to_have_attribute("src", f"{address}?small=1")
        page.locator("#pick-night").press("Enter")
        expect(page.locator("#closeup .b")).to_have_attribute("src", address)
        expect(page.locator("#closeup .a")).to_have_attribute("src", re.compile(r"/0\.jpg$"))
        page.reload()


def test_the_closeup_shows_the_footage_left_of_the_pointer(page: Page) -> None:
    page.locator("#pick-night").press("Enter")
    place, painted = page.locator("#closeup .stage").bounding_box(), page.locator("#closeup .b")
    assert place is not None
    page.mouse.move(place["x"] + place["width"] / 4, place["y"] + 20)
    expect(painted).to_have_css("clip-path", re.compile(r"inset\(0px 0px 0px 2[45]\.?\d*%\)"))
    page.mouse.move(1, 1)
    expect(painted).to_have_css("clip-path", "none")


def test_the_closeup_is_seen_whole_on_a_phone_on_its_side(page: Page) -> None:
    page.set_viewport_size({"width": 844, "height": 390})
    page.locator("#pick-night").press("Enter")
    parts = [
        page.locator("#closeup .stage"),
        page.locator("#closeup-name"),
        *page.locator("#closeup .btn").all(),
    ]
    assert len(parts) == 6
    for part in parts:
        box = part.bounding_box()
        assert box is not None
        assert 0 <= box["x"] < box["x"] + box["width"] <= 844
        assert 0 <= box["y"] < box["y"] + box["height"] <= 390


@pytest.mark.parametrize("width", [160, 50], ids=["lying", "upright"])
def test_on_a_phone_the_name_of_a_filter_is_whole(page: Page, width: int) -> None:
    Video.objects.update(width=width)  # of 90 lines
    Filter.objects.update(name="Byzantine Mosaic")
    paint(Still.objects.get())
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    expect(page.locator(".tile")).to_have_attribute("data-state", "painted")
    assert page.locator(".tile-line .clip").evaluate("one => one.scrollWidth <= one.clientWidth")


def paint(still: Still) -> None:
    """As a worker would: grey."""
    still.image.save("still.jpg", ContentFile(stills.encode_jpeg(np.full((90, 160, 3), 60, dtype=np.uint8))))
    Still.objects.filter(pk=still.pk).update(state=Still.State.FINISHED, seconds=0.5)


def test_a_picture_that_did_not_arrive_is_not_said_to_be_painted_and_is_asked_for_again(page: Page) -> None:
    """Neither the one that is painted while the page is open nor the one that it came with."""
    tile, small = page.locator(".tile"), re.compile(r"/still/.*small=1")
    page.route(small, lambda route: route.abort())
    paint(Still.objects.get())
    for _ in range(2):
        expect(tile).to_have_attribute("data-state", "failed")
        expect(tile.locator(".tile-error")).to_have_text("The picture did not arrive.")
        page.locator("#pick-night").press("Enter")
        with page.expect_event("requestfailed", lambda request: small.search(request.url) is not None):
            page.keyboard.press("Escape")  # the tile is looked at again
        expect(tile).to_have_attribute("data-state", "failed")
        page.unroute_all()
        tile.get_by_role("button", name="Try again").click()
        expect(tile).to_have_attribute("data-state", "painted")
        assert tile.locator(".tile-painted").evaluate("picture => picture.naturalWidth") > 0
        page.route(small, lambda route: route.abort())
        page.reload()


def test_the_closeup_shows_the_footage_alone_until_there_is_a_still(page: Page) -> None:
    """Of this frame, not of the one before."""
    painted, says = page.locator("#closeup .b"), page.locator(".closeup-says")
    page.locator("#pick-night").press("Enter")
    expect(says).to_have_text("painting…")
    expect(painted).to_be_hidden()
    paint(Still.objects.get())
    expect(painted).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".tile")).to_have_attribute("data-state", "painted")
    with asked_for(page):
        page.evaluate(HOLDING, ["ArrowRight", "Enter"])
        expect(painted).to_be_hidden()
        expect(painted).not_to_have_attribute("src", re.compile(""))
    Still.objects.filter(frame_index=24).update(state=Still.State.FAILED, error="The lamp went out.")
    expect(says).to_have_text("The lamp went out.")
    expect(painted).to_be_hidden()


HOLDING = """
(keys) => {
  for (const key of keys) document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
}
"""


def test_nothing_is_asked_for_of_what_a_held_key_only_passes(page: Page) -> None:
    for slug in ("paper", "quilt"):
        make_filter(slug)
    page.reload()
    expect(page.locator(".tile[data-state=painting]")).to_have_count(3)
    page.locator("#pick-night").focus()
    with asked_for(page):
        page.evaluate(HOLDING, ["ArrowRight", "ArrowRight"])
    assert set(Still.objects.values_list("frame_index", flat=True)) == {0, 48}
    with asked_for(page):
        page.evaluate(HOLDING, ["ArrowLeft", "Enter", "ArrowRight", "ArrowRight"])
    expect(page.locator("#closeup-name")).to_have_text("Quilt")
    passed = Still.objects.filter(frame_index=24)
    assert list(passed.values_list("version__filter__slug", flat=True)) == ["quilt"]
