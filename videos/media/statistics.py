"""What a frame looks like, in numbers: light, contrast, colour, sharpness, palette."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

PALETTE_SIZE = 5
_SIDE = 96
_LINES = 720


@dataclass(frozen=True)
class FrameStatistics:
    """Figures of one frame.

    ``luminance``: mean luma (BT.709), 0..1. ``contrast``: its standard deviation, 0..0.5.
    ``colourfulness``: M3 of Hasler and Süsstrunk, "Measuring colourfulness in natural images" (2003):
    0 none, 15 slight, 33 average, 59 quite, 109 extreme. ``sharpness``: variance of the Laplacian of luma
    divided by the variance of luma, at no more than 720 lines: 0 for fog, about 0.05 soft, 0.5 crisp.
    ``palette``: five colours as (#rrggbb, share of the picture), largest first; shares sum to 1.
    """

    luminance: float
    contrast: float
    colourfulness: float
    sharpness: float
    palette: list[tuple[str, float]]


def statistics(frame: NDArray[np.uint8]) -> FrameStatistics:
    """The figures of an (H, W, 3) RGB uint8 frame."""
    lines, columns = frame.shape[:2]
    if lines > _LINES:
        size = (max(1, round(columns * _LINES / lines)), _LINES)
        frame = np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    luma = cv2.transform(
        frame.astype(np.float32) / 255, np.array([[0.2126, 0.7152, 0.0722]], dtype=np.float32)
    )
    return FrameStatistics(
        luminance=float(luma.mean()),
        contrast=float(luma.std()),
        colourfulness=colourfulness(frame),
        sharpness=_sharpness(np.asarray(luma, dtype=np.float32)),
        palette=palette(frame),
    )


def colourfulness(frame: NDArray[np.uint8]) -> float:
    """M3 of Hasler and Süsstrunk (2003), from the opponent colours red-green and yellow-blue."""
    red, green, blue = (frame[..., channel].astype(np.float32) for channel in range(3))
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    spread = float(np.hypot(red_green.std(), yellow_blue.std()))
    distance = float(np.hypot(red_green.mean(), yellow_blue.mean()))
    return spread + 0.3 * distance


def _sharpness(luma: NDArray[np.float32]) -> float:
    """Variance of the Laplacian over the variance of luma; 0 for an even picture."""
    variance = float(luma.var())
    if variance < 1e-6:
        return 0.0
    return float(cv2.Laplacian(luma, cv2.CV_32F).var()) / variance


def palette(frame: NDArray[np.uint8], count: int = PALETTE_SIZE) -> list[tuple[str, float]]:
    """The colours that the picture is made of, by k-means in CIE Lab; the same frame gives the same palette.

    Fewer distinct colours than ``count`` give fewer entries.
    """
    small = np.asarray(cv2.resize(frame, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB).reshape(-1, 3)
    clusters = min(count, len(np.unique(small.reshape(-1, 3), axis=0)))
    cv2.setRNGSeed(1)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 30, 0.2)
    start = np.zeros(0, dtype=np.int32)
    _, labels, centres = cv2.kmeans(lab, clusters, start, criteria, 2, cv2.KMEANS_PP_CENTERS)
    shares = np.bincount(labels.ravel(), minlength=clusters) / labels.size
    rgb = cv2.cvtColor(centres.reshape(1, -1, 3).astype(np.float32), cv2.COLOR_LAB2RGB)[0]
    colours = np.clip(np.rint(rgb * 255), 0, 255).astype(int)
    order = np.argsort(-shares, kind="stable")
    return [("#{:02x}{:02x}{:02x}".format(*colours[n]), float(shares[n])) for n in order if shares[n] > 0]
