"""The signature of a filter: its paintings' Gram matrices as a few numbers, to tell which filters are alike."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from .perceptual import gram

LAYERS = ("relu1_2", "relu2_2", "relu3_3")
LENGTH = 96  # numbers for each layer; a random projection to so many keeps cosines to about a tenth

Numbers = NDArray[np.float64]


def signature(features: Mapping[str, Tensor]) -> Numbers:
    """Features (1, C, H, W) by layer -> (3 x 96,): each layer's Gram matrix, of unit length, projected at random.

    The projection is the same on every machine. Of two signatures the cosine is about the mean cosine of their
    Gram matrices.
    """
    parts = []
    for layer in LAYERS:
        matrix = gram(features[layer])[0].double().numpy()
        upper = matrix[np.triu_indices(len(matrix))]
        unit = upper / max(float(np.linalg.norm(upper)), 1e-12)
        parts.append(_projection(len(upper)) @ unit)
    return np.concatenate(parts)


@lru_cache(maxsize=len(LAYERS))
def _projection(size: int) -> NDArray[np.float32]:
    """(LENGTH, size) of plus and minus 1 / sqrt(LENGTH). RandomState, whose numbers no release of NumPy changes."""
    signs = np.random.RandomState(size).randint(0, 2, (LENGTH, size)) * 2 - 1
    return np.asarray(signs / np.sqrt(LENGTH), np.float32)
