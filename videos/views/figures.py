"""The figures of the whole catalogue, plotted and as a table: what does a filter add?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from filters import figures as known
from filters.figures import COMPARED, CONTENT, FIGURES, OWN, SPEED, STEADINESS, STYLE, Figure
from filters.judgements import MEASURED_ON
from filters.likeness import nearest
from filters.models import Filter, FilterVersion
from filters.scatter import Plot, Point, scatter
from videos import access
from videos.views.catalogue import ALIKE


@dataclass(frozen=True)
class Row:
    """A filter with its figures by key, as numbers and as they are written; `live` are those of its live twin."""

    filter: Filter
    values: dict[str, float]
    live: dict[str, float]
    cells: list[tuple[Figure, str]]
    neighbours: list[Filter]
    measured_on: str

    @property
    def stands_out(self) -> bool:
        """Drafts do: what would they add?"""
        return bool(self.filter.state == Filter.State.DRAFT)


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Every filter the viewer sees; `?sort=` orders the table by a figure, a leading minus turns it round."""
    rows = rows_of(
        access.filters_shown_to(access.viewer_of(request)).select_related(
            "current__judgement", "live", "style_image"
        )
    )
    measured = [row for row in rows if row.values]
    sort = request.GET.get("sort", "name")
    context = {
        "section": "filters",
        "plots": plots(measured),
        "rows": ordered(rows, sort),
        "columns": [heading(figure, sort) for figure in COMPARED],
        "by_name": heading(known.Figure("name", "Filter", "", 0), sort),
        "drafts": [row for row in measured if row.stands_out],
        "unmeasured": len(rows) - len(measured),
        "own": next((OWN.written(row.values[OWN.key]) for row in measured if OWN.key in row.values), ""),
        "footages": sorted({row.measured_on for row in measured}),
    }
    return render(request, "filters/figures.html", context)


def rows_of(filters: Iterable[Filter]) -> list[Row]:
    """The filters with what is known of them."""
    every = list(filters)
    alike = nearest(every)
    return [_row(one, [other for other, cosine in alike[one.pk] if cosine >= ALIKE]) for one in every]


def _row(one: Filter, neighbours: list[Filter]) -> Row:
    values, live = (_values(version) for version in (one.current, one.live))
    cells = [(figure, _cell(figure, values, live)) for figure in COMPARED]
    metrics: dict[str, Any] = one.current.metrics if one.current else {}
    return Row(
        one,
        values,
        live,
        cells,
        neighbours,
        str(metrics.get(MEASURED_ON, "footage that is not written down")),
    )


def _values(version: FilterVersion | None) -> dict[str, float]:
    metrics = version.metrics if version else {}
    return {figure.key: value for figure in FIGURES if (value := figure.of(metrics)) is not None}


def _cell(figure: Figure, values: dict[str, float], live: dict[str, float]) -> str:
    """A figure as it is written; with the time of the live twin, which is what that is for."""
    if figure.key not in values:
        return ""
    written = figure.written(values[figure.key])
    quicker = figure == SPEED and SPEED.key in live
    return f"{written}, live {SPEED.written(live[SPEED.key])}" if quicker else written


def ordered(rows: list[Row], sort: str) -> list[Row]:
    """By a figure or by name; what was not measured comes last either way."""
    key = sort.lstrip("-")
    back = sort.startswith("-")
    if key not in {figure.key for figure in COMPARED}:
        return sorted(rows, key=lambda row: row.filter.name.casefold(), reverse=back)
    there = [row for row in rows if key in row.values]
    there.sort(key=lambda row: row.values[key], reverse=back)
    return [*there, *(row for row in rows if key not in row.values)]


def heading(figure: Figure, sort: str) -> dict[str, Any]:
    """A column's head: what a click on it sorts by, and how it is sorted now (for `aria-sort`)."""
    now = {figure.key: "ascending", f"-{figure.key}": "descending"}.get(sort, "")
    return {"figure": figure, "now": now, "next": f"-{figure.key}" if now == "ascending" else figure.key}


def plots(rows: list[Row]) -> list[Plot]:
    """Style against content, against steadiness, against time; a plot without any point is left out."""
    made = [
        scatter(points, title=title, caption=caption, x_name=_axis(x), y_name=_axis(y))
        for points, x, y, title, caption in (
            (
                _points(rows, STYLE, CONTENT),
                STYLE,
                CONTENT,
                "Manner and content",
                "Near the corner: strong manner, and one still sees what was filmed.",
            ),
            (
                _points(rows, STYLE, STEADINESS),
                STYLE,
                STEADINESS,
                "Manner and steadiness",
                "Lower is calmer in motion, without any smoothing.",
            ),
            (
                [*_points(rows, SPEED, STYLE), *_points(rows, SPEED, STYLE, live=True)],
                SPEED,
                STYLE,
                "Speed and manner",
                "Further left is quicker, lower is closer to its style image. Live twins are rings.",
            ),
        )
    ]
    return [one for one in made if one.dots]


def _points(rows: list[Row], x: Figure, y: Figure, *, live: bool = False) -> list[Point]:
    """The filters that have both figures, or their live twins that do."""
    points = []
    for row in rows:
        values = row.live if live else row.values
        if x.key in values and y.key in values:
            says = ", ".join(f"{one.name.lower()} {one.written(values[one.key])}" for one in (x, y))
            name = f"{row.filter.name}, live" if live else row.filter.name
            address = row.filter.get_absolute_url()
            points.append(
                Point(name, address, values[x.key], values[y.key], says, row.stands_out, hollow=live)
            )
    return points


def _axis(figure: Figure) -> str:
    return f"{figure.name}{',' + figure.unit if figure.unit else ''}"
