"""The one interface between a filter and whoever applies it.

An engine turns frames into painted frames. It knows nothing about videos, users or the database; the
three errors below are all that it may raise on purpose.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Frames: TypeAlias = NDArray[np.uint8]
"""A batch of pictures, shape (N, H, W, 3), RGB, 0..255."""

Frame: TypeAlias = NDArray[np.uint8]
"""One picture, shape (H, W, 3), RGB, 0..255."""


class EngineError(Exception):
    """A filter could not be applied. `temporary` says whether another try later may succeed.

    `retry_after`: in how many seconds that makes sense, where it is known.
    """

    def __init__(self, message: str, *, temporary: bool = False, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.temporary = temporary
        self.retry_after = retry_after


class EngineUnavailable(EngineError):
    """The filter cannot run now (no key, no service, no weights); the message says why."""

    def __init__(self, message: str, *, temporary: bool = True, retry_after: float | None = None) -> None:
        super().__init__(message, temporary=temporary, retry_after=retry_after)


class EngineBusy(EngineError):
    """What paints has no room for more just now: nothing failed, and it will do so another time."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message, temporary=True, retry_after=retry_after)


@runtime_checkable
class Engine(Protocol):
    """Applies one filter. Use from one thread at a time; make one for each worker thread."""

    def apply(self, frames: Frames) -> Frames:
        """Paint `frames`: (N, H, W, 3) uint8 RGB in, a new array of the same shape and type out.

        Frames of a batch do not influence each other. Raises EngineError; never returns a partial batch.
        """
        ...

    def close(self) -> None:
        """Free what the engine holds. It may be called twice; `apply` may not follow it."""
        ...


def cost_of(engine: Engine) -> Decimal:
    """What an engine's service has been paid so far, in dollars; those that cost nothing have no such figure."""
    return Decimal(str(getattr(engine, "cost", 0)))


def check_frames(frames: Frames) -> None:
    """Raise ValueError unless `frames` is a non-empty (N, H, W, 3) uint8 batch."""
    if frames.ndim != 4 or frames.shape[3] != 3 or frames.dtype != np.uint8:
        raise ValueError(f"Expected (N, H, W, 3) uint8 frames, got {frames.shape} {frames.dtype}.")
    if 0 in frames.shape:
        raise ValueError(f"Expected at least one frame of at least one pixel, got {frames.shape}.")
