"""What the filters' pages share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from filters.figures import FIGURES

STATE_COLOURS = {
    "draft": "warning",
    "published": "success",
    "retired": "default",
    "queued": "info",
    "running": "info",
    "finished": "success",
    "failed": "danger",
    "cancelled": "default",
}


def figures_table(figures: Mapping[str, Any]) -> str:
    """Names and numbers as a small table, tables in tables flattened; an en dash for none."""
    rows = list(_flat(figures))
    if not rows:
        return "–"
    cells = format_html_join("", "<tr><th>{}</th><td>{}</td></tr>", rows)
    return format_html('<table class="figures">{}</table>', cells)


def explained(metrics: Mapping[str, Any]) -> SafeString:
    """The figures that filters are judged by, each with its meaning, and below them whatever else is known."""
    rows = [
        (one.name, one.written(value), one.meaning)
        for one in FIGURES
        if (value := one.of(metrics)) is not None
    ]
    named = {one.key for one in FIGURES}
    others = figures_table({key: value for key, value in metrics.items() if key not in named})
    cells = format_html_join("", '<tr><th>{}</th><td>{}</td><td class="quiet">{}</td></tr>', rows)
    return format_html('<table class="figures">{}</table>{}', cells, others if others != "–" else "")


def _flat(figures: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in figures.items():
        title = f"{above}{name.replace('_', ' ')}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{title}: ")
        elif isinstance(value, float):
            yield title, f"{value:.4g}"
        elif isinstance(value, list) and len(value) > 12:
            yield title, f"{len(value)} values"
        else:
            yield title, str(value)
