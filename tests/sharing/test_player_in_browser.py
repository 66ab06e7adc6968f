"""The player for other people's pages in a real chromium: two films under a wipe, in step."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.urls import reverse
from playwright.sync_api import Locator, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from filters.models import Filter
from tests.clips import Picture, draw_clip, number_of, numbered_picture
from tests.factories import make_filter, make_render_row, make_video
from videos.models import Comparison, ComparisonItem, Render

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]
FRAMES, FIRST = 48, 20
ROW = """(video) => {  // of the blocks that carry the number
  const canvas = document.createElement('canvas');
  const { videoWidth: width, videoHeight: height } = video;
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0);
  return [...context.getImageData(0, Math.round(height / 6), width, 1).data];
}"""


def part(number: int, width: int, height: int) -> Picture:
    """Pictures that carry the numbers of the footage from FIRST on."""
    return numbered_picture(number + FIRST, width, height)


@pytest.fixture
def painted(owner: User, tmp_path: Path) -> Render:
    """A render of public footage from its frame FIRST on; here it looks as the footage does."""
    video = make_video(owner, frames=FRAMES)
    render = make_render_row(video, make_filter(name="Night"), start_frame=FIRST)
    film = draw_clip(tmp_path / "part.mp4", frames=FRAMES - FIRST, picture=part)
    render.output.save("part.mp4", ContentFile(film.read_bytes()))
    return render


def embedded(live_server: LiveServer, *sides: Render | None, video: Render, **view: object) -> str:
    """The address of the player of a comparison; `view` is what was saved of how it is looked at."""
    made = Comparison.objects.create(
        video=video.video, owner=video.owner, title="Two", visibility="public", view=view
    )
    for position, side in enumerate(sides):
        ComparisonItem.objects.create(comparison=made, position=position, render=side)
    return live_server.url + reverse("embed", args=["comparison", made.ref])


def number(film: Locator) -> int:
    row = np.array(film.evaluate(ROW), np.uint8).reshape(1, -1, 4)
    return number_of(np.repeat(row[..., :3], 12, axis=0))


def numbers(page: Page) -> list[int]:
    return [number(film) for film in page.locator("video").all()]


def wait(page: Page, condition: Callable[[list[int]], bool], what: str) -> None:
    for _ in range(300):
        if condition(numbers(page)):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never {what}: {numbers(page)}")


@pytest.mark.parametrize("turned", [False, True])
def test_a_render_of_a_part_is_in_step_with_the_footage(
    live_server: LiveServer, open_page: Open, painted: Render, turned: bool
) -> None:
    sides = (painted, None) if turned else (None, painted)
    page = open_page(embedded(live_server, *sides, video=painted))
    wait(page, lambda shown: shown == [FIRST, FIRST], "on its first frame")
    seen = []
    page.get_by_role("button", name="Play").click()
    for _ in range(30):
        page.wait_for_timeout(100)
        seen.append(number(page.locator("video").first))
    assert min(seen) >= FIRST and len(set(seen)) > 5, seen
    assert any(later < sooner for sooner, later in itertools.pairwise(seen)), "it came round"
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    wait(page, lambda shown: shown[0] == shown[1] >= FIRST, "stopped on one frame")


def test_posters_stand_for_the_films_until_somebody_presses_something(
    live_server: LiveServer, open_page: Open, painted: Render
) -> None:
    video = painted.video
    whole = make_render_row(video, make_filter(name="Day"))
    for field, name, source in (
        (whole.output, "f.mp4", video.footage),
        (whole.poster, "p.jpg", video.poster),
    ):
        with source.open() as file:
            field.save(name, ContentFile(file.read()))
    page = open_page("about:blank")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(embedded(live_server, None, whole, video=whole))
    expect(page.locator("video[controls]")).to_have_count(0)  # the script is there
    page.wait_for_load_state("networkidle")
    assert {address.rpartition(".")[2] for address in asked if "/media/" in address} == {"jpg"}
    page.get_by_role("slider").press("ArrowRight")
    wait(page, lambda shown: shown == [0, 0], "on the first frame of both")
    page.get_by_role("button", name="Play").click()
    wait(page, lambda shown: min(shown) > 4, "playing")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    wait(page, lambda shown: shown[0] == shown[1], "stopped on one frame")


def test_what_a_player_waits_for_is_said_to_be_loading(
    live_server: LiveServer, open_page: Open, painted: Render
) -> None:
    page = open_page("about:blank")
    held: list[Route] = []
    page.route("**/video.mp4", lambda route: held.append(route))
    page.goto(embedded(live_server, painted, None, video=painted))
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause, loading")).to_be_visible()
    for route in held:
        route.continue_()
    page.unroute_all()
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()


def test_the_cut_that_was_saved_is_played(live_server: LiveServer, open_page: Open, painted: Render) -> None:
    first, last = FIRST + 4, FIRST + 12
    saved = {"in": first, "out": last, "t": first + 2, "cut": 30.5}
    page = open_page(embedded(live_server, None, painted, video=painted, **saved))
    wait(page, lambda shown: shown == [first + 2, first + 2], "on the frame that was saved")
    expect(page.get_by_role("slider")).to_have_value("30.5")
    seen = []
    page.get_by_role("button", name="Play").click()
    for _ in range(30):
        page.wait_for_timeout(100)
        seen.append(number(page.locator("video").first))
    assert any(later < sooner for sooner, later in itertools.pairwise(seen)), "it came round"
    assert first <= min(seen) and max(seen) <= last + 1, seen  # the next picture may be on its way at the end


def test_a_film_that_cannot_be_loaded_is_said_to_be_so(
    live_server: LiveServer, open_page: Open, painted: Render
) -> None:
    painted.output.delete()
    page = open_page(embedded(live_server, painted, None, video=painted), failing="404")
    expect(page.locator(".toast")).to_have_text("“Night” cannot be loaded. Reload the page to try again.")
    page.get_by_role("button", name="Play").click()
    other = page.locator("video").nth(1)
    page.wait_for_function("() => document.querySelectorAll('video')[1].currentTime > 1.2")
    assert number(other) > FIRST


def test_long_names_stand_beside_each_other_in_a_small_frame(
    live_server: LiveServer, open_page: Open, painted: Render
) -> None:
    Filter.objects.update(name="Portrait of Madame Cézanne in the conservatory")
    page = open_page(embedded(live_server, painted, painted, video=painted), size=(320, 200))
    boxes = [page.locator(one).bounding_box() for one in (".play", ".tag.l", ".cut", ".tag.r")]
    spans = [(box["x"], box["x"] + box["width"]) for box in boxes if box is not None]
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(spans)), spans


def test_without_script_the_films_stand_beside_each_other(
    live_server: LiveServer, open_page: Open, painted: Render
) -> None:
    page = open_page(embedded(live_server, None, painted, video=painted), java_script_enabled=False)
    boxes = [film.bounding_box() for film in page.locator("video[controls]").all()]
    assert boxes[0] and boxes[1] and boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    for film in page.locator("video[controls]").all():
        expect(film).to_have_css("clip-path", "none")
    expect(page.get_by_role("slider")).to_be_hidden()
