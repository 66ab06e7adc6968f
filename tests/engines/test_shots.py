"""Statistics held along a clip: no jump between segments, no trace of them across a cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from filters.engines.bench import moving_frames
from filters.engines.network import NetworkEngine
from filters.engines.shots import INTERVAL, MOST_STEPS, ShotPainter, steps
from tests.engines.models import negative, picture, write_filter

Clip = list[np.ndarray[Any, np.dtype[np.uint8]]]
COUNT = 2 * INTERVAL + 9


@pytest.fixture
def engine(tmp_path: Path) -> NetworkEngine:
    return NetworkEngine.from_files(*write_filter(tmp_path), threads=1)


@pytest.fixture(scope="module")
def clip() -> Clip:
    """A slow flight: half a pixel a frame."""
    ground = moving_frames(1, 72, 160)[0]
    return [np.ascontiguousarray(ground[:, index // 2 : index // 2 + 96]) for index in range(COUNT)]


def painter(engine: NetworkEngine, clip: Clip) -> ShotPainter:
    return ShotPainter(engine, clip.__getitem__, len(clip))


def painted(engine: NetworkEngine, clip: Clip, indices: range) -> Clip:
    one = painter(engine, clip)
    return [one.paint(index, clip[index]) for index in indices]


def difference(one: Any, other: Any) -> float:
    return float(np.abs(one.astype(int) - other).mean())


def test_two_segmentations_paint_the_same(engine: NetworkEngine, clip: Clip) -> None:
    whole = painted(engine, clip, range(20, 60))
    late = painted(engine, clip, range(45, 60))
    assert all(np.array_equal(*pair) for pair in zip(whole[25:], late, strict=True))
    engine.hold(None)
    assert not np.array_equal(late[0], engine.apply(clip[45][None])[0])  # they were held


def test_frames_look_as_with_their_own_statistics(engine: NetworkEngine, clip: Clip) -> None:
    for index in (0, 3, INTERVAL - 1, INTERVAL + 13, COUNT - 1):
        (held,) = painted(engine, clip, range(index, index + 1))
        engine.hold(None)
        assert difference(held, engine.apply(clip[index][None])[0]) < 6


def test_a_frame_that_stays_is_painted_once_as_it_would_be_each_time(
    engine: NetworkEngine, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    still = [*clip[:40], *[clip[40]] * (COUNT - 40)]
    alone = [painted(engine, still, range(index, index + 1))[0] for index in range(COUNT)]
    count, apply = [0], engine.apply

    def counting(frames: Any) -> Any:
        count[0] += 1
        return apply(frames)

    monkeypatch.setattr(engine, "apply", counting)
    assert np.array_equal(painted(engine, still, range(COUNT)), alone)
    assert count[0] <= 40 + 2 + MOST_STEPS, "anew where other statistics are held"


def test_few_key_frames_are_asked_for(engine: NetworkEngine, clip: Clip) -> None:
    asked: list[int] = []

    def frame_at(index: int) -> Any:
        asked.append(index)
        return clip[index]

    one = ShotPainter(engine, frame_at, COUNT)
    for index in range(COUNT):
        one.paint(index, clip[index])
    assert asked == [0, INTERVAL, 2 * INTERVAL, COUNT - 1]


def built_in(
    engine: NetworkEngine, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> list[dict[str, np.ndarray[Any, Any]]]:
    """The statistics held one after the other while the first INTERVAL frames are painted."""
    held: list[dict[str, np.ndarray[Any, Any]]] = []
    hold = engine.hold

    def watched(statistics: Any) -> None:
        if statistics:
            held.append(statistics)
        hold(statistics)

    monkeypatch.setattr(engine, "hold", watched)
    painted(engine, clip, range(INTERVAL))
    return held


def test_statistics_are_built_in_once_where_nothing_moves(
    engine: NetworkEngine, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(built_in(engine, [clip[0]] * COUNT, monkeypatch)) == 1


def test_statistics_go_in_more_steps_the_more_changes(
    engine: NetworkEngine, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    dusk = [np.clip(clip[0] * (1 - 0.001 * index), 0, 255).astype(np.uint8) for index in range(COUNT)]
    first, last = (engine.measure(dusk[index][None]) for index in (0, INTERVAL))
    count = steps(first, last)
    assert 1 < count < MOST_STEPS
    held = built_in(engine, dusk, monkeypatch)
    assert len(held) == count
    name = next(iter(first))
    change = np.diff([one[name] for one in held], axis=0)
    assert np.allclose(change, (last[name] - first[name]) / count, atol=1e-4)


def test_across_a_cut_every_frame_is_normalized_by_itself(engine: NetworkEngine, clip: Clip) -> None:
    other = np.clip(picture(72, 96, 9) // 3 + 160, 0, 255).astype(np.uint8)
    cut = clip[:15] + [other] * (COUNT - 15)
    results = painted(engine, cut, range(13, 17))
    engine.hold(None)
    for result, frame in zip(results, cut[13:17], strict=True):
        assert np.array_equal(result, engine.apply(frame[None])[0])


def test_a_flash_between_two_key_frames_is_normalized_by_itself(engine: NetworkEngine, clip: Clip) -> None:
    flashing = list(clip)
    flashing[8] = np.clip(clip[8].astype(int) + 90, 0, 255).astype(np.uint8)
    result = painted(engine, flashing, range(8, 9))[0]
    engine.hold(None)
    assert np.array_equal(result, engine.apply(flashing[8][None])[0])


def test_a_model_without_normalizations_is_painted_as_it_is(clip: Clip) -> None:
    engine = NetworkEngine(negative(255.0).SerializeToString())
    (result,) = painted(engine, clip, range(5, 6))
    assert np.array_equal(result, 255 - clip[5])


def test_a_clip_of_one_frame(engine: NetworkEngine, clip: Clip) -> None:
    (result,) = painted(engine, clip[:1], range(1))
    engine.hold(None)
    assert difference(result, engine.apply(clip[0][None])[0]) <= 1
