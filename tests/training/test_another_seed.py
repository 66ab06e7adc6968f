"""The same training again, with another seed."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User

from filters import orders, trainings
from filters.models import TrainingRun
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
