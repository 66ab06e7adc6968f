"""What a training tells while it runs, written into its row: curve, previews, how far it is."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from filters.loss_rows import LOSSES
from rotoscope.common.files import forget, store, work_folder

if TYPE_CHECKING:
    from torch import Tensor

OnStep = Callable[[int, int, dict[str, float]], None]
WRITE_EVERY = 2.0  # seconds between two updates of the row
ASK_EVERY = 1.0  # seconds between two looks at whether somebody wants it to stop
FURTHER = (
    50  # steps, more than from one checkpoint to the next: whoever takes so many has got further for good
)
MOST_POINTS = 500  # of the stored curve


class Diary:
    """Writes what the training tells into the row, every two seconds, and previews as they come."""

    def __init__(self, mine: Any, on_step: OnStep | None = None) -> None:
        """`mine` is the query of the one row, fenced by its lease."""
        self.mine, self.on_step = mine, on_step
        self.row = mine.get()
        self.losses: list[list[float]] = list(self.row.losses)
        self.previews: list[dict[str, Any]] = list(self.row.previews)
        self.learned_on: Counter[str] = Counter()
        self.every = 1  # steps from one point of the curve to the next
        self.written = self.asked = 0.0
        self.wanted = False
        self.first = 0  # the first step of this attempt that was told

    def __call__(
        self, step: int, total: int, losses: dict[str, float], preview: Tensor | None, seconds: float
    ) -> None:
        """The trainer's `on_progress`."""
        self.first = self.first or step
        # Steadiness as it was measured: what it counts for is another thing at every step.
        told = {**losses, "steadiness": losses["flicker"]}
        self.note([step, *(round(told[key], 5) for key in LOSSES)])
        if preview is not None:
            pictures = (preview.clamp(0, 1) * 255 + 0.5).byte().permute(0, 2, 3, 1).numpy()
            self.look(step, list(pictures))
        if preview is not None or time.monotonic() - self.written > WRITE_EVERY:
            self.write(step, total, seconds)
        if self.on_step is not None:
            self.on_step(step, total, losses)

    def note(self, point: list[float]) -> None:
        """One more point of the curve, the last so far. A long one is kept at ever more steps: millions fit nowhere."""
        self.losses = [one for one in self.losses if one[0] < point[0]]
        if self.losses and (self.losses[-1][0] - 1) % self.every:
            self.losses.pop()  # it was only there as the last
        self.losses.append(point)
        if len(self.losses) > 4 * MOST_POINTS:
            self.every *= 2
            *before, last = self.losses
            self.losses = [*(one for one in before if (one[0] - 1) % self.every == 0), last]

    def first_look(self, pictures: list[NDArray[np.uint8]]) -> None:
        """The standing frames as they are painted before anything was learned, once."""
        if not self.previews:
            self.look(0, pictures)
            self.mine.update(previews=self.previews)

    def begin_anew(self, settings: dict[str, Any]) -> None:
        """Back to before the first step, with other settings: of curve and previews stays what was painted there."""
        gone = [one["image"] for one in self.previews if one["step"]]
        self.losses, self.previews = [], [one for one in self.previews if not one["step"]]
        row = {"settings": settings, "losses": [], "previews": self.previews}
        if self.mine.update(**row, step=0, seconds=0.0, steps=settings.get("steps", 0)):
            forget(*gone)

    def look(self, step: int, pictures: list[NDArray[np.uint8]]) -> None:
        """Keep painted pictures (H, W, 3) of one size, side by side, as the preview of a step."""
        self.previews = [one for one in self.previews if one["step"] < step]
        name = f"training/{self.row.pk}/{step:06d}.jpg"
        with work_folder() as folder:
            path = Path(folder) / "preview.jpg"
            Image.fromarray(np.concatenate(pictures, axis=1)).save(path, quality=88)
            self.previews.append({"step": step, "image": store(path, name)})

    def write(self, step: int, total: int, seconds: float) -> None:
        """One update of the row; a row that is no longer ours takes nothing.

        Attempts are counted anew once this one got further: a day's training outlives more restarts than five.
        """
        self.written = time.monotonic()
        further = {"attempts": 1} if self.first and step > self.first + FURTHER else {}
        self.mine.update(
            step=step,
            steps=total,
            seconds=seconds,
            losses=self.curve(),
            previews=self.previews,
            learned_on=dict(self.learned_on),
            **further,
        )

    def curve(self) -> list[list[float]]:
        """The curve in at most 500 points, evenly thinned, the last always there."""
        every = max(1, -(-len(self.losses) // MOST_POINTS))
        if (len(self.losses) - 1) % every == 0:
            return self.losses[::every]
        return [*self.losses[::every], self.losses[-1]]

    def should_stop(self) -> bool:
        """Whether somebody asked to stop and keep what is there; looks into the row once a second at most."""
        if not self.wanted and time.monotonic() - self.asked > ASK_EVERY:
            self.asked = time.monotonic()
            self.wanted = self.mine.filter(stop_asked_at__isnull=False).exists()
        return self.wanted
