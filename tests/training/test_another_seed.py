"""The same training again, with another seed."""

from pathlib import Path

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from dramatiq.brokers.stub import StubBroker
from PIL import Image

from filters import orders, removal, training_queue, trainings
from filters.models import Filter, StyleImage, TrainingRun
from tests.training.runs import finished


def test_another_seed_keeps_all_else(owner: User, style: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = finished(owner, style, monkeypatch, style_scale=0.5)
    trainings.go_on(run, 2)
    run.refresh_from_db()
    second = orders.another_seed(run, owner)
    third = orders.another_seed(run, owner)
    assert [(one.name, one.seed) for one in (second, third)] == [
        ("Deep Sea, seed 2", 2),
        ("Deep Sea, seed 3", 3),
    ]
    assert second.filter != run.filter
    assert second.style_image == run.style_image
    assert (second.settings["style_scale"], second.settings["minutes"]) == (0.5, 5)


def test_another_seed_is_as_long_as_the_first_part_of_a_training_by_steps(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finished(owner, style, monkeypatch, steps=140)
    assert trainings.go_on(run, 5)
    run.refresh_from_db()
    assert run.settings["steps"] > 140
    again = orders.another_seed(run, owner)
    assert (again.steps, again.settings["steps"], again.settings["minutes"]) == (140, 140, 5)
    assert "parts" not in again.settings


def test_another_seed_learns_from_all_pictures_also_once_the_filter_is_deleted(
    owner: User, owner_client: Client, tmp_path: Path, queue: StubBroker
) -> None:
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for number, path in enumerate(paths):
        noise = np.random.default_rng(number).integers(0, 255, (90, 120, 3), np.uint8)
        Image.fromarray(noise).save(path)
    run = orders.order([orders.Piece(path) for path in paths], "Trio", owner, orders.Wish())
    before = orders.pictures_of(run)
    removal.remove(Filter.objects.get())
    run.refresh_from_db()
    assert orders.pictures_of(run) == before
    assert orders.pictures_of(orders.another_seed(run, owner)) == before
    assert owner_client.get(reverse("media-style", args=[before[2].pk])).status_code == 200
    assert StyleImage.objects.count() == 3

    Filter.objects.all().delete()
    del run.settings["pictures"]  # as before runs named them
    run.save()
    for answer in (
        owner_client.post(reverse("training-run-again", args=[run.pk]), follow=True),
        owner_client.post(f"/api/trainings/{run.pk}/again"),
    ):
        assert "pictures it learned from is no longer known" in answer.content.decode()
    assert TrainingRun.objects.count() == 2
    removal.remove_run(TrainingRun.objects.exclude(pk=run.pk).get())
    assert StyleImage.objects.get() == run.style_image  # the others went with the last that named them


def test_another_seed_of_a_filter_that_came_in_fitted_to_footage_says_that_it_is_not_here(
    owner: User, owner_client: Client, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_queue, "begin", lambda run: None)
    run = finished(owner, style, monkeypatch)
    again = reverse("training-run-again", args=[run.pk])
    assert "all as before" in owner_client.post(again, follow=True).content.decode()
    TrainingRun.objects.filter(pk=run.pk).update(learned_on={"frames": 60, "landscapes": 24})
    said = owner_client.post(again, follow=True).content.decode()
    assert "all as before" not in said
    assert "the footage that “Deep Sea” was fitted to is not here" in said


def test_another_seed_is_one_that_neither_its_owner_nor_who_asks_has_tried(
    owner: User, staff: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finished(owner, style, monkeypatch)
    assert orders.another_seed(run, owner).seed == 2
    assert [orders.another_seed(run, staff).seed for _ in range(2)] == [3, 4]


def test_another_seed_of_a_long_name_is_another_each_time(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finished(owner, style, monkeypatch)
    TrainingRun.objects.filter(pk=run.pk).update(name="sea " * 30)
    run.refresh_from_db()
    assert [orders.another_seed(run, owner).seed for _ in range(2)] == [2, 3]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"minutes": 0.0, "steps": 0}, (5, 0, 1, 24)),
        (
            {"minutes": 2**31 - 1, "steps": 2**31 - 1, "style_scale": 0.0, "style_weight": 1e6},
            (1440, 10**6, 0.3, 100),
        ),
        ({"minutes": 3.0, "steps": 40, "style_scale": 2.0, "style_weight": 8.0}, (3, 40, 2, 8)),
    ],
)
def test_another_seed_of_a_run_that_came_in_is_one_that_could_be_ordered(
    owner: User,
    style: Path,
    monkeypatch: pytest.MonkeyPatch,
    said: dict[str, float],
    wanted: tuple[float, ...],
) -> None:
    run = finished(owner, style, monkeypatch)
    run.settings = {"footage": [], "images": [], "crops": [], **said}
    wish = orders.Wish.of(orders.another_seed(run, owner))
    wish.check()
    assert (wish.minutes, wish.steps, wish.style_scale, wish.style_weight) == wanted
