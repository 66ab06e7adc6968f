"""Frames steadied over time: on a scene that moves as we say, so that what must come out is known."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest

from filters.engines.smoothing import Smoother, memory, warmup_frames
from tests.clips import landscape

HEIGHT, WIDTH = 144, 192


def flight(count: int, seed: int = 1, step: tuple[float, float] = (1.3, 0.7)) -> list[np.ndarray]:
    """A camera that glides over a landscape by `step` pixels a frame."""
    ground = landscape(seed)
    frames = []
    for index in range(count):
        matrix = np.array([[1, 0, -20 - step[0] * index], [0, 1, -20 - step[1] * index]], np.float32)
        frames.append(cv2.warpAffine(ground, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC))
    return frames


def flickering(frames: list[np.ndarray], seed: int = 5, size: float = 12.0) -> list[np.ndarray]:
    """The frames as a filter without steadiness paints them: other blotches in every frame."""
    rng = np.random.default_rng(seed)
    painted = []
    for frame in frames:
        noise = rng.normal(0, size, (HEIGHT // 6, WIDTH // 6, 3)).astype(np.float32)
        blotches = cv2.resize(noise, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
        painted.append(np.clip(0.6 * frame + 40 + blotches, 0, 255).astype(np.uint8))
    return painted


def smoothed(amount: float, frames: list[np.ndarray], painted: list[np.ndarray]) -> list[np.ndarray]:
    smoother = Smoother(amount)
    return [smoother.push(*pair) for pair in zip(frames, painted, strict=True)]


def unsteadiness(frames: list[np.ndarray], step: tuple[float, float] = (1.3, 0.7)) -> float:
    """Mean difference to the frame before, moved as the camera moved; a rim of 8 pixels left out."""
    matrix = np.array([[1, 0, -step[0]], [0, 1, -step[1]]], np.float32)
    differences = []
    for before, now in pairwise(frames[4:]):
        moved = cv2.warpAffine(before.astype(np.float32), matrix, (WIDTH, HEIGHT))
        differences.append(np.abs(now - moved)[8:-8, 8:-8].mean())
    return float(np.mean(differences))


def test_flicker_is_taken_away_and_the_more_the_amount_the_more() -> None:
    frames = flight(20)
    painted = flickering(frames)
    raw, half, full = (unsteadiness(smoothed(amount, frames, painted)) for amount in (0.0, 0.5, 1.0))
    assert full < 0.35 * raw
    assert full < half < 0.75 * raw


def test_amount_zero_returns_the_painting_itself() -> None:
    frames = flight(3)
    painted = flickering(frames)
    assert all(np.array_equal(*pair) for pair in zip(smoothed(0.0, frames, painted), painted, strict=True))


@pytest.mark.parametrize("amount", [0.3, 0.6, 1.0])
def test_two_segmentations_differ_by_less_than_a_grey_level(amount: float) -> None:
    lead, border = warmup_frames(amount), 24
    frames = flight(border + 6)
    painted = flickering(frames, size=8.0)
    whole = smoothed(amount, frames, painted)[border:]
    late = smoothed(amount, frames[border - lead :], painted[border - lead :])[lead:]
    assert max(np.abs(one.astype(int) - other).mean() for one, other in zip(whole, late, strict=True)) < 1.0


def test_the_lead_grows_with_the_memory_and_is_none_without_smoothing() -> None:
    assert warmup_frames(0.0) == 0
    assert memory(0.0) == 1.0
    assert 0 < warmup_frames(0.3) < warmup_frames(0.6) < warmup_frames(1.0) <= 20


def test_a_cut_shows_nothing_of_the_shot_before() -> None:
    first, second = flight(6, seed=1), flight(6, seed=2)
    painted_second = flickering(second)
    smoother = Smoother(1.0)
    for frame, painted in zip(first, flickering(first), strict=True):
        smoother.push(frame, painted)
    assert np.array_equal(smoother.push(second[0], painted_second[0]), painted_second[0])


def test_a_moving_thing_leaves_no_ghost() -> None:
    """A red block crosses a still scene; where it has been, the ground must be painted as ground."""
    ground = flight(1)[0]
    smoother = Smoother(1.0)
    for index in range(12):
        frame = ground.copy()
        left = 10 + 12 * index
        frame[50:90, left : left + 24] = (230, 20, 20)
        result = smoother.push(frame, frame)
        behind = np.abs(result.astype(int) - frame)[54:86, max(0, left - 36) : left - 2]
        on_it = np.abs(result.astype(int) - frame)[54:86, left + 3 : left + 21]
        assert behind.mean() < 2.0 and on_it.mean() < 2.0


def disc_over_ground(index: int) -> tuple[np.ndarray, np.ndarray]:
    """A textured disc that crosses a textured ground before a gliding camera: the frame, and where the disc is."""
    frame = flight(index + 1)[-1]
    disc = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.circle(disc, (24 + 7 * index, 70), 18, 255, -1)
    thing = np.roll(landscape(9)[:HEIGHT, :WIDTH] // 2 + 110, 7 * index, axis=1)
    frame[disc > 0] = thing[disc > 0]
    return frame, disc


def test_a_disc_over_moving_ground_leaves_no_ghost() -> None:
    """The painting does not flicker, so whatever differs from it is left over from earlier frames."""
    smoother = Smoother(1.0)
    for index in range(16):
        frame, disc = disc_over_ground(index)
        residual = np.abs(smoother.push(frame, frame).astype(int) - frame).mean(axis=2)
        outside = cv2.dilate(disc, np.ones((5, 5), np.uint8)) == 0
        trail = outside & (cv2.dilate(disc, np.ones((5, 61), np.uint8)) > 0)
        assert residual[outside].mean() < 2.0
        assert residual[trail].mean() < 4.0


def test_contrast_survives_where_paintings_flicker() -> None:
    """Half of every painting's detail is noise that averaging removes; the strokes must not get softer by it."""
    frames = flight(20)
    painted = flickering(frames, size=12.0)
    shown = smoothed(1.0, frames, painted)[-1]
    kept, own = (
        np.std(cv2.Laplacian(cv2.cvtColor(one, cv2.COLOR_RGB2GRAY), cv2.CV_32F))
        for one in (shown, painted[-1])
    )
    assert 0.8 * own < kept < 1.2 * own


