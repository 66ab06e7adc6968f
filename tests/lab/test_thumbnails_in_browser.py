"""Strips and lists on a phone: their pictures come no larger than a screen of three pixels a point shows them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.factories import make_render, make_video
from tests.gallery.conftest import page_of
from tests.styled import make_styled
from videos.models import Video
from videos.small import TINY

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIDES = """async (kinds) => {
  const pictures = [...document.querySelectorAll(kinds)];
  for (const one of pictures) one.loading = 'eager';
  await Promise.all(pictures.map((one) => one.decode()));
  return pictures.map((one) => Math.max(one.naturalWidth, one.naturalHeight));
}"""


@pytest.fixture
def footage(owner: User) -> Video:
    """Footage that is larger than any picture in a list."""
    return make_video(owner, frames=24, width=1280, height=720)


def test_those_of_the_mixing_desk(
    live_server: LiveServer, open_page: Callable[..., Page], owner: User, footage: Video
) -> None:
    make_styled("Night", 0)
    make_styled("Wave", 1)
    page = page_of(live_server, open_page, owner, "/lab/mix/", size=(390, 844))
    drawn = page.evaluate(SIDES, ".mix-frames img, .mix-part img")
    page.goto(f"{live_server.url}/lab/mix/?video={footage.ref}")
    filmed = page.evaluate(SIDES, ".mix-frames img")
    assert len(drawn) == 5
    assert filmed
    assert max(*drawn, *filmed) <= TINY


def test_those_of_the_lab_the_queue_and_the_footage(
    live_server: LiveServer, open_page: Callable[..., Page], owner: User, footage: Video
) -> None:
    make_render(footage)
    page = page_of(live_server, open_page, owner, "/queue/", size=(390, 844))
    for path in ("/queue/", f"/v/{footage.ref}/lab/", footage.get_absolute_url()):
        page.goto(live_server.url + path)
        sides = page.evaluate(SIDES, ".job .pic img, .strip img, .pick .im img")
        assert sides and max(sides) <= TINY, path
