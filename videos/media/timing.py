"""Exact arithmetic between frame indices and time. Rates and times are Fractions; nothing is rounded twice."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil

import numpy as np
from numpy.typing import NDArray

STANDARD_RATES: tuple[Fraction, ...] = (
    *(Fraction(n) for n in (1, 2, 3, 4, 5, 6, 8, 10, 12)),
    Fraction(25, 2),
    Fraction(15000, 1001),
    *(Fraction(n) for n in (15, 16, 18, 20)),
    Fraction(24000, 1001),
    Fraction(24),
    Fraction(25),
    Fraction(30000, 1001),
    Fraction(30),
    Fraction(48000, 1001),
    Fraction(48),
    Fraction(50),
    Fraction(60000, 1001),
    Fraction(60),
    *(Fraction(n) for n in (72, 90, 100)),
    Fraction(120000, 1001),
    Fraction(120),
    Fraction(144),
    Fraction(240000, 1001),
    Fraction(240),
)

MOST_DENOMINATOR = 1_000_000
"""Of a rate: at 240 pictures a second its numerator still fits into 31 bits, as columns and files want."""


def time_of(index: int, rate: Fraction) -> Fraction:
    """The time in seconds at which frame ``index`` appears."""
    return Fraction(index) / rate


def index_of_pts(pts: int, time_base: Fraction, rate: Fraction, first_pts: int = 0) -> int:
    """The index of the frame with this timestamp, which a container may have rounded to its ticks."""
    return round((pts - first_pts) * time_base * rate)


def timescale(rate: Fraction) -> int:
    """Ticks per second in which every frame of ``rate`` begins on a whole tick; at least 10,000."""
    return rate.numerator * ceil(Fraction(10_000, rate.numerator))


def segments(frame_count: int, rate: Fraction, seconds: int | Fraction = 2) -> list[tuple[int, int]]:
    """Cuts a clip into ranges [start, stop) of about ``seconds``; a last range under half that joins its neighbour.

    Borders fall on the first frame at or after k·seconds, where the images of ``painted`` fall too.
    """
    if frame_count < 1:
        raise ValueError(f"A clip has at least one frame, not {frame_count}.")
    step = rate * seconds
    starts = sorted({ceil(k * step) for k in range(ceil(frame_count / step)) if ceil(k * step) < frame_count})
    if len(starts) > 1 and frame_count - starts[-1] < step / 2:
        starts.pop()
    return list(zip(starts, [*starts[1:], frame_count], strict=True))


def painted(frame_count: int, rate: Fraction, images_per_second: Fraction | int | None) -> list[int]:
    """The indices of the frames to paint: the first at or after k/images_per_second. ``None`` means every frame."""
    if images_per_second is None or images_per_second >= rate:
        return list(range(frame_count))
    if images_per_second <= 0:
        raise ValueError("Images per second must be more than zero.")
    step = rate / images_per_second
    count = ceil(frame_count / step)
    return [index for index in (ceil(k * step) for k in range(count)) if index < frame_count]


def cross_faded(
    frame_count: int,
    rate: Fraction,
    images_per_second: Fraction | int | None,
    start: int = 0,
    stop: int | None = None,
) -> list[tuple[int, int, Fraction]]:
    """For frames [start, stop) of the output (left, right, weight): (1 - weight)·left + weight·right is shown.

    ``left`` and ``right`` are neighbouring painted frames; after the last one it is held with weight 0.
    Takes as long as the range is, however long the clip: every segment asks.
    """
    if images_per_second is None or images_per_second >= rate:
        images_per_second = rate
    step = rate / images_per_second
    answer = []
    for frame in range(start, frame_count if stop is None else min(stop, frame_count)):
        number = int(frame / step)
        left, right = ceil(number * step), ceil((number + 1) * step)
        if right >= frame_count:
            right = left
        weight = Fraction(frame - left, right - left) if right > left else Fraction(0)
        answer.append((left, right, weight))
    return answer


def _spread(seconds: NDArray[np.float64], rate: Fraction) -> float:
    """How far the timestamps stray from an even beat of ``rate``: peak to peak, in seconds."""
    stray = seconds - np.arange(len(seconds)) / float(rate)
    return float(stray.max() - stray.min())


def constant_rate(
    timestamps: Sequence[int] | NDArray[np.int64], time_base: Fraction, declared: Sequence[Fraction] = ()
) -> tuple[Fraction, bool]:
    """The rate that suits these presentation timestamps (sorted ticks), and whether they vary.

    A rate that meets every timestamp to two ticks (and to less than a frame, or one that is missing would
    not be noticed where a tick is as long as a frame) wins, what the container declares and then the
    standard rates first. Jitter of less than half a frame still counts as constant, since each frame
    then keeps its place. What is left varies: the answer is the standard rate nearest to the usual
    distance between frames, at most 60 a second unless the mean is higher.
    """
    if len(timestamps) < 2:  # what is declared may be how long it is shown, or the ticks of a clock
        return next((rate for rate in declared if 1 <= rate <= 240), Fraction(25)), False
    ticks = np.asarray(timestamps, dtype=np.int64)
    seconds = (ticks - ticks[0]) * float(time_base)
    mean = Fraction(len(ticks) - 1) / (int(ticks[-1] - ticks[0]) * time_base)
    near = sorted(STANDARD_RATES, key=lambda rate: abs(rate - mean))[:4]
    measured = [mean.limit_denominator(n) for n in (1, 2, 1001)]
    candidates = [rate for rate in (*declared, *near, *measured) if rate > 0]
    for rate in candidates:
        if _spread(seconds, rate) <= min(2.02 * float(time_base), 0.9 / float(rate)):
            return _snapped(rate, seconds), False
    best = min([*near, measured[-1]], key=lambda rate: _spread(seconds, rate) if rate else np.inf)
    if best and _spread(seconds, best) < 0.5 / float(best):
        return best, False
    usual = 1 / (Fraction(float(np.median(np.diff(seconds)))) or Fraction(1, 60))
    wanted = max(min(usual, Fraction(60)), mean)
    return min(STANDARD_RATES, key=lambda rate: abs(rate / wanted - 1)), True


def _snapped(rate: Fraction, seconds: NDArray[np.float64]) -> Fraction:
    """The standard rate meant by one that differs from it by less than one in 100,000, else a simple one near it.

    Over hours even that comes to more than half a frame: then it is taken as it is.
    """
    nearest = min(STANDARD_RATES, key=lambda standard: abs(standard - rate))
    meant = [nearest] if abs(nearest / rate - 1) < Fraction(1, 100_000) else []
    for simple in (*meant, rate.limit_denominator(1001)):
        if _spread(seconds, simple) < 0.5 / float(rate):
            return simple
    return rate.limit_denominator(MOST_DENOMINATOR)
