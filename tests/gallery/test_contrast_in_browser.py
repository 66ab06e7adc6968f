"""What is written small or set back keeps the contrast of WCAG's AA in both schemes, measured in a real chromium."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from dramatiq.brokers.stub import StubBroker
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories import make_filter, make_render_row, make_video
from tests.gallery.conftest import page_of
from videos.models import ShareLink, Still, Video

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]
AA = 4.5
AA_OF_PARTS = 3.0
BLACK, WHITE = (0.0, 0.0, 0.0), (255.0, 255.0, 255.0)
EDGE = """element => {
  const { boxShadow, borderTopColor } = getComputedStyle(element);
  return boxShadow === 'none' ? borderTopColor : boxShadow.match(/^.*?\\)/)[0];
}"""
COLOUR = """name => {
  const one = document.body.appendChild(document.createElement('i'));
  one.style.color = name;
  return getComputedStyle(one).color;
}"""
RING = """element => {
  const { outlineColor, outlineOffset, outlineWidth, backgroundColor, paddingTop } = getComputedStyle(element);
  const [offset, width, room] = [outlineOffset, outlineWidth, paddingTop].map(parseFloat);
  return { ring: outlineColor, apart: backgroundColor, offset, width, room };
}"""
LAYERS = """element => {
  const layers = [];
  for (let one = element; one; one = one.parentElement) {
    const { color, backgroundColor, opacity } = getComputedStyle(one);
    layers.push({ color, background: backgroundColor, opacity: Number(opacity) });
  }
  return layers;
}"""

Colour = tuple[float, ...]


@pytest.fixture
def video(transactional_db: None) -> Video:
    """Olga's footage."""
    return make_video(User.objects.create_user("olga", password="olga's password"), frames=48)


def mixed(above: str, below: Colour, opacity: float = 1.0) -> Colour:
    """`above`, as a browser writes a colour, over an opaque one."""
    red, green, blue, *alpha = (float(number) for number in re.findall(r"[\d.]+", above))
    share = opacity * (alpha[0] if alpha else 1.0)
    return tuple(
        share * one + (1 - share) * other for one, other in zip((red, green, blue), below, strict=True)
    )


def luminance(colour: Colour) -> float:
    """As WCAG defines it."""
    parts = [c / 255 for c in colour]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(text: Locator, on_picture: Colour | None = None) -> float:
    """Of a text with what lies under it: the elements that it is in, or a picture behind it alone."""
    layers = text.evaluate(LAYERS)
    if on_picture:
        layers = layers[:1]
    under = on_picture or WHITE
    for layer in reversed(layers):
        under = mixed(layer["background"], under)
    opacity = 1.0
    for layer in layers:
        opacity *= layer["opacity"]
    return ratio(mixed(layers[0]["color"], under, opacity), under)


def contrast_of_edge(part: Locator) -> float:
    """Of its ring or border with what lies around it."""
    around: Colour = WHITE
    for layer in reversed(part.evaluate(LAYERS)[1:]):
        around = mixed(layer["background"], around)
    return ratio(mixed(part.evaluate(EDGE), around), around)


def ratio(one: Colour, other: Colour) -> float:
    """As WCAG defines it."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_link_that_is_closed_can_still_be_read(
    live_server: LiveServer, open_page: Open, video: Video, scheme: str
) -> None:
    link, _ = ShareLink.make(video.owner, video, label="For Stella")
    link.revoke()
    page = page_of(live_server, open_page, video.owner, "/shares/", color_scheme=scheme)
    for text in (page.locator(".share-what .work"), page.locator(".share-what .muted")):
        assert contrast(text) >= AA


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_that_a_film_is_loading_can_be_read_on_any_picture(
    live_server: LiveServer, open_page: Open, video: Video, scheme: str
) -> None:
    make_render_row(video)
    address = f"{live_server.url}{video.get_absolute_url()}compare/"
    page = open_page(address, color_scheme=scheme, failing="status of 404")
    says = page.locator("rs-compare .loading")
    says.evaluate("says => says.hidden = false")
    for picture in (BLACK, WHITE):
        assert contrast(says, on_picture=picture) >= AA


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_where_a_field_is_and_what_is_chosen_can_be_seen(
    live_server: LiveServer, open_page: Open, video: Video, scheme: str
) -> None:
    """On the page, on a panel and in a menu."""
    address = f"{video.get_absolute_url()}edit/"
    page = page_of(live_server, open_page, video.owner, address, color_scheme=scheme)
    for part in (
        page.locator(".field [name=title]"),
        page.locator(".panel .seg > :has(:checked)"),
        page.locator(".menu .seg > [aria-pressed=true]"),
    ):
        assert contrast_of_edge(part) >= AA_OF_PARTS


def colour(page: Page, name: str) -> Colour:
    """A colour of the design system, in the page's scheme."""
    return mixed(page.evaluate(COLOUR, f"var({name})"), WHITE)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_the_pointer_is_on_and_what_is_still_painted_can_be_read(
    live_server: LiveServer, open_page: Open, video: Video, queue: StubBroker, scheme: str
) -> None:
    """A button on a picture that failed, a deletion in a menu, a cell of the contact sheet."""
    night = make_filter("night").current
    assert night is not None
    for frame in video.frames.all():
        Still.objects.create(video=video, version=night, frame_index=frame.index, height=90)
    wishes = {"color_scheme": scheme, "reduced_motion": "reduce", "failing": "404"}
    page = page_of(live_server, open_page, video.owner, f"/v/{video.ref}/lab/?frame=0", **wishes)
    expect(page.locator(".tile")).to_have_attribute("data-state", "painting")
    Still.objects.filter(frame_index=0).update(state=Still.State.FAILED, error="The lamp went out.")
    again = page.locator(".tile-retry")
    again.hover()
    behind = mixed("rgba(255, 255, 255, 0.28)", colour(page, "--stage"))  # the footage, where it is white
    assert contrast(again, on_picture=behind) >= AA
    page.goto(live_server.url + video.get_absolute_url())
    page.locator(".actions .menu > summary").click()
    deletion = page.locator(".actions .menu a.error")
    deletion.hover()
    assert contrast(deletion) >= AA
    page.goto(f"{live_server.url}{video.get_absolute_url()}contact/")
    waits = page.locator(".cell.waits").first
    for behind in (colour(page, "--raised"), colour(page, "--wall")):
        assert contrast(waits, on_picture=behind) >= AA


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_where_the_focus_is_among_frames_can_be_seen(
    live_server: LiveServer, open_page: Open, video: Video, scheme: str
) -> None:
    """A ring within the frame, which the strip does not cut off, and apart from the picture."""
    address = f"{live_server.url}{video.get_absolute_url()}"
    page = open_page(address, color_scheme=scheme, reduced_motion="reduce")
    page.locator(".strip").focus()
    for frame in page.locator(".strip > a").all():
        page.keyboard.press("Tab")
        expect(frame).to_be_focused()
        expect(frame).to_have_css("opacity", "1")
        style = frame.evaluate(RING)
        ring, apart = mixed(style["ring"], WHITE), mixed(style["apart"], WHITE)
        assert ratio(ring, apart) >= AA_OF_PARTS
        assert style["offset"] == -style["width"] < 0, "within"
        assert style["room"] > style["width"], "apart"
