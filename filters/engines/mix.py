"""A style between others: the same numbers on the same base, mixed by weight. Needs no training and no PyTorch."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from filters.engines.weights import STYLE_FORMAT, BadWeights, Style, serialized

MOST_PARTS = 8
LARGEST_WEIGHT = 1000.0
"""Of a part, as somebody says it; only how the parts compare counts."""


def shares_of(weights: Sequence[float]) -> list[float]:
    """Weights of any size as shares that sum to 1. Raises BadWeights where they cannot be shares."""
    if not 1 <= len(weights) <= MOST_PARTS:
        raise BadWeights(f"A mix has from 1 to {MOST_PARTS} parts.")
    whole = sum(weights)
    if not (all(one >= 0 for one in weights) and 0 < whole < math.inf):
        raise BadWeights("The weights of a mix are numbers from 0 up, and their sum is one above 0.")
    return [one / whole for one in weights]


def mixed(styles: Sequence[Style], weights: Sequence[float], slug: str = "mix") -> Style:
    """The convex combination of styles of one base, float32. Raises BadWeights.

    Since a style is scale and shift of normalizations only, what lies between two of them paints as well.
    """
    if len(styles) != len(weights):
        raise BadWeights("A mix has one weight for each of its filters.")
    shares = shares_of(weights)
    if len({style.base_sha256 for style in styles}) != 1:
        raise BadWeights("Only filters on the same base network can be mixed.")
    numbers = {
        name: sum(
            (style.numbers[name] * np.float32(share) for style, share in zip(styles, shares, strict=True)),
            np.zeros_like(first),
        ).astype(np.float32)
        for name, first in styles[0].numbers.items()
    }
    return Style(slug, styles[0].base_sha256, numbers)


def style_file(style: Style) -> bytes:
    """A style as a safetensors file whose bytes follow from its content alone (filters/training/FORMAT.md)."""
    metadata = {"base": style.base_sha256, "format": STYLE_FORMAT, "slug": style.slug}
    return serialized(style.numbers, metadata)
