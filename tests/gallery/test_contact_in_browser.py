"""The contact sheet in a real chromium: stills come in by themselves, and nobody is disturbed by that."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.clips import number_of
from tests.factories import make_filter, make_render_row, make_video
from tests.gallery.conftest import page_of
from videos.models import Still, Video

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]


@pytest.fixture
def video(owner: User) -> Video:
    """Her footage, two of whose frames wait to be painted; another filter may be put on the sheet."""
    video = make_video(owner, frames=48)
    night = make_filter(name="Night").current
    make_filter(name="Wave")
    assert night is not None
    for frame in video.frames.all():
        Still.objects.create(video=video, version=night, frame_index=frame.index, height=90)
    assert Still.objects.count() == 2
    return video


def paint(still: Still) -> None:
    """As a worker would: here a still is the frame itself."""
    frame = still.video.frames.get(index=still.frame_index)
    with frame.image.open() as picture:
        still.image.save("still.jpg", ContentFile(picture.read()), save=False)
    still.state = Still.State.FINISHED
    still.save()


def test_stills_come_in_while_more_filters_are_chosen(
    live_server: LiveServer, open_page: Open, owner: User, video: Video
) -> None:
    page = page_of(live_server, open_page, owner, f"{video.get_absolute_url()}contact/")
    expect(page.locator(".cell.waits")).to_have_count(2)
    page.get_by_role("button", name="More filters…").click()
    wave = page.get_by_label("Wave")
    wave.check()
    first, last = Still.objects.order_by("frame_index")
    paint(first)
    expect(page.locator(".cell.waits")).to_have_count(1)
    expect(page.get_by_alt_text("Frame 0 under Night")).to_have_js_property("complete", True)
    expect(wave).to_be_checked()
    expect(wave).to_be_focused()
    paint(last)
    expect(page.locator(".cell.waits")).to_have_count(0)
    expect(page.locator("#more-filters")).to_be_visible()


def test_offline_it_stays_as_it_is_and_goes_on_later(
    live_server: LiveServer, open_page: Open, video: Video
) -> None:
    address = f"{live_server.url}{video.get_absolute_url()}contact/"
    page = open_page(address, failing="ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    for still in Still.objects.all():
        paint(still)
    page.wait_for_timeout(5000)  # it would have looked by now
    expect(page.locator(".cell.waits")).to_have_count(2)
    page.context.set_offline(False)
    expect(page.locator(".cell.waits")).to_have_count(0)


SEEK_SLOWLY = """
const clock = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'currentTime');
Object.defineProperty(HTMLMediaElement.prototype, 'currentTime', {
  get: clock.get,
  set(seconds) { setTimeout(() => clock.set.call(this, seconds), 5500); },
});"""
PIXELS = """(canvas) => {
  const { width, height } = canvas;
  return { width, height, data: [...canvas.getContext('2d').getImageData(0, 0, width, height).data] };
}"""


LOAD_WHAT_PLAYS_ONLY = """
const { addEventListener, play } = HTMLMediaElement.prototype;
const played = new Map();
const playing = (video) => {
  if (!played.has(video)) {
    let wake;
    played.set(video, { woken: new Promise((resolve) => { wake = resolve; }), wake });
  }
  return played.get(video);
};
HTMLMediaElement.prototype.addEventListener = function (kind, heard, ...rest) {
  const late = kind === 'loadeddata' ? (event) => playing(this).woken.then(() => heard(event)) : heard;
  addEventListener.call(this, kind, late, ...rest);
};
HTMLMediaElement.prototype.play = function () {
  playing(this).wake();
  return play.call(this);
};"""


COUNT_PLAYERS = """
window.players = [];
window.most = 0;
const create = document.createElement;
document.createElement = function (name, ...rest) {
  const made = create.call(document, name, ...rest);
  if (name === 'video') {
    players.push(made);
    most = Math.max(most, 1 + players.filter((one) => one.hasAttribute('src')).length);
  }
  return made;
};"""


def test_on_paper_it_is_all_there(live_server: LiveServer, open_page: Open, owner: User) -> None:
    """The sheet scrolls on the screen, and draws what is in sight. It never holds more players than a phone has."""
    video = make_video(owner, frames=24 * 9)
    for name in ("Plain", "Dawn", "Night", "Wave", "Paper", "Quilt", "Chalk", "Linen"):
        render = make_render_row(video, make_filter(name=name))
        with video.footage.open() as film:
            render.output.save("film.mp4", ContentFile(film.read()))
    page = open_page("about:blank", size=(800, 500))
    page.add_init_script(COUNT_PLAYERS)
    page.goto(f"{live_server.url}{video.get_absolute_url()}contact/")
    scroller, cells = page.locator(".sheet-scroll"), page.locator("[data-src] canvas")
    expect(cells.first).to_be_attached()
    hidden = "([s]) => [s.scrollWidth - s.clientWidth, s.scrollHeight - s.clientHeight]"
    assert min(scroller.evaluate_all(hidden)) > 0
    assert cells.count() < page.locator("[data-src]").count()
    page.emulate_media(media="print")
    assert scroller.evaluate_all(hidden) == [0, 0]
    assert page.locator(".sheet th").first.evaluate("(head) => getComputedStyle(head).position") == "static"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(cells).to_have_count(page.locator("[data-src]").count())
    page.wait_for_function("() => !players.some((one) => one.hasAttribute('src'))")
    assert page.evaluate("most") <= 6


@pytest.mark.parametrize("browser", [SEEK_SLOWLY, LOAD_WHAT_PLAYS_ONLY], ids=["slow line", "phone"])
def test_each_cell_shows_its_own_frame(
    live_server: LiveServer, open_page: Open, video: Video, browser: str
) -> None:
    render = make_render_row(video, make_filter(name="Plain"))
    with video.footage.open() as film:
        render.output.save("film.mp4", ContentFile(film.read()))
    page = open_page("about:blank")
    page.add_init_script(browser)
    page.goto(f"{live_server.url}{video.get_absolute_url()}contact/")
    cells = page.locator("a.cell canvas")
    expect(cells).to_have_count(2)
    shots = [cell.evaluate(PIXELS) for cell in cells.all()]
    pictures = [np.array(one["data"], np.uint8).reshape(one["height"], one["width"], 4) for one in shots]
    assert [number_of(picture[..., :3]) for picture in pictures] == [
        frame.index for frame in video.frames.order_by("index")
    ]
