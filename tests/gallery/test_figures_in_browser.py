"""The plots of all filters in a real chromium, with whatever serif the machine has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from filters.making.recipe import read_recipe
from tests.factories import make_filter

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES_OF_EACH_PLOT = """() => [...document.querySelectorAll('.plot svg')].map((plot) => ({
  plot: plot.getBoundingClientRect().toJSON(),
  names: [...plot.querySelectorAll('.name')]
    .filter((name) => getComputedStyle(name).opacity === '1' && getComputedStyle(name).display !== 'none')
    .map((name) => ({ text: name.textContent, ...name.getBoundingClientRect().toJSON() })),
}))"""

TOLD_BY_EACH_POINT = """() => [...document.querySelectorAll('.dot')].map((dot) => {
  dot.focus();
  const [name, figures] = document.querySelectorAll('.plot-says:not([hidden]) span');
  const box = (thing) => thing.getBoundingClientRect().toJSON();
  return { label: dot.getAttribute('aria-label'), says: `${name.textContent}: ${figures.textContent}`,
    plot: box(dot.closest('svg')), bubble: box(name.parentNode), mark: box(dot.querySelector('.mark')) };
})"""
AXES_AND_POINTS = """() => [...document.querySelectorAll('.plot')].flatMap((plot) => {
  const boxes = (kind) => [...plot.querySelectorAll(kind)].map((thing) => thing.getBoundingClientRect().toJSON());
  return boxes('.axis').flatMap((axis) => boxes('.mark, .name').map((thing) => [axis, thing]));
})"""


LIT = """() => {
  const fills = [...document.querySelectorAll('.plot .dot .mark')].map((one) => getComputedStyle(one).fill);
  const often = (fill) => fills.filter((one) => one === fill).length;
  const usual = fills.toSorted((one, other) => often(other) - often(one))[0];
  return fills.filter((one) => one !== usual).length;
}"""


def apart(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two boxes share no place, but for the four pixels that a line is higher than its letters."""
    return bool(
        one["right"] <= other["left"]
        or other["right"] <= one["left"]
        or one["bottom"] <= other["top"] + 4
        or other["bottom"] <= one["top"] + 4
    )


def box(thing: Locator) -> dict[str, Any]:
    """Where it lies in the window."""
    found: dict[str, Any] = thing.evaluate("(thing) => thing.getBoundingClientRect().toJSON()")
    return found


def tap(page: Page, thing: Locator) -> None:
    """With a finger in its middle, and without scrolling there."""
    there = box(thing)
    page.touchscreen.tap(there["left"] + there["width"] / 2, there["top"] + there["height"] / 2)


def plot_on_a_phone(live_server: LiveServer, open_page: Callable[..., Page]) -> Locator:
    """The first of the plots, in sight."""
    measure_the_catalogue()
    page = open_page(f"{live_server.url}/filters/figures/", size=(390, 844), has_touch=True, is_mobile=True)
    plot = page.locator(".plot.tells").first
    plot.scroll_into_view_if_needed()
    return plot


def measure_the_catalogue() -> None:
    """Every filter that ships, with figures that are made up."""
    generator = np.random.default_rng(1)
    for style in read_recipe():
        version = make_filter(style.slug, name=style.name, published=True).current
        assert version is not None
        version.metrics = {
            "style_distance": float(generator.uniform(0.1, 0.7)),
            "content_distance": float(generator.uniform(0.6, 1.3)),
            "temporal_error": float(generator.uniform(0.01, 0.03)),
            "temporal_error_smoothed": 0.006,
            "footage_temporal_error": 0.009,
            "milliseconds_per_frame": float(generator.uniform(90, 350)),
        }
        version.save()


@pytest.mark.parametrize(("width", "least"), [(390, 3), (768, 12), (1440, 12)])
def test_names_lie_apart_and_within_their_plot(
    live_server: LiveServer, open_page: Callable[..., Page], width: int, least: int
) -> None:
    measure_the_catalogue()
    page = open_page(f"{live_server.url}/filters/figures/", size=(width, 1000))
    plots = page.evaluate(NAMES_OF_EACH_PLOT)
    assert len(plots) == 3
    for plot in plots:
        names = plot["names"]
        assert len(names) > least
        for at, one in enumerate(names):
            assert plot["plot"]["left"] <= one["left"], one["text"]
            assert one["right"] <= plot["plot"]["right"], one["text"]
            for other in names[:at]:
                assert apart(one, other), (one["text"], other["text"])


