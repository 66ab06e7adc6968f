"""How the footage moved from one frame to the next: optical flow, made exact where the camera alone explains it.

Dense flow (DIS) is a twentieth of a pixel off, in patches, and a painting carried along by it for a second
gathers all of that. Over terrain far below, or before a camera that stands still, one homography fitted to the
flow is three to four times more exact; it is taken wherever it explains the two frames as well as the flow does.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from filters.engines.base import Frame

FLOW_HEIGHT = 360
"""Lines at which flow is measured: motion is smooth, and DIS at full size would cost more than the filter."""

CUT_DIFFERENCE = 0.4
"""A cut: more than this share of the pixels cannot be found in the frame before."""

PLANE_DISTANCE = 0.75
"""Flow pixels by which the flow may leave the camera's motion; whatever leaves it further moves by itself."""

PATCH_STRIDE, DESCENTS = 4, 12
"""Of the flow that is carried along: as exact as the preset's 3 and 25, for two thirds of the time."""

Floats = NDArray[np.float32]
Grey = NDArray[np.uint8]
Values = TypeVar("Values", NDArray[np.uint8], NDArray[np.float32])


@dataclass(frozen=True)
class Motion:
    """How the frame before moved into this one, at flow size (h, w)."""

    flow: Floats
    """(h, w, 2): where this frame's pixel was in the frame before, minus where it is, in flow pixels."""
    trust: Floats
    """(h, w) in 0..1: 0 where the pixel was not visible in the frame before."""

    @property
    def is_cut(self) -> bool:
        """Whether the two frames have too little in common to be one shot."""
        return float(np.mean(self.trust < 0.5)) > CUT_DIFFERENCE


class MotionFinder:
    """Motion between consecutive frames of the footage, with what cannot be trusted masked out."""

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        self._flow.setPatchStride(PATCH_STRIDE)
        self._flow.setGradientDescentIterations(DESCENTS)
        # The way back is nothing but a check to half a pixel, which a fifth of the time is enough for.
        self._back = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)

    def between(self, before: Frame, now: Frame) -> Motion:
        """Motion from `before` to `now`, both from `reduced`."""
        grey_before, grey_now = _grey(before), _grey(now)
        flow = _measured(self._flow, grey_now, grey_before)
        back = _measured(self._back, grey_before, grey_now)
        flow = _by_camera(before, now, flow)
        return Motion(flow, _trust(before, now, flow, back))


def _measured(how: cv2.DISOpticalFlow, first: Grey, second: Grey) -> Floats:
    # A zero start: with None, which works as well, OpenCV's types do not agree.
    return cast(Floats, how.calc(first, second, np.zeros((*first.shape, 2), np.float32)))


def reduced(frame: Frame) -> Frame:
    """A frame of the footage at the size at which flow is measured: (h, w, 3) uint8."""
    height, width = frame.shape[:2]
    scale = min(1.0, FLOW_HEIGHT / min(height, width))
    # DIS needs at least some pixels for its patches.
    size = max(32, round(width * scale)), max(32, round(height * scale))
    return cast(Frame, cv2.resize(frame, size, interpolation=cv2.INTER_AREA))


def scaled(flow: Floats, width: int, height: int) -> Floats:
    """Flow at another size, its vectors in that size's pixels."""
    lines, columns = flow.shape[:2]
    across, down = cv2.split(flow)
    vectors = cv2.merge([across * np.float32(width / columns), down * np.float32(height / lines)])
    return cast(Floats, cv2.resize(vectors, (width, height), interpolation=cv2.INTER_LINEAR))


def warp(picture: Values, flow: Floats, interpolation: int) -> Values:
    """`picture` read at x + flow(x); beyond the edge its last pixel."""
    across, down = cv2.split(flow)
    how = interpolation | cv2.WARP_RELATIVE_MAP
    return cast(Values, cv2.remap(picture, across, down, how, borderMode=cv2.BORDER_REPLICATE))


@lru_cache(maxsize=4)
def grid(width: int, height: int) -> Floats:
    """(height, width, 2): the place (x, y) of each pixel. Shared: not to be written to."""
    across, down = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.dstack([across, down])


