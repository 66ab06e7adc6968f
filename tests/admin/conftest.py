"""Footage with a render that waits, and a folder for uploads."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from tests.waiting import render as render
from tests.waiting import video as video


@pytest.fixture
def home(settings: Settings, tmp_path: Path) -> Path:
    """ROTOSCOPE_HOME, fresh: uploads lie there."""
    settings.ROTOSCOPE_HOME = tmp_path
    return tmp_path
