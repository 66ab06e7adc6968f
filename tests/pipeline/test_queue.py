"""The queue as people see it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_render_row, make_video_row
from videos.models import Render, Video
from videos.pipeline import queue

pytestmark = pytest.mark.django_db


def test_an_ingest_tells_how_long_it_will_take_by_its_own_pace(owner: User, owner_client: Client) -> None:
    begun = timezone.now() - timedelta(seconds=30)
    video = make_video_row(
        owner, state=Video.State.INGESTING, progress=0.25, started_at=begun, source="s.mp4"
    )
    assert video.seconds_left == pytest.approx(90, abs=2)
    for address in (video.get_absolute_url(), reverse("queue")):
        assert "left" in owner_client.get(address).content.decode()


@pytest.mark.parametrize("progress", [0.0, 0.05])
def test_it_does_not_guess_at_the_beginning(owner: User, progress: float) -> None:
    video = make_video_row(owner, state=Video.State.INGESTING, progress=progress, started_at=timezone.now())
    assert video.seconds_left is None


def test_a_render_tells_how_many_are_before_it(owner: User) -> None:
    video = make_video_row(owner)
    first, second = (make_render_row(video, state=Render.State.QUEUED) for _ in range(2))
    assert (queue.place(first), queue.place(second)) == (0, 1)


def test_a_pause_does_not_count_as_work(owner: User) -> None:
    render = make_render_row(
        make_video_row(owner), state=Render.State.PAUSED, frames_done=90, frames_total=100
    )
    ago = timezone.now() - timedelta(hours=8)
    Render.objects.update(started_at=ago, finished_at=ago + timedelta(seconds=90))
    assert render.resume() and render.pause() and render.resume()
    assert queue.images_per_second(render) is None
    assert render.start()
    assert queue.images_per_second(render) == pytest.approx(1, rel=0.1)
    assert queue.seconds_left(render) == pytest.approx(10, rel=0.1)


def test_a_render_goes_by_its_own_pace(owner: User) -> None:
    begun = timezone.now() - timedelta(seconds=10)
    render = make_render_row(
        make_video_row(owner), state=Render.State.RENDERING, frames_done=20, frames_total=60, started_at=begun
    )
    assert queue.seconds_left(render) == pytest.approx(20, abs=1)
    assert queue.images_per_second(render) == pytest.approx(2, rel=0.1)
