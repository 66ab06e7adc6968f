"""The pictures that filters are shown on before anybody used them: `python -m videos.media.looks` draws them anew.

They lie in static/looks/, since drawing one takes half a minute and painting it a quarter of a second.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from videos.media.city import city
from videos.media.sample import landscape

FOLDER = Path(__file__).resolve().parents[2] / "static" / "looks"
SIZE = 960, 540
QUALITY = 90
LOOKS = {"coast": ("golden", 40), "canyon": ("golden", 45), "city": ("day", 59)}
"""What is seen, in which light, and the seed; in the order in which they are shown."""

Frame = NDArray[np.uint8]


def draw(name: str, size: tuple[int, int] = SIZE) -> Frame:
    """One of LOOKS, (height, width, 3) RGB uint8."""
    light, seed = LOOKS[name]
    drawn = city(seed, light, *size) if name == "city" else landscape(seed, light, name, size)
    return np.asarray(drawn, np.uint8)


def main() -> int:
    """Draw and write all of them."""
    for name in LOOKS:
        Image.fromarray(draw(name)).save(FOLDER / f"{name}.jpg", quality=QUALITY)
        print(name, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
