"""Footage and a filter that most of these tests work on."""

import pytest
from django.contrib.auth.models import User

from filters.models import Filter
from tests.factories import make_filter, make_video
from videos.models import Video


@pytest.fixture
def video(owner: User) -> Video:
    return make_video(owner, frames=120, rate=24)


@pytest.fixture
def negative(db: None) -> Filter:
    return make_filter("negative")