def test_a_steady_painting_does_not_drift_or_blur_away_over_a_minute() -> None:
    """A minute of a hovering camera: the average is resampled 1500 times and must still be the picture."""
    ground = flight(1)[0]
    rng = np.random.default_rng(3)
    smoother = Smoother(1.0)
    for _ in range(150):
        noisy = np.clip(ground + rng.normal(0, 2, ground.shape), 0, 255).astype(np.uint8)
        result = smoother.push(noisy, ground)
    assert np.abs(result.astype(int) - ground).mean() < 1.0


def test_it_does_not_drift_from_fresh_paintings_forth_and_back() -> None:
    frames = flight(12)
    there_and_back = [*frames, *frames[-2:0:-1]] * 4
    painted = flickering(there_and_back, size=6.0)
    shown = smoothed(1.0, there_and_back, painted)
    errors = [np.abs(one.astype(int) - other).mean() for one, other in zip(shown, painted, strict=True)]
    means = [abs(float(one.mean()) - float(other.mean())) for one, other in zip(shown, painted, strict=True)]
    assert np.mean(errors[-20:]) < 1.15 * np.mean(errors[20:40])
    assert max(means[-20:]) < 1.5


def test_another_size_starts_afresh() -> None:
    smoother = Smoother(1.0)
    frame = flight(1)[0]
    smoother.push(frame, frame)
    small = frame[:50, :70].copy()
    assert np.array_equal(smoother.push(small, small), small)


def test_it_takes_frames_of_a_few_pixels() -> None:
    smoother = Smoother(1.0)
    for value in (10, 12, 14):
        frame = np.full((3, 5, 3), value, np.uint8)
        assert smoother.push(frame, frame).shape == (3, 5, 3)


@pytest.mark.parametrize("amount", [-0.01, 1.5, float("nan")])
def test_it_refuses_an_amount_outside_its_range(amount: float) -> None:
    with pytest.raises(ValueError, match="Smoothing"):
        Smoother(amount)
