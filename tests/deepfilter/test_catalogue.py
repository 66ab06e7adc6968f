"""The 37 names: there once a key is set, hidden without, and never against a curator's will."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from filters.deepfilter.catalogue import ensure_deepfilter_filters
from filters.deepfilter.names import NAMES
from filters.models import Filter, FilterVersion
from tests.factories import make_filter

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(settings: Any) -> None:
    """A key is set."""
    settings.ALGORITHMIA_API_KEY = "simKEY"


def test_without_a_key_there_is_nothing(settings: Any) -> None:
    settings.ALGORITHMIA_API_KEY = ""
    assert ensure_deepfilter_filters() == 0
    assert not Filter.objects.exists()


def test_with_a_key_all_37_are_published_with_their_cost(key: None, settings: Any) -> None:
    settings.ALGORITHMIA_COST_PER_IMAGE = 0.0035
    assert ensure_deepfilter_filters() == len(set(NAMES)) == 37
    one = Filter.objects.get(slug="deepfilter-gan-vogh")
    assert one.current is not None
    assert (one.current.kind, one.current.deepfilter_name) == (FilterVersion.Kind.DEEPFILTER, "gan_vogh")
    assert one.cost_per_image == Decimal("0.0035")
    assert one.is_available


def test_a_cost_that_is_set_later_counts_where_none_was_known(key: None, settings: Any) -> None:
    ensure_deepfilter_filters()
    Filter.objects.filter(slug="deepfilter-aqua").update(cost_per_image=Decimal("0.5"))
    settings.ALGORITHMIA_COST_PER_IMAGE = 0.25
    ensure_deepfilter_filters()
    assert Filter.objects.get(slug="deepfilter-gan-vogh").cost_per_image == Decimal("0.25")
    assert Filter.objects.get(slug="deepfilter-aqua").cost_per_image == Decimal("0.5")


def test_it_may_run_again(key: None) -> None:
    ensure_deepfilter_filters()
    assert ensure_deepfilter_filters() == 37
    assert FilterVersion.objects.count() == 37


def test_without_the_key_they_are_hidden_and_come_back(key: None, settings: Any) -> None:
    ensure_deepfilter_filters()
    settings.ALGORITHMIA_API_KEY = ""
    assert ensure_deepfilter_filters() == 0
    assert not Filter.objects.published().exists()
    settings.ALGORITHMIA_API_KEY = "another"
    assert ensure_deepfilter_filters() == 37


def test_what_a_curator_retired_stays_retired(key: None, settings: Any) -> None:
    ensure_deepfilter_filters()
    Filter.objects.get(slug="deepfilter-aqua").retire()
    settings.ALGORITHMIA_API_KEY = ""
    ensure_deepfilter_filters()
    settings.ALGORITHMIA_API_KEY = "simKEY"
    assert ensure_deepfilter_filters() == 36


def test_an_outage_is_not_forgotten_at_the_next_start(key: None) -> None:
    ensure_deepfilter_filters()
    Filter.objects.get(slug="deepfilter-aqua").mark_unavailable("It is down.")
    ensure_deepfilter_filters()
    assert Filter.objects.get(slug="deepfilter-aqua").unavailable_reason == "It is down."


def test_another_list_of_names_replaces_the_37(key: None, settings: Any) -> None:
    ensure_deepfilter_filters()
    settings.ALGORITHMIA_FILTERS = ["starry-night", "aqua"]
    assert ensure_deepfilter_filters() == 2
    assert Filter.objects.get(slug="deepfilter-starry-night").name == "Starry night"
    settings.ALGORITHMIA_FILTERS = []
    assert ensure_deepfilter_filters() == 37


def test_filters_of_ones_own_are_left_alone(key: None, settings: Any) -> None:
    make_filter("wave")
    settings.ALGORITHMIA_API_KEY = ""
    ensure_deepfilter_filters()
    assert Filter.objects.published().get().slug == "wave"
