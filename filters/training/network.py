"""The network that paints: one set of weights, and a style is nothing but the numbers of its normalizations.

A small U-shaped network (stem at half resolution, residual blocks at a quarter and an eighth) with conditional
instance normalization (Dumoulin et al. 2017). Every normalization follows a linear convolution directly, so that
scale and shift, and statistics held over a shot, fold into that convolution at run time.

While it is learned every convolution pads by reflection, so that nothing marks the border of a picture: with zeros
it learned to paint coloured frames, which is a cheap way to the right statistics. At run time convolutions pad with
zeros, which costs nothing; the picture is extended by reflection by `margin` pixels first and cut back afterwards.
FORMAT.md beside this file says the same for a reader without PyTorch.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

NORM_EPSILON = 1e-3


@dataclass(frozen=True)
class Architecture:
    """Sizes of a network. Widths are channels.

    `kernel` is the side of the depthwise kernels inside blocks, `down_kernel` of those that halve the size: five
    taps can blur before they sample (Zhang 2019, "Making Convolutional Networks Shift-Invariant Again").
    """

    stem: int = 24
    quarter: int = 64
    eighth: int = 112
    head: int = 32
    encoder_blocks: int = 2
    eighth_blocks: int = 4
    decoder_blocks: int = 1
    expansion: int = 2
    kernel: int = 5
    down_kernel: int = 5
    margin: int = 40

    def as_metadata(self) -> dict[str, str]:
        """The sizes as strings, as the metadata of a safetensors file wants them."""
        return {name: str(value) for name, value in asdict(self).items()}

    @classmethod
    def from_metadata(cls, metadata: dict[str, str]) -> Architecture:
        """The sizes back from `as_metadata`; KeyError or ValueError where one is missing or no number."""
        return cls(**{name: int(metadata[name]) for name in cls.__dataclass_fields__})


FINE = Architecture()
LIVE = Architecture(
    stem=16, quarter=40, eighth=80, head=16, encoder_blocks=1, eighth_blocks=3, decoder_blocks=1
)
SIZES = {"fine": FINE, "live": LIVE}


class StyleNorm(nn.Module):
    """Instance normalization whose scale and shift (styles, channels) are picked for each picture of a batch."""

    def __init__(self, channels: int, styles: int, scale: float = 1.0) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.full((styles, channels), scale))
        self.shift = nn.Parameter(torch.zeros(styles, channels))

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """x (N, C, H, W) and style (N,) indices -> (N, C, H, W); biased variance, epsilon 1e-3."""
        variance, mean = torch.var_mean(x, dim=(2, 3), correction=0)
        scale = self.scale[style] * torch.rsqrt(variance + NORM_EPSILON)
        shift = self.shift[style] - mean * scale
        return torch.addcmul(shift[:, :, None, None], x, scale[:, :, None, None])


class Affine(nn.Module):
    """Scale and shift per style and channel without any normalization: the palette of a style."""

    def __init__(self, channels: int, styles: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(styles, channels))
        self.shift = nn.Parameter(torch.zeros(styles, channels))

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """x (N, C, H, W) and style (N,) indices -> (N, C, H, W)."""
        return torch.addcmul(self.shift[style][:, :, None, None], x, self.scale[style][:, :, None, None])


class Convolution(nn.Conv2d):
    """Pads by reflection while it is trained, with zeros in `eval` mode. No bias."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        side = self.kernel_size[0] // 2
        if not self.training or side == 0:
            return super().forward(x)
        x = functional.pad(x, (side, side, side, side), mode="reflect")
        return functional.conv2d(x, self.weight, None, self.stride, 0, 1, self.groups)


def depthwise(channels: int, kernel: int, stride: int = 1) -> Convolution:
    """A convolution that keeps the channels apart, and the size (halves it with stride 2)."""
    return Convolution(channels, channels, kernel, stride, groups=channels)


def pointwise(inputs: int, outputs: int) -> Convolution:
    """A 1x1 convolution."""
    return Convolution(inputs, outputs, 1)


