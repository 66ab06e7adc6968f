"""The filters that ship: `catalogue.toml` beside this file, read into plain records. Core code, no Django.

[[filter]]
slug = "starry-night"
name = "Starry Night"
description = "Swirling strokes in deep blue."
tags = ["painting", "night"]
suits = ["landscape", "sky"]
base = "base-fine"                          # bases/base-fine.safetensors
weights = "weights/fine/starry-night.safetensors"
metrics = { style_distance = 0.14 }         # optional
tuned = true                                # optional: not learned with the base, but in minutes afterwards
[filter.live]                               # optional: the same style on the smaller base
base = "base-live"
weights = "weights/live/starry-night.safetensors"
[filter.style_image]
file = "styles/starry-night.jpg"
title = "The Starry Night"
artist = "Vincent van Gogh"                 # optional, like the following
year = "1889"
origin = "Museum of Modern Art, New York"
licence = "Public domain"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


class CatalogueError(ValueError):
    """The catalogue names something that is not there; the message says what and where."""


@dataclass(frozen=True)
class StyleOrigin:
    """The picture that a filter was learned from, and where it comes from."""

    file: Path
    title: str
    artist: str = ""
    year: str = ""
    origin: str = ""
    licence: str = ""


@dataclass(frozen=True)
class LiveTwin:
    """The same style on the smaller base. All files exist."""

    base: str
    base_file: Path
    weights: Path
    metrics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class CatalogueFilter:
    """One filter that ships. All files exist."""

    slug: str
    name: str
    description: str
    base: str
    base_file: Path
    weights: Path
    style_image: StyleOrigin
    tags: tuple[str, ...] = ()
    suits: tuple[str, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    tuned: bool = False
    live: LiveTwin | None = None


def load_catalogue(folder: Path = FOLDER) -> tuple[CatalogueFilter, ...]:
    """Every filter of the catalogue in `folder`, in its order; empty where there is no catalogue.toml.

    Raises CatalogueError for a field or file that is missing, a path out of the folder, or a slug used twice.
    """
    listing = folder / "catalogue.toml"
    if not listing.exists():
        return ()
    try:
        tables = tomllib.loads(listing.read_text(encoding="utf-8")).get("filter", [])
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{listing.name} is not valid TOML: {error}") from error
    filters = tuple(_filter(table, folder) for table in tables)
    slugs = [one.slug for one in filters]
    if twice := {slug for slug in slugs if slugs.count(slug) > 1}:
        raise CatalogueError(f"The catalogue has “{min(twice)}” twice.")
    return filters


def _filter(table: Mapping[str, Any], folder: Path) -> CatalogueFilter:
    slug = str(table.get("slug", "?"))
    try:
        origin = dict(table["style_image"])
        return CatalogueFilter(
            slug=table["slug"],
            name=table["name"],
            description=table["description"],
            base=table["base"],
            base_file=_file(folder, f"bases/{table['base']}.safetensors", slug),
            weights=_file(folder, table["weights"], slug),
            style_image=StyleOrigin(_file(folder, origin.pop("file"), slug), **origin),
            tags=tuple(table.get("tags", ())),
            suits=tuple(table.get("suits", ())),
            metrics=dict(table.get("metrics", {})),
            tuned=table.get("tuned", False),
            live=_live_twin(table["live"], folder, slug) if "live" in table else None,
        )
    except KeyError as missing:
        raise CatalogueError(f"“{slug}” in the catalogue lacks {missing}.") from missing
    except TypeError as error:
        raise CatalogueError(f"“{slug}” in the catalogue has a field that is not known: {error}.") from error


def _live_twin(table: Mapping[str, Any], folder: Path, slug: str) -> LiveTwin:
    return LiveTwin(
        base=table["base"],
        base_file=_file(folder, f"bases/{table['base']}.safetensors", slug),
        weights=_file(folder, table["weights"], slug),
        metrics=dict(table.get("metrics", {})),
    )


def _file(folder: Path, name: str, slug: str) -> Path:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise CatalogueError(f"“{slug}” in the catalogue names {name}, which is not there.")
    return path
