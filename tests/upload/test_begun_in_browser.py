"""Uploads whose beginning goes wrong, in a real chromium: none is begun twice, and none stays that nobody wants."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from dramatiq.brokers.stub import StubBroker
from playwright.sync_api import Locator, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests.gallery.conftest import page_of
from tests.upload.test_quota import give
from videos.models import Upload

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Some bytes."""
    path = tmp_path / "flight.mp4"
    path.write_bytes(bytes(300_000))
    return path


def choose_and_hold(page: Page, file: Path) -> tuple[Locator, list[Route]]:
    """The card of a file that is chosen, and the request that would begin its upload."""
    held: list[Route] = []
    page.route("**/uploads/", lambda route: held.append(route), times=1)
    with page.expect_request("**/uploads/"):
        page.set_input_files("#files", file)
    return page.locator(".file[data-state]"), held


def test_a_beginning_whose_answer_is_lost_is_asked_for_again_and_takes_room_once(
    live_server: LiveServer, open_page: Open, owner: User, queue: StubBroker, file: Path
) -> None:
    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    give(owner, 500_000)
    page = page_of(live_server, open_page, owner, "/upload/", failing="Failed to load")
    page.route("**/uploads/", lose, times=1)
    page.set_input_files("#files", file)
    expect(page.locator(".file[data-state]")).to_have_attribute("data-state", "reading")
    assert Upload.objects.count() == 1


def test_who_cancels_or_pauses_while_an_upload_begins_leaves_none_behind(
    live_server: LiveServer, open_page: Open, owner: User, queue: StubBroker, file: Path
) -> None:
    page = page_of(live_server, open_page, owner, "/upload/")
    card, held = choose_and_hold(page, file)
    card.get_by_role("button", name="Cancel").click()
    expect(card).to_contain_text("Being removed")
    held[0].continue_()
    expect(card).to_have_count(0)
    assert not Upload.objects.exists()
    card, held = choose_and_hold(page, file)
    card.get_by_role("button", name="Pause").click()
    card.get_by_role("button", name="Resume").click()
    held[0].continue_()
    expect(card).to_have_attribute("data-state", "reading")
    assert Upload.objects.count() == 1
