"""The session ends while a page is open: the page for signing in is never taken for an answer."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from dramatiq.brokers.stub import StubBroker
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories import make_filter, make_render_row, make_video
from tests.gallery.conftest import end_sessions, page_of, sign_in_elsewhere
from tests.styled import make_styled
from videos.models import Render, Still, Video

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]
SIGNED_OUT = "You are signed out."


@pytest.fixture
def video(owner: User) -> Video:
    """Her footage, with one filter to paint it."""
    make_filter("night", name="Night")
    return make_video(owner, frames=24)


def test_the_lab_says_so_and_goes_on_after_signing_in(
    live_server: LiveServer, open_page: Open, owner: User, video: Video, queue: StubBroker
) -> None:
    page = page_of(live_server, open_page, owner, f"/v/{video.ref}/lab/?frame=0")
    tile = page.locator(".tile[data-slug=night]")
    expect(tile).to_have_attribute("data-state", "painting")
    end_sessions()
    expect(tile).to_have_attribute("data-state", "failed")
    expect(tile).to_contain_text(SIGNED_OUT)
    page.locator("#pick-night").press("Space")
    expect(page.locator(".lab-go .estimate")).to_contain_text(SIGNED_OUT)
    assert page.locator("[name=password]").count() == 0

    sign_in_elsewhere(page, live_server)
    tile.get_by_role("button", name="Try again").click()
    expect(tile).to_have_attribute("data-state", "painting")
    assert Still.objects.filter(state=Still.State.QUEUED).exists()
    page.locator("#strength").fill("0.5")
    expect(page.locator(".lab-go .estimate")).to_contain_text("images to paint")


def test_what_was_chosen_in_the_lab_outlives_a_reload_and_the_session(
    live_server: LiveServer, open_page: Open, owner: User, video: Video, queue: StubBroker
) -> None:
    make_filter("paper", name="Paper")
    page = page_of(live_server, open_page, owner, f"/v/{video.ref}/lab/", failing="404")
    night, paper = page.locator("#pick-night"), page.locator("#pick-paper")
    night.press("Space")
    page.locator("#strength").fill("0.5")
    page.get_by_label("Keep the original colours").press("Space")
    page.locator("#range-stop").fill("12")
    page.get_by_role("link", name="Subtle").click()
    page.wait_for_url("**/lab/?*filter=night*")
    page.reload()
    expect(night).to_be_checked()
    expect(paper).not_to_be_checked()
    expect(page.locator("#strength")).to_have_value("0.5")
    expect(page.get_by_label("Keep the original colours")).to_be_checked()
    expect(page.locator("#range-says")).to_have_text("00:00.000 – 00:00.500")
    expect(page.locator(".tags [aria-current]")).to_have_text("Subtle")

    end_sessions()
    paper.evaluate("box => box.click()")
    page.locator(".lab-go .start").click()
    expect(page.locator(".messages")).to_contain_text("nothing was done")
    page.fill("[name=username]", "olga")
    page.fill("[name=password]", "olga's password")
    page.click("main form button")
    page.wait_for_url("**/lab/?*")
    expect(night).to_be_checked()
    expect(paper).to_be_checked()

    end_sessions()
    sign_in_elsewhere(page, live_server)
    page.locator(".lab-go .start").click()
    page.wait_for_url("**/queue/")
    made = Render.objects.values_list("version__filter__slug", "strength", "keep_colours", "stop_frame")
    assert sorted(made) == [("night", Decimal("0.5"), True, 12), ("paper", Decimal("0.5"), True, 12)]


def test_a_share_link_is_made_after_signing_in_anew(
    live_server: LiveServer, open_page: Open, owner: User, video: Video
) -> None:
    page = page_of(live_server, open_page, owner, video.get_absolute_url())
    page.get_by_role("link", name="Share", exact=True).click()
    dialog = page.locator("#share-dialog")
    end_sessions()
    dialog.get_by_role("button", name="Make a link").click()
    expect(dialog.locator(".toast")).to_contain_text(SIGNED_OUT)
    sign_in_elsewhere(page, live_server)
    dialog.get_by_role("button", name="Make a link").click()
    expect(dialog.locator("#share-address")).to_be_visible()


def test_the_mixing_desk_says_why_it_stands_still(
    live_server: LiveServer, open_page: Open, owner: User
) -> None:
    make_styled("Night", 0)
    make_styled("Wave", 1)
    page = page_of(live_server, open_page, owner, "/lab/mix/", failing="ERR_INTERNET_DISCONNECTED")
    says = page.locator("#mix-says")
    slide = page.locator(".mix-part .slide").first
    page.context.set_offline(True)
    slide.fill("0.3")
    expect(says).to_contain_text("no connection to the server")
    page.context.set_offline(False)
    end_sessions()
    slide.fill("0.4")
    expect(says).to_contain_text(SIGNED_OUT)


def test_what_was_mixed_outlives_taking_one_out_a_reload_and_the_session(
    live_server: LiveServer, open_page: Open, owner: User
) -> None:
    for at, name in enumerate(("Night", "Paper", "Wave")):
        make_styled(name, at)
    page = page_of(live_server, open_page, owner, "/lab/mix/?with=night&with=paper&with=wave")
    slides, frames = page.locator(".mix-part .slide"), page.locator(".mix-frames input")
    slides.nth(0).fill("0.9")
    slides.nth(1).fill("0.1")
    frames.nth(2).evaluate("one => one.click()")
    page.locator("[name=name]").fill("Night paper")
    page.get_by_role("link", name="Take Wave out").click()
    expect(slides).to_have_count(2)

    def is_kept(first: str) -> None:
        expect(slides.nth(0)).to_have_value(first)
        expect(slides.nth(1)).to_have_value("0.1")
        expect(frames.nth(2)).to_be_checked()
        expect(page.locator("[name=name]")).to_have_value("Night paper")

    is_kept("0.9")
    slides.nth(0).fill("0.7")
    page.wait_for_url("**part=night%3A0.7*")
    page.reload()
    is_kept("0.7")

    end_sessions()
    slides.nth(0).fill("0.8")
    page.get_by_role("button", name="Keep it as a draft").click()
    expect(page.locator(".messages")).to_contain_text("nothing was done")
    page.fill("[name=username]", "olga")
    page.fill("[name=password]", "olga's password")
    page.click("main form button")
    page.wait_for_url("**/lab/mix/?*")
    is_kept("0.8")


def test_the_queue_says_so_and_goes_on_after_signing_in(
    live_server: LiveServer, open_page: Open, owner: User, video: Video
) -> None:
    render = make_render_row(video, state=Render.State.QUEUED)
    page = page_of(live_server, open_page, owner, "/queue/")
    expect(page.locator("#queue")).to_contain_text("next in line")
    end_sessions()
    expect(page.locator(".toast")).to_contain_text(SIGNED_OUT)
    sign_in_elsewhere(page, live_server)
    Render.objects.filter(pk=render.pk).update(state=Render.State.PAUSED)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # as one comes back to the tab
    expect(page.locator("#queue")).to_contain_text("resting")


def test_a_form_comes_back_to_its_page_after_signing_in(
    live_server: LiveServer, open_page: Open, owner: User, video: Video
) -> None:
    page = page_of(live_server, open_page, owner, f"{video.get_absolute_url()}compare/?layout=loupe&t=7")
    page.get_by_role("button", name="Save", exact=True).click()
    end_sessions()
    page.locator("#save-comparison").get_by_role("button", name="Save").click()
    expect(page.locator(".messages")).to_contain_text("nothing was done")
    page.fill("[name=username]", "olga")
    page.fill("[name=password]", "olga's password")
    page.click("main form button")
    page.wait_for_url(lambda address: "/compare/?layout=loupe" in address)
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator("#save-comparison").get_by_role("button", name="Save").click()
    page.wait_for_url("**/c/*/**")
    assert video.comparisons.get().layout == "loupe"
