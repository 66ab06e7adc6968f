"""The styles that a base network learns, read from the catalogue's recipe.toml."""

from __future__ import annotations

import importlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from filters.training.styles import load_style_image
from filters.training.tune import TUNING

CATALOGUE = Path(__file__).resolve().parent.parent / "catalogue"


@dataclass(frozen=True)
class RecipeStyle:
    """One style: its words, its provenance, and how large its strokes are (1.0: short side at 512 pixels).

    `truth` says how much its content loss counts, or begins to: 1.0 as a rule, more for a style that would bury the
    footage; `level` and `live_level` the same for the last stage of the fine and of the live network, set by what was
    left on a frame of a flight. `share`: how far its numbers lie from what “large” came to towards what “level” did,
    0..1; `live_share` the same between “live-still” and “live-level”. `own`: how much of its own is left to them in
    the end, where 0 would be the mean of all styles that the base learned; `live_own` the same on the live network.
    `tuned`: not learned with the base, only its numbers afterwards, with content held at `aim` (0: not held),
    chessboards counting as `lattice` says, and with `photographs` on photographs too, with `ahead` also on stills of
    places that a drone looks ahead at.
    """

    slug: str
    name: str
    description: str
    tags: tuple[str, ...]
    suits: tuple[str, ...]
    scale: float
    truth: float = 1.0
    level: float = 1.0
    live_level: float = 1.0
    share: float = 0.5
    live_share: float = 0.5
    own: float = 1.0
    live_own: float = 1.0
    picture: str = ""
    drawing: str = ""
    tuned: bool = False
    aim: float = TUNING.content_aim
    lattice: float = TUNING.lattice_weight
    photographs: bool = False
    ahead: bool = False
    ships: bool = True
    title: str = ""
    artist: str = ""
    year: str = ""
    origin: str = ""
    licence: str = ""

    def own_on(self, size: str) -> float:
        """How much of its own is left on the base of a size, 0..1."""
        return self.own if size == "fine" else self.live_own

    def truth_in(self, stage: str) -> float:
        """How much content counts under it in a stage of the bases."""
        return {"level": self.level, "live-level": self.live_level}.get(stage, self.truth)

    def image(self, folder: Path) -> NDArray[np.uint8]:
        """The style image, RGB (H, W, 3): a file of `folder`, or drawn."""
        if self.picture:
            return load_style_image(folder / self.picture)
        module = importlib.import_module(f"filters.catalogue.drawings.{self.drawing}")
        drawn: NDArray[np.uint8] = module.draw()
        return drawn

    def provenance(self) -> dict[str, str]:
        """Title, artist, year, origin and licence of the style image."""
        if self.drawing:
            return {
                "title": self.name,
                "artist": "Rotoscope",
                "origin": f"Drawn by filters/catalogue/drawings/{self.drawing}.py",
                "licence": "BSD-3-Clause",
            }
        words = {"title": self.title, "artist": self.artist, "year": self.year}
        return {**words, "origin": self.origin, "licence": self.licence}


def read_recipe(path: Path = CATALOGUE / "recipe.toml") -> list[RecipeStyle]:
    """All styles in the order of their indices in the base."""
    tables = tomllib.loads(path.read_text())["style"]
    return [
        RecipeStyle(**{**one, "tags": tuple(one["tags"]), "suits": tuple(one["suits"])}) for one in tables
    ]
