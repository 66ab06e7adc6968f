"""Files of a storage that is elsewhere, kept on this machine for as long as they are needed."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from pytest_django import Settings

from rotoscope.common.files import local_path
from tests.at_once import at_once
from tests.disk import no_room

NAME = "footage/flight.mp4"


class Elsewhere(Storage):
    """A storage whose files are not on this machine."""

    def _open(self, name: str, mode: str = "rb") -> ContentFile[bytes]:
        return ContentFile(b"footage")


@pytest.fixture
def cache(settings: Settings, tmp_path: Path) -> Path:
    """The folder of what was fetched."""
    settings.ROTOSCOPE_HOME = tmp_path
    backend = {"BACKEND": f"{__name__}.{Elsewhere.__name__}"}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    return tmp_path / "cache"


def test_of_those_who_want_a_file_at_the_same_moment_one_fetches_it(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, fetched, another = shutil.copyfileobj, list[object](), threading.Event()

    def slowly(source: Any, target: Any, size: int) -> None:
        fetched.append(target)
        if len(fetched) > 1:
            another.set()
        another.wait(0.5)  # enough where nothing holds it up
        copy(source, target, size)

    monkeypatch.setattr(shutil, "copyfileobj", slowly)
    paths = at_once(lambda: local_path(NAME), lambda: local_path(NAME))
    assert [path.read_bytes() for path in paths] == [b"footage"] * 2
    assert len(fetched) == 1
    assert [path.name for path in (cache / "footage").iterdir()] == ["flight.mp4"]


def test_what_breaks_off_leaves_nothing_and_is_fetched_again(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space left"):
        patch.setattr(shutil, "copyfileobj", no_room)
        local_path(NAME)
    assert list((cache / "footage").iterdir()) == []
    assert local_path(NAME).read_bytes() == b"footage"
