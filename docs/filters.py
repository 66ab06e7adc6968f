"""Writes docs/filters.md: every shipped filter with a picture and its figures, and the neighbours beside them.

    python -m docs.filters

Figures come from filters/judgements.json (`manage.py evaluate --ship` wrote them), those of the neighbours from
docs/peers.json (`docs.peers`). The pictures show one frame of the sample flight under every filter; `--pictures`
paints them anew.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from docs.peers import RESULT
from filters import sha256
from filters.catalogue import FOLDER, CatalogueFilter, LiveTwin, load_catalogue
from filters.engines.network import NetworkEngine
from videos.media.sample import draw_frame

SHIPPED = FOLDER.parent / "judgements.json"
PAGE = Path(__file__).with_suffix(".md")
IMAGES = Path(__file__).parent / "images"
SECOND = 3.0  # of the sample flight
MEASURED_ON = "measured_on"  # key of the metrics, as filters/judgements.py writes it
COLUMNS, TILE = 4, (480, 270)  # of the contact sheet, pixels
THREE = (("style_distance", 2), ("content_distance", 2), ("temporal_error", 4))  # and digits
Picture = NDArray[np.uint8]


def main(words: list[str]) -> int:
    """Pictures where they are wanted, then the page."""
    parser = argparse.ArgumentParser(description="Write docs/filters.md.")
    parser.add_argument("--pictures", action="store_true", help="paint the pictures anew")
    options = parser.parse_args(words)
    filters = load_catalogue()
    if options.pictures:
        draw_pictures(filters)
    PAGE.write_text("\n".join([*head(filters), *table(filters), "", *live(filters), "", *peers(), ""]))
    return 0


def draw_pictures(filters: tuple[CatalogueFilter, ...]) -> None:
    """One contact sheet of the whole catalogue over one frame."""
    frame = draw_frame(SECOND)
    tiles = [named("Original", frame)]
    for one in filters:
        engine = NetworkEngine.from_files(one.base_file, one.weights)
        tiles.append(named(one.name, engine.apply(frame[None])[0]))
        engine.close()
    blank = Image.new("RGB", TILE, (20, 18, 16))
    tiles += [blank] * (-len(tiles) % COLUMNS)
    sheet = Image.new("RGB", (TILE[0] * COLUMNS, TILE[1] * (len(tiles) // COLUMNS)))
    for place, tile in enumerate(tiles):
        sheet.paste(tile, (TILE[0] * (place % COLUMNS), TILE[1] * (place // COLUMNS)))
    sheet.save(IMAGES / "catalogue.jpg", quality=82)


def named(name: str, frame: Picture) -> Image.Image:
    """A tile with its name in the corner."""
    tile = Image.fromarray(cv2.resize(frame, TILE, interpolation=cv2.INTER_AREA))
    draw = ImageDraw.Draw(tile)
    width = draw.textlength(name, font_size=15)
    draw.rectangle((0, TILE[1] - 24, width + 16, TILE[1]), fill=(20, 18, 16))
    draw.text((8, TILE[1] - 21), name, fill=(235, 228, 216), font_size=15)
    return tile


def head(filters: tuple[CatalogueFilter, ...]) -> list[str]:
    """What is to be seen."""
    weights = sum(path.stat().st_size for path in FOLDER.rglob("*.safetensors"))
    everything = sum(
        path.stat().st_size for path in FOLDER.rglob("*") if path.suffix in {".safetensors", ".jpg"}
    )
    return [
        "<!-- Written by `python -m docs.filters`; do not edit. -->",
        "# The filters that ship",
        "",
        f"{len(filters)} filters on two base networks, {weights / 1e6:.1f} MB of weights, with their style images "
        f"{everything / 1e6:.1f} MB.",
        "",
        "![The whole catalogue over one frame of the sample flight](images/catalogue.jpg)",
        "",
        "Distances and steadiness as [judging](judging.md) defines them, measured on a flight over drone photographs,",
        f"whose camera path is known exactly ({measured_on(filters)}).",
        "No frame of it was learned from, though photographs of the same place were, and how strong each style is was",
        "set on it ([0005](decisions/0005-base-network.md)):",
        "",
        "    .venv/bin/python manage.py evaluate --all --footage FLIGHT.mp4 --camera-path FLIGHT.json --ship",
        "",
        "Lower is better; *smoothed* is the temporal error with smoothing 1; the footage itself has",
        f"{footage_error(filters)}. Filters without figures were not measured yet. *tuned* filters were not learned",
        "with the base but in a few minutes afterwards.",
        "",
    ]


@cache
def judgements() -> dict[str, Any]:
    """What `evaluate --ship` found, by the SHA-256 of the weights."""
    known: dict[str, Any] = json.loads(SHIPPED.read_text()) if SHIPPED.exists() else {}
    return known


def figures_of(one: CatalogueFilter | LiveTwin) -> dict[str, Any]:
    """What is known of the weights of a filter or of its live twin, as they are now."""
    return {**one.metrics, **judgements().get(sha256.of_file(one.weights), {}).get("metrics", {})}


def measured_on(filters: tuple[CatalogueFilter, ...]) -> str:
    """The footage and how many filters were measured on it, the most first."""
    where = Counter(str(figures_of(one).get(MEASURED_ON, "not yet measured")) for one in filters)
    return "; ".join(f"{footage}: {count} filters" for footage, count in where.most_common())


def footage_error(filters: tuple[CatalogueFilter, ...]) -> str:
    """The temporal error of the footage itself, where all were measured on the same."""
    found = {error for one in filters if (error := figures_of(one).get("footage_temporal_error"))}
    return " or ".join(f"{error:.4f}" for error in sorted(found))


def table(filters: tuple[CatalogueFilter, ...]) -> list[str]:
    """A row for each filter."""
    rows = [
        "| filter | learned from | style | content | temporal | smoothed | suits |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in filters:
        figures = figures_of(one)
        learned = one.style_image.title + (f", {one.style_image.artist}" if one.style_image.artist else "")
        name = f"{one.name} (*tuned*)" if one.tuned else one.name
        smoothed = figures.get("temporal_error_smoothed")
        cells = [name, learned, *three(figures), f"{smoothed:.4f}" if smoothed else "", ", ".join(one.suits)]
        rows.append("| " + " | ".join(cells) + " |")
    return [*rows, "", mean_of([figures_of(one) for one in filters])]


def mean_of(figures: Sequence[Mapping[str, Any]]) -> str:
    """The means over all filters that were measured."""
    names = (*THREE, ("temporal_error_smoothed", 4))
    values = {name: [one[name] for one in figures if name in one] for name, _ in names}
    said = [
        f"{name.replace('_', ' ')} {np.mean(values[name]):.{digits}f}"
        for name, digits in names
        if values[name]
    ]
    return f"Means: {', '.join(said)}." if said else ""


def three(metrics: object) -> list[str]:
    """The figures of one version."""
    assert hasattr(metrics, "get")
    return [
        f"{metrics.get(name):.{digits}f}" if metrics.get(name) is not None else "" for name, digits in THREE
    ]


def live(filters: tuple[CatalogueFilter, ...]) -> list[str]:
    """What the second base is for, and a row for each filter on it that was measured."""
    said = [
        "## On the live network",
        "",
        "**live** is the smaller network: it learned from the fine one and paints the same styles, plainer, in less",
        "than half the time. Both are choices of every render. Measured by the same command on the same frames:",
        "",
    ]
    known = [(one.name, figures_of(one.live)) for one in filters if one.live is not None]
    measured = [(name, figures) for name, figures in known if figures]
    rows = ["| filter | style | content | temporal | smoothed |", "|---|---|---|---|---|"]
    for name, figures in measured:
        smoothed = f"{figures['temporal_error_smoothed']:.4f}"
        rows.append("| " + " | ".join([name, *three(figures), smoothed]) + " |")
    told = f"Measured so far: {len(measured)} of {len(known)}."
    if len(measured) > 1:
        told += f" {mean_of([figures for _, figures in measured])}"
    return [*said, *rows, "", told]


def peers() -> list[str]:
    """The neighbours, where they were measured."""
    if not RESULT.exists():
        return []
    found = json.loads(RESULT.read_text())
    rows = ["## The neighbours", "", "By the same metrics on the same frames (`python -m docs.peers`):", ""]
    rows += ["| who | style | style distance | content distance | temporal error |", "|---|---|---|---|---|"]
    for one in found["rows"]:
        rows.append(f"| {one['who']} | {one['style']} | " + " | ".join(three(one)) + " |")
    footage = found["rows"][0]["footage_temporal_error"]
    rows += ["", f"The footage itself has a temporal error of {footage:.4f}.", ""]
    rows += ["| one 1280×720 frame, medians of one interleaved run | milliseconds |", "|---|---|"]
    rows += [f"| {name} | {milliseconds} |" for name, milliseconds in found["milliseconds"].items()]
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
