"""Private footage with a render, a comparison and a collection of it: rows only."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from tests.browser import chromium, open_page
from tests.factories import make_render_row, make_video_row
from videos.models import Collection, CollectionItem, Comparison, ComparisonItem, Render, Video, Visibility

__all__ = ["chromium", "open_page"]


@pytest.fixture
def film(owner: User) -> Video:
    """Olga's private footage."""
    return make_video_row(owner, title="Low tide", visibility=Visibility.PRIVATE)


@pytest.fixture
def painted(film: Video) -> Render:
    """A finished render of it."""
    return make_render_row(film)


@pytest.fixture
def comparison(film: Video, painted: Render, owner: User) -> Comparison:
    """The original beside the render."""
    made = Comparison.objects.create(video=film, owner=owner, title="Before and after", visibility="private")
    ComparisonItem.objects.create(comparison=made, position=0)
    ComparisonItem.objects.create(comparison=made, position=1, render=painted)
    return made


@pytest.fixture
def collection(painted: Render, owner: User) -> Collection:
    """The render, collected."""
    made = Collection.objects.create(owner=owner, title="Coasts", visibility="private")
    CollectionItem.objects.create(collection=made, position=0, render=painted)
    return made
