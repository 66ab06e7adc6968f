"""Versions that are measured by a worker, after training or because a curator asks."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from dramatiq.brokers.stub import StubBroker
from PIL import Image

from filters import judgements
from filters.judgements import MEASURED_ON
from filters.models import Judgement, StyleUse
from filters.orders import cut_picture
from filters.training.crop import WHOLE, Crop
from rotoscope.common.files import local_path
from tests.admin.test_filters_admin import press
from tests.clips import draw_clip
from tests.factories import make_filter
from tests.judging.test_evaluate_command import styled
from tests.lab.pictures import noise
from tests.styled import make_style_image, make_styled
from videos import evaluation, judging

pytest.importorskip("torch")


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A course of six small frames and one standing frame instead of the whole sample flight."""
    from filters.training import course, metrics
    from videos.media import standing_frames

    clip = draw_clip(tmp_path / "clip.mp4", frames=6, width=128, height=72)
    monkeypatch.setattr(evaluation, "_flight", lambda frames, report: course.course_of(clip, None, 6))
    monkeypatch.setattr(metrics.at_lines, "__defaults__", (72,))
    monkeypatch.setattr(standing_frames.standing_frames, "__defaults__", ((standing_frames.PLACES[1],),))
    yield


@pytest.mark.slow
def test_a_version_is_measured_once(db: None, small: None) -> None:
    version = styled(published=False).current
    assert version is not None
    assert judging.run(version.pk)
    version.refresh_from_db()
    assert version.metrics["style_distance"] > 0
    assert version.metrics[MEASURED_ON]
    assert Judgement.objects.filter(version=version).exists()
    assert not judging.run(version.pk)


@pytest.mark.slow
def test_a_filter_that_came_in_with_its_figures_gets_its_profile(db: None, small: None) -> None:
    version = styled(published=False).current
    assert version is not None
    version.metrics = {MEASURED_ON: "the sample flight", "style_distance": 7.0}
    version.save()
    assert judging.run(version.pk)
    version.refresh_from_db()
    assert version.metrics["style_distance"] < 7
    assert Judgement.objects.get(version=version).profile


def test_a_version_is_judged_by_the_parts_of_pictures_that_were_learned_from(db: None) -> None:
    """Turned and cut, each picture its own way; the whole ones where nobody cut them."""
    from filters.training.metrics import Judge
    from filters.training.perceptual import Perception

    one = make_styled("Quilt")
    version, image = one.current, one.style_image
    assert version is not None and image is not None
    other = make_style_image("The back", seed=7)
    StyleUse.objects.update(share=0.5)
    StyleUse.objects.create(filter=one, style_image=other, position=1, share=0.5)
    parts = [Crop(0.25, 0, 0.75, 1, 90), Crop(0, 0.2, 1, 0.7)]
    perception = Perception()

    def expected(*crops: Crop) -> Judge:
        pairs = zip((image, other), crops, strict=True)
        return Judge.of_several([cut_picture(one, crop) for one, crop in pairs], [1, 1], perception)

    def alike(found: Judge, wanted: Judge) -> bool:
        return all(found.targets[layer].equal(wanted.targets[layer]) for layer in wanted.targets)

    assert alike(evaluation.judge_of(version, perception), expected(WHOLE, WHOLE))
    for position, part in enumerate(parts):
        StyleUse.objects.filter(position=position).update(crop=part.as_kept())
    cut = evaluation.judge_of(version, perception)
    assert alike(cut, expected(*parts))
    assert not alike(cut, expected(WHOLE, WHOLE))


def test_of_many_pictures_hardly_more_than_one_is_held_at_once(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from filters.training.perceptual import Perception

    version = make_styled("Quilt").current
    assert version is not None
    for position in range(1, 5):
        image = make_style_image(f"Picture {position}", seed=position)
        StyleUse.objects.create(filter=version.filter, style_image=image, position=position, share=0.2)
    read = evaluation._learned_from
    pictures: list[weakref.ref[Any]] = []
    held: list[int] = []

    def watched(use: StyleUse) -> Any:
        held.append(sum(one() is not None for one in pictures))
        picture = read(use)
        pictures.append(weakref.ref(picture))
        return picture

    monkeypatch.setattr(evaluation, "_learned_from", watched)
    evaluation.judge_of(version, Perception())
    assert len(held) == 5
    assert max(held) <= 1


def test_a_picture_that_would_take_all_memory_is_not_measured_against(db: None) -> None:
    from filters.training.perceptual import Perception

    version = make_styled("Frieze").current
    assert version is not None and version.filter.style_image is not None
    StyleUse.objects.update(crop=Crop(0, 0, 1, 0.7).as_kept())
    image = version.filter.style_image.image
    Image.fromarray(noise(96, 4000)).save(local_path(image), "JPEG")
    with pytest.raises(evaluation.NotMeasurable, match="pixels"):
        evaluation.judge_of(version, Perception())


def test_what_cannot_be_measured_is_left_as_it_is(db: None, small: None) -> None:
    version = make_filter("without-a-picture").current
    assert version is not None
    assert not judging.run(version.pk)
    version.refresh_from_db()
    assert MEASURED_ON not in version.metrics
    assert not judging.run(version.pk + 1000)


class Killed(BaseException):
    """What the process would not survive."""


def test_what_ends_its_worker_each_time_is_measured_again_only_where_somebody_asks(
    db: None, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(*_: object) -> None:
        raise Killed

    version = styled(published=False).current
    assert version is not None
    monkeypatch.setattr(judging, "Evaluator", kill)
    for _ in range(judgements.MOST_MEASURINGS):
        with pytest.raises(Killed):
            judging.run(version.pk)
    assert not judging.run(version.pk)
    assert judgements.ask_anew(version)
    with pytest.raises(Killed):
        judging.run(version.pk)


@pytest.mark.django_db(transaction=True)
def test_a_curator_has_it_measured_from_its_page(staff_client: Client, queue: StubBroker) -> None:
    one = styled(published=False)
    page = reverse("admin:filters_filter_change", args=[one.pk])
    assert "measure_one" in staff_client.get(page).content.decode()
    answer = press(staff_client, one, "measure_one", style_image=one.style_image_id)
    assert "measures it next" in answer.content.decode()
    (message,) = queue.queues["judging"].queue
    assert b'"judge"' in message
    assert one.current is not None
    one.current.metrics = {MEASURED_ON: "the sample flight"}
    one.current.save()
    assert "measure_one" in staff_client.get(page).content.decode(), "figures came along, and no profile"
    Judgement.objects.create(version=one.current)
    assert "measure_one" not in staff_client.get(page).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_curator_is_told_where_the_queue_is_away(
    staff_client: Client, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ConnectionError("the queue is away")

    one = styled(published=False)
    monkeypatch.setattr(queue, "enqueue", refuse)
    page = press(staff_client, one, "measure_one", name="Words", style_image=one.style_image_id).content
    assert "The queue does not answer" in page.decode()
    assert "measures it next" not in page.decode()
    assert one.name == "Words", "what was typed is kept"
