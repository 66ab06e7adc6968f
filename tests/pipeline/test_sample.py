"""What a first start plans for its sample flight."""

import pytest

from filters.models import Filter
from tests.factories import make_filter
from videos.pipeline import sample

pytestmark = pytest.mark.django_db


def test_it_plans_the_four_that_make_a_good_first_impression() -> None:
    for slug in ("aaa", *sample.FIRST_IMPRESSION):
        make_filter(slug, shipped=True)
    assert sample._filters() == list(sample.FIRST_IMPRESSION)


def test_it_plans_others_where_one_of_them_cannot_run() -> None:
    for slug in ("aaa", *sample.FIRST_IMPRESSION):
        make_filter(slug, shipped=True)
    *others, last = sample.FIRST_IMPRESSION
    Filter.objects.get(slug=last).mark_unavailable("Its weights are missing.")
    make_filter("of-somebody", shipped=False)
    assert sample._filters() == [*others, "aaa"]
