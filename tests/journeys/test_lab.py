"""The lab through a real browser, with real workers: from a still to a finished render."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.journeys.conftest import NARROW, sign_in
from tests.journeys.installed import run_there
from tests.platform.installation import Installation

pytestmark = [pytest.mark.slow, pytest.mark.browser]

Windows = Callable[..., BrowserContext]

SEED = """
from django.contrib.auth.models import User
from filters.models import Filter
from tests.factories import make_filter, make_video
if not Filter.objects.filter(slug="aaa-negative").exists():
    make_filter("aaa-negative", name="A Negative", tags=["loud"])
owner = User.objects.get(username={name!r})
print(make_video(owner, title={title!r}, frames=72, width=320, height=180).ref)
"""

MEAN = """image => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 8;
    const paper = canvas.getContext("2d");
    paper.drawImage(image, 0, 0, 8, 8);
    const pixels = paper.getImageData(0, 0, 8, 8).data;
    return pixels.filter((_, at) => at % 4 !== 3).reduce((sum, value) => sum + value, 0) / (3 * 64);
}"""


@pytest.fixture
def video(installation: Installation, account: Callable[[str], str]) -> str:
    """Lena's footage of three seconds, by its ref."""
    return run_there(installation, SEED.format(name=account("lena"), title="Lena's flight")).splitlines()[-1]


def lab_of(installation: Installation, window: Windows, video: str, **wishes: object) -> Page:
    """The lab, opened by Lena; what its scripts complain of fails the test."""
    page = window(**wishes).new_page()
    page.on("pageerror", lambda error: pytest.fail(f"A script failed: {error}"))
    page.on(
        "console", lambda line: pytest.fail(line.text) if "Content Security Policy" in line.text else None
    )
    sign_in(page, installation.address, "lena", f"/v/{video}/lab/?frame=0")
    return page


def negative(page: Page) -> Locator:
    return page.locator(".tile[data-slug=aaa-negative]")


def pick_negative(page: Page) -> None:
    negative(page).locator("label").click()
    expect(negative(page).locator("input")).to_be_checked()


def test_a_frame_is_painted_compared_and_rendered(
    installation: Installation, window: Windows, video: str
) -> None:
    page = lab_of(installation, window, video)
    tile = negative(page)
    expect(tile).to_have_attribute("data-state", "painted")
    footage = tile.locator(".tile-original").evaluate(MEAN)
    painted = tile.locator(".tile-painted").evaluate(MEAN)
    assert footage + painted == pytest.approx(255, abs=6)

    page.locator("#strength").fill("0.4")
    expect(tile.locator(".tile-painted")).to_have_css("opacity", "0.4")
    expect(page.locator("#strength-says")).to_have_text("0.40")

    page.keyboard.down("o")
    expect(tile.locator(".tile-painted")).to_have_css("opacity", "0")
    page.keyboard.up("o")
    expect(tile.locator(".tile-painted")).to_have_css("opacity", "0.4")

    before = tile.locator(".tile-painted").get_attribute("src")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"frame=24"))
    expect(tile.locator(".tile-painted")).not_to_have_attribute("src", before or "")
    expect(tile).to_have_attribute("data-state", "painted")

    page.keyboard.press("[")
    expect(page.locator("#range-says")).to_have_text("00:01.000 – 00:03.000")
    place = tile.evaluate("tile => [...document.querySelectorAll('.tile')].indexOf(tile) + 1")
    assert place <= 9, "after the filters that suit the footage come the others by their names"
    page.keyboard.press(str(place))
    expect(tile.locator("input")).to_be_checked()
    expect(page.locator(".lab-go .estimate")).to_contain_text("48 images to paint")
    page.get_by_role("button", name="Render one filter").click()

    page.wait_for_url("**/queue/")
    done = page.locator("section", has_text="Finished today").locator(".job", has_text="Lena's flight")
    expect(done).to_contain_text("A Negative")
    expect(done).to_contain_text("strength 0.40")
    expect(done).to_contain_text("frames 24–71")


def test_a_still_is_seen_closely_and_chosen_from_there(
    installation: Installation, window: Windows, video: str
) -> None:
    page = lab_of(installation, window, video)
    expect(negative(page)).to_have_attribute("data-state", "painted")
    negative(page).locator("input").focus()
    page.keyboard.press("Enter")
    closeup = page.locator("#closeup")
    expect(closeup).to_be_visible()
    expect(closeup.locator(".closeup-says")).to_contain_text("180 lines")
    closeup.get_by_role("button", name="Choose").click()
    page.keyboard.press("Escape")
    expect(closeup).to_be_hidden()
    expect(page.locator("#chosen-says")).to_have_text("One chosen")


def test_a_render_is_paused_taken_up_cancelled_and_the_cancel_undone(
    installation: Installation, window: Windows, video: str
) -> None:
    page = lab_of(installation, window, video)
    run_there(installation, PAUSED.format(ref=video))
    page.goto(f"{installation.address}/queue/")
    job = page.locator(".job", has_text="Lena's flight").first
    expect(job).to_contain_text("resting")
    job.get_by_role("button", name="Cancel").click()
    expect(job).to_contain_text("cancelled")
    job.get_by_role("button", name="Undo, go on").click()
    expect(page.locator("section", has_text="Finished today")).to_contain_text("smoothing 0.50")


PAUSED = """
from filters.models import Filter
from videos.models import Video
from videos.pipeline import renders
video = Video.objects.get(ref={ref!r})
one = Filter.objects.get(slug="aaa-negative")
render, _ = renders.request(video, one, video.owner, renders.RenderSettings(smoothing=0.5))
assert renders.pause(render)
"""


def test_it_works_without_scripts(installation: Installation, window: Windows, video: str) -> None:
    page = lab_of(installation, window, video, java_script_enabled=False)
    pick_negative(page)
    page.get_by_role("button", name="Render the chosen filters").first.click()
    page.wait_for_url("**/queue/")
    assert "A Negative" in page.content()


@pytest.mark.parametrize("width", [360, 390])
def test_the_header_of_a_phone_is_one_line_in_wide_fonts_too(
    installation: Installation, window: Windows, video: str, width: int
) -> None:
    page = lab_of(installation, window, video, size=(width, 844))
    widest = {"sans": "DejaVu Sans", "serif": "DejaVu Serif"}  # of what systems come with
    for role, family in widest.items():
        page.evaluate(f"document.documentElement.style.setProperty('--{role}', '{family}')")
    boxes = [page.locator(f".bar > .{part}").bounding_box() for part in ("mark", "find", "aside")]
    middles = [box["y"] + box["height"] / 2 for box in boxes if box is not None]
    assert len(middles) == 3
    assert max(middles) - min(middles) < 4


@pytest.mark.parametrize("size", [(1440, 900), NARROW])
def test_no_page_is_wider_than_its_window(
    installation: Installation, window: Windows, video: str, size: tuple[int, int]
) -> None:
    page = lab_of(installation, window, video, size=size)
    for path in (
        "/lab/",
        f"/v/{video}/lab/",
        "/queue/",
        "/lab/train/",
        f"/v/{video}/edit/",
        f"/v/{video}/delete/",
    ):
        page.goto(installation.address + path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size[0], f"{path} is {wide} wide in a window of {size[0]}"
