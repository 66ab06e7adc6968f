"""The queue in a real chromium: parts that are asked for anew leave alone what did not change, and what is pressed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories import make_render_row, make_video_row
from tests.gallery.conftest import end_sessions, page_of, sign_in_elsewhere
from videos.models import Render, Video

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]


@pytest.fixture
def render(owner: User) -> Render:
    """A render that waits, beside footage that is being read."""
    make_video_row(
        owner,
        title="Reading",
        state=Video.State.INGESTING,
        source="sources/x.mp4",
        stage="read",
        progress=0.2,
    )
    return make_render_row(make_video_row(owner, title="A flight"), state=Render.State.QUEUED)


def asked_anew(page: Page, times: int = 1) -> None:
    """The page has asked, and had an answer, so many times from now on."""
    for _ in range(times):
        with page.expect_response("**/queue/live/"):
            pass
    page.wait_for_timeout(100)  # what it does with the answer


def test_what_did_not_change_is_left_alone(
    live_server: LiveServer, open_page: Open, owner: User, render: Render
) -> None:
    page = page_of(live_server, open_page, owner, "/queue/")
    Video.objects.filter(title="Reading").update(progress=0.25)
    bar = page.locator("progress")
    expect(bar).to_have_js_property("value", 0.25)
    page.evaluate("document.querySelector('#queue').mark = 'the same element'")
    asked_anew(page, 2)
    assert page.evaluate("document.querySelector('#queue').mark") == "the same element"


def test_focus_stays_on_a_link_though_its_job_changes(
    live_server: LiveServer, open_page: Open, owner: User, render: Render
) -> None:
    page = page_of(live_server, open_page, owner, "/queue/")
    link = page.get_by_role("link", name="A flight")
    link.focus()
    Video.objects.filter(title="Reading").update(progress=0.5)
    expect(page.locator("progress")).to_have_js_property("value", 0.5)
    expect(link).to_be_focused()


def test_a_button_that_is_pressed_stays_until_it_is_let_go(
    live_server: LiveServer, open_page: Open, owner: User, render: Render
) -> None:
    page = page_of(live_server, open_page, owner, "/queue/")
    page.get_by_role("button", name="Pause").hover()
    page.mouse.down()
    Video.objects.filter(title="Reading").update(progress=0.5)
    asked_anew(page, 2)
    page.mouse.up()
    expect(page.locator("#queue")).to_contain_text("resting")
    render.refresh_from_db()
    assert render.state == Render.State.PAUSED
    expect(page.locator(f"#job-{render.ref}")).to_be_focused()


def test_its_buttons_work_after_signing_in_anew(
    live_server: LiveServer, open_page: Open, owner: User, render: Render
) -> None:
    """The token in a form of the page is the newest that the server gave, though nothing else changed."""
    page = page_of(live_server, open_page, owner, "/queue/")
    end_sessions()
    sign_in_elsewhere(page, live_server)
    asked_anew(page)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#queue")).to_contain_text("resting")
