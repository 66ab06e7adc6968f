"""The Algorithmia engine against a service over a real socket, when nothing goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from filters.engines.algorithmia import AlgorithmiaEngine, Breaker, Patience
from filters.engines.base import Engine
from tests.deepfilter.faulty import FaultyService, faulty_service

HASTY = Patience(connect=1, answer=0.5, whole=2, attempts=3, queueing=60, first_wait=0.01, longest_wait=0.2)


def frames(count: int, height: int = 18, width: int = 26) -> NDArray[np.uint8]:
    """Noise, so that no two frames are alike."""
    return np.random.default_rng(7).integers(0, 256, (count, height, width, 3), np.uint8)


def engine_at(service: FaultyService, **options: Any) -> AlgorithmiaEngine:
    """An engine with little patience and a breaker of its own, sending exact pictures."""
    settings: dict[str, Any] = {"picture": "png", "patience": HASTY, "breaker": Breaker(), **options}
    return AlgorithmiaEngine("simKEY", service.address, "space_pizza", **settings)


@pytest.fixture
def service() -> Iterator[FaultyService]:
    """A service on a port of its own."""
    with faulty_service() as running:
        yield running


def test_it_is_an_engine(service: FaultyService) -> None:
    assert isinstance(engine_at(service), Engine)


def test_it_paints_every_frame_in_order(service: FaultyService) -> None:
    original = frames(7)
    painted = engine_at(service, batch=2, at_once=3).apply(original)
    assert painted.dtype == np.uint8
    np.testing.assert_array_equal(painted, 255 - original)


def test_it_sends_batches_and_names_the_filter(service: FaultyService) -> None:
    engine_at(service, batch=3, at_once=1).apply(frames(7))
    assert [len(call["images"]) for call in service.calls] == [3, 3, 1]
    assert {call["filterName"] for call in service.calls} == {"space_pizza"}
    assert all(address.startswith("data://.my/") for call in service.calls for address in call["images"])


def test_it_makes_several_calls_at_once_but_not_more_than_its_limit(service: FaultyService) -> None:
    service.call_seconds = 0.1
    engine_at(service, batch=1, at_once=3).apply(frames(9))
    assert service.most_at_once == 3


def test_it_leaves_nothing_behind(service: FaultyService) -> None:
    engine_at(service).apply(frames(2))
    assert not service.files
    assert not service.folders


def test_it_sums_calls_images_and_cost(service: FaultyService) -> None:
    engine = engine_at(service, batch=2, cost_per_image=Decimal("0.002"))
    engine.apply(frames(3))
    engine.apply(frames(2))
    assert (engine.calls, engine.images, engine.cost) == (3, 5, Decimal("0.010"))


def test_a_jpeg_is_close_to_the_frame(service: FaultyService) -> None:
    smooth = np.tile(np.linspace(0, 255, 32, dtype=np.uint8)[None, None, :, None], (1, 24, 1, 3))
    painted = engine_at(service, picture="jpg").apply(smooth)
    assert np.abs(painted.astype(int) - (255 - smooth).astype(int)).max() <= 4


def test_it_refuses_frames_of_another_kind(service: FaultyService) -> None:
    with pytest.raises(ValueError, match="uint8"):
        engine_at(service).apply(np.zeros((1, 8, 8, 3), np.float32))
    assert not service.seen


def test_it_may_be_closed_twice(service: FaultyService) -> None:
    engine = engine_at(service)
    engine.apply(frames(1))
    engine.close()
    engine.close()
