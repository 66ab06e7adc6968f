"""The page of a video in a real chromium: its menu, the keys of its player, and a film that is not there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.templatetags.static import static
from django.urls import reverse
from dramatiq.brokers.stub import StubBroker
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests.clips import numbered_picture
from tests.factories import make_filter, make_render, make_render_row, make_video
from tests.gallery.conftest import page_of
from tests.gallery.shifts import hold_until_seen, moved
from videos.media import stills
from videos.models import Comparison, ShareLink, Video

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]


@pytest.fixture
def video(owner: User) -> Video:
    """Her footage of two seconds, with sound."""
    return make_video(owner, title="Ebb", frames=48, audio=True)


@pytest.mark.parametrize("width", [360, 390, 820, 1440])
@pytest.mark.parametrize("name", ["olga", "conrad"])
def test_the_menu_opens_within_the_page(
    live_server: LiveServer,
    open_page: Open,
    owner: User,
    colleague: User,
    video: Video,
    width: int,
    name: str,
) -> None:
    render = make_render_row(video)
    who = User.objects.get(username=name)
    page = page_of(live_server, open_page, who, render.get_absolute_url(), size=(width, 844), failing="404")
    page.locator(".actions .menu > summary").click()
    box = page.locator(".actions .menu > div").bounding_box()
    assert box is not None
    assert 0 <= box["x"] < box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_dialog_that_a_menu_opens_gives_the_focus_back_to_the_menu(
    live_server: LiveServer, open_page: Open, owner: User, video: Video
) -> None:
    render = make_render_row(video)
    page = page_of(live_server, open_page, owner, render.get_absolute_url(), failing="404")
    menu = page.locator(".actions .menu")
    menu.locator("summary").press("Enter")
    menu.get_by_role("button", name="Add to a collection…").press("Enter")
    expect(page.get_by_label("A new one, called")).to_be_focused()
    expect(menu).not_to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(menu.locator("summary")).to_be_focused()


@pytest.mark.parametrize("width", [360, 390, 430, 820, 1440])
def test_the_frame_of_a_long_clip_has_room_beside_the_buttons(
    live_server: LiveServer, open_page: Open, video: Video, width: int
) -> None:
    page = open_page(f"{live_server.url}{video.get_absolute_url()}", size=(width, 844))
    page.locator("[data-out=frame]").evaluate("one => { one.textContent = 'frame 53998 / 53999'; }")
    said = page.locator(".when output").last.bounding_box()
    assert said is not None
    text = page.locator("[data-out=frame]").evaluate("one => one.scrollWidth")
    for button in page.locator(".transport .btn").all():
        box = button.bounding_box()
        assert box is not None
        beside = box["x"] >= said["x"] + text or box["x"] + box["width"] <= said["x"]
        above_or_below = box["y"] + box["height"] <= said["y"] or box["y"] >= said["y"] + said["height"]
        assert beside or above_or_below, box


def test_an_upright_film_leaves_room_for_what_plays_it(live_server: LiveServer, open_page: Open) -> None:
    owner = User.objects.create_user("uma", password="uma's password")
    upright = make_video(owner, frames=6, width=108, height=192)
    page = open_page(f"{live_server.url}{upright.get_absolute_url()}", size=(1440, 900))
    box = page.locator("[data-transport]").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 900


def span(page: Page, selector: str) -> tuple[float, float, float]:
    """From where to where it reaches across, and how high it is."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["x"], box["x"] + box["width"], box["height"]


