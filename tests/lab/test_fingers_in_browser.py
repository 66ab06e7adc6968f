"""The mixing desk and the training page under a finger, and a desk at which many are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.gallery.conftest import page_of
from tests.styled import make_styled

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"size": (390, 844), "has_touch": True, "is_mobile": True}


def test_what_shows_the_footage_is_as_large_as_a_finger_and_slides_reach_the_edge(
    live_server: LiveServer, open_page: Callable[..., Page], owner: User
) -> None:
    make_styled("Night", 0)
    make_styled("Wave", 1)
    page = page_of(live_server, open_page, owner, "/lab/mix/", **PHONE)
    hold = page.get_by_role("button", name="Hold to see the footage").bounding_box()
    assert hold is not None
    assert hold["height"] >= 44
    slide = page.locator(".mix-part .slide").first.bounding_box()
    percent = page.locator(".mix-part [data-percent]").first.bounding_box()
    assert slide is not None and percent is not None
    assert slide["x"] + slide["width"] == pytest.approx(percent["x"] + percent["width"], abs=1)


def test_where_many_are_mixing_the_picture_comes_a_little_later(
    live_server: LiveServer, open_page: Callable[..., Page], owner: User
) -> None:
    make_styled("Night", 0)
    make_styled("Wave", 1)
    page = page_of(live_server, open_page, owner, "/lab/mix/", failing="503", **PHONE)
    busy = {"status": 503, "content_type": "text/plain", "headers": {"Retry-After": "1"}, "body": "Many mix."}
    page.route("**/lab/mix/still.jpg?*", lambda route: route.fulfill(**busy), times=1)
    page.locator(".mix-part .slide").first.fill("0.9")
    expect(page.locator("#mix-says")).to_have_text("Many mix.")
    expect(page.locator("#mix-says")).to_contain_text("painted in")


def test_the_mix_stays_in_sight_while_one_slides(
    live_server: LiveServer, open_page: Callable[..., Page], owner: User
) -> None:
    make_styled("Night", 0)
    make_styled("Wave", 1)
    page = page_of(live_server, open_page, owner, "/lab/mix/", **PHONE)
    stage = page.locator(".mix-stage")
    page.evaluate("scrollBy(0, 400)")
    box = stage.bounding_box()
    assert box is not None
    assert (box["x"], box["y"], box["width"]) == (0, 0, 390)
    assert box["height"] <= 0.42 * 844 + 1
    expect(page.locator(".mix-part .slide").last).to_be_in_viewport()


def test_on_a_phone_on_its_side_the_mix_stands_beside_its_sliders(
    live_server: LiveServer, open_page: Callable[..., Page], owner: User
) -> None:
    make_styled("Night", 0)
    make_styled("Wave", 1)
    page = page_of(live_server, open_page, owner, "/lab/mix/", **{**PHONE, "size": (844, 390)})
    slide = page.locator(".mix-part .slide").last
    slide.evaluate("one => one.scrollIntoView({ block: 'center' })")
    expect(slide).to_be_in_viewport(ratio=1)
    expect(page.locator(".mix-stage")).to_be_in_viewport(ratio=1)
    box, panel = page.locator(".mix-stage").bounding_box(), page.locator(".panel").bounding_box()
    assert box is not None and panel is not None
    assert box["x"] + box["width"] < panel["x"]
    assert box["width"] / box["height"] < 2, "no wider than the picture"


def test_training_speaks_of_choosing_where_nothing_can_be_dropped(
    live_server: LiveServer, open_page: Callable[..., Page], owner: User
) -> None:
    page = page_of(live_server, open_page, owner, "/lab/train/", **PHONE)
    expect(page.get_by_text("Choose pictures from this device")).to_be_visible()
    expect(page.get_by_text("Drop pictures anywhere")).to_be_hidden()
