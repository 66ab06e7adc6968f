"""Images of ready footage, separated at another rate, with what comes in between."""

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connections
from django.db.models.fields.files import FieldFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from dramatiq.brokers.stub import StubBroker

from rotoscope.common import files
from rotoscope.models import LooseFile
from tests.factories import make_video
from videos.models import Video
from videos.pipeline import separate

pytestmark = pytest.mark.django_db(transaction=True)  # leases are renewed through a connection of their own


def test_it_separates_at_another_rate_and_back(owner: User) -> None:
    video = make_video(owner, frames=48, rate=24)
    separate.begin(video, "source")
    assert separate.run(video.pk)
    assert video.frames.count() == 48
    separate.begin(video, 1)
    separate.run(video.pk)
    assert sorted(video.frames.values_list("index", flat=True)) == [0, 24]


def test_messages_that_were_sent_while_it_waited_are_no_attempts(owner: User, queue: StubBroker) -> None:
    video = make_video(owner, frames=48, rate=24)
    separate.begin(video, "source")
    done = [separate.run(video.pk) for _ in range(separate.MAX_ATTEMPTS + 2)]
    video.refresh_from_db()
    assert done == [True] + [False] * (separate.MAX_ATTEMPTS + 1)
    assert (video.stage, video.error, video.progress) == ("", "", 1)


class Killed(BaseException):
    """What the process would not survive."""


def test_a_separation_that_is_ended_often_but_gets_further_each_time_comes_to_its_end(
    owner: User, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = make_video(owner, frames=48, rate=24)
    store_frame = separate._store_frame

    def stores_one(*args: Any) -> None:
        store_frame(*args)
        raise Killed

    separate.begin(video, "source")
    monkeypatch.setattr(separate, "_store_frame", stores_one)
    for _ in range(separate.MAX_ATTEMPTS + 1):
        with pytest.raises(Killed):
            separate.run(video.pk)
        Video.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    monkeypatch.undo()
    assert separate.run(video.pk)
    video.refresh_from_db()
    assert (video.frames.count(), video.error) == (48, "")


def test_a_new_rate_ends_the_separation_at_the_one_before(
    owner: User, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = make_video(owner, frames=48, rate=24)
    store_frame = separate._store_frame

    def changes_their_mind(video: Video, token: uuid.UUID, index: int, picture: separate.Picture) -> None:
        store_frame(video, token, index, picture)
        if index == 7:
            separate.begin(video, 12)

    monkeypatch.setattr(separate, "_store_frame", changes_their_mind)
    separate.begin(video, "source")
    assert not separate.run(video.pk)
    assert separate.run(video.pk)
    video.refresh_from_db()
    assert (video.stage, video.images_per_second, video.lease_token) == ("", "12", None)
    assert sorted(video.frames.values_list("index", flat=True)) == list(range(0, 48, 2))


def test_another_rate_while_images_are_dropped_leaves_all_of_the_new_rate(
    owner: User, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = make_video(owner, frames=48, rate=24)
    separate.begin(video, "source")
    assert separate.run(video.pk)

    def wants_them_back() -> None:
        separate.begin(video, "source")
        separate.run(video.pk)
        connections.close_all()

    another = threading.Thread(target=wants_them_back)
    forget = files.forget

    def dropped(*stored: FieldFile | str) -> None:
        if another.ident is None:
            another.start()
            another.join()
        forget(*stored)

    monkeypatch.setattr(files, "forget", dropped)
    separate.begin(video, 1)
    separate.run(video.pk)
    assert another.ident is not None
    assert video.frames.count() == 48
    assert all(default_storage.exists(str(frame.image)) for frame in video.frames.all())
    assert not LooseFile.objects.filter(name__startswith=f"frames/{video.ref}/").exists()


def test_nobody_waits_for_storage_to_look_at_footage_whose_images_are_separated(
    owner: User, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look is counted on the row of the footage."""
    video = make_video(owner, frames=48, rate=24)
    answers: list[int] = []

    def look() -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        visitor = Client(raise_request_exception=False)
        answers.append(visitor.get(video.get_absolute_url()).status_code)
        connections.close_all()

    def looked_at(does: Callable[..., Any]) -> Callable[..., Any]:
        looking = threading.Thread(target=look)

        def doing(*args: Any) -> Any:
            if looking.ident is None:
                looking.start()
                looking.join()
            return does(*args)

        return doing

    monkeypatch.setattr(Path, "replace", looked_at(Path.replace))  # a file is stored
    separate.begin(video, "source")
    assert separate.run(video.pk)
    monkeypatch.setattr(FileSystemStorage, "delete", looked_at(FileSystemStorage.delete))
    separate.begin(video, 1)
    assert separate.run(video.pk)
    assert answers == [200, 200]
    video.refresh_from_db()
    assert video.views == 2


def test_a_separation_that_fails_is_tried_again_and_ends_with_a_sentence(
    owner: User, owner_client: Client, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = make_video(owner, frames=48, rate=24)
    before = set(video.frames.values_list("index", flat=True))
    separate.begin(video, "source")

    def broken(*args: object, **more: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(separate, "_store_frame", broken)
    for _ in range(separate.MAX_ATTEMPTS):
        with pytest.raises(OSError, match="disk is full"):
            separate.run(video.pk)
        video.refresh_from_db()
        assert (video.stage, video.lease_token) == ("waiting to try again", None)
    separate.run(video.pk)
    video.refresh_from_db()
    assert (video.stage, video.error) == ("", separate.NOT_SEPARATED)
    assert set(video.frames.values_list("index", flat=True)) == before
    page = owner_client.get(reverse("video-edit", args=[video.ref])).content.decode()
    assert separate.NOT_SEPARATED in page
    monkeypatch.undo()
    separate.begin(video, "source")
    assert separate.run(video.pk)
    assert video.frames.count() == 48
