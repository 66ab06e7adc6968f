"""The compare player in a real chromium, on real H.264 over real Range requests.

Every picture of the clip carries its number, so what is on the screen is read from the pixels and held against
what the player says it measured.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.utils import timezone
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests.clips import draw_clip, number_of, numbered_picture
from tests.factories import make_filter, make_render_row, make_video_row
from tests.gallery.conftest import page_of
from videos.media.encode import SegmentWriter
from videos.models import Render, Video

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

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


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Three seconds of numbered pictures, and their negatives written as renders are."""
    folder = tmp_path_factory.mktemp("clips")
    negative = folder / "negative.mp4"
    with SegmentWriter(negative, 160, 90, Fraction(24)) as writer:
        for number in range(FRAMES):
            writer.write(255 - numbered_picture(number))
    return draw_clip(folder / "clip.mp4", frames=FRAMES, audio=True), negative


@pytest.fixture
def video(transactional_db: None, clips: tuple[Path, Path]) -> Video:
    """Footage with two finished renders, which show it as negatives."""
    owner = User.objects.create_user("olga", password="olga's password")
    made = make_video_row(owner, title="Numbers", frame_count=FRAMES, has_audio=True)
    footage, negative = clips
    made.footage.save("clip.mp4", ContentFile(footage.read_bytes()))
    for name in ("One", "Two"):
        add_render(made, negative, name)
    return made


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


