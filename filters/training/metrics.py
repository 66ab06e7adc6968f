"""How good a filter is, in the three figures that every filter is judged by, with VGG-16 as the eye.

Style and content distance are `losses.relative_error` on Gram matrices and relu3_3, of frames with a short side of 720.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import cv2
import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from filters.engines.motion import CUT_DIFFERENCE

from .losses import relative_error, style_loss
from .perceptual import CONTENT_LAYER, Perception
from .styles import style_grams, style_picture

LINES = 720
Picture = NDArray[np.uint8]
Homography = NDArray[np.float64]


def as_tensor(picture: Picture) -> Tensor:
    """RGB uint8 (H, W, 3) -> (1, 3, H, W) in 0..1."""
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float() / 255


def at_lines(picture: Picture, lines: int = LINES) -> Picture:
    """The picture with a short side of `lines`, its shape kept: upright footage is as large as any other."""
    height, width = picture.shape[:2]
    short = min(height, width)
    if short == lines:
        return picture
    size = (round(width * lines / short), round(height * lines / short))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


class Judge:
    """Measures paintings against one style image; its Gram matrices are computed once."""

    def __init__(self, style_image: Picture, perception: Perception) -> None:
        self.perception = perception
        self.targets = style_grams(style_picture(style_image), perception)

    @classmethod
    @torch.no_grad()
    def of_several(
        cls, pictures: Iterable[Picture], shares: Sequence[float], perception: Perception
    ) -> Judge:
        """A judge by the mean of several style images' Gram matrices, weighed by shares above 0.

        Neither the pictures nor their matrices need be there all at once: a mix may have hundreds.
        """
        whole = sum(shares)
        mean: dict[str, Tensor] = {}
        for share, picture in zip(shares, pictures, strict=True):
            judge = cls(picture, perception)
            for layer, target in judge.targets.items():
                weighed = share / whole * target
                mean[layer] = mean[layer] + weighed if layer in mean else weighed
        judge.targets = mean
        return judge

    def distances(self, original: Picture, painted: Picture) -> tuple[float, float]:
        """Style distance and content distance of one painted frame, both measured at 720 lines."""
        return self.against(content_of(original, self.perception), painted)

    @torch.no_grad()
    def against(self, content: Tensor, painted: Picture) -> tuple[float, float]:
        """The same where the content of the original is known already."""
        features = self.perception(as_tensor(at_lines(painted)))
        style = style_loss(features, self.targets)
        return float(style), float(relative_error(features[CONTENT_LAYER], content))


@torch.no_grad()
def content_of(original: Picture, perception: Perception) -> Tensor:
    """What of a picture counts as its content, relu3_3 at 720 lines: to be kept for several paintings of it."""
    features: Tensor = perception(as_tensor(at_lines(original)), CONTENT_LAYER)[CONTENT_LAYER]
    return features


def frame_motion(to_photo: Sequence[Homography], index: int) -> Homography:
    """The homography (3, 3) from pixels of frame index + 1 to pixels of frame index, from a camera path."""
    motion: Homography = np.linalg.inv(to_photo[index]) @ to_photo[index + 1]
    return motion


def warp_by_homography(picture: Picture, motion: Homography) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The picture as the next frame shows it, (H, W, 3) in 0..255, and where it is known (H, W).

    Pixel centres lie at whole numbers, as the camera paths have it.
    """
    height, width = picture.shape[:2]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    moved = cv2.warpPerspective(picture.astype(np.float32), motion, (width, height), flags=flags)
    inside = cv2.warpPerspective(np.ones((height, width), np.float32), motion, (width, height), flags=flags)
    return moved.astype(np.float32), inside > 0.999


def warp_by_flow(
    picture: Picture, flow: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The same by optical flow (H, W, 2) in pixels from each pixel of the next frame back into this one.

    Where the flow is NaN this frame does not show what the next one does.
    """
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    known = np.isfinite(flow[..., 0]) & np.isfinite(flow[..., 1])
    flow = np.where(known[..., None], flow, np.float32(0))
    map_x, map_y = x + flow[..., 0], y + flow[..., 1]
    moved = cv2.remap(picture.astype(np.float32), map_x, map_y, cv2.INTER_LINEAR)
    inside = known & (map_x >= 0) & (map_x <= width - 1) & (map_y >= 0) & (map_y <= height - 1)
    return moved.astype(np.float32), inside


def backward_flow(before: Picture, after: Picture) -> NDArray[np.float32]:
    """Optical flow (H, W, 2), DIS, from each pixel of `after` to where it was in `before`."""
    now, then = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (after, before))
    still = np.zeros((*now.shape, 2), np.float32)
    found = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(now, then, still)
    return np.asarray(found, np.float32)


def flow_where_seen(before: Picture, after: Picture) -> NDArray[np.float32]:
    """`backward_flow`, NaN where `before` does not show what `after` does: there the way back leads elsewhere."""
    flow, back = backward_flow(before, after), backward_flow(after, before)
    height, width = flow.shape[:2]
    places = np.stack(np.meshgrid(np.arange(width), np.arange(height)), -1).astype(np.float32)
    across, down = cv2.split(places + flow)
    astray = flow + cv2.remap(back, across, down, cv2.INTER_LINEAR)
    # As far astray as engines.motion trusts one: half a pixel, and more where much moves.
    hidden = (astray**2).sum(-1) > 0.25 + 0.01 * (flow**2).sum(-1)
    flow[hidden] = np.nan
    return flow


def pair_error(before: Picture, after: Picture, motion: NDArray[np.floating]) -> float:
    """Mean |after - warp(before)| / 255 over the pixels that both show; NaN across a cut, where they are few.

    A few are found there by chance, and would count as much as all of another pair. `motion` is a homography (3, 3)
    or a flow (H, W, 2), both from the later frame to the earlier.
    """
    warp = warp_by_homography if motion.shape == (3, 3) else warp_by_flow
    moved, both = warp(before, motion)  # type: ignore[arg-type]
    if both.mean() < 1 - CUT_DIFFERENCE:
        return math.nan
    return float(np.abs(after.astype(np.float32) - moved)[both].mean()) / 255


def temporal_error(frames: Sequence[Picture], motions: Iterable[NDArray[np.floating]]) -> float:
    """The mean of `pair_error` over a run of at least two frames; `motions` has one entry for each pair.

    Raises ValueError where there is a cut between any two.
    """
    pairs = zip(frames[:-1], frames[1:], motions, strict=True)
    return float(mean_error([pair_error(before, after, motion) for before, after, motion in pairs]))


def mean_error(errors: ArrayLike) -> NDArray[np.float64]:
    """The mean over pairs of frames (the first axis), cuts left out. Raises ValueError where nothing else is there."""
    each = np.asarray(errors, np.float64)
    known = each[np.isfinite(each).reshape(len(each), -1).all(-1)]
    if not len(known):
        raise ValueError("no two consecutive frames show the same, so nothing can be said of steadiness")
    return np.asarray(known.mean(axis=0))
