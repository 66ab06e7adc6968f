"""From a version to an engine, and back to service after an outage."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from filters import service
from filters.deepfilter.catalogue import ensure_deepfilter_filters
from filters.engines.algorithmia import AlgorithmiaEngine
from filters.engines.base import EngineUnavailable
from filters.models import Filter, FilterVersion
from tests.deepfilter.faulty import FaultyService, faulty_service, status
from tests.factories import make_filter

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_engines() -> Iterator[None]:
    """Engines do not outlive a test."""
    yield
    service.forget_engines()


@pytest.fixture
def elsewhere(settings: Any) -> Iterator[FaultyService]:
    """A DeepFilter service with one filter of ours, and the key to it."""
    with faulty_service() as running:
        settings.ALGORITHMIA_API_KEY = "simKEY"
        settings.ALGORITHMIA_API_ADDRESS = running.address
        settings.ALGORITHMIA_FILTERS = ["aqua"]
        ensure_deepfilter_filters()
        yield running


def version_of(slug: str) -> FilterVersion:
    """The current version of a filter."""
    version = Filter.objects.get(slug=slug).current
    assert version is not None
    return version


def test_an_onnx_version_paints() -> None:
    make_filter("negative")
    picture = np.random.default_rng(3).integers(0, 256, (1, 70, 50, 3), np.uint8)
    painted = service.engine_for_version(version_of("negative")).apply(picture)
    np.testing.assert_array_equal(painted, 255 - picture)


def test_an_engine_is_kept_for_its_thread() -> None:
    make_filter("negative")
    version = version_of("negative")
    mine = service.engine_for_version(version)
    assert service.engine_for_version(version) is mine
    others: list[Any] = []
    thread = threading.Thread(target=lambda: others.append(service.engine_for_version(version)))
    thread.start()
    thread.join()
    assert others[0] is not mine


def test_only_the_last_few_are_kept(elsewhere: FaultyService, settings: Any) -> None:
    settings.ALGORITHMIA_FILTERS = ["aqua", "sunday", "creativity", "far_away"]
    ensure_deepfilter_filters()
    first = service.engine_for_version(version_of("deepfilter-aqua"))
    for name in ("sunday", "creativity", "far-away"):
        service.engine_for_version(version_of(f"deepfilter-{name}"))
    assert service.engine_for_version(version_of("deepfilter-aqua")) is not first


def test_missing_weights_are_a_sentence() -> None:
    made = make_filter("negative")
    version = version_of("negative")
    version.weights.storage.delete(str(version.weights.name))
    with pytest.raises(EngineUnavailable, match="weights of Negative v1 are missing"):
        service.make_engine(version)
    base = FilterVersion.objects.create(
        filter=made, number=2, kind=FilterVersion.Kind.STYLE, base="../secrets", weights=version.weights.name
    )
    with pytest.raises(EngineUnavailable, match="missing"):
        service.make_engine(base)


def test_a_deepfilter_version_needs_a_key(elsewhere: FaultyService, settings: Any) -> None:
    settings.ALGORITHMIA_API_KEY = ""
    with pytest.raises(EngineUnavailable, match="ALGORITHMIA_API_KEY"):
        service.make_engine(version_of("deepfilter-aqua"))


def test_a_deepfilter_version_paints_at_its_service(elsewhere: FaultyService) -> None:
    engine = service.engine_for_version(version_of("deepfilter-aqua"))
    assert isinstance(engine, AlgorithmiaEngine)
    engine.apply(np.full((2, 20, 20, 3), 9, np.uint8))
    assert elsewhere.calls[0]["filterName"] == "aqua"


def test_an_image_costs_what_the_admin_says_by_now(elsewhere: FaultyService) -> None:
    first = service.engine_for_version(version_of("deepfilter-aqua"))
    assert service.engine_for_version(version_of("deepfilter-aqua")) is first
    Filter.objects.update(cost_per_image=Decimal("0.75"))
    engine = service.engine_for_version(version_of("deepfilter-aqua"))
    assert isinstance(engine, AlgorithmiaEngine)
    engine.apply(np.full((2, 20, 20, 3), 9, np.uint8))
    assert engine.cost == Decimal("1.5")


@pytest.mark.parametrize("state", [Filter.State.PUBLISHED, Filter.State.DRAFT])
def test_a_filter_that_answers_again_is_available_again(elsewhere: FaultyService, state: str) -> None:
    one = Filter.objects.get(slug="deepfilter-aqua")
    Filter.objects.filter(pk=one.pk).update(state=state)
    one.mark_unavailable("It was down.")
    assert service.available_again() == [one]
    one.refresh_from_db()
    assert one.is_available


def test_a_service_that_has_no_room_just_now_is_there_again(elsewhere: FaultyService) -> None:
    one = Filter.objects.get(slug="deepfilter-aqua")
    one.mark_unavailable("It was down.")
    elsewhere.fail("CALL", status(429, Retry_After="30"))
    assert service.available_again() == [one]


def test_a_retired_filter_is_not_asked(elsewhere: FaultyService) -> None:
    one = Filter.objects.get(slug="deepfilter-aqua")
    one.retire()
    one.mark_unavailable("It was down.")
    assert service.available_again() == []
    assert elsewhere.calls == []


def test_a_filter_that_does_not_answer_stays_away(elsewhere: FaultyService) -> None:
    one = Filter.objects.get(slug="deepfilter-aqua")
    one.mark_unavailable("It was down.")
    elsewhere.fail("POST", status(401))
    assert service.available_again() == []
    one.refresh_from_db()
    assert not one.is_available