def test_every_step_shows_the_same_frame_everywhere(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    page = open_page(compare(live_server, video, "?layout=grid&t=10"))
    wait(page, settled(10), "at frame 10")
    for key, frame in (("ArrowRight", 11), ("ArrowRight", 12), ("ArrowLeft", 11), ("Shift+ArrowRight", 35)):
        page.keyboard.press(key)
        wait(page, settled(frame), f"at frame {frame}")
        assert numbers(page) == [frame] * 3
    for key, frame in (("Home", 0), ("End", FRAMES - 1)):
        page.keyboard.press(key)
        wait(page, settled(frame), f"at frame {frame}")
        assert numbers(page) == [frame] * 3


def test_it_plays_in_step_and_stops_on_one_frame(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    page = open_page(compare(live_server, video, "?t=0"))
    wait(page, settled(0), "at the beginning")
    page.keyboard.press("Space")
    wait(page, lambda said: said["playing"] and said["frame"] > 4, "playing")
    drifts: list[int] = []
    for _ in range(400):  # a machine with other work finds its pace first
        page.wait_for_timeout(100)
        drifts.append(status(page)["drift"])
        if len(drifts) >= 10 and not any(drifts[-10:]):
            break
    assert not any(drifts[-10:]), f"never a second in step: {drifts}"
    page.keyboard.press("Space")
    said = wait(
        page, lambda said: not said["playing"] and set(said["frames"]) == {said["frame"]}, "stopped in step"
    )
    assert numbers(page) == [said["frame"]] * 2


def test_it_goes_on_from_where_the_filmstrip_is_clicked(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    """And stays there: what the click interrupted is over."""
    page = open_page(compare(live_server, video, "?t=40"), reduced_motion="reduce")
    wait(page, settled(40), "ready")
    page.select_option("select[data-act=speed]", "0.25")
    page.click("[data-act=play]")
    wait(page, lambda said: said["playing"] and said["frame"] > 41, "playing")
    box = page.locator("[data-track]").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.1, box["y"] + 20)
    seen = []
    for _ in range(60):  # longer than a picture is waited for
        page.wait_for_timeout(100)
        seen.append(status(page)["frame"])
    assert seen == sorted(seen), seen
    assert seen[0] < 15 < seen[-1]


def held_back(page: Page, render: Render) -> list[Route]:
    """The requests for a render's film, which are not answered from now on."""
    held: list[Route] = []
    page.route(f"**/media/render/{render.ref}/video.mp4", lambda route: held.append(route))
    return held


def let_go(page: Page, held: list[Route]) -> None:
    for route in held:
        route.continue_()
    page.unroute_all()


def test_quick_changes_show_the_frame_under_the_last_filter(
    live_server: LiveServer, video: Video, clips: tuple[Path, Path], open_page: Open
) -> None:
    """Also while the film of the one before is still on its way."""
    add_render(video, clips[1], "Three")
    page = open_page(compare(live_server, video, "?t=30"))
    wait(page, settled(30), "ready")
    held = held_back(page, Render.objects.get(version__filter__name="Two"))
    page.keyboard.press("3")
    page.keyboard.press("4")
    wait(page, settled(30), "at the frame")
    assert numbers(page) == [30, 30]
    let_go(page, held)


def test_space_stops_it_while_another_filter_is_loading(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    page = open_page(compare(live_server, video, "?t=5"))
    wait(page, settled(5), "ready")
    page.keyboard.press("Space")
    wait(page, lambda said: said["playing"] and said["frame"] > 6, "playing")
    held = held_back(page, Render.objects.get(version__filter__name="Two"))
    page.keyboard.press("3")
    assert status(page)["playing"] is True
    expect(page.locator(".loading")).to_be_visible()
    page.keyboard.press("Space")
    assert status(page)["playing"] is False
    let_go(page, held)
    said = wait(page, lambda said: set(said["frames"]) == {said["frame"]}, "stopped in step")
    page.wait_for_timeout(500)
    assert status(page)["frames"] == said["frames"]


def test_the_others_play_where_the_first_cannot_be_loaded(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    one = Render.objects.get(version__filter__name="One")
    one.output.delete()
    page = open_page(compare(live_server, video, f"?a={one.ref}&b=o&t=5"), failing="404")
    wait(page, lambda said: said["frames"] == [None, 5], "ready")
    page.keyboard.press("Space")
    wait(page, lambda said: said["playing"] and said["frame"] > 12, "playing")
    page.keyboard.press("Space")
    said = wait(page, lambda said: said["frames"] == [None, said["frame"]], "stopped")
    assert not said["playing"] and said["pace"] == 1


def test_all_wait_for_one_whose_pictures_are_on_their_way(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    page = open_page(compare(live_server, video, "?t=5"))
    wait(page, settled(5), "ready")
    page.keyboard.press("Space")
    wait(page, lambda said: said["playing"] and said["frame"] > 6, "playing")
    second = "document.querySelector('.pane[data-side=b] video')"
    page.evaluate(f"Object.defineProperty({second}, 'readyState', {{ value: 2, configurable: true }})")
    expect(page.locator(".loading")).to_be_visible()
    at = status(page)
    page.wait_for_timeout(500)
    assert status(page)["frame"] == at["frame"] and at["playing"]
    page.evaluate(f"delete {second}.readyState; {second}.dispatchEvent(new Event('canplay'))")
    expect(page.locator(".loading")).to_be_hidden()
    wait(page, lambda said: said["playing"] and said["frame"] != at["frame"], "going on")


LOAD_WHAT_PLAYS_ONLY = """(video) => {
  Object.defineProperty(video, 'readyState', { value: 1, configurable: true });
  video.play = () => { delete video.readyState; delete video.play; return video.play(); };
}"""


def test_it_plays_where_a_browser_loads_only_what_it_is_told_to_play(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    """As on phones."""
    page = open_page(compare(live_server, video, "?t=5"))
    wait(page, settled(5), "ready")
    page.locator(".pane[data-side=b] video").evaluate(LOAD_WHAT_PLAYS_ONLY)
    page.keyboard.press("Space")
    wait(page, lambda said: said["playing"] and min(said["frames"]) > 8, "playing")
    wait(page, lambda said: said["playing"] and len(set(said["frames"])) == 1, "in step")


def test_it_catches_up_at_the_slowest_speed_too(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    """Browsers refuse rates below a sixteenth."""
    page = open_page(compare(live_server, video, "?t=10"))
    wait(page, settled(10), "ready")
    page.select_option("select[data-act=speed]", "0.1")
    page.click("[data-act=play]")
    wait(page, lambda said: said["playing"] and said["frame"] > 10, "playing")
    page.evaluate(
        """() => {
          const { clock } = document.querySelector('rs-compare');
          clock.pace = 0.65;
          clock.tracks[1].jump(clock.leader.time + 0.19);
        }"""
    )
    at = status(page)["frame"]
    wait(page, lambda said: said["frame"] > at + 5 and len(set(said["frames"])) == 1, "going on in step")


def test_it_loops_over_a_range(live_server: LiveServer, video: Video, open_page: Open) -> None:
    page = open_page(compare(live_server, video, "?in=20&out=32&t=20"))
    wait(page, settled(20), "at the mark")
    page.keyboard.press("Space")
    said = []
    for _ in range(60):
        page.wait_for_timeout(80)
        said.append(status(page))
    seen = [one["frame"] for one in said]
    assert min(seen) == 20, seen
    assert any(later < sooner for sooner, later in itertools.pairwise(seen)), "it came round"
    assert len({frame for frame in seen if frame <= 32}) > 3
    assert all(one["playing"] for one in said), "coming round is playing too: Space stops it at any moment"
    page.keyboard.press("Space")
    wait(page, lambda said: not said["playing"] and 20 <= said["frame"] <= 33, "stopped")


def test_the_keyboard_does_all_of_it(live_server: LiveServer, video: Video, open_page: Open) -> None:
    one, two = Render.objects.order_by("finished_at").values_list("ref", flat=True)
    page = open_page(compare(live_server, video, "?t=5"))
    wait(page, settled(5), "ready")
    page.keyboard.press("3")
    assert (status(page)["a"], status(page)["b"]) == ("o", two)
    page.keyboard.press("Shift+2")
    assert (status(page)["a"], status(page)["b"]) == (one, two)
    page.keyboard.press("x")
    assert (status(page)["a"], status(page)["b"]) == (two, one)
    for key, layout in (("g", "grid"), ("b", "blink"), ("z", "loupe"), ("w", "wipe")):
        page.keyboard.press(key)
        assert status(page)["layout"] == layout
    page.keyboard.press("i")
    assert status(page)["marks"]["in"] == 5
    page.keyboard.press("l")
    assert status(page)["loop"] is False
    page.keyboard.press("+")
    assert status(page)["zoom"] == pytest.approx(1.5)
    page.keyboard.press("?")
    assert page.locator("#compare-keys").is_visible()
    page.keyboard.press("g")
    assert status(page)["layout"] == "wipe", "an open dialog keeps the keys"
    page.keyboard.press("Escape")
    assert not page.locator("#compare-keys").is_visible()


def test_a_key_that_is_held_down_acts_once_unless_it_steps(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    page = open_page(compare(live_server, video, "?t=5"), reduced_motion="reduce")
    wait(page, settled(5), "ready")
    for _ in range(3):
        page.keyboard.down("i")
    assert status(page)["marks"]["in"] == 5
    for _ in range(3):
        page.keyboard.down("ArrowRight")
    wait(page, settled(8), "three frames on")
    for _ in range(2):
        page.keyboard.down("Space")
    assert status(page)["playing"] is True


@pytest.mark.parametrize(("mouse", "frame"), [(True, 6), (False, 5)])
def test_keys_are_the_players_again_once_a_speed_was_chosen_with_the_mouse(
    live_server: LiveServer, video: Video, open_page: Open, mouse: bool, frame: int
) -> None:
    """With the keyboard the field keeps them, or one could not go on choosing."""
    page = open_page(compare(live_server, video, "?t=5"), reduced_motion="reduce")
    wait(page, settled(5), "ready")
    speed = page.locator("select[data-act=speed]")
    speed.focus()
    if mouse:
        speed.dispatch_event("pointerdown")
    speed.select_option("0.25")
    page.keyboard.press("ArrowRight")
    wait(page, settled(frame), f"at frame {frame}")
    assert (speed.input_value() == "0.25") == mouse


def test_the_address_says_the_frame_also_while_it_plays(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    page = open_page(compare(live_server, video, "?t=5"), reduced_motion="reduce")
    wait(page, settled(5), "ready")
    page.select_option("select[data-act=speed]", "0.25")
    page.click("[data-act=play]")
    wait(page, lambda said: said["playing"] and said["frame"] > 8, "playing")
    page.click("[data-act=zoom-in]")
    assert int(query_of(page)["t"][0]) > 8


def test_a_mark_is_dragged_up_to_the_other_only(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    page = open_page(compare(live_server, video, "?in=20&out=32&t=20"))
    wait(page, settled(20), "ready")
    track = page.locator("[data-track]").bounding_box()
    assert track is not None
    for mark, goal, marks in (("in", 0.9, (31, 32)), ("in", 0.2, (14, 32)), ("out", 0.1, (14, 15))):
        at = page.locator(f"[data-mark={mark}]").bounding_box()
        assert at is not None
        page.mouse.move(at["x"] + (1 if mark == "in" else 9), at["y"] + 20)
        page.mouse.down()
        page.mouse.move(track["x"] + track["width"] * goal, at["y"] + 20, steps=4)
        page.mouse.up()
        assert tuple(status(page)["marks"].values()) == marks


def test_the_address_brings_the_arrangement_back(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    one, two = Render.objects.order_by("finished_at").values_list("ref", flat=True)
    page = open_page(compare(live_server, video, "?t=5"), reduced_motion="reduce")
    wait(page, settled(5), "ready")
    for key in ("3", "Shift+2", "ArrowRight", "i"):
        page.keyboard.press(key)
        page.wait_for_timeout(300)
    wait(page, settled(6), "at frame 6")
    said = query_of(page)
    assert (said["a"], said["b"], said["t"], said["in"]) == ([one], [two], ["6"], ["6"])
    again = open_page(page.url)
    kept = wait(again, settled(6), "back")
    assert (kept["a"], kept["b"], kept["marks"]["in"]) == (one, two, 6)


LOSE_THE_FIRST_PICTURE = """
const request = HTMLVideoElement.prototype.requestVideoFrameCallback;
const told = new WeakSet();
HTMLVideoElement.prototype.requestVideoFrameCallback = function (heard) {
  return request.call(this, (now, data) => {
    const first = !told.has(this);
    told.add(this);
    heard(now, first ? { mediaTime: 0, expectedDisplayTime: data.expectedDisplayTime } : data);
  });
};"""


def test_a_picture_that_is_not_reported_is_asked_for_again(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    """As chromium does now and then: the clock stands on the sixth frame, the callback spoke of the first."""
    page = open_page("about:blank")
    page.add_init_script(LOSE_THE_FIRST_PICTURE)
    page.goto(compare(live_server, video, "?layout=grid&t=6"))
    wait(page, settled(6), "at frame 6")
    assert numbers(page) == [6] * 3


def test_the_wipe_follows_the_mouse(live_server: LiveServer, video: Video, open_page: Open) -> None:
    page = open_page(compare(live_server, video, "?t=0"), reduced_motion="reduce")
    wait(page, settled(0), "ready")
    box = page.locator("[data-stage]").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 40, steps=6)
    page.mouse.up()
    assert status(page)["cut"] == pytest.approx(25, abs=1)


def test_footage_without_a_render_is_shown_whole(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    """Also once the wipe would have swept: there is nothing to wipe to."""
    Render.objects.all().delete()
    page = open_page(compare(live_server, video, "?t=5"))
    wait(page, settled(5), "ready")
    page.wait_for_timeout(2000)
    shown = page.evaluate("getComputedStyle(document.querySelector('.pane:not(.hidden)')).clipPath")
    assert shown == "none"
    assert not page.locator("[role=slider].handle").is_visible()


def test_zooming_shows_the_same_spot_of_all(live_server: LiveServer, video: Video, open_page: Open) -> None:
    page = open_page(compare(live_server, video, "?layout=grid&t=0"))
    wait(page, settled(0), "ready")
    pane = page.locator(".pane:not(.hidden)").first.bounding_box()
    assert pane is not None
    page.mouse.click(pane["x"] + pane["width"] * 0.25, pane["y"] + pane["height"] * 0.75)
    assert status(page)["zoom"] == pytest.approx(3)
    moves = page.evaluate(
        "[...document.querySelectorAll('.pane:not(.hidden) video')].map((v) => getComputedStyle(v).transform)"
    )
    assert len(moves) == 3 and len(set(moves)) == 1
    assert moves[0] != "none"


def test_in_the_grid_the_picture_follows_the_mouse(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    page = open_page(compare(live_server, video, "?layout=grid&t=0&zoom=4,0.5,0.5"))
    wait(page, settled(0), "ready")
    pane = page.locator(".pane:not(.hidden)").first.bounding_box()
    assert pane is not None
    middle = pane["x"] + pane["width"] / 2
    page.mouse.move(middle, pane["y"] + pane["height"] / 2)
    page.mouse.down()
    page.mouse.move(middle + pane["width"] / 4, pane["y"] + pane["height"] / 2, steps=5)
    page.mouse.up()
    moved = page.evaluate("document.querySelector('rs-compare').viewport.x")
    assert moved == pytest.approx(0.5 - 0.25 / 4, abs=0.005), "a quarter of a pane, four times as large"
    page.mouse.down()
    page.mouse.move(middle, 5)
    page.mouse.up()  # beside the stage
    page.mouse.move(middle, pane["y"] + 20)
    assert "panning" not in (page.locator("rs-compare").get_attribute("class") or "")


def test_a_finger_drags_the_wipe_and_nothing_is_wider_than_the_phone(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    page = open_page(compare(live_server, video, "?t=0"), size=(390, 844), has_touch=True, is_mobile=True)
    wait(page, settled(0), "ready")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = page.locator("[data-stage]").bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + box["width"] * 0.75, box["y"] + 30)
    page.wait_for_timeout(300)
    assert status(page)["cut"] == pytest.approx(75, abs=1)


@pytest.mark.parametrize("layout", ["wipe", "grid"])
@pytest.mark.parametrize("footage", [(160, 90), (90, 160)])
@pytest.mark.parametrize("size", [(740, 360), (390, 844)])
def test_the_whole_stage_is_seen_on_a_phone_either_way_round(
    live_server: LiveServer,
    video: Video,
    open_page: Open,
    size: tuple[int, int],
    footage: tuple[int, int],
    layout: str,
) -> None:
    Video.objects.update(width=footage[0], height=footage[1])
    page = open_page(
        compare(live_server, video, f"?layout={layout}"), size=size, has_touch=True, is_mobile=True
    )
    page.locator(".compare.ready").wait_for()
    stage = page.locator("[data-stage]").bounding_box()
    assert stage is not None
    assert stage["height"] <= size[1]
    assert stage["x"] >= -0.5 and abs(2 * stage["x"] + stage["width"] - size[0]) < 1, "in the middle"
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_without_script_the_videos_have_their_own_controls(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    page = open_page(compare(live_server, video), java_script_enabled=False)
    assert page.locator("video[controls]").count() == 2
    assert page.locator("video[controls]").first.is_visible()
    assert not page.locator("[data-transport]").is_visible()


def test_a_refused_title_leaves_an_address_that_can_be_opened(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    where = f"{video.get_absolute_url()}compare/"
    page = page_of(live_server, open_page, video.owner, f"{where}?t=9", failing="422")
    wait(page, settled(9), "ready")
    page.click("[data-opens=save-comparison]")
    page.fill("#save-comparison [name=title]", "   ")
    page.click("#save-comparison .btn.hot")
    expect(page.get_by_text("This field is required")).to_be_in_viewport()
    wait(page, settled(9), "at the same frame")
    query_of(page)
    assert urlsplit(page.url).path == where


def test_a_signed_in_person_saves_what_they_see(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    page = open_page(f"{live_server.url}/accounts/login/?next={video.get_absolute_url()}compare/%3Ft%3D9")
    page.fill("[name=username]", "olga")
    page.fill("[name=password]", "olga's password")
    page.click("main form button")
    page.wait_for_url("**/compare/**")
    wait(page, settled(9), "ready")
    page.keyboard.press("ArrowRight")
    wait(page, settled(10), "at frame 10")
    page.click("[data-opens=save-comparison]")
    page.fill("#save-comparison [name=title]", "Ten")
    page.click("#save-comparison .btn.hot")
    page.wait_for_url("**/c/**")
    wait(page, settled(10), "back at frame 10")
    assert page.locator("h1").inner_text() == "Ten"
