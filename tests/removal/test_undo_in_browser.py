"""Undo and “Recently deleted” in a real browser, with script and without it, by keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser import chromium, open_page
from tests.gallery.conftest import page_of
from tests.removal.conftest import World
from videos.models import Collection, Video

__all__ = ["chromium", "open_page"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_undo_brings_back_what_was_deleted(
    live_server: LiveServer, open_page: Callable[..., Page], owner: User, world: World, script: bool
) -> None:
    path = f"/v/{world.video.ref}/delete/"
    page = page_of(live_server, open_page, owner, path, java_script_enabled=script)
    page.get_by_role("button", name="Delete", exact=True).click()
    said = page.get_by_role("status").filter(has_text="“Low tide” is gone.")
    expect(said).to_be_visible()
    assert not Video.objects.exists()
    undo = said.get_by_role("button", name="Undo")
    for _ in range(30):  # by keyboard alone
        page.keyboard.press("Tab")
        if undo.evaluate("one => one === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="“Low tide” is back.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Low tide")
    assert Video.objects.exists()

    page.goto(live_server.url + world.collection.get_absolute_url())
    if script:
        page.get_by_role("button", name="Edit").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("status").filter(has_text="“For water” is gone.")).to_be_visible()
    page.goto(f"{live_server.url}/removed/")
    page.get_by_role("button", name="Bring back collection “For water”").click()
    expect(page.get_by_role("heading", level=1, name="For water")).to_be_visible()
    assert Collection.objects.exists()
