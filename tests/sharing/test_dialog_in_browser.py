"""The dialog that makes a share link, in a real chromium: an address that is shown once stays until it is closed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories import make_video, make_video_row
from tests.gallery.conftest import page_of

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_selecting_the_address_beyond_the_edge_keeps_it(
    live_server: LiveServer, open_page: Callable[..., Page], transactional_db: None
) -> None:
    olga = User.objects.create_user("olga", password="olga's password")
    video = make_video(olga, frames=24)
    page = page_of(live_server, open_page, olga, video.get_absolute_url())
    page.get_by_role("link", name="Share", exact=True).click()
    dialog = page.locator("#share-dialog")
    dialog.get_by_role("button", name="Make a link").click()
    field = dialog.locator("#share-address")
    expect(field).to_have_value(re.compile(r"/s/[\w-]{32}/$"))
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    field.press("Enter")
    page.evaluate("fetch(location)")  # what Enter may have asked for is on its way before this
    assert sent == ["GET"]

    edge, place = dialog.bounding_box(), field.bounding_box()
    assert edge is not None and place is not None
    middle = place["y"] + place["height"] / 2
    field.evaluate("field => field.setSelectionRange(9, 9)")  # what is selected would be dragged elsewhere
    page.mouse.move(place["x"] + place["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(edge["x"] - 60, middle, steps=4)
    page.mouse.up()
    expect(dialog).to_be_visible()
    expect(field).to_have_value(re.compile(r"/s/[\w-]{32}/$"))

    page.mouse.click(edge["x"] - 60, middle)
    expect(dialog).to_be_hidden()


def made_link(live_server: LiveServer, open_page: Callable[..., Page], script: str) -> Page:
    """A phone whose browser is as the script makes it, with the dialog in which a new link stands."""
    olga = User.objects.create_user("olga", password="olga's password")
    video = make_video(olga, frames=24)
    page = page_of(live_server, open_page, olga, "/collections/", size=(390, 844))
    page.add_init_script(script)
    page.goto(f"{live_server.url}{video.get_absolute_url()}")
    page.get_by_role("link", name="Share", exact=True).click()
    page.get_by_role("button", name="Make a link").click()
    expect(page.locator("#share-address")).to_have_value(re.compile(r"/s/[\w-]{32}/$"))
    return page


def test_the_link_is_sent_by_what_the_phone_has(
    live_server: LiveServer, open_page: Callable[..., Page], transactional_db: None
) -> None:
    page = made_link(live_server, open_page, "navigator.share = async (sent) => { window.sent = sent; }")
    send = page.get_by_role("button", name="Send")
    box = send.bounding_box()
    assert box is not None
    assert 0 <= box["x"] < box["x"] + box["width"] <= 390
    send.click()
    assert page.evaluate("window.sent.url") == page.locator("#share-address").input_value()


def test_where_there_is_none_no_button_says_so(
    live_server: LiveServer, open_page: Callable[..., Page], transactional_db: None
) -> None:
    page = made_link(live_server, open_page, "delete Navigator.prototype.share")
    expect(page.get_by_role("button", name="Copy", exact=True)).to_be_visible()
    expect(page.locator("[data-sends]")).to_be_hidden()


def test_without_script_a_link_is_made_and_nothing_offers_to_copy_it(
    live_server: LiveServer, open_page: Callable[..., Page], owner: User
) -> None:
    path = reverse("share-make", args=["video", make_video_row(owner).ref])
    page = page_of(live_server, open_page, owner, path, java_script_enabled=False)
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_label("The link")).to_have_value(re.compile(r"/s/[\w-]{32}/$"))
    expect(page.locator("[data-copies]").locator("visible=true")).to_have_count(0)
