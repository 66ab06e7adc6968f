"""Uploads that begin badly or are removed meanwhile, in a real chromium: none is begun twice or unasked."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from dramatiq.brokers.stub import StubBroker
from playwright.sync_api import Locator, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests.gallery.conftest import page_of
from tests.upload.client import TUS, address
from tests.upload.test_quota import give
from videos.models import Upload, Video

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]


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


def test_what_was_removed_elsewhere_is_sent_anew_only_when_that_is_wished(
    live_server: LiveServer,
    open_page: Open,
    owner: User,
    owner_client: Client,
    queue: StubBroker,
    file: Path,
) -> None:
    """What is typed about it meanwhile is not tried for ever, and keeps nobody on the page."""
    page = page_of(live_server, open_page, owner, "/upload/", failing="status of 404")
    held: list[Route] = []
    page.route(re.compile("/uploads/.+"), lambda route: held.append(route), times=1)
    page.set_input_files("#files", file)
    card = page.locator(".file[data-state]")
    expect(card).to_have_attribute("data-state", "sending")
    owner_client.delete(address(Upload.objects.get()), headers=TUS)
    card.get_by_label("Title").fill("Ebb at noon")
    expect(page.locator(".toast")).to_have_text("The words about flight.mp4 cannot be kept. It was removed.")
    held[0].continue_()
    expect(card).to_contain_text("This upload was removed. Press Resume to send it again.")
    expect(card.locator("[data-part=figures]")).to_be_hidden()
    assert page.evaluate("dispatchEvent(new Event('beforeunload', { cancelable: true }))"), "nothing is asked"
    assert not Upload.objects.exists()
    card.get_by_role("button", name="Resume").click()
    expect(card).to_have_attribute("data-state", "reading")
    assert Video.objects.get().title == "Ebb at noon"
