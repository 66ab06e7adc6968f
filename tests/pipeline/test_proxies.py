"""Small copies of films: made once the films can be played, when nothing else is to be done, and not for ever."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import dramatiq
import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.utils import timezone
from dramatiq.brokers.stub import StubBroker

from filters.models import Filter
from rotoscope.accounts import passing
from rotoscope.common.files import local_path
from tests.clips import decoded, draw_clip, number_of
from tests.factories import make_render_row, make_video, make_video_row
from tests.pipeline.worked import asked, painted
from videos.media.errors import EncodeError
from videos.media.proxy import make_proxy
from videos.models import Video
from videos.pipeline import dispatch, ingest, proxies, rebuild, receive, reconcile, renders, separate

pytestmark = pytest.mark.django_db(transaction=True)  # leases are renewed through a connection of their own

HOUR = timedelta(hours=1)
LARGE = {"width": 1280, "height": 720, "footage": "footage/x.mp4"}


@pytest.fixture
def video(owner: User, queue: StubBroker) -> Video:
    """Footage that is large enough for a proxy, of 30 frames; nobody asked for that yet."""
    return make_video(owner, frames=30, width=800, height=450)


def waiting(queue: StubBroker) -> list[tuple[Any, ...]]:
    """What the messages say that wait for a proxy; none does afterwards."""
    found = []
    while not queue.queues["proxies"].empty():
        found.append(dramatiq.Message.decode(queue.queues["proxies"].get_nowait()).args)
        queue.queues["proxies"].task_done()
    return found


def fail(*_: object, **__: object) -> None:
    raise EncodeError("The proxy is not complete.")


def test_footage_is_ready_without_it_and_has_it_later(owner: User, tmp_path: Path, queue: StubBroker) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", frames=50, rate=25, width=800, height=450)
    video = receive.video_from_file(owner, clip, clip.name)
    assert ingest.run(video.pk)
    video.refresh_from_db()
    assert (video.state, video.proxy.name, waiting(queue)) == ("ready", "", [(video.pk, "video")])
    assert proxies.run("video", video.pk)
    video.refresh_from_db()
    pictures = decoded(local_path(video.proxy))
    assert pictures[0].shape == (360, 640, 3)
    assert [number_of(picture) for picture in pictures] == list(range(50))
    assert (video.lease_token, video.lease_until) == (None, None)
    assert not proxies.run("video", video.pk), "a message that came twice"
    renders.remove_video(video)
    assert not default_storage.exists(str(video.proxy.name))


def test_a_render_is_finished_without_it_and_has_it_later(
    video: Video, negative: Filter, queue: StubBroker
) -> None:
    render = painted(asked(video, negative))
    assert rebuild.run(render.pk)
    render.refresh_from_db()
    assert (render.state, render.proxy.name, waiting(queue)) == ("finished", "", [(render.pk, "render")])
    assert proxies.run("render", render.pk)
    render.refresh_from_db()
    pictures = decoded(local_path(render.proxy))
    assert pictures[0].shape == (360, 640, 3)
    assert [number_of(picture, inverted=True) for picture in pictures] == list(range(30))
    renders.remove(render)
    assert not default_storage.exists(str(render.proxy.name))


def test_the_reconciler_asks_for_what_films_lack_few_at_a_time(
    owner: User, negative: Filter, queue: StubBroker
) -> None:
    films = [make_video_row(owner, **LARGE) for _ in range(reconcile.PROXIES_ABREAST + 1)]
    small = make_video_row(owner, width=428, height=760, footage="footage/x.mp4")
    tall = make_video_row(owner, width=720, height=1280, footage="footage/x.mp4", proxy="proxies/x.mp4")
    lacking = make_render_row(tall, negative, height=1280, output="renders/x.mp4")
    make_render_row(tall, negative, height=760, output="renders/x.mp4")  # 428 columns
    make_video_row(passing.make(), **LARGE)
    assert small.pk not in [video.pk for video in films]
    reconcile.requeue()
    expected = [(video.pk, "video") for video in films[:-1]] + [(lacking.pk, "render")]
    assert waiting(queue) == expected
    reconcile.requeue()
    assert not waiting(queue), "they were sent a moment ago"
    Video.objects.filter(pk=films[0].pk).update(proxy="proxies/x.mp4")
    reconcile.requeue()
    assert waiting(queue) == [(films[-1].pk, "video")]


def test_what_cannot_be_made_is_written_down_and_not_tried_for_ever(
    video: Video, queue: StubBroker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("videos.pipeline.proxies.make_proxy", fail)
    for _ in range(proxies.MAX_ATTEMPTS):
        Video.objects.update(nudged_at=timezone.now() - HOUR)
        reconcile.requeue()
        assert waiting(queue) == [(video.pk, "video")]
        assert not proxies.run("video", video.pk)
    assert caplog.text.count(f"the proxy of video {video.ref} could not be made") == proxies.MAX_ATTEMPTS
    video.refresh_from_db()
    assert (video.state, video.error, video.lease_until) == ("ready", "", None)
    Video.objects.update(nudged_at=timezone.now() - HOUR)
    reconcile.requeue()
    assert not waiting(queue)
    monkeypatch.undo()
    assert not proxies.run("video", video.pk), "a message that came late"


def test_separating_goes_first_and_is_no_attempt(
    video: Video, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = make_proxy

    def interrupted(*words: Any, should_stop: Any, **more: Any) -> None:
        with dispatch.inline():
            separate.begin(video, 2)
        while not should_stop():
            pass
        real(*words, should_stop=should_stop, **more)

    with monkeypatch.context() as patch:
        patch.setattr("videos.pipeline.proxies.make_proxy", interrupted)
        assert not proxies.run("video", video.pk)
    assert not proxies.run("video", video.pk), "its images are not separated yet"
    assert separate.run(video.pk)
    video.refresh_from_db()
    assert (video.proxy.name, video.proxy_attempts, video.frames.count()) == ("", 0, 3)
    assert proxies.run("video", video.pk)


def test_a_proxy_of_another_film_than_the_one_that_is_there_goes(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = make_proxy

    def exchanged(*words: Any, **more: Any) -> None:
        real(*words, **more)
        Video.objects.filter(pk=video.pk).update(footage="footage/another.mp4")

    monkeypatch.setattr("videos.pipeline.proxies.make_proxy", exchanged)
    assert not proxies.run("video", video.pk)
    video.refresh_from_db()
    assert (video.proxy.name, video.lease_until) == ("", None)
    assert not default_storage.listdir(f"proxies/{video.ref}")[1]
