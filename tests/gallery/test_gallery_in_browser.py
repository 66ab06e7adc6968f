"""The gallery in a real chromium: the slices of its cards, and what is left without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from rotoscope.common.alone import alone
from tests.factories import make_filter, make_render_row, make_video_row
from tests.gallery.conftest import page_of
from videos.models import Collection, ShareLink
from videos.pipeline.sample import DRAWING

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DRAG = """(card, [from, to]) => {
  const box = card.getBoundingClientRect();
  const touch = (kind, share) => card.dispatchEvent(new PointerEvent(kind, {
    bubbles: true, pointerType: 'touch', clientX: box.left + share * box.width, clientY: box.top + 9,
  }));
  touch('pointerover', from);
  touch('pointerdown', from);
  touch('pointermove', to);
}"""


@pytest.mark.parametrize(("goal", "named"), [(1.2, "Wave"), (0.5, "Night"), (-0.2, "Original")])
def test_a_finger_opens_the_slice_it_is_dragged_to_also_past_the_edge(
    live_server: LiveServer,
    open_page: Callable[..., Page],
    owner: User,
    goal: float,
    named: str,
) -> None:
    video = make_video_row(owner, poster="posters/p.jpg")
    for name in ("Night", "Wave"):
        make_render_row(video, make_filter(name=name), poster="posters/r.jpg")
    page = open_page(live_server.url, failing="404")  # there are no pictures
    card = page.locator(".cards .spectrum")
    card.evaluate(DRAG, [0.4, goal])
    expect(card.locator(".open")).to_have_text(named)


def test_on_a_phone_what_is_chosen_is_in_sight_and_nothing_is_wider_than_it(
    live_server: LiveServer, open_page: Callable[..., Page], owner: User
) -> None:
    tags = [f"a tag of words {number}" for number in range(8)]
    video = make_video_row(owner, title="W" * 90, tags=tags)
    ShareLink.make(owner, video)
    page = page_of(live_server, open_page, owner, "/shares/", size=(390, 844), color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.goto(f"{live_server.url}/?tag={tags[-1]}")
    expect(page.get_by_role("navigation", name="Tags").locator("[aria-current]")).to_be_in_viewport(ratio=1)
    colours = "() => [...document.querySelectorAll('meta[name=theme-color]')].map((one) => [one.content, one.media])"
    either = page.evaluate(colours)
    assert len(either) == 2
    page.locator(".bar details.menu summary").last.click()
    page.get_by_role("button", name="Light").click()
    assert page.evaluate(colours) == [["#f6f3ed", ""]]
    page.get_by_role("button", name="System").click()
    assert page.evaluate(colours) == either


@pytest.mark.parametrize("size", [(390, 700), (1440, 900)])
def test_what_is_amiss_in_a_dialog_is_said_where_it_is_seen(
    live_server: LiveServer, open_page: Callable[..., Page], owner: User, size: tuple[int, int]
) -> None:
    for number in range(12):
        Collection.objects.create(owner=owner, title=f"Coasts {number}", visibility="public")
    page = page_of(live_server, open_page, owner, "/collections/", size=size, failing="422")
    page.get_by_role("button", name="New collection").click()
    page.get_by_label("Title").fill("   ")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_text("This field is required")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_a_collection_is_made_without_script(
    live_server: LiveServer, open_page: Callable[..., Page], owner: User
) -> None:
    page = page_of(live_server, open_page, owner, "/collections/", java_script_enabled=False)
    expect(page.get_by_role("button", name="New collection")).to_be_hidden()
    page.get_by_label("Title").fill("Coasts")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("heading", name="Coasts")).to_be_visible()
    assert Collection.objects.get().owner == owner


def test_without_script_a_comparison_has_no_form_that_would_save_something_else(
    live_server: LiveServer, open_page: Callable[..., Page], owner: User
) -> None:
    """What is looked at is told by the page's script; sharing has a page of its own."""
    make_render_row(make_video_row(owner))
    video = owner.videos.get()
    for path in (f"{video.get_absolute_url()}compare/", video.get_absolute_url()):
        page = page_of(live_server, open_page, owner, path, failing="404", java_script_enabled=False)
        expect(page.locator("dialog").locator("visible=true")).to_have_count(0)


def test_signing_in_is_in_sight_and_the_menu_beside_it_closes_when_the_keyboard_goes_on(
    live_server: LiveServer, open_page: Callable[..., Page]
) -> None:
    page = open_page(live_server.url)
    expect(page.locator(".bar .sign-in")).to_have_attribute("href", "/accounts/login/?next=/")
    menu = page.locator(".bar details.menu")
    menu.locator("summary").press("Enter")
    page.keyboard.press("Tab")
    expect(menu.get_by_role("link", name="Sign in")).to_be_focused()
    expect(menu).to_have_attribute("open", "")
    page.locator(".foot a").first.focus()
    expect(menu).not_to_have_attribute("open", "")


def test_the_sample_flight_of_a_first_start_appears_by_itself(
    live_server: LiveServer, open_page: Callable[..., Page], staff: User
) -> None:
    page = open_page(live_server.url, failing="404")  # there are no pictures
    expect(page.get_by_role("heading", name="The room is dark and the table is empty")).to_be_visible()
    with alone(DRAWING, staff.pk):
        expect(page.get_by_role("heading", name="The first flight is on the table")).to_be_visible()
        make_video_row(staff, title="Sample flight")
    expect(page.get_by_role("heading", name="Sample flight")).to_be_visible()
    expect(page.locator("[data-live]")).to_have_count(0)
