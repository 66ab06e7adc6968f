"""The gallery in a real chromium: the slices of its cards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories import make_filter, make_render_row, make_video_row

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
