"""Footage with a render that waits, and a folder for uploads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from tests.factories import make_filter, make_video_row
from videos.models import Render, Video
from videos.pipeline import renders


@pytest.fixture
def video(owner: User) -> Video:
    """Olga's footage, without files."""
    return make_video_row(owner, title="Over the dunes")


@pytest.fixture
def render(video: Video, queue: Any) -> Render:
    """A render of it that waits, in segments."""
    return renders.request(video, make_filter("negative"), video.owner, renders.RenderSettings())[0]


@pytest.fixture
def home(settings: Settings, tmp_path: Path) -> Path:
    """ROTOSCOPE_HOME, fresh: uploads lie there."""
    settings.ROTOSCOPE_HOME = tmp_path
    return tmp_path
