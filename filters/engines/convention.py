"""How a model wants its pictures: order of the axes, type and range of the numbers, sizes it can take.

Our own models say it in their metadata (`multiple`, `reach`, `smallest`, `range`). Of others the order and type
are read from their inputs, and the range is found by painting one small picture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from filters.engines.base import EngineError, Frames

UNKNOWN_MULTIPLE = 32
UNKNOWN_REACH = 128
STRIDES = 8
"""Networks that take any size stride over pixels all the same, ours by this much."""
RANGES = {"0..1": (0.0, 1.0), "-1..1": (-1.0, 1.0), "0..255": (0.0, 255.0)}
"""What stands for black and for white, by what a model says of itself."""
DARK, DARK_SHARE = -0.1, 0.05
"""A model paints -1..1 if at least this share of its numbers is below this one; fewer were meant as black."""
TYPES: dict[str, type[np.generic]] = {
    "tensor(uint8)": np.uint8,
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
}

Run = Callable[[NDArray[Any]], NDArray[Any]]


class UnsuitableModel(EngineError):
    """A model that does not turn pictures into pictures; the message is a sentence for whoever brought it."""


@dataclass(frozen=True)
class Convention:
    """How frames become the input of a model and its output frames again."""

    input_name: str
    output_name: str
    channels_first: bool
    output_channels_first: bool
    dtype: type[np.generic]
    white: float
    """The number that stands for white in the input: 255 or 1."""
    output_white: float
    black: float
    """The number that stands for black in the input: 0, or -1 where white is 1."""
    output_black: float
    multiple: int
    """Height and width must be multiples of this."""
    smallest: int
    """Least height and width."""
    reach: int
    """Pixels from which a pixel can be influenced, statistics aside; the overlap of tiles."""

    @property
    def value_range(self) -> str:
        """0..1, -1..1 or 0..255, of the input."""
        return f"{self.black:.0f}..{self.white:.0f}"

    @property
    def grid(self) -> int:
        """Tiles begin at multiples of this, so that a network sees every pixel in the phase of the whole frame."""
        return STRIDES if STRIDES % self.multiple == 0 else self.multiple

    def prepare(self, frames: Frames) -> NDArray[Any]:
        """(N, H, W, 3) uint8 as the model wants it."""
        if self.dtype is np.uint8:
            ordered = frames.transpose(0, 3, 1, 2) if self.channels_first else frames
            return np.ascontiguousarray(ordered)
        scale = (self.white - self.black) / 255.0
        if self.channels_first:
            scaled = cv2.dnn.blobFromImages(list(frames), scale, mean=[-self.black / scale] * 3)
        else:
            scaled = frames * np.float32(scale) + np.float32(self.black)
        return cast(NDArray[Any], scaled.astype(self.dtype, copy=False))

    def restore(self, output: NDArray[Any]) -> Frames:
        """What the model painted as (N, H, W, 3) uint8. Raises EngineError where it is not finite."""
        if self.output_channels_first:
            output = output.transpose(0, 2, 3, 1)
        if output.dtype == np.uint8:
            return np.ascontiguousarray(output)
        values = np.ascontiguousarray(output, np.float32)
        if not np.isfinite(values).all():
            raise EngineError("The filter painted something that is not a picture (infinite or no numbers).")
        flat = values.reshape(-1, values.shape[2] * 3)
        return cast(Frames, _to_bytes(flat, self.output_black, self.output_white).reshape(values.shape))


def find_convention(session: onnxruntime.InferenceSession, run: Run) -> Convention:
    """The convention of a loaded model; `run` paints a batch. Raises UnsuitableModel."""
    inputs, outputs = session.get_inputs(), session.get_outputs()
    if len(inputs) != 1 or len(outputs) != 1:
        raise UnsuitableModel("The model must have exactly one input and one output, a picture each.")
    first, last = inputs[0], outputs[0]
    if first.type not in TYPES or last.type not in TYPES:
        raise UnsuitableModel("Pictures must be uint8 or floating-point numbers.")
    channels_first = _channels_first(first.shape, "input")
    said = session.get_modelmeta().custom_metadata_map
    plain = Convention(
        input_name=first.name,
        output_name=last.name,
        channels_first=channels_first,
        output_channels_first=channels_first,
        dtype=TYPES[first.type],
        white=255.0,
        output_white=255.0,
        black=0.0,
        output_black=0.0,
        multiple=_said(said, "multiple", UNKNOWN_MULTIPLE),
        smallest=_said(said, "smallest", UNKNOWN_MULTIPLE),
        reach=_said(said, "reach", UNKNOWN_REACH),
    )
    return _with_range(plain, run, said.get("range", ""))


def _channels_first(shape: list[int | str | None], which: str) -> bool:
    if len(shape) != 4:
        raise UnsuitableModel(f"The {which} must have four axes, (N, 3, H, W) or (N, H, W, 3).")
    if shape[1] == 3:
        first, sizes = True, shape[2:]
    elif shape[3] == 3:
        first, sizes = False, shape[1:3]
    else:
        raise UnsuitableModel(f"The {which} must have three channels, (N, 3, H, W) or (N, H, W, 3).")
    if any(isinstance(size, int) for size in sizes):
        raise UnsuitableModel(
            "The model takes pictures of one size only; export it with dynamic height and width."
        )
    return first


def _said(metadata: dict[str, str], name: str, otherwise: int) -> int:
    text = metadata.get(name, "")
    return min(max(int(text), 0 if name == "reach" else 1), 1024) if text.isdigit() else otherwise


def _with_range(plain: Convention, run: Run, said: str) -> Convention:
    """Paint a small picture to see where the channels of the output are and what stands for black and white."""
    picture = trial_picture(-(-max(64, plain.smallest) // plain.multiple) * plain.multiple)
    if plain.dtype is np.uint8:
        said = "0..255"
    names = [said] if said in RANGES else ["0..1", "0..255"]
    for name in names:
        trial, output = _tried(plain, name, run, picture)
        if name == names[-1] or _looks_right(output, trial.white):
            break
    if said not in RANGES and trial.white == 1.0 and _is_signed(output):
        signed, darker = _tried(plain, "-1..1", run, picture)
        if not _is_signed(darker):
            return replace(trial, output_white=1.0)
        trial, output = signed, darker
    if output.dtype == np.uint8:
        return trial
    if not np.isfinite(output).all():
        raise UnsuitableModel("The model's output for a test picture is not finite.")
    if _is_signed(output):
        return replace(trial, output_black=-1.0, output_white=1.0)
    return replace(trial, output_white=1.0 if np.abs(output).max() <= 4.0 else 255.0)


def _tried(plain: Convention, name: str, run: Run, picture: Frames) -> tuple[Convention, NDArray[Any]]:
    """The convention with the input of that range, and what the model painted of `picture` then."""
    black, white = RANGES[name]
    trial = replace(plain, black=black, white=white)
    output = run(trial.prepare(picture))
    return replace(trial, output_channels_first=_order_of(output, picture.shape)), output


def trial_picture(side: int) -> Frames:
    """(1, side, side, 3): soft gradients and hard edges over the whole range of values."""
    down, across = np.mgrid[0:side, 0:side] / (side - 1)
    board = ((np.floor(down * 8) + np.floor(across * 8)) % 2) * 0.5 + 0.25
    return (np.stack([down, across, board], axis=-1) * 255.0).round().astype(np.uint8)[None]


def _looks_right(output: NDArray[Any], white: float) -> bool:
    """Whether a model fed with 0..1 painted something with contrast, which one made for 0..255 would not."""
    return (
        bool(np.isfinite(output).all())
        and float(np.std(output, dtype=np.float32)) > 0.02 * white
        and np.abs(output).max() <= 4.0
    )


def _is_signed(output: NDArray[Any]) -> bool:
    """Whether a model painted -1..1, as those that end in a hyperbolic tangent do.

    One of 0..1 that ends in no bound may go below 0 as well, a little; and far when it is fed with -1..1.
    """
    values = output.astype(np.float32)
    return bool(np.abs(values).max() <= 1.05 and np.quantile(values, DARK_SHARE) < DARK)


def _order_of(output: NDArray[Any], shape: tuple[int, ...]) -> bool:
    count, height, width, _ = shape
    if output.shape == (count, 3, height, width):
        return True
    if output.shape == shape:
        return False
    raise UnsuitableModel("The output must be a picture of three channels and of the size of the input.")


def _to_bytes(values: NDArray[np.float32], black: float, white: float) -> NDArray[np.uint8]:
    """black..white as 0..255, rounded and cut off at both; convertScaleAbs alone would turn -3 into 3."""
    scale = 255.0 / (white - black)
    bounded = np.maximum(values, np.float32(black))
    return cast(NDArray[np.uint8], cv2.convertScaleAbs(bounded, alpha=scale, beta=-black * scale))
