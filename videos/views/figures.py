"""The figures of the whole catalogue, plotted and as a table: what does a filter add?

Figures from different footage compare only roughly, so those on one are plotted: that on which most were measured,
which is the sample flight once what ships was measured there too. Others are listed below.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from filters import figures as known
from filters.figures import COMPARED, CONTENT, FIGURES, OWN, SPEED, STEADINESS, STYLE, Figure
from filters.judgements import MEASURED_ON, SAMPLE_FLIGHT, TIMED, on_sample
from filters.likeness import nearest
from filters.models import Filter, FilterVersion
from filters.scatter import Plot, Point, scatter
from videos import access
from videos.views.catalogue import ALIKE

UNKNOWN = "footage that is not written down"


@dataclass(frozen=True)
class Row:
    """A filter with its figures on one footage by key, as numbers and as they are written; `live` are those of its
    live twin. Times, which no footage changes, are also there where the others are not."""

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
    every = list(
        access.filters_shown_to(access.viewer_of(request)).select_related(
            "current__judgement", "live", "style_image"
        )
    )
    footage = footage_of_most(every)
    found = rows_of(every, footage)
    rows = [row for row in found if row.measured_on in ("", footage)]
    elsewhere = [row for row in found if row.measured_on not in ("", footage)]
    measured = [row for row in rows if row.measured_on]
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
        "footage": footage,
        "elsewhere": ordered(elsewhere, sort),
    }
    return render(request, "filters/figures.html", context)


def footage_of_most(filters: Iterable[Filter]) -> str:
    """The footage on which most were measured, the sample flight among equals; empty where none was."""
    counted = Counter(footage for one in filters if one.current for footage in _by_footage(one.current))
    return max(counted, key=lambda name: (counted[name], name.startswith(SAMPLE_FLIGHT)), default="")


def rows_of(filters: Sequence[Filter], footage: str) -> list[Row]:
    """The filters with what is known of them on this footage, or else on other footage."""
    alike, times = nearest(filters), times_of(filters)
    return [
        _row(one, footage, times, [other for other, cosine in alike[one.pk] if cosine >= ALIKE])
        for one in filters
    ]


def _row(one: Filter, footage: str, times: Mapping[str, float], neighbours: list[Filter]) -> Row:
    known = _by_footage(one.current)
    measured_on = footage if footage in known else next(iter(known), "")
    values, live = (
        _timed(version, _by_footage(version).get(measured_on, {}), times)
        for version in (one.current, one.live)
    )
    cells = [(figure, _cell(figure, values, live)) for figure in COMPARED]
    return Row(one, values, live, cells, neighbours, measured_on)


def _by_footage(version: FilterVersion | None) -> dict[str, dict[str, float]]:
    """A version's figures by what they were measured on."""
    metrics = version.metrics if version else {}
    found: dict[str, dict[str, float]] = {}
    for told in (metrics, on_sample(metrics)):
        values = {figure.key: value for figure in FIGURES if (value := figure.of(told)) is not None}
        if values:
            found.setdefault(str(told.get(MEASURED_ON, UNKNOWN)), values)
    return found


def times_of(filters: Iterable[Filter]) -> dict[str, float]:
    """The time for a frame of each base network, which no style changes: as it was measured here last, otherwise the
    middle of what those who measured its filters elsewhere had.
    """
    here: dict[str, tuple[str, float]] = {}
    elsewhere: dict[str, list[float]] = {}
    for version in (version for one in filters for version in (one.current, one.live) if version):
        told = version.metrics.get(TIMED) or {}
        if (value := SPEED.of({SPEED.key: told.get("milliseconds")})) is not None:
            here[_network(version)] = max(
                here.get(_network(version), ("", 0.0)), (str(told.get("at")), value)
            )
        if (value := SPEED.of(version.metrics)) is not None:
            elsewhere.setdefault(_network(version), []).append(value)
    middle = {network: median(values) for network, values in elsewhere.items()}
    return middle | {network: value for network, (_, value) in here.items()}


def _timed(
    version: FilterVersion | None, values: dict[str, float], times: Mapping[str, float]
) -> dict[str, float]:
    """The figures of a version with the time of its network, where that was measured at all."""
    if version is None or _network(version) not in times:
        return values
    return {**values, SPEED.key: times[_network(version)]}


def _network(version: FilterVersion) -> str:
    """What decides how long a frame takes: the base, or a model of its own."""
    return version.base or f"version {version.pk}"


def _cell(figure: Figure, values: dict[str, float], live: dict[str, float]) -> str:
    """A figure as it is written; with the time of the live twin, which is what that is for."""
    written = [figure.written(values[figure.key])] if figure.key in values else []
    if figure == SPEED and SPEED.key in live:
        written.append(f"live {SPEED.written(live[SPEED.key])}")
    return ", ".join(written)


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
                f"Further left is quicker, lower is closer to its style image. {_of_twins(rows)}".strip(),
            ),
        )
    ]
    return [one for one in made if one.dots]


def _of_twins(rows: list[Row]) -> str:
    """How live twins are drawn, and how long those take of which only that is known: they have no place."""
    drawn = any(SPEED.key in row.live and STYLE.key in row.live for row in rows)
    times = [row.live[SPEED.key] for row in rows if SPEED.key in row.live and STYLE.key not in row.live]
    sentences = ["Live twins are rings."] if drawn else []
    if times:
        span = dict.fromkeys(SPEED.written(one) for one in (min(times), max(times)))
        sentences.append(f"Live twins that were not measured on this footage take {' to '.join(span)}.")
    return " ".join(sentences)


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
