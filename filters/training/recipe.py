"""The styles that a base network learns, read from the catalogue's recipe.toml."""

from __future__ import annotations

import importlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .styles import load_style_image

CATALOGUE = Path(__file__).resolve().parent.parent / "catalogue"


@dataclass(frozen=True)
class RecipeStyle:
    """One style: where its picture comes from and how large its strokes are (1.0: short side at 512 pixels)."""

    slug: str
    name: str
    scale: float
    picture: str = ""
    drawing: str = ""

    def image(self, folder: Path) -> NDArray[np.uint8]:
        """The style image, RGB (H, W, 3): a file of `folder`, or drawn."""
        if self.picture:
            return load_style_image(folder / self.picture)
        module = importlib.import_module(f"filters.catalogue.drawings.{self.drawing}")
        drawn: NDArray[np.uint8] = module.draw()
        return drawn


def read_recipe(path: Path = CATALOGUE / "recipe.toml") -> list[RecipeStyle]:
    """All styles in the order of their indices in the base."""
    tables = tomllib.loads(path.read_text())["style"]
    fields = RecipeStyle.__dataclass_fields__
    return [RecipeStyle(**{key: value for key, value in table.items() if key in fields}) for table in tables]
