"""The plots of all filters in a real chromium, with whatever serif the machine has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from filters.training.recipe import read_recipe
from tests.factories import make_filter

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES_OF_EACH_PLOT = """() => [...document.querySelectorAll('.plot svg')].map((plot) => ({
  plot: plot.getBoundingClientRect().toJSON(),
  names: [...plot.querySelectorAll('.name')].filter((name) => getComputedStyle(name).opacity === '1')
    .map((name) => ({ text: name.textContent, ...name.getBoundingClientRect().toJSON() })),
}))"""


def apart(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two boxes share no place, but for the four pixels that a line is higher than its letters."""
    return bool(
        one["right"] <= other["left"]
        or other["right"] <= one["left"]
        or one["bottom"] <= other["top"] + 4
        or other["bottom"] <= one["top"] + 4
    )


@pytest.mark.parametrize("width", [768, 1440])
def test_names_lie_apart_and_within_their_plot(
    live_server: LiveServer, open_page: Callable[..., Page], width: int
) -> None:
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
    page = open_page(f"{live_server.url}/filters/figures/", size=(width, 1000))
    plots = page.evaluate(NAMES_OF_EACH_PLOT)
    assert len(plots) == 3
    for plot in plots:
        names = plot["names"]
        assert len(names) > 12
        for at, one in enumerate(names):
            assert plot["plot"]["left"] <= one["left"], one["text"]
            assert one["right"] <= plot["plot"]["right"], one["text"]
            for other in names[:at]:
                assert apart(one, other), (one["text"], other["text"])


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