class Block(nn.Module):
    """Residual: depthwise, expand, norm, ReLU, project, norm, and the input added."""

    def __init__(self, channels: int, styles: int, architecture: Architecture) -> None:
        super().__init__()
        wide = channels * architecture.expansion
        self.depth = depthwise(channels, architecture.kernel)
        self.expand = pointwise(channels, wide)
        self.norm1 = StyleNorm(wide, styles)
        self.project = pointwise(wide, channels)
        self.norm2 = StyleNorm(channels, styles, scale=0.5)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        wide = functional.relu(self.norm1(self.expand(self.depth(x)), style))
        result: Tensor = x + self.norm2(self.project(wide), style)
        return result


class Down(nn.Module):
    """Half the size: depthwise with stride 2, pointwise, norm, ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int, styles: int) -> None:
        super().__init__()
        self.depth = depthwise(inputs, kernel, stride=2)
        self.point = pointwise(inputs, outputs)
        self.norm = StyleNorm(outputs, styles)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        return functional.relu(self.norm(self.point(self.depth(x)), style))


class Painter(nn.Module):
    """The whole network for a number of styles."""

    def __init__(self, styles: int, architecture: Architecture = FINE) -> None:
        super().__init__()
        a = self.architecture = architecture
        self.stem = Convolution(12, a.stem, 3)
        self.stem_norm = StyleNorm(a.stem, styles)
        self.down1 = Down(a.stem, a.quarter, a.down_kernel, styles)
        self.encoder = nn.ModuleList(Block(a.quarter, styles, a) for _ in range(a.encoder_blocks))
        self.down2 = Down(a.quarter, a.eighth, a.down_kernel, styles)
        self.eighth = nn.ModuleList(Block(a.eighth, styles, a) for _ in range(a.eighth_blocks))
        self.up1 = pointwise(a.eighth, a.quarter)
        self.up1_norm = StyleNorm(a.quarter, styles)
        self.decoder = nn.ModuleList(Block(a.quarter, styles, a) for _ in range(a.decoder_blocks))
        self.up2 = pointwise(a.quarter, a.head)
        self.detail = pointwise(a.stem, a.head)
        self.up2_depth = depthwise(a.head, 3)
        self.up2_norm = StyleNorm(a.head, styles)
        self.head = Convolution(a.head, 12, 3)
        self.head_affine = Affine(12, styles)

    def forward(self, pictures: Tensor, style: Tensor) -> Tensor:
        """Pictures (N, 3, H, W), RGB 0..1, H and W multiples of 8, and style (N,) -> painted (N, 3, H, W), 0..1."""
        m = 0 if self.training else self.architecture.margin
        x = functional.pad(pictures, (m, m, m, m), mode="reflect") - 0.5
        fine = functional.relu(self.stem_norm(self.stem(functional.pixel_unshuffle(x, 2)), style))
        x = self.down1(fine, style)
        for block in self.encoder:
            x = block(x, style)
        deep = self.down2(x, style)
        for block in self.eighth:
            deep = block(deep, style)
        x = x + functional.interpolate(self.up1_norm(self.up1(deep), style), scale_factor=2.0, mode="nearest")
        for block in self.decoder:
            x = block(x, style)
        x = functional.interpolate(self.up2(x), scale_factor=2.0, mode="nearest") + self.detail(fine)
        x = functional.relu(self.up2_norm(self.up2_depth(x), style))
        x = torch.sigmoid(functional.pixel_shuffle(self.head_affine(self.head(x), style), 2))
        return x[:, :, m : x.shape[2] - m, m : x.shape[3] - m]


def channels_last(painter: Painter) -> Painter:
    """The same network, its weights laid out as processors like them: several times as fast in training."""
    for parameter in painter.parameters():
        if parameter.ndim == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return painter


def is_style_number(name: str) -> bool:
    """Whether a parameter belongs to the styles (True) or to the weights that all styles share."""
    return name.endswith((".scale", ".shift"))