def _by_camera(before: Frame, now: Frame, flow: Floats) -> Floats:
    """The flow, replaced by the motion of the camera wherever that explains the frames as well."""
    camera = _camera_flow(flow)
    if camera is None:
        return flow
    astray = np.sqrt(_squared_length(flow - camera))
    by_flow, by_camera = (_unlikeness(before, now, motion) for motion in (flow, camera))
    as_good = (1.15 * by_flow + 0.75 - by_camera) / 0.5
    share = np.clip(np.minimum(as_good, 4.0 * (1.0 - astray / PLANE_DISTANCE)), 0.0, 1.0)
    # The least nearby, so that the rim of a moving thing is not taken for ground.
    share = cv2.blur(cv2.erode(share, np.ones((5, 5), np.uint8)), (5, 5))
    return cast(Floats, cv2.blendLinear(camera, flow, share, 1.0 - share))


def _camera_flow(flow: Floats) -> Floats | None:
    """The flow of the homography that most of `flow` follows; None where less than half of it follows any."""
    height, width = flow.shape[:2]
    places = grid(width, height)[4::8, 4::8].reshape(-1, 2)
    if len(places) < 64:
        return None
    shown_at = places + flow[4::8, 4::8].reshape(-1, 2)
    matrix, inside = cv2.findHomography(places, shown_at, cv2.RANSAC, 0.5)
    if matrix is None or float(np.mean(inside)) < 0.5:
        return None
    everywhere = grid(width, height).reshape(-1, 1, 2)
    moved = cv2.perspectiveTransform(everywhere, matrix).reshape(height, width, 2)
    return cast(Floats, (moved - grid(width, height)).astype(np.float32))


def _unlikeness(before: Frame, now: Frame, flow: Floats) -> Floats:
    """Grey levels between `now` and `before` carried along by `flow`, over a small neighbourhood."""
    carried = warp(before, flow, cv2.INTER_LINEAR)
    return _nearby(_largest(cv2.absdiff(carried, now)), 9)


def _nearby(grey: Grey, side: int) -> Floats:
    """The mean over a square around each pixel."""
    return cast(Floats, cv2.boxFilter(grey, cv2.CV_32F, (side, side)))


def _grey(frame: Frame) -> Grey:
    return cast(Grey, cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY))


def _trust(before: Frame, now: Frame, flow: Floats, back: Floats) -> Floats:
    """1 where flow there and back agrees and the colours do too, falling to 0 where either does not."""
    # Sundaram et al. 2010, eq. 5, with a tolerance of a quarter of a flow pixel squared.
    astray = _squared_length(flow + warp(back, flow, cv2.INTER_LINEAR))
    agreement = np.clip(2.0 - astray / (0.25 + 0.01 * _squared_length(flow)), 0.0, 1.0)
    difference = _nearby(_largest(cv2.absdiff(warp(before, flow, cv2.INTER_LINEAR), now)), 3)
    # Busy places differ by resampling alone, so they are allowed more.
    busy = _nearby(_largest(cv2.absdiff(now, cv2.blur(now, (3, 3)))), 3)
    likeness = np.clip(2.0 - difference / (8.0 + 2.0 * busy), 0.0, 1.0)
    # The least of the neighbourhood, so that an outline does not drag its rim along.
    return cast(Floats, cv2.erode(agreement * likeness * _in_sight(flow), np.ones((3, 3), np.uint8)))


def _in_sight(flow: Floats) -> NDArray[np.bool_]:
    """Where the frame before reaches to: what came in over its edge was not visible."""
    height, width = flow.shape[:2]
    across, down = cv2.split(flow + grid(width, height))
    inside = (across >= 0.0) & (across <= width - 1.0) & (down >= 0.0) & (down <= height - 1.0)
    return cast(NDArray[np.bool_], inside)


def _squared_length(vectors: Floats) -> Floats:
    across, down = cv2.split(vectors)
    return cast(Floats, across * across + down * down)


def _largest(channels: cv2.typing.MatLike) -> Grey:
    red, green, blue = cv2.split(channels)
    return cast(Grey, cv2.max(cv2.max(red, green), blue))
