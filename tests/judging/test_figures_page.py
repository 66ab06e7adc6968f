"""The figures of the whole catalogue: plotted, listed, sorted, and what a draft adds."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from filters import shipped
from filters.catalogue import load_catalogue
from filters.figures import SPEED
from filters.likeness import cosines
from filters.models import FilterVersion
from filters.scatter import LARGE, LETTER, Point, scatter
from tests.factories import make_filter
from tests.judging.drawn import judged_filter

Queries = Callable[..., AbstractContextManager[Any]]
FIGURES = {
    "style_distance": 0.21,
    "content_distance": 1.08,
    "temporal_error": 0.0231,
    "temporal_error_smoothed": 0.0102,
    "footage_temporal_error": 0.0061,
    "milliseconds_per_frame": 312.4,
}


def point(name: str, x: float, y: float, *, stands_out: bool = False) -> Point:
    return Point(name, f"/filters/{name}/", x, y, f"{x}, {y}", stands_out)


def plotted(*points: Point) -> Any:
    return scatter(points, title="", caption="", x_name="", y_name="")


def test_larger_figures_lie_further_right_and_higher() -> None:
    low, high = plotted(point("low", 0.1, 0.1), point("high", 0.4, 0.8)).dots
    assert low.x < high.x
    assert low.y > high.y


def test_axes_begin_at_nothing_and_tick_at_round_numbers() -> None:
    plot = plotted(point("one", 0.43, 312.0))
    assert [tick.words for tick in plot.x_ticks] == ["0", "0.1", "0.2", "0.3", "0.4"]
    assert [tick.words for tick in plot.y_ticks] == ["0", "100", "200", "300"]


@pytest.mark.parametrize(("which", "times"), [("name", 1.0), ("large", LARGE)])
def test_names_do_not_lie_upon_each_other(which: str, times: float) -> None:
    crowd = [point(f"Filter number {n}", 0.2 + 0.013 * (n % 7), 0.5 + 0.04 * (n // 7)) for n in range(42)]
    named = [(dot.point.name, getattr(dot, which)) for dot in plotted(*crowd).dots if getattr(dot, which)]
    assert 1 < len(named) < 42
    boxes = []
    for words, name in named:
        wide = LETTER * times * len(words)
        left = name.x - {"start": 0, "end": wide, "middle": wide / 2}[name.anchor]
        boxes.append((left, name.y - 10 * times, left + wide, name.y + 3 * times))
    for at, one in enumerate(boxes):
        for other in boxes[:at]:
            apart = (other[0] - one[2], one[0] - other[2], other[1] - one[3], one[1] - other[3])
            assert max(apart) > -0.2  # places are rounded


def test_what_stands_out_is_named_first_and_drawn_last() -> None:
    crowd = [point(f"Filter number {n}", 0.2, 0.5) for n in range(20)]
    dots = plotted(*crowd[:10], point("Draft", 0.2, 0.5, stands_out=True), *crowd[10:]).dots
    assert dots[-1].point.name == "Draft"
    assert dots[-1].name and dots[-1].large


def test_filters_of_one_manner_have_a_cosine_of_one() -> None:
    alike = cosines([[1.0, 0.0, 3.0], [2.0, 0.0, 3.0], [0.0, 5.0, 3.0], []])
    assert alike[0, 0] == pytest.approx(1)
    assert alike[0, 1] > 0.7 > 0 > alike[0, 2]
    assert alike[3].tolist() == [0, 0, 0, 1]


def test_signatures_of_another_length_than_most_have_are_like_no_other() -> None:
    few = [[1.0, 0.0, 3.0, 9.0], [1.0, 0.0, 3.0, 9.0]]  # measured before signatures became shorter
    alike = cosines([*few, [1.0, 0.0, 3.0], [2.0, 0.0, 3.0], [0.0, 5.0, 3.0]])
    assert alike[0, 1] == 0
    assert alike[2, 3] > 0.5


def test_every_measured_filter_is_a_point_that_can_be_reached_and_read(visitor: Client, db: None) -> None:
    one = judged_filter("Wave", metrics=FIGURES)
    make_filter(name="Unmeasured")
    page = visitor.get("/filters/figures/").content.decode()
    assert page.count('<svg viewBox="0 0 640 420"') == 3
    assert page.count(f'class="dot" href="{one.get_absolute_url()}"><title>Wave: ') == 3
    assert "<title>Wave: style distance 0.21, content distance 1.08</title>" in page
    assert "312 ms" in page and "0.0231" in page and "0.0102" in page
    assert "The footage itself has a temporal error of" in page
    assert "2 filters, 1 not measured" in page


BEACH = "beach-flight-720p.mp4, 60 frames of 1280 × 720"
FLIGHT = "sample flight, 60 frames of 1280 × 720"


def test_only_figures_from_one_footage_are_plotted(visitor: Client, db: None) -> None:
    """What ships was measured on other footage than what people make, and looks worse there for the same paint."""
    on_beach = {**FIGURES, "style_distance": 0.29, "measured_on": BEACH}
    on_flight = {**FIGURES, "footage_temporal_error": 0.0144, "measured_on": FLIGHT}
    for name in ("Aa", "Bb", "Cc"):
        judged_filter(name, metrics={**on_beach, "sample": on_flight})
    judged_filter("Mine", metrics={**FIGURES, "style_distance": 0.2, "measured_on": FLIGHT})
    judged_filter("On a clip", metrics={**FIGURES, "style_distance": 0.77, "measured_on": "clip.mp4"})
    make_filter(name="Unmeasured")
    answer = visitor.get("/filters/figures/")
    page = answer.content.decode()
    assert "<title>Aa: style distance 0.21, content" in page
    assert "<title>Mine: style distance 0.20, content" in page
    assert "<title>On a clip" not in page and "0.29" not in page
    assert f'has a temporal error of <span class="mono">0.0144</span>. Measured on {FLIGHT}.' in page
    assert [row.filter.name for row in answer.context["elsewhere"]] == ["On a clip"]
    assert '<td class="near whole" data-name="Measured on">clip.mp4</td>' in page and "0.77" in page
    assert "5 filters, 1 not measured, 1 more below" in page


def test_a_frame_takes_the_same_time_under_all_styles_of_a_network(visitor: Client, db: None) -> None:
    shown = [
        judged_filter(f"Number {n}", metrics={**FIGURES, "milliseconds_per_frame": n}) for n in (5, 7, 30)
    ]
    FilterVersion.objects.filter(filter__in=shown).update(base="base-fine")
    judged_filter("A model", metrics={**FIGURES, "milliseconds_per_frame": 900.0})

    def times() -> set[str]:
        page = visitor.get("/filters/figures/").content.decode()
        return set(re.findall(r"(\d+ ms)</td>", page))

    assert times() == {"7 ms", "900 ms"}, "the middle of what those had who measured them"
    for day, (one, time) in enumerate(zip(shown, (11, 13), strict=False), start=1):
        assert one.current is not None
        one.current.refresh_from_db()
        one.current.metrics["timed_here"] = {"at": f"2026-11-{day:02}", "milliseconds": time}
        one.current.save()
    assert times() == {"13 ms", "900 ms"}, "as it was measured here last"


def test_a_live_twin_is_a_ring_in_the_plot_of_speed(visitor: Client, db: None) -> None:
    one = judged_filter("Wave", metrics=FIGURES)
    twin = FilterVersion.objects.create(
        filter=one, number=2, kind="onnx", metrics={**FIGURES, "milliseconds_per_frame": 118.0}
    )
    assert one.current is not None
    one.adopt(one.current, live=twin)
    page = visitor.get("/filters/figures/").content.decode()
    assert page.count('class="dot hollow"') == 1
    assert "<title>Wave, live: time for a frame 118 ms, style distance 0.21</title>" in page
    assert "312 ms, live 118 ms" in page


def test_a_live_twin_that_was_measured_elsewhere_shows_its_time_alone(visitor: Client, db: None) -> None:
    """No footage changes how long a frame takes; the other figures stand beside those of the same footage only."""
    one = judged_filter("Wave", metrics={**FIGURES, "measured_on": FLIGHT})
    figures = {**FIGURES, "style_distance": 0.34, "milliseconds_per_frame": 118.0, "measured_on": BEACH}
    twin = FilterVersion.objects.create(filter=one, number=2, kind="onnx", metrics=figures)
    assert one.current is not None
    one.adopt(one.current, live=twin)
    page = visitor.get("/filters/figures/").content.decode()
    assert "312 ms, live 118 ms" in page and "0.34" not in page
    assert "Live twins are rings" not in page and "dot hollow" not in page
    assert "Live twins that were not measured on this footage take 118 ms." in page


def test_every_live_twin_that_ships_has_its_time(visitor: Client, db: None) -> None:
    shipped.load()
    context = visitor.get("/filters/figures/").context
    with_twin = [row for row in context["rows"] if row.filter.live_id is not None]
    assert len(with_twin) == len(load_catalogue())
    for row in with_twin:
        assert SPEED.key in row.live
        assert ", live " in dict(row.cells)[SPEED]
    assert "ive twins" in next(plot.caption for plot in context["plots"] if plot.title == "Speed and manner")


def test_the_table_is_sorted_by_what_is_asked_for(visitor: Client, db: None) -> None:
    for name, figure in (("Aa", 0.3), ("Bb", 0.1), ("Cc", 0.2)):
        judged_filter(name, metrics={**FIGURES, "style_distance": figure})
    make_filter(name="Unmeasured")

    def order(sort: str) -> list[str]:
        rows = visitor.get("/filters/figures/", {"sort": sort}).context["rows"]
        return [row.filter.name for row in rows]

    assert order("") == order("nonsense") == ["Aa", "Bb", "Cc", "Unmeasured"]
    assert order("style_distance") == ["Bb", "Cc", "Aa", "Unmeasured"]
    assert order("-style_distance") == ["Aa", "Cc", "Bb", "Unmeasured"]
    page = visitor.get("/filters/figures/?sort=style_distance").content.decode()
    assert 'aria-sort="ascending"' in page and "?sort=-style_distance" in page


def test_a_draft_stands_out_for_its_owner_with_what_it_is_close_to(
    owner: User, owner_client: Client, visitor: Client
) -> None:
    judged_filter("Near", (1.0, 0.0, 0.0), metrics=FIGURES)
    judged_filter("Far", (0.0, 1.0, 0.0), metrics=FIGURES)
    judged_filter("Farther", (0.0, 0.0, 1.0), metrics=FIGURES)
    judged_filter("Mine", (1.0, 0.1, 0.1), metrics=FIGURES, published=False, owner=owner)
    page = owner_client.get("/filters/figures/").content.decode()
    assert page.count('class="dot draft"') == 3
    note = re.search(r"is a draft and stands out.*?</p>", page, re.S)
    assert note is not None and "Near" in note[0] and "Far<" not in note[0]
    assert "Mine" not in visitor.get("/filters/figures/").content.decode()
    assert "Closest to: " in owner_client.get("/filters/mine/").content.decode()


@pytest.mark.parametrize("brought", [-1.0, 1e308])
def test_figures_that_nobody_can_have_measured_are_none(visitor: Client, db: None, brought: float) -> None:
    """A filter file from a stranger brings along whatever it says."""
    judged_filter("Odd", metrics=dict.fromkeys(FIGURES, brought))
    answer = visitor.get("/filters/figures/")
    assert answer.status_code == 200
    assert "1e+308" not in answer.content.decode()


def test_without_figures_it_says_how_to_get_them(visitor: Client, db: None) -> None:
    make_filter(name="Unmeasured")
    assert "manage.py evaluate --all" in visitor.get("/filters/figures/").content.decode()


def test_the_number_of_queries_does_not_grow(
    visitor: Client, db: None, django_assert_num_queries: Queries
) -> None:
    judged_filter("First", (1.0,), metrics=FIGURES)
    with django_assert_num_queries(1):
        visitor.get("/filters/figures/")
    for number in range(6):
        judged_filter(f"More {number}", (float(number),), metrics=FIGURES)
    with django_assert_num_queries(1):
        visitor.get("/filters/figures/")


def test_the_catalogue_and_the_admin_lead_there(visitor: Client, staff_client: Client, db: None) -> None:
    assert "/filters/figures/" in visitor.get("/filters/").content.decode()
    answer = staff_client.get(reverse("admin:filters_filter_figures"))
    assert answer.status_code == 302 and answer.headers["Location"] == "/filters/figures/"


def test_the_admin_tells_what_the_figures_mean(staff_client: Client, db: None) -> None:
    one = judged_filter("Wave", (1.0, 0.0), metrics=FIGURES)
    judged_filter("Other", (0.9, 0.2), metrics=FIGURES)
    page = staff_client.get(f"/admin/filters/filter/{one.pk}/change/").content.decode()
    assert "how much of what is seen gets lost" in page
    assert "Other</a> " in page
