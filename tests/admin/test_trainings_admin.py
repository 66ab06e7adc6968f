"""The pages of trainings in the admin."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from dramatiq.brokers.stub import StubBroker

from filters.models import StyleImage, TrainingRun
from tests.factories import make_filter

RUNS = "admin:filters_trainingrun_changelist"


@pytest.fixture
def run(db: None) -> TrainingRun:
    """A training run with a curve, in the middle of its way."""
    image = StyleImage.objects.create(
        image="styles/x.jpg", sha256="1" * 64, width=8, height=6, title="The Wave"
    )
    losses = [[step, 3.0 / (step + 1), 1.0, 2.0, 0.1, 0.2] for step in range(0, 200, 10)]
    return TrainingRun.objects.create(
        name="Wave",
        style_image=image,
        filter=make_filter("wave", published=False),
        state="running",
        step=190,
        steps=275,
        losses=losses,
        settings={"minutes": 5.0},
    )


def test_training_runs_have_curves_that_need_no_script(staff_client: Client, run: TrainingRun) -> None:
    page = staff_client.get(reverse("admin:filters_trainingrun_change", args=[run.pk])).content.decode()
    assert page.count("<polyline") == 8
    assert "190 of 275" in page


def test_a_training_run_is_cancelled_and_goes_on(staff_client: Client, run: TrainingRun, queue: Any) -> None:
    TrainingRun.objects.filter(pk=run.pk).update(filter=make_filter("negative", published=False))
    address = reverse("admin:filters_trainingrun_change", args=[run.pk])
    staff_client.post(address, {"filters_trainingrun_cancel_one": "1"})
    run.refresh_from_db()
    assert run.state == TrainingRun.State.CANCELLED
    staff_client.post(address, {"filters_trainingrun_resume_one": "1"})
    run.refresh_from_db()
    assert run.state == TrainingRun.State.QUEUED


def test_several_training_runs_are_cancelled_and_go_on(
    staff_client: Client, run: TrainingRun, queue: StubBroker
) -> None:
    over = TrainingRun.objects.create(name="Over", style_image=run.style_image, state="finished")
    chosen = {"_selected_action": [run.pk, over.pk]}
    answer = staff_client.post(reverse(RUNS), {"action": "cancel_chosen", **chosen}, follow=True)
    assert "1 cancelled" in answer.content.decode()
    assert "1 were over before" in answer.content.decode()
    staff_client.post(reverse(RUNS), {"action": "resume_chosen", **chosen})
    run.refresh_from_db()
    over.refresh_from_db()
    assert (run.state, over.state) == (TrainingRun.State.QUEUED, TrainingRun.State.FINISHED)


def test_previews_of_a_run_are_shown_to_staff_alone(
    staff_client: Client, owner_client: Client, run: TrainingRun
) -> None:
    name = default_storage.save("training/1/1.jpg", ContentFile(b"picture"))
    run.previews = [{"step": 1, "image": name}, {"step": 2, "image": "training/1/gone.jpg"}]
    run.save()
    first, gone, beyond = (reverse("admin:filters_preview", args=[run.pk, number]) for number in range(3))
    page = staff_client.get(reverse("admin:filters_trainingrun_change", args=[run.pk])).content.decode()
    assert first in page
    answer = staff_client.get(first)
    assert b"".join(answer.streaming_content) == b"picture"  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "image/jpeg"
    assert staff_client.get(gone).status_code == staff_client.get(beyond).status_code == 404
    assert owner_client.get(first).status_code == 302


def test_the_list_asks_the_database_no_more_for_many_than_for_few(
    staff_client: Client, run: TrainingRun, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        person = User.objects.create_user(f"person-{number}")
        TrainingRun.objects.create(
            name="Wave", style_image=run.style_image, filter=make_filter(f"wave-{number}"), owner=person
        )
    with django_assert_max_num_queries(14):
        page = staff_client.get(reverse(RUNS)).content.decode()
    assert "person-11" in page
