"""A stored file of known bytes, and rows around it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile

from tests.factories import make_video_row
from videos.models import Video, Visibility

DATA = bytes(range(256)) * 40  # 10,240 bytes


def store(video: Video, field: str = "footage", name: str = "footage.mp4", data: bytes = DATA) -> None:
    """Give a video a file."""
    getattr(video, field).save(name, ContentFile(data))


@pytest.fixture
def film(owner: User) -> Video:
    """A public video whose footage is DATA."""
    video = make_video_row(owner, title="Low tide / 1", source_name="../DJI 42.MOV")
    store(video)
    return video


@pytest.fixture
def private_film(film: Video) -> Video:
    """The same, for its owner alone."""
    film.visibility = Visibility.PRIVATE
    film.save()
    return film
