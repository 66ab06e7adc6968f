"""Every step of the way of a video, killed at each of its effects."""

from __future__ import annotations

import errno
import threading
import uuid
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from filters.engines.base import EngineError
from filters.models import Filter
from rotoscope.common.files import local_path
from tests.clips import draw_clip
from tests.crash import house
from tests.crash.killing import Killing, brought, ended
from videos import actors
from videos.models import Render, Segment, Upload, Video
from videos.models.segment import MAX_ATTEMPTS
from videos.pipeline import dispatch, ingest, paint, rebuild, receive, renders, separate, stills
from videos.uploads import begin
from videos.uploads.append import append
from videos.uploads.finish import finish

pytestmark = pytest.mark.slow


def asked(video: Video, filter: Filter) -> Render:
    with dispatch.inline():
        return renders.request(video, filter, video.owner, renders.RenderSettings())[0]


@pytest.fixture
def painted(video: Video, negative: Filter) -> Render:
    """A render whose last segment is finished."""
    return brought(asked(video, negative), paint.run, Render.State.REBUILDING)


@pytest.fixture
def finished(painted: Render) -> Render:
    return brought(painted, rebuild.run, Render.State.FINISHED)


@pytest.fixture
def uploaded(killing: Killing, owner: User) -> None:
    """A whole upload that nobody has finished; it is no video, which is told sooner."""
    data = b"Dear reader, " * 100
    upload = begin.begin(owner, len(data), {"filename": "letter.mp4"})
    append(upload, 0, BytesIO(data), len(data))


def test_sending_an_upload(killing: Killing, owner: User) -> None:
    data = b"Dear reader, " * 100
    begin.begin(owner, len(data), {"filename": "letter.mp4"})

    def send() -> None:
        upload = Upload.objects.get()
        left = data[upload.offset :]
        append(upload, upload.offset, BytesIO(left), len(left))

    def send_later() -> None:
        house.pass_an_hour()
        send()

    killing.ends_the_same(send, send_later)


def test_finishing_an_upload(killing: Killing, uploaded: None) -> None:
    killing.ends_the_same(lambda: finish(Upload.objects.get()))


def test_finishing_an_upload_to_another_disk(
    killing: Killing, uploaded: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.replace

    def replace(path: Path, target: Path) -> Path:
        if path.parent.name == "uploads":
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", replace)
    killing.ends_the_same(lambda: finish(Upload.objects.get()))


def test_ingest(killing: Killing, received: Video) -> None:
    killing.ends_the_same(lambda: actors.ingest.fn(received.pk))


def test_separating_at_another_rate(killing: Killing, video: Video) -> None:
    with dispatch.inline():
        separate.begin(video, "source")
    assert ended(partial(separate.run, video.pk)) == 0
    with dispatch.inline():
        separate.begin(video, 1)
    killing.ends_the_same(lambda: actors.separate.fn(video.pk))


def test_a_still(killing: Killing, video: Video, negative: Filter) -> None:
    assert negative.current is not None
    with dispatch.inline():
        still = stills.request(video, negative.current, 1)
    killing.ends_the_same(lambda: actors.still.fn(still.pk))


def test_painting(killing: Killing, video: Video, negative: Filter) -> None:
    render = asked(video, negative)
    killing.ends_the_same(lambda: actors.paint.fn(render.pk))


def test_painting_that_fails_at_first(
    killing: Killing, video: Video, negative: Filter, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = asked(video, negative)
    real = paint._paint

    def fails_at_first(segment: Segment, token: uuid.UUID, lost: threading.Event) -> None:
        if segment.attempts == 1:
            raise EngineError("out of luck", temporary=True)
        real(segment, token, lost)

    monkeypatch.setattr(paint, "_paint", fails_at_first)
    killing.ends_the_same(lambda: actors.paint.fn(render.pk))


def test_rebuilding(killing: Killing, painted: Render) -> None:
    killing.ends_the_same(lambda: actors.rebuild.fn(painted.pk))


def test_a_proxy(killing: Killing, owner: User, tmp_path: Path) -> None:
    with dispatch.inline():
        clip = draw_clip(tmp_path / "large.mp4", frames=3, rate=2, width=560, height=432)
        video = receive.video_from_file(owner, clip, "large.mp4")
        brought(video, ingest.run, Video.State.READY)
    killing.ends_the_same(lambda: actors.proxy.fn(video.pk, "video"))
    assert local_path(Video.objects.get().proxy).exists()


def test_going_on_after_a_failure(killing: Killing, video: Video, negative: Filter) -> None:
    render = asked(video, negative)
    render.start()
    render.segments.update(attempts=MAX_ATTEMPTS, error="The worker was ended each time.")
    render.mark_failed("A segment failed too often.")
    killing.ends_the_same(lambda: renders.resume(Render.objects.get()))


def test_removing_footage(killing: Killing, finished: Render) -> None:
    def remove() -> None:
        for video in Video.objects.all():
            renders.remove_video(video)

    killing.ends_the_same(remove)


def test_removing_a_render(killing: Killing, finished: Render) -> None:
    def remove() -> None:
        for render in Render.objects.all():
            renders.remove(render)

    killing.ends_the_same(remove)
