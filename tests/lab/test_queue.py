"""The queue page: everything of one's own that waits, runs, stopped or ended today."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from filters.models import Filter, StyleImage, TrainingRun
from tests.factories import make_filter, make_render_row, make_video_row
from tests.styled import make_style_image
from videos import jobs
from videos.models import Render, Segment, Video


@pytest.fixture
def video(owner: User) -> Video:
    """Olga's flight."""
    return make_video_row(owner, title="A flight", frame_count=240)


def segmented(video: Video, count: int, done: int, filter: Filter | None = None, **fields: Any) -> Render:
    """A render at work with `done` of `count` segments finished and the next one being painted."""
    values = {"state": Render.State.RENDERING, "frames_total": 48 * count, "frames_done": 48 * done}
    render = make_render_row(
        video, filter, started_at=timezone.now() - timedelta(seconds=60), **(values | fields)
    )
    soon = timezone.now() + timedelta(hours=1)
    Segment.objects.bulk_create(
        Segment(
            render=render,
            index=n,
            start=48 * n,
            stop=48 * n + 48,
            images=48,
            images_done=48 if n < done else 0,
            state="finished" if n < done else "running" if n == done else "pending",
            lease_until=soon if n == done else None,
        )
        for n in range(count)
    )
    return render


def queue(client: Client, name: str = "queue") -> str:
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_is_empty_at_first_and_leads_to_the_lab(owner_client: Client) -> None:
    page = queue(owner_client)
    assert "Nothing waits, nothing runs" in page
    assert reverse("lab-home") in page


def test_a_visitor_is_asked_to_sign_in(visitor: Client) -> None:
    assert reverse("login") in visitor.get(reverse("queue"))["Location"]


def test_nobody_elses_work_is_shown(colleague_client: Client, video: Video) -> None:
    segmented(video, 5, 2)
    assert "A flight" not in queue(colleague_client)


def test_a_running_render_shows_its_progress_pace_and_time_left(owner_client: Client, video: Video) -> None:
    segmented(video, 5, 2)
    page = queue(owner_client)
    assert "painting, 40 %" in page
    assert "96 / 240 images" in page
    assert re.search(r"1\.\d images a second", page)
    assert re.search(r"about 1 min \d+ s left", page)


def test_a_price_is_said_where_there_is_one(owner_client: Client, video: Video) -> None:
    shown = segmented(video, 5, 2)
    done = make_render_row(video, finished_at=timezone.now())
    assert ">free<" not in queue(owner_client)
    Render.objects.filter(pk__in=[shown.pk, done.pk]).update(cost="2.4")
    page = queue(owner_client)
    assert "<span>$2.40 so far</span>" in page and "<span>$2.40</span>" in page


def test_it_is_asked_for_again_only_while_something_is_active(owner_client: Client, video: Video) -> None:
    render = segmented(video, 5, 2)
    assert "data-live=" in queue(owner_client, "queue-live")
    render.cancel()
    assert "data-live=" not in queue(owner_client, "queue-live")


def test_a_waiting_render_knows_its_place(
    owner: User, owner_client: Client, video: Video, colleague: User
) -> None:
    one = make_filter()
    make_render_row(make_video_row(colleague), one, state=Render.State.QUEUED)
    make_render_row(video, one, state=Render.State.QUEUED)
    assert "1 render before it" in queue(owner_client)


def test_a_failed_render_says_why_and_can_be_tried_again(owner_client: Client, video: Video) -> None:
    render = make_render_row(video, state=Render.State.RENDERING)
    render.mark_failed("The service refused the key.")
    page = queue(owner_client)
    assert "The service refused the key." in page
    assert reverse("render-resume", args=[render.ref]) in page


def test_a_cancelled_render_can_be_taken_up_again(owner_client: Client, video: Video) -> None:
    render = segmented(video, 5, 2)
    owner_client.post(reverse("render-cancel", args=[render.ref]))
    page = queue(owner_client)
    assert "Undo, go on" in page
    assert "cancelled at 40 %; finished parts are kept" in page


@pytest.mark.parametrize("name", ["render-pause", "render-cancel", "video-retry"])
def test_whoever_presses_something_is_led_back_to_where_it_stands(
    owner_client: Client, video: Video, name: str
) -> None:
    if name == "video-retry":
        Video.objects.filter(pk=video.pk).update(state="failed", source="sources/x.mp4")
        ref = video.ref
    else:
        ref = segmented(video, 5, 2).ref
    there = owner_client.post(reverse(name, args=[ref]))["Location"]
    assert there == f"{reverse('queue')}#job-{ref}"
    assert f'<article id="job-{ref}" tabindex="-1"' in queue(owner_client)


def test_footage_that_is_taken_in_shows_its_stage(owner: User, owner_client: Client) -> None:
    soon = timezone.now() + timedelta(seconds=10)
    make_video_row(
        owner,
        title="On its way",
        state=Video.State.INGESTING,
        source="sources/x.mp4",
        stage="making it playable",
        progress=0.4,
        lease_until=soon,
    )
    page = queue(owner_client)
    assert "making it playable" in page
    assert "40 %" in page


def test_footage_that_failed_says_why(owner: User, owner_client: Client) -> None:
    make_video_row(owner, state=Video.State.FAILED, error="This is a playlist, not a video.")
    page = queue(owner_client)
    assert "This is a playlist, not a video." in page
    assert "Upload another file" in page


