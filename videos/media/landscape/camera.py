"""Where the drone is and what it looks at, exactly, at any time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Camera:
    """A pinhole camera. Position in metres; ``heading`` from x towards y, ``pitch`` up, ``roll`` clockwise, in radians.

    ``focal``: focal length divided by the width of the picture.
    """

    position: tuple[float, float, float]
    heading: float
    pitch: float
    roll: float
    focal: float

    def axes(self) -> NDArray[np.float64]:
        """Rows: right, down and forward of the picture in the world (orthonormal)."""
        ch, sh, cp, sp = np.cos(self.heading), np.sin(self.heading), np.cos(self.pitch), np.sin(self.pitch)
        forward = np.array([ch * cp, sh * cp, sp])
        level = np.array([sh, -ch, 0.0])
        down = np.cross(forward, level)
        cr, sr = np.cos(self.roll), np.sin(self.roll)
        return np.stack([cr * level + sr * down, -sr * level + cr * down, forward])

    def upright(self) -> NDArray[np.float64]:
        """Rows: right, down and forward of a camera at the same place that looks level."""
        ch, sh = np.cos(self.heading), np.sin(self.heading)
        return np.array([[sh, -ch, 0.0], [0.0, 0.0, -1.0], [ch, sh, 0.0]])

    def matrix(self, width: int, height: int) -> NDArray[np.float64]:
        """(3, 3): from camera axes to pixels; pixel centres are whole numbers."""
        scale = self.focal * width
        return np.array([[scale, 0, (width - 1) / 2], [0, scale, (height - 1) / 2], [0, 0, 1.0]])


def flight(seconds: float) -> Camera:
    """The sample flight: along the surf towards the stacks, sinking a little and leaning into a slow turn."""
    t = float(seconds)
    sway = np.sin(2 * np.pi * t / 9.0)
    x = -60.0 + 15.0 * t
    y = -205.0 + 3.2 * t + 1.2 * sway
    z = 96.0 - 2.1 * t + 0.5 * np.sin(2 * np.pi * t / 7.0)
    heading = np.radians(17.0 - 0.9 * t + 0.7 * sway)
    pitch = np.radians(-13.0 + 0.5 * t)
    roll = np.radians(-2.2 * np.cos(2 * np.pi * t / 9.0))
    return Camera((x, float(y), float(z)), float(heading), float(pitch), float(roll), 0.80)
