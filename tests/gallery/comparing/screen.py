"""What the compare player says of itself, and what is on its screen.

Every picture of the clip carries its number, so what is on the screen is read from the pixels.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from django.core.files.base import ContentFile
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.clips import number_of
from tests.factories import make_filter, make_render_row
from videos.models import Render, Video

Open = Callable[..., Page]
FRAMES = 72
STATUS = "document.querySelector('rs-compare').status()"
PIXELS = """() => [...document.querySelectorAll('.pane:not(.hidden)')]
  .sort((a, b) => a.style.order - b.style.order).map((pane) => {
    const video = pane.querySelector('video');
    const canvas = document.createElement('canvas');
    canvas.width = video.videoWidth; canvas.height = video.videoHeight;
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0);
    return { ref: pane.dataset.ref, width: canvas.width, height: canvas.height,
             data: [...context.getImageData(0, 0, canvas.width, canvas.height).data] };
  })"""


def add_render(video: Video, film: Path, name: str) -> Render:
    """One more finished render of the whole footage, after those that are there."""
    render = make_render_row(video, make_filter(name=name))
    render.finished_at = timezone.now() + timedelta(seconds=Render.objects.count())
    render.output.save("film.mp4", ContentFile(film.read_bytes()))
    return render


def status(page: Page) -> dict[str, Any]:
    said: dict[str, Any] = page.evaluate(STATUS)
    return said


def wait(page: Page, condition: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
    """Ask until `condition` holds; a minute at most."""
    for _ in range(600):
        said = status(page)
        if condition(said):
            return said
        page.wait_for_timeout(100)
    raise AssertionError(f"never {what}: {status(page)}")


def settled(frame: int) -> Callable[[dict[str, Any]], bool]:
    return lambda said: said["frame"] == frame and set(said["frames"]) == {frame}


def play_slowly(page: Page, start: int, beyond: int) -> None:
    """Play at a quarter of the speed from `start`, where it stands, until a frame after `beyond` is shown."""
    wait(page, settled(start), "ready")
    page.select_option("select[data-act=speed]", "0.25")
    page.click("[data-act=play]")
    wait(page, lambda said: said["playing"] and said["frame"] > beyond, "playing")


def numbers(page: Page) -> list[int]:
    """The numbers that the pictures on the screen carry."""
    found = []
    for shot in page.evaluate(PIXELS):
        picture = np.array(shot["data"], dtype=np.uint8).reshape(shot["height"], shot["width"], 4)[..., :3]
        found.append(number_of(picture, inverted=shot["ref"] != "o"))
    return found


def compare(live_server: LiveServer, video: Video, query: str = "") -> str:
    return f"{live_server.url}{video.get_absolute_url()}compare/{query}"


def query_of(page: Page) -> dict[str, list[str]]:
    page.wait_for_timeout(600)  # the address is written a moment after the last change
    return parse_qs(urlsplit(page.url).query)
