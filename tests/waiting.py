"""Footage with a render that waits, as fixtures: a conftest imports them."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.factories import make_filter, make_video_row
from videos.models import Render, Video
from videos.pipeline import renders


@pytest.fixture
def video(owner: User) -> Video:
    """Olga's public footage, without files."""
    return make_video_row(owner, title="Over the dunes")


@pytest.fixture
def render(video: Video, queue: Any) -> Render:
    """A render of it that waits, in segments."""
    return renders.request(video, make_filter("negative"), video.owner, renders.RenderSettings())[0]
