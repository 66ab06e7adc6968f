"""The compare player in a real chromium, on real H.264 over real Range requests: all films show the same frame.

What is on the screen is read from the pixels and held against what the player says it measured.
"""

import itertools
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests.gallery.comparing.screen import (
    FRAMES,
    Open,
    add_render,
    compare,
    numbers,
    play_slowly,
    settled,
    status,
    wait,
)
from videos.models import Render, Video

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOAD_WHAT_PLAYS_ONLY = """(video) => {
  Object.defineProperty(video, 'readyState', { value: 1, configurable: true });
  video.play = () => { delete video.readyState; delete video.play; return video.play(); };
}"""

START = """async (video) => {
  const heard = new Promise((done) => video.addEventListener('play', done, { once: true }));
  video.play().catch(() => {});
  await heard;
  return video.paused;
}"""

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
    play_slowly(page, 40, 41)
    box = page.locator("[data-track]").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.1, box["y"] + 20)
    seen = []
    for _ in range(60):  # longer than a picture is waited for
        page.wait_for_timeout(100)
        seen.append(status(page)["frame"])
    assert seen == sorted(seen), seen
    assert seen[0] < 15 < seen[-1]


def ref_of(name: str) -> str:
    """The render under this filter."""
    return Render.objects.get(version__filter__name=name).ref


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
    page = open_page(compare(live_server, video, f"?b={ref_of('One')}&t=30"))
    wait(page, settled(30), "ready")
    held = held_back(page, Render.objects.get(version__filter__name="Two"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.evaluate("new Promise(done => setTimeout(done, 300))")  # what was put off until then is said by now
    expect(page.locator(".loading")).to_be_hidden()
    page.keyboard.press("3")
    page.keyboard.press("4")
    wait(page, settled(30), "at the frame")
    assert numbers(page) == [30, 30]
    let_go(page, held)


def test_space_stops_it_while_another_filter_is_loading(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    page = open_page(compare(live_server, video, f"?b={ref_of('One')}&t=5"))
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


@pytest.mark.parametrize("side", ["a", "b"])
def test_what_the_browser_itself_stops_or_starts_stops_or_starts_all(
    live_server: LiveServer, video: Video, open_page: Open, side: str
) -> None:
    """As media keys, its menu on a picture, or a phone call do."""
    page = open_page(compare(live_server, video, f"?b={ref_of('One')}&t=5"))
    wait(page, settled(5), "ready")
    page.keyboard.press("Space")
    wait(page, lambda said: said["playing"] and said["frame"] > 6, "playing")
    film = page.locator(f".pane[data-side={side}] video")
    film.evaluate("one => one.pause()")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    at = wait(page, lambda said: set(said["frames"]) == {said["frame"]}, "stopped in step")["frame"]
    film.evaluate(START)
    wait(page, lambda said: said["playing"] and at not in said["frames"], "playing again")
    wait(page, lambda said: said["playing"] and len(set(said["frames"])) == 1, "in step")
    page.keyboard.press("Space")
    page.keyboard.press("3")  # what was at B is out of sight
    expect(page.locator(".pane.hidden")).to_have_count(1)
    assert page.locator(".pane.hidden video").evaluate(START)
    assert status(page)["playing"] is False


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


def test_a_picture_that_is_not_reported_is_asked_for_again(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    """As chromium does now and then: the clock stands on the sixth frame, the callback spoke of the first."""
    page = open_page("about:blank")
    page.add_init_script(LOSE_THE_FIRST_PICTURE)
    page.goto(compare(live_server, video, "?layout=grid&t=6"))
    wait(page, settled(6), "at frame 6")
    assert numbers(page) == [6] * 3