@pytest.mark.parametrize("width", [390, 1440])
def test_every_point_that_has_the_focus_says_its_name_and_figures_within_its_plot(
    live_server: LiveServer, open_page: Callable[..., Page], width: int
) -> None:
    measure_the_catalogue()
    page = open_page(f"{live_server.url}/filters/figures/", size=(width, 1000))
    page.locator(".plots .tells").nth(2).wait_for()
    page.locator(".eyebrow a").focus()
    page.keyboard.press("Tab")
    expect(page.locator(".dot").first).to_be_focused()
    told = page.evaluate(TOLD_BY_EACH_POINT)
    assert len(told) == 3 * len(read_recipe())
    for one in told:
        assert one["label"] == one["says"]
        assert one["plot"]["left"] <= one["bubble"]["left"], one
        assert one["bubble"]["right"] <= one["plot"]["right"], one
        assert one["plot"]["top"] <= one["bubble"]["top"], one
        assert one["bubble"]["bottom"] <= one["plot"]["bottom"], one
        assert apart(one["bubble"], one["mark"]), one
    page.keyboard.press("Escape")
    expect(page.locator(".plot-says:visible")).to_have_count(0)


def test_one_point_alone_is_lit_wherever_between_points_a_finger_comes_down(
    live_server: LiveServer, open_page: Callable[..., Page]
) -> None:
    plot = plot_on_a_phone(live_server, open_page)
    page = plot.page
    for number in range(0, 40, 4):
        there = box(plot.locator(".dot .mark").nth(number))
        page.touchscreen.tap(there["right"] + 2, there["top"])
        expect(plot.locator(".plot-says")).to_be_visible()
        assert page.evaluate(LIT) == 1
        tap(page, plot.locator("h2"))


def test_a_finger_reads_a_point_first_and_opens_it_next(
    live_server: LiveServer, open_page: Callable[..., Page]
) -> None:
    plot = plot_on_a_phone(live_server, open_page)
    page = plot.page
    dot, says = plot.locator(".dot").first, plot.locator(".plot-says")
    name, address = dot.locator(".name").text_content(), dot.get_attribute("href")
    tap(page, dot.locator(".mark"))
    expect(says.locator(".work")).to_have_text(str(name))
    tap(page, plot.locator("h2"))
    expect(says).to_be_hidden()
    tap(page, dot.locator(".mark"))
    expect(says).to_be_visible()
    assert page.url.endswith("/filters/figures/")
    tap(page, dot.locator(".mark"))
    page.wait_for_url(f"**{address}")


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_what_the_axes_are_called_is_free_of_points_and_names(
    live_server: LiveServer, open_page: Callable[..., Page], width: int
) -> None:
    measure_the_catalogue()
    page = open_page(f"{live_server.url}/filters/figures/", size=(width, 1000))
    pairs = page.evaluate(AXES_AND_POINTS)
    assert len(pairs) > 100
    assert all(apart(axis, thing) for axis, thing in pairs)


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_a_filters_versions_are_seen_whole_with_their_figures(
    live_server: LiveServer, open_page: Callable[..., Page], width: int
) -> None:
    one = make_filter(published=True)
    assert one.current is not None
    one.current.metrics = {"style_distance": 0.2, "content_distance": 0.94, "temporal_error": 0.0185}
    one.current.save()
    page = open_page(f"{live_server.url}{one.get_absolute_url()}", size=(width, 844))
    for written in ("0.20", "0.94", "0.0185"):
        box = page.locator("section[aria-labelledby=versions] td", has_text=written).bounding_box()
        assert box is not None
        assert 0 <= box["x"] < box["x"] + box["width"] <= width
    names = page.evaluate(
        "() => [...document.querySelectorAll('.stacks td')].map((cell) => getComputedStyle(cell, '::before').content)"
    )
    assert ('"Temporal error"' in names) == (width == 390)