def test_on_a_phone_footage_reaches_from_edge_to_edge(
    live_server: LiveServer, open_page: Open, owner: User, video: Video
) -> None:
    """An upright one is seen whole, and in full screen all stand in the middle."""
    make_render(video)
    page = open_page(live_server.url, size=(390, 844), is_mobile=True, has_touch=True)
    for path in ("/", video.get_absolute_url()):
        page.goto(live_server.url + path)
        assert span(page, ".stage")[:2] == (0, 390), path
        assert page.evaluate("document.documentElement.scrollWidth") == 390
    tall = make_video(owner, frames=6, width=90, height=192)
    page.goto(f"{live_server.url}{tall.get_absolute_url()}")
    left, right, height = span(page, ".stage")
    assert left > 0 and left + right == pytest.approx(390, abs=1)
    assert height <= 0.84 * 844 + 1
    Video.objects.filter(pk=tall.pk).update(title="Donaudampfschifffahrt" * 9)
    Comparison.objects.create(video=tall, owner=owner, title="Two nights", visibility="public")
    for path in (tall.get_absolute_url(), f"/people/{owner.username}/"):
        page.goto(live_server.url + path)
        expect(page.get_by_text("Two nights")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 390, path
    page = open_page(f"{live_server.url}{video.get_absolute_url()}", size=(600, 1100))
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("() => document.fullscreenElement")
    left, right, _ = span(page, ".stage")
    assert left > 0 and left + right == pytest.approx(600, abs=1)


def test_that_it_waits_for_pictures_is_said_where_it_can_be_stopped(
    live_server: LiveServer, open_page: Open, video: Video
) -> None:
    page = open_page("about:blank")
    held: list[Route] = []
    page.route("**/footage.mp4", lambda route: held.append(route))
    page.goto(f"{live_server.url}{video.get_absolute_url()}")
    page.get_by_role("button", name="Play", exact=True).click()
    button = page.get_by_role("button", name="Pause, loading")
    expect(button).to_be_visible()
    expect(button).to_have_css("animation-name", "breathe")
    for route in held:
        route.continue_()
    page.unroute_all()
    button = page.get_by_role("button", name="Pause", exact=True)
    expect(button).to_be_visible()
    expect(button).to_have_css("animation-name", "none")


STATUS = "document.querySelector('rs-player').status()"


def test_space_presses_the_button_that_has_the_focus(
    live_server: LiveServer, open_page: Open, video: Video
) -> None:
    page = open_page(f"{live_server.url}{video.get_absolute_url()}")
    sound = page.get_by_role("button", name="Sound")
    sound.focus()
    page.keyboard.press("Space")
    expect(sound).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="One frame on").focus()
    page.keyboard.press("Space")
    page.wait_for_function(f"() => {STATUS}.frame === 1")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"() => {STATUS}.frame === 2")
    assert page.evaluate(STATUS)["playing"] is False
    page.get_by_role("button", name="Play").focus()
    page.keyboard.press("Space")
    page.wait_for_function(f"() => {STATUS}.playing")


def test_a_film_that_the_browser_itself_stops_or_starts_is_said_to_be_so(
    live_server: LiveServer, open_page: Open, video: Video
) -> None:
    page = open_page(f"{live_server.url}{video.get_absolute_url()}")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function(f"() => {STATUS}.frames[0] > 3")
    film = page.locator("rs-player video")
    film.evaluate("one => one.pause()")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    film.evaluate("one => { one.play(); }")
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    at = page.evaluate(STATUS)["frame"]
    page.wait_for_function(f"() => {STATUS}.frames[0] !== {at}")


def test_the_place_in_the_clip_is_a_slider_for_the_keyboard_too(
    live_server: LiveServer, open_page: Open, video: Video
) -> None:
    page = open_page(f"{live_server.url}{video.get_absolute_url()}")
    place = page.get_by_role("slider", name="Place in the clip")
    place.focus()
    for key, frame in (("End", 47), ("PageDown", 37), ("ArrowLeft", 36), ("Home", 0), ("ArrowLeft", 0)):
        page.keyboard.press(key)
        page.wait_for_function(f"() => {STATUS}.frames[0] === {frame}")
        expect(place).to_have_attribute("aria-valuenow", str(frame))


def test_a_film_that_cannot_be_loaded_is_said_to_be_so_and_tried_again(
    live_server: LiveServer, open_page: Open, video: Video
) -> None:
    render = make_render_row(video)  # its file is not there
    page = open_page(f"{live_server.url}{render.get_absolute_url()}", failing="status of 404")
    expect(page.locator(".toast")).to_have_text("This film cannot be loaded. Reload the page to try again.")
    with video.footage.open() as film:
        render.output.save("back.mp4", ContentFile(film.read()))
    page.wait_for_timeout(3000)  # not sooner: the server is not asked at every press
    page.get_by_role("button", name="One frame on").click()
    page.wait_for_function(f"() => {STATUS}.frames[0] === 1")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"() => {STATUS}.frames[0] > 4")


def test_a_frame_of_the_strip_is_shown_in_a_render_of_a_part_too(
    live_server: LiveServer, open_page: Open, video: Video
) -> None:
    """Counted from where the render begins; one that it does not have is opened as a picture."""
    whole = [frame.index for frame in video.frames.order_by("index")]
    assert whole == [0, 24]
    render = make_render_row(video, start_frame=20)
    with video.footage.open() as film:
        render.output.save("part.mp4", ContentFile(film.read()))
    page = open_page(f"{live_server.url}{render.get_absolute_url()}", failing="404")  # it has no poster
    strip = page.locator(".strip a")
    strip.nth(1).click()
    page.wait_for_function(f"() => {STATUS}.frames[0] === 4")
    strip.nth(0).click()
    page.wait_for_url(f"**/media/**/{video.ref}/**")


