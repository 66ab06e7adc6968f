"""Comparing on a phone: the filters are a strip below the stage, which stays in sight; a swipe turns to the next."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.gallery.comparing.screen import Open, compare, status, wait
from videos.models import Video

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = (390, 844)


def inside(page: Page, selector: str) -> bool:
    """Whether it is seen as high as it is, without scrolling the page."""
    box = page.locator(selector).bounding_box()
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= PHONE[1]


def test_a_filter_is_chosen_with_the_stage_in_sight(
    live_server: LiveServer, open_page: Open, video: Video
) -> None:
    page = open_page(
        compare(live_server, video), size=PHONE, has_touch=True, is_mobile=True, reduced_motion="reduce"
    )
    page.wait_for_selector("rs-compare.ready")
    assert inside(page, ".panes") and inside(page, "[data-picks]") and inside(page, ".transport .play")
    quiet = page.locator("[data-pick='o'] [data-set=b]")
    expect(quiet).to_have_attribute("aria-pressed", "false")
    expect(quiet).to_have_css("border-top-color", "rgba(0, 0, 0, 0)")
    first, last = (render.ref for render in video.renders.order_by("finished_at"))
    wait(page, lambda said: said["b"] == last, "opened with the newest")
    page.locator(f"[data-pick='{first}'] .im").tap()
    wait(page, lambda said: said["b"] == first, "chosen by a tap")


def test_a_swipe_turns_to_the_next_filter_in_the_blink(
    live_server: LiveServer, open_page: Open, video: Video
) -> None:
    page = open_page(
        compare(live_server, video, "?layout=blink"), size=PHONE, has_touch=True, reduced_motion="reduce"
    )
    page.wait_for_selector("rs-compare.ready")
    before = status(page)["b"]
    box = page.locator(".panes").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 300, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, middle, steps=4)
    page.mouse.up()
    wait(page, lambda said: said["b"] not in (before, said["a"]), "turned to another")
    after = status(page)["b"]
    page.mouse.move(box["x"] + 200, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, middle, steps=4)
    page.mouse.up()
    wait(page, lambda said: said["b"] == before != after, "turned back")
