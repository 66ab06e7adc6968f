"""Applies a neural network in ONNX form: any size of frame, on the CPU or, where there is one, on a GPU."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from filters.engines import held
from filters.engines.base import EngineError, EngineUnavailable, Frame, Frames, check_frames
from filters.engines.convention import find_convention, trial_picture
from filters.engines.graph import build
from filters.engines.runtime import FullPrecision, HalfPrecision, Session, half_precision_is_fast
from filters.engines.tiles import FEATHER, Assembly, tiles
from filters.engines.weights import Base, Style, read_base, read_style

LARGEST_WHOLE = 2_400_000
"""Pixels of the largest frame painted in one piece; 1080p is, 4K is not. About 150 bytes of memory each."""

TILE_SIDE = 1800
"""Pixels a side of what is read for one tile of a larger frame, at least twice the reach of the filter."""

LARGEST_DIFFERENCE = 2.0
"""Grey levels, on average, by which a picture may differ that is painted with its own statistics held."""

TRIAL_SIDE = 256
"""Pixels a side of the picture by which the precisions of an unknown model are compared."""

ALIKE = 1.0
"""Grey levels by which they may be apart on average."""


class NetworkEngine:
    """An ONNX model that turns pictures into pictures.

    `threads` is the number of cores one call may use, by default all that this process may. Where several
    worker processes share a machine give each its share: they do not know of each other.
    One frame at a time goes through the CPU: a batch is no faster there and needs more memory.
    """

    def __init__(
        self, model: bytes | Path, *, threads: int | None = None, half_precision: bool = False
    ) -> None:
        """Load a model. Raises EngineUnavailable where the file is missing, EngineError where it is unsuitable.

        `half_precision` paints in bfloat16, for models that are known to look the same in it; see `runtime`.
        """
        self._threads = threads or len(os.sched_getaffinity(0))
        self._model = _load(model)
        full = FullPrecision(self._model, self._threads)
        self.convention = find_convention(full.loaded, lambda batch: next(iter(full.run(batch).values())))
        self._open: type[FullPrecision] | type[HalfPrecision] = (
            HalfPrecision if half_precision else FullPrecision
        )
        self._session: Session | None = HalfPrecision(self._model, self._threads) if half_precision else full
        self._measurer: Session | None = None
        self._held: Session | None = None
        self._takes_batches = not isinstance(full.loaded.get_inputs()[0].shape[0], int)

    @classmethod
    def from_files(
        cls, base: Path, style: Path, *, threads: int | None = None, full_precision: bool = False
    ) -> NetworkEngine:
        """The filter made of a base and a style file; see `of`. Raises EngineUnavailable, BadWeights."""
        for path in (base, style):
            if not path.is_file():
                raise EngineUnavailable(f"The weights {path.name} are missing.", temporary=False)
        weights = read_base(base)
        return cls.of(weights, read_style(style, weights), threads=threads, full_precision=full_precision)

    @classmethod
    def of(
        cls, base: Base, style: Style, *, threads: int | None = None, full_precision: bool = False
    ) -> NetworkEngine:
        """The filter of these weights, in bfloat16 where the processor is quicker with it and may use it."""
        half = not full_precision and half_precision_is_fast()
        return cls(build(base, style).SerializeToString(), threads=threads, half_precision=half)

    @classmethod
    def trying_half(
        cls, model: bytes | Path, *, threads: int | None = None, full_precision: bool = False
    ) -> NetworkEngine:
        """A model of which nothing is known: in bfloat16 where that is quicker and a test picture comes out alike.

        Raises as `NetworkEngine` does.
        """
        full = cls(model, threads=threads)
        if full_precision or not half_precision_is_fast():
            return full
        picture = trial_picture(TRIAL_SIDE)
        try:
            half = cls(model, threads=threads, half_precision=True)
            apart = np.abs(half.apply(picture).astype(int) - full.apply(picture)).mean()
        except EngineError as problem:
            if problem.temporary:
                raise
            return full  # OpenVINO does not know all that ONNX Runtime knows.
        return half if apart <= ALIKE else full

    @cached_property
    def can_hold(self) -> bool:
        """Whether statistics can be measured and held: the model has some, and does the same without them.

        Tried once, when it is first asked for; raises EngineError where that fails for want of memory. Some normalize
        in ways that cannot be taken out: groups of channels, for one, come as normalizations of a picture that was
        folded up before.
        """
        if not held.can_hold(self._model):
            return False
        smallest, multiple = self.convention.smallest, self.convention.multiple
        picture = trial_picture(-(-max(64, smallest) // multiple) * multiple)
        try:
            whole = FullPrecision(self._model, self._threads)
            without = FullPrecision(held.holding(self._model, self._measure_one(picture[0])), self._threads)
            own, instead = (self._run(session, picture)[0] for session in (whole, without))
        except EngineError as problem:
            if problem.temporary:  # a worker that says no for ever would paint other colours than the others
                raise
            return False
        return float(cv2.absdiff(instead, own).mean()) <= LARGEST_DIFFERENCE

    @property
    def provider(self) -> str:
        """What computes, such as CPUExecutionProvider."""
        return self._opened().provider

    def apply(self, frames: Frames) -> Frames:
        """Paint (N, H, W, 3) uint8 RGB frames of any size. Raises EngineError."""
        check_frames(frames)
        painted = [self._paint(frame) for frame in frames]
        # A large frame need not be there twice.
        return painted[0][None] if len(painted) == 1 else np.stack(painted)

    def measure(self, frames: Frames) -> held.Statistics:
        """The statistics of the normalizations, the mean over `frames`; empty for models that have none."""
        check_frames(frames)
        if not self.can_hold:
            return {}
        each = [self._measure_one(frame) for frame in frames]
        return {name: np.mean([one[name] for one in each], axis=0) for name in each[0]}

    def hold(self, statistics: held.Statistics | None) -> None:
        """Paint with these statistics instead of each frame's own, or, with None, no longer.

        About a third faster, and the picture does not breathe. The statistics must be the same for all parts
        of a shot, or its parts differ: measure them on frames chosen by the shot, not by the part.
        A model that has no normalizations paints as it did.
        """
        self._held = None
        if statistics and self.can_hold:
            self._held = self._open(held.holding(self._model, statistics), self._threads)

    def close(self) -> None:
        """Free the sessions."""
        self._session = self._measurer = self._held = None

    def _paint(self, frame: Frame) -> Frame:
        session = self._held or self._opened()
        if frame.shape[0] * frame.shape[1] <= LARGEST_WHOLE:
            return cast(Frame, self._run(session, frame[None])[0])
        if self.can_hold and self._held is None:
            # Tiles agree only if all are normalized alike.
            session = self._open(held.holding(self._model, self._measure_one(frame)), self._threads)
        return self._paint_tiles(session, frame)

    def _paint_tiles(self, session: Session, frame: Frame) -> Frame:
        height, width = frame.shape[:2]
        overlap = self.convention.reach + FEATHER // 2
        side = max(TILE_SIDE, 4 * overlap)
        whole = Assembly(height, width)
        for tile in tiles(height, width, side, overlap, self.convention.grid):
            whole.add(tile, self._run(session, tile.of(frame)[None])[0])
        return whole.frame()

    def _run(self, session: Session, frames: Frames) -> Frames:
        """Paint frames of one size, extended to what the model takes and cut back."""
        height, width = frames.shape[1:3]
        prepared = self.convention.prepare(self._extended(frames))
        painted = self.convention.restore(session.run(prepared)[self.convention.output_name])
        if painted.shape[1] < height or painted.shape[2] < width or painted.shape[3] != 3:
            raise EngineError(f"The filter made {painted.shape[1:]} of a frame of {frames.shape[1:]}.")
        return painted[:, :height, :width]

    def _extended(self, frames: Frames) -> Frames:
        """Reflected at the right and at the bottom to sizes that the model takes."""
        height, width = frames.shape[1:3]
        multiple, smallest = self.convention.multiple, self.convention.smallest
        down, across = (-(-max(size, smallest) // multiple) * multiple - size for size in (height, width))
        if down == across == 0:
            return frames
        return np.stack(
            [cv2.copyMakeBorder(frame, 0, down, 0, across, cv2.BORDER_REFLECT_101) for frame in frames]
        )

    def _measure_one(self, frame: Frame) -> held.Statistics:
        if self._measurer is None:
            self._measurer = self._open(held.measuring(self._model), self._threads)
        patches = self._extended(sampled(frame, LARGEST_WHOLE, self.convention.grid))
        batches = [patches] if self._takes_batches else [patch[None] for patch in patches]
        parts = [self._measurer.run(self.convention.prepare(batch)) for batch in batches]
        return {held.measured_name(name): held.pooled([part[name] for part in parts]) for name in parts[0]}

    def _opened(self) -> Session:
        if self._session is None:
            raise EngineError("This engine was closed.")
        return self._session


def sampled(frame: Frame, pixels: int, multiple: int) -> Frames:
    """At most about `pixels` of a frame (H, W, 3) as patches (N, h, w, 3) spread evenly over all of it.

    At full resolution, because what a network measures on a shrunken frame is another thing. The frame itself
    where it is small enough.
    """
    height, width = frame.shape[:2]
    if height * width <= pixels:
        return frame[None]
    share = (pixels / (height * width)) ** 0.5
    down, across = (max(3, round(3 * size / min(height, width))) for size in (height, width))
    high, wide = (
        max(multiple, int(size / count * share) // multiple * multiple)
        for size, count in ((height, down), (width, across))
    )
    tops = np.linspace(0, height - high, down).round().astype(int)
    lefts = np.linspace(0, width - wide, across).round().astype(int)
    return np.stack([frame[top : top + high, left : left + wide] for top in tops for left in lefts])


def _load(model: bytes | Path) -> onnx.ModelProto:
    try:
        data = model if isinstance(model, bytes) else model.read_bytes()
    except OSError as error:
        raise EngineUnavailable(
            f"The model cannot be read: {error.strerror or error}.", temporary=False
        ) from error
    try:
        return onnx.load_model_from_string(data)
    except DecodeError as error:
        raise EngineError("This is not an ONNX model.") from error