def test_what_ended_today_is_there_and_what_ended_yesterday_is_not(
    owner_client: Client, video: Video
) -> None:
    now = timezone.now()
    make_render_row(video, make_filter(name="Of Today"), finished_at=now)
    make_render_row(video, make_filter(name="Of Yesterday"), finished_at=now - timedelta(days=1))
    page = queue(owner_client)
    assert "Of Today" in page
    assert "Of Yesterday" not in page


def test_trainings_are_jobs_too(owner: User, owner_client: Client) -> None:
    style = StyleImage.objects.create(
        image="styles/x.jpg", sha256="0" * 64, width=64, height=64, title="Quilt"
    )
    TrainingRun.objects.create(
        name="My Quilt", owner=owner, style_image=style, state="running", step=40, steps=400
    )
    page = queue(owner_client)
    assert "My Quilt" in page
    assert "step 40 of about 400" in page


def test_a_training_that_is_being_stopped_says_so_and_is_not_to_be_stopped_again(
    owner: User, owner_client: Client
) -> None:
    image = make_style_image("Quilt")
    run = TrainingRun.objects.create(name="Quilt", owner=owner, style_image=image, state="running", step=40)
    stop = reverse("training-run-stop", args=[run.pk])
    assert stop in owner_client.get(reverse("queue-live")).content.decode()
    owner_client.post(stop)
    page = owner_client.get(reverse("queue-live")).content.decode()
    assert "stopping" in page
    assert stop not in page
    TrainingRun.objects.update(state="finished", finished_at=timezone.now())
    assert "stopping" not in owner_client.get(reverse("queue-live")).content.decode()


def test_trainings_that_came_in_as_files_hide_none_that_runs(owner: User, owner_client: Client) -> None:
    style = StyleImage.objects.create(
        image="styles/x.jpg", sha256="0" * 64, width=64, height=64, title="Quilt"
    )
    for _ in range(jobs.MOST):
        TrainingRun.objects.create(name="Brought", owner=owner, style_image=style, state="finished")
    TrainingRun.objects.create(name="My Quilt", owner=owner, style_image=style, state="queued")
    page = queue(owner_client)
    assert "My Quilt" in page
    assert "Brought" not in page


def test_however_much_is_over_what_is_under_way_is_shown(
    owner: User, owner_client: Client, video: Video
) -> None:
    image, now = make_style_image("Quilt"), timezone.now()
    for number in range(jobs.MOST):
        ended = {"state": "cancelled", "finished_at": now}
        make_render_row(video, make_filter(name=f"Ended {number}"), **ended)
        TrainingRun.objects.create(name=f"Stopped {number}", owner=owner, style_image=image, **ended)
        make_video_row(owner, title=f"Refused {number}", state=Video.State.FAILED)
    make_render_row(video, make_filter(name="Being painted"), state=Render.State.RENDERING)
    TrainingRun.objects.create(name="Being learned", owner=owner, style_image=image, state="running")
    make_video_row(owner, title="Being read", state=Video.State.INGESTING, source="sources/x.mp4")
    page = queue(owner_client)
    assert all(name in page for name in ("Being painted", "Being learned", "Being read"))
    last = jobs.MOST - 1
    assert all(f"{word} {last}" in page for word in ("Ended", "Stopped", "Refused"))


@pytest.mark.django_db
class TestTheBar:
    def test_a_short_render_has_a_cell_for_each_segment(self, video: Video) -> None:
        render = segmented(video, 5, 2)
        assert [cell.kind for cell in jobs.cells_of([render])[render.pk]] == [
            "done",
            "done",
            "running",
            "pending",
            "pending",
        ]

    def test_a_long_render_has_no_more_cells_than_can_be_seen(self, video: Video) -> None:
        render = segmented(video, 7200, 3000)
        cells = jobs.cells_of([render])[render.pk]
        assert len(cells) <= jobs.CELLS
        assert [cell.kind for cell in cells].count("done") == 3000 // 120
        assert sum(cell.running for cell in cells) == 1

    def test_a_segment_whose_worker_died_is_not_at_work(self, video: Video) -> None:
        render = segmented(video, 3, 1)
        Segment.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert not any(cell.running for cell in jobs.cells_of([render])[render.pk])


def test_curves_of_trainings_are_not_read_for_it(
    owner: User, owner_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    image = StyleImage.objects.create(image="styles/x.jpg", sha256="0" * 64, width=9, height=9, title="x")
    for state in ("queued", "running", "failed", "cancelled", "finished"):
        TrainingRun.objects.create(
            name=state, owner=owner, style_image=image, state=state, finished_at=timezone.now()
        )
    for address in ("queue-live", "lab-home"):
        with django_assert_max_num_queries(16) as asked:
            page = owner_client.get(reverse(address)).content.decode()
        assert page.count("/lab/runs/") >= 5, address
        assert not any('"losses"' in one["sql"] for one in asked.captured_queries), address


def test_the_number_of_queries_does_not_grow_with_the_jobs(
    owner_client: Client, video: Video, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(8):
        segmented(video, 3 + number, 1)
        make_render_row(video, state=Render.State.QUEUED)
        make_render_row(video, finished_at=timezone.now())
    with django_assert_max_num_queries(12):
        queue(owner_client, "queue-live")
