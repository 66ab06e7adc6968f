"""Deleting for a while, bringing back and clearing away afterwards, killed at each effect."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.crash.killing import Killing
from tests.crash.test_pipeline import finished, painted
from videos.models import Collection, Comparison, Render, Video
from videos.models.removable import FOR_GOOD
from videos.pipeline import removal

__all__ = ["finished", "painted"]

pytestmark = pytest.mark.slow


@pytest.fixture
def works(finished: Render) -> list[removal.Thing]:
    """Footage, a render of it, and what they are in."""
    comparison = Comparison.objects.create(video=finished.video, owner=finished.owner, title="Two")
    comparison.items.create(position=0, render=finished)
    collection = Collection.objects.create(owner=finished.owner, title="Both")
    collection.add(render=finished)
    return [finished.video, finished, comparison, collection]


def test_deleting_for_a_while(killing: Killing, works: list[removal.Thing]) -> None:
    def put_away() -> None:
        for video in Video.objects.all():
            removal.put_away(video)

    killing.ends_the_same(put_away)
    assert Render.everything.exclude(removed_at=None).exists()


def test_bringing_back(killing: Killing, works: list[removal.Thing]) -> None:
    removal.put_away(works[0])

    def bring_back() -> None:
        for video in Video.everything.exclude(removed_at=None):
            removal.bring_back(video)

    killing.ends_the_same(bring_back)
    assert Render.objects.exists() and Comparison.objects.exists()


def test_clearing_what_was_deleted_long_ago(killing: Killing, works: list[removal.Thing]) -> None:
    """What hangs on footage was deleted before it, by itself, and the collection last."""
    for number, work in enumerate([works[1], works[2], works[0], works[3]]):
        removal.put_away(work)
        long_ago = timezone.now() - timedelta(days=30 - number)
        type(work).everything.filter(pk=work.pk).update(removed_at=long_ago)
    killing.ends_the_same(removal.clear)
    for model in removal.KINDS.values():
        assert not model.everything.exists()
    left = {path.relative_to(killing.home).parts[:2] for path in killing.home.rglob("*") if path.is_file()}
    assert left == {("media", "weights")}


def test_deleting_for_good(killing: Killing, works: list[removal.Thing]) -> None:
    removal.put_away(works[0])

    def remove() -> None:
        for video in Video.everything.filter(removed_at__gt=FOR_GOOD):
            removal.remove_for_good(video)

    killing.ends_the_same(remove)
    assert not Render.everything.exists()
