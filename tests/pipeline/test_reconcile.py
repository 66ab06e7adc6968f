"""The reconciler's round: what people wait for goes first, and what others clear away meanwhile is no error."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker
from pytest_django import Settings

from filters import actors, training_queue, upkeep
from filters.models import StyleImage, TrainingRun
from rotoscope.broker import QueueAway
from rotoscope.common import files
from rotoscope.common.lease import AFTER_DEATH
from rotoscope.management.commands import reconcile as command
from rotoscope.management.commands import work
from tests.factories import make_filter, make_render_row, make_video_row
from videos import uploads
from videos.models import DayOfLooks, Render, Segment, Video
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


@pytest.mark.django_db
def test_what_a_dead_worker_held_is_sent_again_sooner_than_what_merely_waits(
    owner: User, queue: StubBroker
) -> None:
    now = timezone.now()
    sent = now - AFTER_DEATH - timedelta(seconds=1)
    dead = {"lease_token": uuid.uuid4(), "lease_until": now - timedelta(seconds=1)}
    alive = {"lease_token": uuid.uuid4(), "lease_until": now + timedelta(minutes=1)}
    held = {"died": dead, "works": alive, "waits": {}}
    for name, lease in held.items():
        values = {"state": Video.State.INGESTING, "source": f"sources/{name}.mp4", "nudged_at": sent, **lease}
        make_video_row(owner, title=name, **values)
        render = make_render_row(
            make_video_row(owner, title=name), make_filter(), state=Render.State.RENDERING
        )
        Render.objects.filter(pk=render.pk).update(nudged_at=sent)
        state = Segment.State.RUNNING if lease else Segment.State.PENDING
        Segment.objects.create(render=render, index=0, start=0, stop=24, images=24, state=state, **lease)
    assert reconcile.requeue() == 2
    ingested = Video.objects.filter(state=Video.State.INGESTING, nudged_at__gt=sent)
    assert [video.title for video in ingested] == ["died"]
    assert [render.video.title for render in Render.objects.filter(nudged_at__gt=sent)] == ["died"]
    assert reconcile.requeue() == 0, "it was sent a moment ago"
    Video.objects.update(nudged_at=now - reconcile.PATIENCE_FOR_TURNS)
    Render.objects.update(nudged_at=now - reconcile.PATIENCE_FOR_TURNS)
    assert reconcile.requeue() == 6 - 2, "two are worked on"


@pytest.mark.django_db
@pytest.mark.parametrize("between", [False, True], ids=["painting", "between two segments"])
def test_what_waits_its_turn_behind_others_is_not_sent_again_each_minute(
    owner: User, queue: StubBroker, between: bool
) -> None:
    """Whoever paints a segment asks for the next: a message more for each minute would never be spent."""
    now, settings = timezone.now(), renders.RenderSettings()
    made = [
        renders.request(make_video_row(owner, frame_count=144), make_filter(slug), owner, settings)[0]
        for slug in ("aurora", "negative", "mosaic")
    ]
    uploads = [make_video_row(owner, state=Video.State.RECEIVING, source=f"{n}.mp4") for n in range(3)]
    made[0].start()
    first = Segment.objects.filter(render=made[0], index=0)
    alive = {"lease_token": uuid.uuid4(), "lease_until": now + timedelta(minutes=1)}
    if between:
        first.update(state=Segment.State.FINISHED, finished_at=now)
    else:
        first.update(state=Segment.State.RUNNING, **alive)
    Video.objects.filter(pk=uploads[0].pk).update(state=Video.State.INGESTING, **alive)
    for model in (Render, Video):
        model.objects.update(nudged_at=now - reconcile.PATIENCE)
    assert reconcile.requeue() == 0
    Segment.objects.update(state=Segment.State.PENDING, finished_at=None, lease_token=None, lease_until=None)
    Video.objects.update(lease_token=None, lease_until=None)
    assert reconcile.requeue() == 6, "nobody works at all: all of it was lost"


@pytest.mark.django_db
def test_what_has_no_file_is_not_read_to_find_the_files_of_segments(queue: StubBroker) -> None:
    with CaptureQueriesContext(connection) as asked, connection.cursor() as cursor:
        reconcile.requeue()
        (files,) = [one["sql"] for one in asked if '"videos_segment"."file"' in one["sql"]]
        cursor.execute("SET LOCAL enable_seqscan = off")  # as the planner decides for itself of many rows
        cursor.execute(f"EXPLAIN {files}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "segment_files_left" in plan


def test_looks_of_a_month_ago_go(owner: User) -> None:
    video, today = make_video_row(owner), timezone.localdate()
    for ago in (0, 30, 31, 90):
        DayOfLooks.objects.create(video=video, day=today - timedelta(days=ago), looks=3)
    reconcile.clear_away()
    assert {(today - one.day).days for one in DayOfLooks.objects.all()} == {0, 30}


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
def test_lost_renders_come_back_while_an_upload_is_on_its_way_to_a_slow_store(
    owner: User, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dispatch.inline():
        renders.request(make_video_row(owner), make_filter(), owner, renders.RenderSettings())
    moving, stop = threading.Event(), threading.Event()
    arrived: list[bool] = []

    def expire() -> None:
        moving.set()
        if not stop.wait(20):
            arrived.append(True)

    def after_requeueing() -> None:
        if moving.wait(5):
            stop.set()

    monkeypatch.setattr(uploads, "expire", expire)
    monkeypatch.setattr(upkeep, "ask", after_requeueing)
    command.on_two_clocks(0.1, stop)
    assert queue.queues["render"].qsize() == 1
    assert not arrived, "the round waited for the store"


@pytest.mark.django_db(transaction=True)
def test_what_is_asked_for_while_the_queue_is_away_is_done_later(
    owner: User, owner_client: Client, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    video, negative = make_video_row(owner), make_filter("negative")
    with monkeypatch.context() as away:
        away.setattr(queue, "enqueue", _refuse)
        wish = {"filter": negative.slug}
        answer = owner_client.post(f"/api/videos/{video.ref}/renders", wish, content_type="application/json")
    assert answer.status_code == 201
    assert queue.queues["render"].qsize() == 0
    Render.objects.update(nudged_at=timezone.now() - reconcile.PATIENCE)
    assert reconcile.requeue() == 1
    assert queue.queues["render"].qsize() == 1


@pytest.mark.parametrize(
    ("broker", "address"),
    [(RedisBroker, "redis://:hidden@127.0.0.1:1/0"), (RabbitmqBroker, "amqp://guest:hidden@127.0.0.1:1/")],
)
def test_a_single_round_that_finds_no_queue_says_so_in_one_sentence(
    owner: User,
    broker: type[RedisBroker] | type[RabbitmqBroker],
    address: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    lost = make_video_row(owner, state=Video.State.RECEIVING, source="s.mp4")
    monkeypatch.setattr(actors.upkeep, "broker", broker(url=address))
    monkeypatch.setattr(upkeep, "_last", float("-inf"))
    with pytest.raises(QueueAway) as away:
        call_command("reconcile")
    assert str(away.value).startswith("The queue of DRAMATIQ_BROKER_URL cannot be used: ")
    assert "refused" in str(away.value)
    assert "hidden" not in str(away.value)
    assert not caplog.records
    lost.refresh_from_db()
    assert lost.nudged_at is None, "what could not be sent is not put off"


@pytest.mark.django_db(transaction=True)
def test_a_training_that_is_ordered_while_the_queue_is_away_is_begun_later(
    owner: User, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = StyleImage.objects.create(image="styles/x.png", sha256="0" * 64, width=96, height=96, title="x")
    run = TrainingRun.objects.create(name="Quilt", owner=owner, style_image=image)
    with monkeypatch.context() as away:
        away.setattr(queue, "enqueue", _refuse)
        training_queue.begin(run)
    TrainingRun.objects.update(nudged_at=timezone.now() - training_queue.PATIENCE)
    assert reconcile.requeue() == 1
    assert queue.queues["training"].qsize() == 1


def test_the_reconciler_is_stopped_although_an_upload_is_on_its_way() -> None:
    stuck = (
        "import os, time; from concurrent.futures import ThreadPoolExecutor; "
        "import django; os.environ['DJANGO_SETTINGS_MODULE'] = 'rotoscope.settings'; django.setup(); "
        "from videos.pipeline import reconcile; "
        "reconcile.requeue = lambda: None; "
        "reconcile.clear_away = lambda: (ThreadPoolExecutor().submit(time.sleep, 60), print('moving', flush=True)); "
        "from django.core.management import call_command; call_command('reconcile', every=1.0)"
    )
    with subprocess.Popen([sys.executable, "-c", stuck], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "moving\n"
        process.terminate()
        assert process.wait(20) == 0


@pytest.mark.parametrize("pause", [0, -3, float("nan"), float("inf")])
def test_a_pause_that_is_none_is_refused(pause: float) -> None:
    with pytest.raises(CommandError, match="--every must be") as refused:
        call_command("reconcile", every=pause)
    assert refused.value.returncode == 2


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


def test_files_of_forms_that_a_killed_server_left_go_after_a_day(settings: Settings) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = settings.SCRATCH
    left = [_left_by_a_form(), _left_by_a_form()]
    other = Path(settings.SCRATCH) / "kept.txt"
    other.write_text("not ours")
    for path in (left[0], other):
        os.utime(path, (1000, 1000))
    assert files.clear_leftovers() == 1
    assert [path.exists() for path in (*left, other)] == [False, True, True]


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


def _left_by_a_form() -> Path:
    """A file as Django calls those that come with a form, whose server did not live to remove it."""
    with TemporaryUploadedFile("clip.mp4", "video/mp4", 4, None) as file:
        path = Path(file.temporary_file_path())
    path.write_bytes(b"clip")
    return path


def _refuse(*_: Any, **__: Any) -> None:
    raise ConnectionError("the queue is away")


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
