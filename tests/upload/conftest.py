"""Uploads of a test lie in the test's own folder."""

from pathlib import Path

import pytest
from pytest_django import Settings

from tests.browser import chromium, open_page

__all__ = ["chromium", "home", "open_page"]


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path) -> Path:
    """ROTOSCOPE_HOME, fresh."""
    settings.ROTOSCOPE_HOME = tmp_path / "home"
    settings.ROTOSCOPE_HOME.mkdir()
    return Path(settings.ROTOSCOPE_HOME)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Some bytes: what they are is nobody's business before they are read."""
    path = tmp_path / "flight.mp4"
    path.write_bytes(bytes(300_000))
    return path
