"""Style images as the training sees them: tensors of one size, and their Gram matrices."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .perceptual import STYLE_LAYERS, Perception, gram
from .pictures import REFERENCE_SIDE, UnusableStyle, load_style_image

__all__ = ["REFERENCE_SIDE", "UnusableStyle", "load_style_image", "style_picture", "style_targets"]


def at_reference(picture: NDArray[np.uint8], scale: float = 1.0) -> NDArray[np.uint8]:
    """A style image (H, W, 3) with a short side of 512 x scale pixels."""
    height, width = picture.shape[:2]
    factor = REFERENCE_SIDE * scale / min(height, width)
    size = (max(16, round(width * factor)), max(16, round(height * factor)))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return cv2.resize(picture, size, interpolation=how).astype(np.uint8)


def style_picture(picture: NDArray[np.uint8], scale: float = 1.0) -> Tensor:
    """A style image (H, W, 3) as (1, 3, h, w) in 0..1, its short side 512 x scale pixels (bigger: bigger strokes)."""
    return torch.from_numpy(at_reference(picture, scale)).permute(2, 0, 1)[None].float() / 255


@torch.no_grad()
def style_grams(picture: Tensor, perception: Perception) -> dict[str, Tensor]:
    """Gram matrices (1, C, C) for each style layer of a picture as `style_picture` makes it.

    Each is summed as its layer is passed, and no features are kept: some 600 bytes of memory for each pixel.
    """
    passed = perception.layers(picture)
    return {name: gram(features) for name, features in passed if name in STYLE_LAYERS}


def style_targets(pictures: Iterable[Tensor], perception: Perception) -> dict[str, Tensor]:
    """Gram matrices (styles, C, C) for each style layer, from pictures as `style_picture` makes them."""
    each = [style_grams(picture, perception) for picture in pictures]
    return {layer: torch.cat([grams[layer] for grams in each]) for layer in STYLE_LAYERS}