TOAST_TWICE = """async (address) => {
  const { toast } = await import(address);
  const note = toast('It is gone.');
  toast('It is gone.');
  return [note.isConnected, note.textContent];
}"""


def test_a_note_is_seen_in_full_screen_too(live_server: LiveServer, open_page: Open, video: Video) -> None:
    page = open_page(f"{live_server.url}{video.get_absolute_url()}")
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("() => document.fullscreenElement")
    there = page.evaluate(TOAST_TWICE, static("js/toast.js"))
    assert there == [True, ""], "the layer is there before its words are, or screen readers pass over them"
    expect(page.locator(":fullscreen .toast")).to_have_text(["It is gone."])
    expect(page.locator(":fullscreen .toast")).to_be_visible()


NO_FULL_SCREEN = """
Object.defineProperty(Document.prototype, 'fullscreenEnabled', { value: false });
delete HTMLVideoElement.prototype.webkitEnterFullscreen;"""
FOR_VIDEOS_ALONE = (
    "HTMLVideoElement.prototype.webkitEnterFullscreen = () => { document.title = 'It fills the screen'; }"
)


def test_full_screen_is_offered_where_the_browser_has_it(
    live_server: LiveServer, open_page: Open, video: Video
) -> None:
    """iPhones have it for a video alone."""
    page = open_page("about:blank")
    button = page.get_by_role("button", name="Full screen")
    page.add_init_script(NO_FULL_SCREEN)
    for path in ("", "compare/"):
        page.goto(f"{live_server.url}{video.get_absolute_url()}{path}")
        expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
        expect(button).to_be_hidden()
    page.add_init_script(FOR_VIDEOS_ALONE)
    page.reload()
    page.wait_for_selector("rs-compare.ready")
    expect(button).to_be_hidden()
    page.goto(f"{live_server.url}{video.get_absolute_url()}")
    button.click()
    expect(page).to_have_title("It fills the screen")
    page.locator("rs-player video").evaluate("one => { one.currentTime = 1; }")
    page.wait_for_function(f"() => {STATUS}.frames[0] === 24")
    page.locator("rs-player video").dispatch_event("webkitendfullscreen")
    page.wait_for_function(f"() => {STATUS}.frame === 24")


def test_what_stands_there_already_is_not_said_twice(
    live_server: LiveServer, open_page: Open, video: Video
) -> None:
    page = open_page(f"{live_server.url}{video.get_absolute_url()}")
    page.evaluate(
        """async (address) => {
             const { toast } = await import(address);
             ['It is gone.', 'It is gone.', 'It is back.'].forEach((text) => toast(text));
           }""",
        static("js/toast.js"),
    )
    expect(page.locator(".toast")).to_have_text(["It is gone.", "It is back."])


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_jumps_when_what_plays_it_comes(
    live_server: LiveServer, open_page: Open, video: Video, width: int, motion: str
) -> None:
    render = make_render(video)
    page = open_page("about:blank", size=(width, 844), reduced_motion=motion)
    hold_until_seen(page, "**/js/player*.js")
    page.goto(f"{live_server.url}{render.get_absolute_url()}")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    assert moved(page) < 0.01


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize(("made", "shape"), [("now", 0.6), ("long ago", 16 / 9)])
def test_the_filmstrip_of_a_portrait_clip_is_not_squeezed(
    live_server: LiveServer,
    open_page: Open,
    owner: User,
    queue: StubBroker,
    width: int,
    made: str,
    shape: float,
) -> None:
    """Wherever one scrubs over it. Long ago all tiles were 16:9."""
    make_filter("night")
    video = make_video(owner, title="Tide", frames=48, width=90, height=160)
    if made == "long ago":
        strip = stills.filmstrip([numbered_picture(24, 90, 160)] * 24, 160, 90)
        video.filmstrip.save("old.jpg", ContentFile(stills.encode_jpeg(strip)))
    _, token = ShareLink.make(owner, video)
    for address in (
        video.get_absolute_url(),
        reverse("compare", args=[video.ref]),
        reverse("share", args=[token]),
    ):
        page = open_page(f"{live_server.url}{address}", size=(width, 844))
        place = page.locator(".strip-picture")
        expect(place.locator("i").first).to_be_attached()
        box = place.bounding_box()
        assert box is not None
        assert place.locator("i").count() == max(1, min(24, round(box["width"] / box["height"] / shape)))
    lab = page_of(live_server, open_page, owner, f"/v/{video.ref}/lab/", size=(width, 844), failing="404")
    tile = lab.locator(".range i").first
    expect(tile.locator("img")).to_have_js_property("complete", True)
    beside = tile.evaluate("one => one.clientWidth - one.firstChild.clientWidth / 24")
    assert beside < 8, "hardly anything of the next tile"
