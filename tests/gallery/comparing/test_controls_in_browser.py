"""Keys, mouse, fingers, addresses and forms of the compare player, in a real chromium."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.gallery.comparing.screen import Open, compare, play_slowly, query_of, settled, status, wait
from tests.gallery.conftest import page_of
from videos.models import Render, Video

UNDER_THE_LOUPE = """() => {
  const { x, y, width, height } = document.querySelector('.lens').getBoundingClientRect();
  return document.elementFromPoint(x + width / 2, y + height / 2).closest('.pane').dataset.ref;
}"""

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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
    page.keyboard.press("Shift+Numpad1")
    assert (status(page)["a"], status(page)["b"]) == ("o", one)
    page.keyboard.press("Numpad6")  # without NumLock it is an arrow
    wait(page, settled(6), "one frame on")
    assert status(page)["b"] == one
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
    play_slowly(page, 5, 8)
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
    again.select_option("select[data-act=speed]", "0.25")
    again.goto(live_server.url)
    again.go_back()
    wait(again, settled(6), "back once more")
    clock = again.evaluate("String(document.querySelector('rs-compare').clock.speed)")
    expect(again.locator("select[data-act=speed]")).to_have_value(clock)


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


def tab_to(page: Page, what: Locator) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if what.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError("never reached")


def test_the_loupe_is_moved_with_the_keyboard_and_the_address_keeps_its_place(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    page = open_page(compare(live_server, video, "?layout=loupe&t=5"), reduced_motion="reduce")
    wait(page, settled(5), "ready")
    loupe = page.get_by_role("slider", name="Loupe")
    tab_to(page, loupe)
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowDown", "Shift+ArrowDown"):
        page.keyboard.press(key)
    assert status(page)["lens"] == pytest.approx([0.54, 0.68])
    assert status(page)["frame"] == 5, "the arrows were the loupe's, not the player's"
    assert loupe.get_attribute("aria-valuetext") == "54 % across, 68 % down"
    assert query_of(page)["lens"] == ["0.54,0.68"]
    again = open_page(page.url)
    assert wait(again, settled(5), "back")["lens"] == pytest.approx([0.54, 0.68])


def test_a_zoomed_picture_is_moved_with_the_keyboard(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    page = open_page(compare(live_server, video, "?t=5&zoom=4,0.5,0.5"), reduced_motion="reduce")
    wait(page, settled(5), "ready")
    picture = page.get_by_role("slider", name="Zoomed picture")
    tab_to(page, picture)
    for key in ("ArrowRight", "Shift+ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    assert query_of(page)["zoom"] == ["4,0.53,0.495"], "shares of the stage, on which a quarter is seen"
    assert picture.get_attribute("aria-valuetext") == "53 % across, 50 % down"
    assert status(page)["frame"] == 5, "the arrows were the picture's, not the player's"
    page.keyboard.press("0")
    assert not picture.is_visible()
    page.keyboard.press("ArrowRight")
    wait(page, settled(6), "one frame on")


def test_the_loupe_shows_what_is_put_at_b(live_server: LiveServer, video: Video, open_page: Open) -> None:
    one, two = Render.objects.order_by("finished_at").values_list("ref", flat=True)
    page = open_page(compare(live_server, video, f"?layout=loupe&b={one}&t=5"), reduced_motion="reduce")
    wait(page, settled(5), "ready")
    for key, shown in (("3", two), ("x", "o"), ("x", two), ("2", one)):
        page.keyboard.press(key)
        wait(page, lambda said, shown=shown: said["b"] == shown, "put there")  # type: ignore[misc]
        assert page.evaluate(UNDER_THE_LOUPE) == shown


@pytest.mark.parametrize("size", [(390, 844), (1440, 900)])
def test_the_loupe_is_a_part_of_the_stage_and_its_name_within_it(
    live_server: LiveServer, video: Video, open_page: Open, size: tuple[int, int]
) -> None:
    """Also at the lower edge, where the name would be cut off."""
    page = open_page(compare(live_server, video, "?layout=loupe&t=5&lens=0.5,0.75"), size=size)
    wait(page, settled(5), "ready")
    stage, loupe, name = (page.locator(one).bounding_box() for one in ("[data-stage]", ".lens", ".lens span"))
    assert stage is not None and loupe is not None and name is not None
    assert loupe["height"] < stage["height"] * 0.6
    assert stage["y"] <= name["y"]
    assert name["y"] + name["height"] <= stage["y"] + stage["height"]


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


def test_copying_an_address_says_whether_others_can_open_it(
    live_server: LiveServer, video: Video, open_page: Open
) -> None:
    page = open_page(compare(live_server, video, "?t=5"))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the address").click()
    expect(page.locator(".toast")).to_have_text("The address brings back what you see now.")
    assert "/compare/?" in page.evaluate("navigator.clipboard.readText()")
    Video.objects.update(visibility="private")
    mine = page_of(live_server, open_page, video.owner, f"{video.get_absolute_url()}compare/")
    mine.context.grant_permissions(["clipboard-write"])
    mine.get_by_role("button", name="Copy the address").click()
    expect(mine.locator(".toast")).to_contain_text("it opens to you alone")
