"""Comparing on a phone: the filters are a strip below the stage, which stays in sight; a swipe turns to the next.

A finger that scrolls the page moves no wipe.
"""

from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories import make_render, make_video
from tests.gallery.comparing.screen import Open, compare, query_of, settled, status, wait
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


TOUCHED: dict[str, Any] = {"has_touch": True, "is_mobile": True, "reduced_motion": "reduce"}


def drag(page: Page, start: tuple[float, float], by: tuple[float, float]) -> None:
    """With a finger."""
    wire = page.context.new_cdp_session(page)

    def touch(kind: str, *points: dict[str, float]) -> None:
        wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    for step in range(13):
        at = {"x": start[0] + by[0] * step / 12, "y": start[1] + by[1] * step / 12}
        touch("touchMove" if step else "touchStart", at)
    touch("touchEnd")


def test_a_finger_that_scrolls_the_page_leaves_the_wipe_where_it_is(
    live_server: LiveServer, open_page: Open, video: Video
) -> None:
    page = open_page(compare(live_server, video, "?t=0"), size=PHONE, **TOUCHED)
    wait(page, settled(0), "ready")
    box = page.locator(".panes").bounding_box()
    assert box is not None
    drag(page, (60, box["y"] + box["height"] * 0.8), (4, -300))
    page.wait_for_function("() => scrollY > 100")
    assert status(page)["cut"] == 50
    assert query_of(page)["cut"] == ["50"]
    page.evaluate("scrollTo(0, 0)")
    drag(page, (60, box["y"] + box["height"] * 0.8), (150, 10))
    assert status(page)["cut"] == pytest.approx(100 * 210 / box["width"], abs=1)


def test_nor_is_the_wipe_of_the_first_picture_moved(
    live_server: LiveServer, open_page: Open, owner: User
) -> None:
    make_render(make_video(owner, frames=6))
    page = open_page(live_server.url, size=(390, 500), **TOUCHED)
    stage = page.locator(".stage")
    box = stage.bounding_box()
    assert box is not None
    drag(page, (60, box["y"] + box["height"] * 0.8), (4, -300))
    page.wait_for_function("() => scrollY > 50")
    expect(stage.locator(".reach")).to_have_value("46")
    expect(stage.locator(".b")).to_have_css("clip-path", "inset(0px 0px 0px 46%)")
