"""The profile of a filter: how it does on each of the standing frames, measured once, read whenever it is suggested."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from filters.engines.network import NetworkEngine

from .losses import relative_error, style_loss
from .metrics import Judge, as_tensor
from .perceptual import CONTENT_LAYER, STYLE_LAYERS, Perception
from .signature import signature
from .traits import traits

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class View:
    """A picture to measure on, (H, W, 3) RGB uint8, with its name, kinds and features as they are stored.

    `moved` shows at (y, x) what `picture` shows at (y + shift[0], x + shift[1]), with whole shifts from 0 on.
    """

    name: str
    kinds: Sequence[str]
    features: dict[str, float]
    picture: Picture
    moved: Picture
    shift: tuple[int, int]


class Profiler:
    """The standing frames with their features, for any number of filters."""

    def __init__(self, views: Iterable[View], perception: Perception) -> None:
        self.perception = perception
        self.views = list(views)
        with torch.no_grad():
            self.contents = [
                perception(as_tensor(view.picture), CONTENT_LAYER)[CONTENT_LAYER] for view in self.views
            ]

    def measure(self, engine: NetworkEngine, judge: Judge) -> tuple[list[dict[str, Any]], list[float]]:
        """The profile (one table for each view: name, kinds, features, measured) and the signature of a filter.

        Each frame is painted with its own statistics. Raises EngineError.
        """
        engine.hold(None)
        rows, signatures = [], []
        for view, content in zip(self.views, self.contents, strict=True):
            measured, mark = self._one(engine, judge, view, content)
            rows.append(
                {
                    "name": view.name,
                    "kinds": list(view.kinds),
                    "features": view.features,
                    "measured": measured,
                }
            )
            signatures.append(mark)
        mean = np.mean(signatures, axis=0)
        return rows, [round(float(value), 5) for value in mean]

    @torch.no_grad()
    def _one(
        self, engine: NetworkEngine, judge: Judge, view: View, content: torch.Tensor
    ) -> tuple[dict[str, float | None], NDArray[np.float64]]:
        painted, moved = engine.apply(np.stack([view.picture, view.moved]))
        features = self.perception(as_tensor(painted))
        values: dict[str, float | None] = {
            "content_distance": float(relative_error(features[CONTENT_LAYER], content)),
            "style_distance": float(style_loss(features, judge.targets)),
            "unsteadiness": unsteadiness(painted, moved, view.shift),
            **asdict(traits(view.picture, painted)),
        }
        mark = signature({layer: features[layer] for layer in STYLE_LAYERS})
        return {name: None if value is None else round(value, 4) for name, value in values.items()}, mark


def unsteadiness(painted: Picture, moved: Picture, shift: tuple[int, int]) -> float:
    """Mean difference, 0..1, of two paintings of one view where `moved` was moved by `shift` before it was painted."""
    down, across = shift
    height, width = painted.shape[:2]
    one = painted[down:, across:].astype(np.int16)
    other = moved[: height - down, : width - across].astype(np.int16)
    return float(np.abs(one - other).mean()) / 255
