"""Applies a neural network in ONNX form: any size of frame, on the CPU or, where there is one, on a GPU."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import onnx
import onnxruntime
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from filters.engines import held
from filters.engines.base import EngineError, EngineUnavailable, Frame, Frames, check_frames
from filters.engines.convention import find_convention, trial_picture
from filters.engines.graph import build
from filters.engines.tiles import FEATHER, Assembly, tiles
from filters.engines.weights import read_base, read_style

LARGEST_WHOLE = 2_400_000
"""Pixels of the largest frame painted in one piece; 1080p is, 4K is not. About 150 bytes of memory each."""

TILE_SIDE = 1800
"""Pixels a side of what is read for one tile of a larger frame, at least twice the reach of the filter."""

LARGEST_DIFFERENCE = 2.0
"""Grey levels, on average, by which a picture may differ that is painted with its own statistics held."""

ERRORS: tuple[type[Exception], ...] = (
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
    RuntimeError,
    ValueError,
)
"""What ONNX Runtime raises; it has no common ancestor for them."""


class NetworkEngine:
    """An ONNX model that turns pictures into pictures.

    `threads` is the number of cores one call may use, by default all that this process may. Where several
    worker processes share a machine give each its share: they do not know of each other.
    One frame at a time goes through the CPU: a batch is no faster there and needs more memory.
    """

    def __init__(self, model: bytes | Path, *, threads: int | None = None) -> None:
        """Load a model. Raises EngineUnavailable where the file is missing, EngineError where it is unsuitable."""
        self._threads = threads or len(os.sched_getaffinity(0))
        self._model = _load(model)
        self._session: onnxruntime.InferenceSession | None = self._open(self._model)
        self.convention = find_convention(self._session, self._trial)
        self._measurer: onnxruntime.InferenceSession | None = None
        self._held: onnxruntime.InferenceSession | None = None

    @classmethod
    def from_files(cls, base: Path, style: Path, *, threads: int | None = None) -> NetworkEngine:
        """The filter made of a base and a style file. Raises EngineUnavailable, BadWeights."""
        for path in (base, style):
            if not path.is_file():
                raise EngineUnavailable(f"The weights {path.name} are missing.", temporary=False)
        weights = read_base(base)
        model = build(weights, read_style(style, weights))
        return cls(model.SerializeToString(), threads=threads)

    @cached_property
    def can_hold(self) -> bool:
        """Whether statistics can be measured and held: the model has some, and does the same without them.

        Tried once, when it is first asked for. Some normalize in ways that cannot be taken out: groups of channels,
        for one, come as normalizations of a picture that was folded up before.
        """
        if not held.can_hold(self._model):
            return False
        smallest, multiple = self.convention.smallest, self.convention.multiple
        picture = trial_picture(-(-max(64, smallest) // multiple) * multiple)
        own = self._run(self._open_session(), picture)[0]
        try:
            without = self._open(held.holding(self._model, self._measure_one(picture[0])))
            return float(cv2.absdiff(self._run(without, picture)[0], own).mean()) <= LARGEST_DIFFERENCE
        except EngineError:
            return False

    @property
    def provider(self) -> str:
        """What computes: CPUExecutionProvider or CUDAExecutionProvider."""
        return str(self._open_session().get_providers()[0])

    def apply(self, frames: Frames) -> Frames:
        """Paint (N, H, W, 3) uint8 RGB frames of any size. Raises EngineError."""
        check_frames(frames)
        return np.stack([self._paint(frame) for frame in frames])

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
            self._held = self._open(held.holding(self._model, statistics))

    def close(self) -> None:
        """Free the sessions."""
        self._session = self._measurer = self._held = None

    def _paint(self, frame: Frame) -> Frame:
        session = self._held or self._open_session()
        if frame.shape[0] * frame.shape[1] <= LARGEST_WHOLE:
            return cast(Frame, self._run(session, frame[None])[0])
        if self.can_hold and self._held is None:
            # Tiles agree only if all are normalized alike.
            session = self._open(held.holding(self._model, self._measure_one(frame)))
        return self._paint_tiles(session, frame)

    def _paint_tiles(self, session: onnxruntime.InferenceSession, frame: Frame) -> Frame:
        height, width = frame.shape[:2]
        overlap = self.convention.reach + FEATHER // 2
        side = max(TILE_SIDE, 4 * overlap)
        whole = Assembly(height, width)
        for tile in tiles(height, width, side, overlap, self.convention.grid):
            whole.add(tile, self._run(session, tile.of(frame)[None])[0])
        return whole.frame()

    def _run(self, session: onnxruntime.InferenceSession, frames: Frames) -> Frames:
        """Paint frames of one size, extended to what the model takes and cut back."""
        height, width = frames.shape[1:3]
        prepared = self.convention.prepare(self._extended(frames))
        output = self._call(session, [self.convention.output_name], prepared)[0]
        painted = self.convention.restore(output)
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
            self._measurer = self._open(held.measuring(self._model))
        patches = self._extended(sampled(frame, LARGEST_WHOLE, self.convention.grid))
        batches = [patches] if self._takes_batches() else [patch[None] for patch in patches]
        names = [output.name for output in self._measurer.get_outputs()]
        values = [self._call(self._measurer, names, self.convention.prepare(batch)) for batch in batches]
        parts = zip(*values, strict=True)
        return {held.measured_name(name): held.pooled(part) for name, part in zip(names, parts, strict=True)}

    def _takes_batches(self) -> bool:
        """Whether several pictures at a time may be put in, or the model was exported for exactly one."""
        return not isinstance(self._open_session().get_inputs()[0].shape[0], int)

    def _trial(self, batch: NDArray[Any]) -> NDArray[Any]:
        session = self._open_session()
        output = self._call(session, [session.get_outputs()[0].name], batch)[0]
        return np.asarray(output)

    def _call(
        self, session: onnxruntime.InferenceSession, names: Iterable[str], batch: NDArray[Any]
    ) -> list[NDArray[Any]]:
        try:
            return list(session.run(list(names), {session.get_inputs()[0].name: batch}))
        except ERRORS as error:
            raise EngineError(f"The filter failed: {_first_line(error)}") from error

    def _open_session(self) -> onnxruntime.InferenceSession:
        if self._session is None:
            raise EngineError("This engine was closed.")
        return self._session

    def _open(self, model: onnx.ModelProto) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.log_severity_level = 4
        # Threads that wait by spinning would take the cores from the other workers.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=_providers())
        except ERRORS as error:
            raise EngineError(f"The filter cannot be loaded: {_first_line(error)}") from error


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


def _providers() -> list[str]:
    """CUDA first where this ONNX Runtime has it."""
    wanted = ("CUDAExecutionProvider", "CPUExecutionProvider")
    return [name for name in wanted if name in onnxruntime.get_available_providers()]


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
