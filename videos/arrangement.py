"""The arrangement of a comparison: what stands where, as the address writes it and the page reads it.

`a` and `b` stand in the wipe, the blink and the loupe; `grid` holds up to nine. Each place is a render's ref,
or “o” for the original. `t`, `in` and `out` are frames of the footage, `zoom` is “scale,x,y” with the
middle of the view as shares of the picture, `cut` is the wipe's place in per cent, `lens` is “x,y”, the
middle of the loupe as shares of the stage.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from videos.models import Comparison, Render

ORIGINAL = "o"
MOST = 9
LAYOUTS = tuple(str(value) for value in Comparison.Layout.values)
LARGEST_ZOOM = 16.0


@dataclass(frozen=True)
class Arrangement:
    """Refs that exist and may be seen; frames within the clip; everything else as the page's script wants it."""

    layout: str = "wipe"
    a: str = ORIGINAL
    b: str = ORIGINAL
    grid: list[str] = field(default_factory=list)
    t: int | None = None
    start: int | None = None
    stop: int | None = None
    zoom: tuple[float, float, float] = (1.0, 0.5, 0.5)
    cut: float = 50.0
    lens: tuple[float, float] = (0.5, 0.5)

    @property
    def places(self) -> list[str]:
        """What is on the stage, in order."""
        return self.grid if self.layout == "grid" else [self.a, self.b]

    def as_view(self) -> dict[str, Any]:
        """The part that Comparison.view keeps: everything but the renders and the layout."""
        return {
            "t": self.t,
            "in": self.start,
            "out": self.stop,
            "zoom": list(self.zoom),
            "cut": self.cut,
            "lens": list(self.lens),
            "pair": [self.a, self.b],
        }


def read(query: Mapping[str, Any], renders: Sequence[Render], frame_count: int) -> Arrangement:
    """An arrangement out of an address or a saved view; what does not make sense falls back quietly.

    `renders` come oldest first. Of those that nobody chose the newest are shown: they are what one came to look at.
    """
    refs = [render.ref for render in renders]
    known = {ORIGINAL, *refs}
    layout = str(query.get("layout", "wipe"))
    listed = dict.fromkeys(part for part in str(query.get("grid", "")).split(",") if part in known)
    a, b = (str(query.get(side)) for side in ("a", "b"))
    a = a if a in known else ORIGINAL
    newest = next((ref for ref in reversed(refs) if ref != a), ORIGINAL)
    start, stop = _frame(query.get("in"), frame_count), _frame(query.get("out"), frame_count)
    if start is not None and stop is not None and start >= stop:
        start = stop = None
    return Arrangement(
        layout=layout if layout in LAYOUTS else "wipe",
        a=a,
        b=b if b in known else newest,
        grid=list(listed)[:MOST] or [ORIGINAL, *refs[1 - MOST :]],
        t=_frame(query.get("t"), frame_count),
        start=start,
        stop=stop,
        zoom=_zoom(query.get("zoom")),
        cut=_number(query.get("cut"), 50.0, 0.0, 100.0),
        lens=_lens(query.get("lens")),
    )


def of_comparison(comparison: Comparison, renders: Sequence[Render], frame_count: int) -> Arrangement:
    """The arrangement that was saved. Of renders that are gone, or may not be seen, a wipe shows the original instead,
    a grid nothing: never one that nobody chose."""
    known = {ORIGINAL, *(render.ref for render in renders)}
    stand = {
        item.position: item.render.ref if item.render else ORIGINAL
        for item in comparison.items.select_related("render").order_by("position")
    }
    stand = {position: ref for position, ref in stand.items() if ref in known}
    view = _saved(comparison)
    query: dict[str, Any] = {**view, "layout": comparison.layout}
    query["grid"] = ",".join(stand.values()) or ORIGINAL
    if comparison.layout != Comparison.Layout.GRID:
        query |= {"a": stand.get(0, ORIGINAL), "b": stand.get(1, ORIGINAL)}
    elif isinstance(pair := view.get("pair"), list):
        query |= {
            side: ref if ref in known else ORIGINAL for side, ref in zip(("a", "b"), pair, strict=False)
        }
    return read(query, renders, frame_count)


def share_of_cut(query: Mapping[str, Any]) -> float:
    """Where the wipe stands, as a share of the width."""
    return _number(query.get("cut"), 50.0, 0.0, 100.0) / 100


def look_of(comparison: Comparison) -> Arrangement:
    """How a saved comparison is looked at: frame, range, zoom and cut, whatever stands in it. Asks nothing."""
    return read(_saved(comparison), [], comparison.video.frame_count)


def _saved(comparison: Comparison) -> dict[str, Any]:
    """What Comparison.view keeps, as `read` takes it."""
    view = dict(comparison.view) if isinstance(comparison.view, dict) else {}
    for name in ("zoom", "lens"):
        if isinstance(view.get(name), list):
            view[name] = ",".join(str(part) for part in view[name])
    return view


def _frame(value: Any, frame_count: int) -> int | None:
    try:
        frame = int(str(value))
    except ValueError:
        return None
    return min(max(frame, 0), max(0, frame_count - 1))


def _zoom(value: Any) -> tuple[float, float, float]:
    parts = str(value or "").split(",")
    if len(parts) != 3:
        return (1.0, 0.5, 0.5)
    scale = _number(parts[0], 1.0, 1.0, LARGEST_ZOOM)
    return (scale, _number(parts[1], 0.5, 0.0, 1.0), _number(parts[2], 0.5, 0.0, 1.0))


def _lens(value: Any) -> tuple[float, float]:
    parts = str(value or "").split(",")
    if len(parts) != 2:
        return (0.5, 0.5)
    return (_number(parts[0], 0.5, 0.0, 1.0), _number(parts[1], 0.5, 0.0, 1.0))


def _number(value: Any, usual: float, least: float, most: float) -> float:
    try:
        number = float(str(value))
    except ValueError:
        return usual
    return min(max(number, least), most) if math.isfinite(number) else usual
