"""VGG-16 up to relu4_3 as a yardstick for pictures. Frozen; float32 weights from the fp16 file beside this one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

WEIGHTS = Path(__file__).with_name("vgg16-relu4_3.fp16.safetensors")
MEAN_BGR = (103.939, 116.779, 123.68)
CONVOLUTIONS = ((1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (3, 2), (3, 3), (4, 1), (4, 2), (4, 3))
STYLE_LAYERS = ("relu1_2", "relu2_2", "relu3_3", "relu4_3")
CONTENT_LAYER = "relu3_3"


class Perception(nn.Module):
    """The features in which style and content are measured."""

    def __init__(self, weights: Path = WEIGHTS) -> None:
        super().__init__()
        for name, tensor in load_file(weights).items():
            value = tensor.float()
            if value.ndim == 4:
                value = value.contiguous(memory_format=torch.channels_last)
            self.register_buffer(name.replace(".", "_"), value, persistent=False)
        self.register_buffer("mean", torch.tensor(MEAN_BGR).view(1, 3, 1, 1), persistent=False)

    def forward(self, pictures: Tensor, last: str = "relu4_3") -> dict[str, Tensor]:
        """Pictures (N, 3, H, W), RGB 0..1, H and W at least 8 -> features by layer name: `last`, and of those before it
        the ones that style is measured in. All ten are a kilobyte for each pixel."""
        passed = self.layers(pictures, last)
        return {name: features for name, features in passed if name in STYLE_LAYERS or name == last}

    def layers(self, pictures: Tensor, last: str = "relu4_3") -> Iterator[tuple[str, Tensor]]:
        """Name and features of one layer after the other, for whoever wants to keep none of them."""
        x = pictures.flip(1) * 255.0 - self.get_buffer("mean")
        stage = 1
        for block, index in CONVOLUTIONS:
            if block != stage:
                x, stage = functional.max_pool2d(x, 2), block
            name = f"conv{block}_{index}"
            x = functional.conv2d(
                x, self.get_buffer(f"{name}_weight"), self.get_buffer(f"{name}_bias"), padding=1
            )
            x = functional.relu(x, inplace=not torch.is_grad_enabled())
            yield f"relu{block}_{index}", x
            if f"relu{block}_{index}" == last:
                break


def gram(features: Tensor) -> Tensor:
    """Features (N, C, H, W) -> Gram matrices (N, C, C) = F F^T / (C H W)."""
    n, c, h, w = features.shape
    flat = features.reshape(n, c, h * w)
    return flat @ flat.transpose(1, 2) / (c * h * w)
