"""The reconciler's round: what people wait for goes first, and what others clear away meanwhile is no error."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from dramatiq.brokers.stub import StubBroker
from pytest_django import Settings

from rotoscope import files
from rotoscope.management.commands import work
from tests.factories import make_filter, make_video_row
from videos import uploads
from videos.models import Render
from videos.pipeline import dispatch, reconcile, renders


@pytest.fixture
def leftover(settings: Settings) -> Path:
    """A work folder whose owner was killed long ago."""
    folder = Path(settings.SCRATCH) / "work-left"
    folder.mkdir()
    os.utime(folder, (0, 0))
    return folder


@pytest.fixture
def cached(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Three files of ten bytes in a cache that has room for two, the oldest first."""
    settings.ROTOSCOPE_HOME = tmp_path
    monkeypatch.setattr(files, "CACHE_BYTES", 20)
    paths = [tmp_path / "cache" / "footage" / f"{name}.mp4" for name in "abc"]
    paths[0].parent.mkdir(parents=True)
    for age, path in enumerate(paths):
        path.write_bytes(b"0123456789")
        os.utime(path, (1000 + age, 1000 + age))
    return paths


@pytest.mark.django_db(transaction=True)
def test_lost_renders_come_back_although_clearing_away_fails(
    owner: User, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dispatch.inline():
        renders.request(make_video_row(owner), make_filter(), owner, renders.RenderSettings())
    monkeypatch.setattr(uploads, "expire", _fail)
    with pytest.raises(PermissionError):
        reconcile.run()
    assert queue.queues["render"].qsize() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_asked_for_while_the_queue_is_down_is_sent_later(
    owner: User, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*args: object, **more: object) -> None:
        raise ConnectionError("no queue there")

    with monkeypatch.context() as patch:
        patch.setattr(type(queue), "enqueue", down)
        render, created = renders.request(
            make_video_row(owner), make_filter(), owner, renders.RenderSettings()
        )
    assert created and render.state == Render.State.QUEUED
    assert queue.queues["render"].qsize() == 0
    Render.objects.update(nudged_at=timezone.now() - reconcile.PATIENCE)
    assert reconcile.run() == 1
    assert queue.queues["render"].qsize() == 1


def test_work_folders_of_the_dead_and_the_oldest_of_the_cache_go(leftover: Path, cached: list[Path]) -> None:
    assert files.clear_leftovers() == 2
    assert not leftover.exists()
    assert [path.exists() for path in cached] == [False, True, True]


def test_what_is_being_worked_on_stays_in_the_cache_however_large(
    cached: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CACHE_BYTES", 5)
    os.utime(cached[1])
    files.clear_leftovers()
    assert [path.exists() for path in cached] == [False, True, False]


def test_what_vanishes_after_it_was_listed_is_no_error(
    leftover: Path, cached: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "glob", _vanishing(Path.glob))
    monkeypatch.setattr(Path, "rglob", _vanishing(Path.rglob))
    assert files.clear_leftovers() == 0
    assert not leftover.exists()
    assert not any(path.exists() for path in cached)


def test_a_worker_clears_away_too(leftover: Path, cached: list[Path]) -> None:
    stopped = threading.Event()
    stopped.set()
    work.stay_tidy(stopped)
    assert not leftover.exists()
    assert not cached[0].exists()


def test_a_worker_works_on_where_it_may_not_clear_away(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()

    def fail_and_stop() -> int:
        stop.set()
        raise PermissionError("not yours")

    monkeypatch.setattr(work, "clear_leftovers", fail_and_stop)
    work.stay_tidy(stop)
    assert stop.is_set()


def _fail() -> int:
    raise PermissionError("not yours")


def _vanishing(listed: Any) -> Any:
    """A listing of which everything is removed by somebody else right after it was told."""

    def listing(folder: Path, pattern: str) -> Iterator[Path]:
        for path in list(listed(folder, pattern)):
            if path.is_file():
                path.unlink()
            elif path.name.startswith(files.WORK):
                path.rmdir()
            yield path

    return listing
