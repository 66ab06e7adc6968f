"""Every page passes axe-core's rules for WCAG 2.2 AA and its best practice, wide and on a phone, in a real chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.factories import make_render, make_video
from tests.gallery.conftest import page_of
from tests.styled import make_styled
from videos.models import Collection, Comparison, ShareLink, Visibility
from videos.pipeline import removal

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
SIZES = {"wide": (1440, 900), "phone": (390, 844)}


@pytest.fixture
def owner(transactional_db: None) -> User:
    """Olga."""
    return User.objects.create_user("olga", password="olga's password", is_staff=True)


@pytest.fixture
def addresses(owner: User) -> list[str]:
    """Every kind of page, with something on it."""
    night = make_styled("Night", 0)
    video = make_video(owner, title="Low tide", frames=24)
    render = make_render(video)
    comparison = Comparison.objects.create(video=video, owner=owner, title="Both")
    comparison.items.create(position=0, render=None)
    comparison.items.create(position=1, render=render)
    collection = Collection.objects.create(owner=owner, title="For snow", visibility=Visibility.PUBLIC)
    collection.add(render=render)
    collection.add(comparison=comparison)
    _, token = ShareLink.make(owner, render)
    deleted = Collection.objects.create(owner=owner, title="For rain")
    removal.put_away(deleted)
    footage = video.get_absolute_url()
    return [
        *("/", "/?q=tide", "/?q=nothing", "/collections/", "/filters/", "/filters/figures/", "/lab/", "/lab/train/"),
        *("/lab/mix/", "/queue/", "/shares/", "/upload/", "/people/olga/", "/no-such-page/", "/api/docs"),
        *(footage, f"{footage}compare/", f"{footage}compare/?layout=grid", f"{footage}lab/", f"{footage}contact/"),
        *(f"{footage}edit/", render.get_absolute_url(), comparison.get_absolute_url()),
        *("/removed/", f"/removed/collection/{deleted.ref}/delete/", f"{footage}delete/"),
        *(collection.get_absolute_url(), night.get_absolute_url(), f"/s/{token}/"),
    ]  # fmt: skip


def violations(page: Page) -> Iterator[str]:
    """What axe-core finds on the page, a line for each place."""
    for one in Axe().run(page, options=RULES).response["violations"]:
        for node in one["nodes"]:
            yield f"{page.url}: {one['help']} ({one['id']}): {node['html'][:200]}"


@pytest.mark.parametrize("size", SIZES)
def test_pages_of_whoever_is_signed_in(
    live_server: LiveServer, open_page: Open, owner: User, addresses: list[str], size: str
) -> None:
    page = page_of(
        live_server, open_page, owner, "/", size=SIZES[size], failing="404", reduced_motion="reduce"
    )
    found: list[str] = []
    for address in addresses:
        page.goto(live_server.url + address)
        found.extend(violations(page))
    assert found == []


def test_pages_of_a_visitor(live_server: LiveServer, open_page: Open, addresses: list[str]) -> None:
    page = open_page("about:blank", failing="404", reduced_motion="reduce")
    found: list[str] = []
    for address in [*addresses, "/accounts/login/", "/accounts/signup/"]:
        page.goto(live_server.url + address)
        found.extend(violations(page))
    assert found == []
