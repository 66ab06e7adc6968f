"""What a painted picture is judged by while it is learned. All losses are means per picture, without units."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional

from .perceptual import CONTENT_LAYER, STYLE_LAYERS, gram

# Mean square of relu3_3 that counts as content at all; photographs have 35,000 to 600,000, 230,000 on average.
LEAST_CONTENT = 50_000.0
NEAR = (0.04, 0.12)  # of 1, how much areas may differ that should be painted alike


def relative_error(value: Tensor, target: Tensor) -> Tensor:
    """||value - target||^2 / ||target||^2 for each picture: (N, ...) and (N or 1, ...) -> (N,)."""
    error = (value - target).flatten(1).square().sum(1)
    return error / target.flatten(1).square().sum(1).clamp_min(1e-12)


def content_loss(painted: Mapping[str, Tensor], original: Tensor) -> Tensor:
    """Relative error of relu3_3 against the features of the original, per picture (N,).

    For pictures with next to nothing in them (a clear sky) it is relative to LEAST_CONTENT instead, so that they
    do not outweigh all others.
    """
    error = (painted[CONTENT_LAYER] - original).square().mean((1, 2, 3))
    return error / original.square().mean((1, 2, 3)).clamp_min(LEAST_CONTENT)


def style_loss(painted: Mapping[str, Tensor], targets: Mapping[str, Tensor]) -> Tensor:
    """Mean relative error of the Gram matrices over the four style layers, per picture (N,).

    `targets` holds a Gram matrix (N, C, C) for each style layer.
    """
    errors = [relative_error(gram(painted[layer]), targets[layer]) for layer in STYLE_LAYERS]
    return torch.stack(errors).mean(0)


def pooled_style_loss(
    painted: Mapping[str, Tensor], targets: Mapping[str, Tensor], styles: Tensor, share: float
) -> Tensor:
    """`style_loss` where `share` of it looks at the mean Gram matrix of all squares of one style, per picture (N,).

    A whole frame is judged by one Gram matrix: calm sky may stay calm where rocks are bold. Asking every square
    for all of it costs content and steadiness, and buys nothing there. `styles` (N,) says which style each is of.
    """
    same = (styles[:, None] == styles[None]).float()
    same = same / same.sum(1, keepdim=True)
    errors = []
    for layer in STYLE_LAYERS:
        own, target = gram(painted[layer]), targets[layer]
        together = torch.einsum("nm,mij->nij", same, own)
        errors.append((1 - share) * relative_error(own, target) + share * relative_error(together, target))
    return torch.stack(errors).mean(0)


def total_variation(pictures: Tensor) -> Tensor:
    """Mean absolute difference of neighbours, across plus down, per picture (N,); pictures (N, 3, H, W) in 0..1."""
    across = (pictures[..., :, 1:] - pictures[..., :, :-1]).abs().mean((1, 2, 3))
    down = (pictures[..., 1:, :] - pictures[..., :-1, :]).abs().mean((1, 2, 3))
    return across + down


def tone_loss(painted: Tensor, pictures: Tensor, area: int = 16) -> Tensor:
    """1 - correlation of light and dark over areas of 16 x 16 pixels, per picture (N,), 0..2.

    Gram matrices do not say where a stroke lies; without this the brightest ones gather in the darkest places,
    where the footage gives the network nothing to hold on to. Flat pictures, which have no tones, give 1.
    """
    before, after = (functional.avg_pool2d(p.float().mean(1), area).flatten(1) for p in (pictures, painted))
    before, after = (tones - tones.mean(1, keepdim=True) for tones in (before, after))
    spread = (before.square().mean(1) * after.square().mean(1)).add(1e-6).sqrt()
    return 1 - (before * after).mean(1) / spread


def evenness_loss(painted: Tensor, pictures: Tensor, area: int = 16) -> Tensor:
    """How unlike areas are painted that look alike, as a share of how unlike any are, per picture (N,), 0..1 or so.

    An area of 16 x 16 pixels is described by the mean and the deviation of each colour; others count for it the more
    the nearer they are in the footage (Gaussians of the deviations NEAR, of 1). Nothing else forbids a patch of red
    dots on even water: it has the right Gram matrix. The wider one finds a patch that fills a pool of shade, where
    nothing else is quite as dark. A share, so that painting everything flat does not help.
    """
    before, after = apart(described_areas(pictures, area)), apart(described_areas(painted, area))
    others = 1 - torch.eye(before.shape[-1], device=before.device)
    whole = after.mean((1, 2)) + 1e-3
    shares = [_unlike(torch.exp(-before / (2 * near**2)) * others, after) / whole for near in NEAR]
    return torch.stack(shares).mean(0)


def _unlike(alike: Tensor, distances: Tensor) -> Tensor:
    """Mean over areas of how far apart those are that are alike: (N, A, A) of shares, of distances -> (N,)."""
    return ((alike * distances).sum(2) / alike.sum(2).clamp_min(1e-3)).mean(1)


def lattice_loss(painted: Tensor, period: int = 8, periods: int = 8) -> Tensor:
    """How much of a painting stands on the network's own grid: variance of the detail that is the same at the same
    place of every period of 8 pixels, or the same but for a sign that changes from row to row, from column to column
    or like a chessboard, and of the detail's strength likewise, for cells that are filled at random have their edges
    at the same places; mean over windows of 8 x 8 periods, per picture (N,), in squared hundredths of full scale.

    On ground without detail a network whose features lie 8 pixels apart can draw nothing else: scales, dots and
    chessboards that do not move along with the footage. It is the covariance of *different* periods (their mean
    squared less the mean square, as a U-statistic), so strokes that follow the footage give next to nothing and are
    left alone. A window in which it is negative counts as 0, or detail that avoids the grid would be rewarded. A loss
    of this project; the artefact is the kin of that of Odena et al. 2016, "Deconvolution and Checkerboard Artifacts".
    Pictures (N, 3, H, W) in 0..1, sides of at least 64; what is left over beside whole windows does not count.
    """
    detail = _less_surroundings(painted, period)
    strength = _less_surroundings(detail.abs(), period)
    return _shared_by_periods(detail, period, periods) + _shared_by_periods(strength, period, periods)


def _less_surroundings(values: Tensor, period: int) -> Tensor:
    """What differs from the mean of one period around it."""
    return values - functional.avg_pool2d(values, period + 1, 1, period // 2, count_include_pad=False)


def _shared_by_periods(detail: Tensor, period: int, periods: int) -> Tensor:
    """Covariance of the detail in different periods of the grid, per picture (N,), as `lattice_loss` has it."""
    count, colours, height, width = detail.shape
    across, down = width // (period * periods), height // (period * periods)
    cut = detail[..., : down * periods * period, : across * periods * period]
    windows = cut.reshape(count, colours, down, periods, period, across, periods, period)
    alone = windows.square().mean((1, 3, 4, 6, 7))
    means = torch.einsum("ncdrpakq,srk->nscdpaq", windows, _signs(periods).to(detail)) / periods**2
    together = means.square().mean((2, 4, 6)).sum(1)
    covariance = (periods**2 * together - len(_signs(periods)) * alone) / (periods**2 - 1)
    return 1e4 * covariance.clamp_min(0).mean((1, 2))


def _signs(periods: int) -> Tensor:
    """How periods of a window take turns, (4, periods, periods) of 1 and -1: not, in columns, in rows, in both."""
    turns = torch.stack([torch.ones(periods), 1 - 2 * (torch.arange(periods) % 2.0)])
    return torch.einsum("ar,bk->abrk", turns, turns).flatten(0, 1)


def described_areas(pictures: Tensor, area: int) -> Tensor:
    """Mean and standard deviation of each colour in areas of a picture: (N, 3, H, W) -> (N, areas, 6)."""
    mean = functional.avg_pool2d(pictures, area)
    variance = functional.avg_pool2d(pictures.square(), area) - mean.square()
    return torch.cat([mean, variance.clamp_min(1e-6).sqrt()], 1).flatten(2).transpose(1, 2)


def apart(points: Tensor) -> Tensor:
    """Squared distances between all points of each picture: (N, A, D) -> (N, A, A)."""
    lengths = points.square().sum(2)
    return (lengths[:, :, None] + lengths[:, None] - 2 * points @ points.transpose(1, 2)).clamp_min(0)


def random_motion(
    count: int, size: int, generator: torch.Generator, device: torch.device | None = None
) -> Tensor:
    """Sampling grids (count, size, size, 2) of small camera motions: shift, turn and zoom between two frames.

    A quarter of the shifts are whole pixels without turn or zoom, for which sampling is exact. What is drawn from the
    generator, which lives on the CPU, is the same whatever the device.
    """
    shift = (torch.rand(count, 2, generator=generator) * 2 - 1) * 10.0
    turn = (torch.rand(count, generator=generator) * 2 - 1) * 0.02
    zoom = 1 + (torch.rand(count, generator=generator) * 2 - 1) * 0.02
    whole = torch.rand(count, generator=generator) < 0.25
    shift = torch.where(whole[:, None], shift.round(), shift) * 2 / size
    turn = torch.where(whole, torch.zeros_like(turn), turn)
    zoom = torch.where(whole, torch.ones_like(zoom), zoom)
    cos, sin = zoom * turn.cos(), zoom * turn.sin()
    rows = [torch.stack([cos, -sin, shift[:, 0]], 1), torch.stack([sin, cos, shift[:, 1]], 1)]
    places = torch.stack(rows, 1).to(device)
    return functional.affine_grid(places, [count, 3, size, size], align_corners=False)


def move(pictures: Tensor, grid: Tensor) -> Tensor:
    """Pictures (N, 3, H, W) sampled bilinearly at a grid of `random_motion`, reflected at the border."""
    return functional.grid_sample(
        pictures, grid, mode="bilinear", padding_mode="reflection", align_corners=False
    )


def seen(grid: Tensor) -> Tensor:
    """Where a sampling grid (N, H, W, 2) stays inside the picture: (N, 1, H, W), 1 or 0."""
    return (grid.abs().amax(3, keepdim=True) < 1).to(grid.dtype).permute(0, 3, 1, 2)


def steadiness_loss(
    moved_then_painted: Tensor, painted_then_moved: Tensor, both: Tensor, border: int = 16
) -> Tensor:
    """Mean absolute difference, per picture (N,): the temporal error of the metrics, made a loss.

    Pictures (N, 3, H, W) in 0..1, `both` (N, 1, H, W) is 1 where both times show the place. Pixels less than
    `border` from the edge do not count: what lies behind it is reflection, which does not move along.
    """
    inner = (..., slice(border, -border), slice(border, -border))
    error = (moved_then_painted[inner] - painted_then_moved[inner]).abs().mean(1, keepdim=True)
    weight = both[inner]
    return (error * weight).sum((1, 2, 3)) / weight.sum((1, 2, 3)).clamp_min(1.0)
