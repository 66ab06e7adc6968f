"""What is done with filters, killed at each of its effects: brought in, mixed, deleted, trained, measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from filters import actors, exchange, judgements, mixes, orders, removal, trainings
from filters.models import Filter, FilterVersion
from filters.training.perceptual import Perception
from tests.crash.killing import Killing, ended
from tests.styled import make_styled
from tests.training.conftest import style
from tests.training.little import QUICK, training, two_styles
from tests.training.runs import a_tuning, telling
from videos import actors as video_actors
from videos import training as video_training
from videos.evaluation import Evaluator

__all__ = ["style"]

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def eye(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measuring itself takes no time."""
    found = judgements.Found({"style_distance": 0.2}, "six frames", [{"mean": 0.5}], [0.5])
    monkeypatch.setattr(Evaluator, "__init__", lambda self: None)
    monkeypatch.setattr(Evaluator, "evaluate", lambda self, one, version: found)


@pytest.fixture
def styled(killing: Killing, owner: User) -> list[Filter]:
    return [make_styled(name, place, owner=owner) for place, name in enumerate(("Deep Sea", "Woodcut"))]


def test_bringing_in_a_filter(killing: Killing, styled: list[Filter], owner: User) -> None:
    version = styled[0].current
    assert version is not None
    data = exchange.export(version)
    removal.remove(styled[0])

    def bring_in() -> None:
        if not Filter.objects.filter(name="Deep Sea").exists():
            exchange.bring_in(data, owner)

    killing.ends_the_same(bring_in)


def test_keeping_a_mix(killing: Killing, styled: list[Filter], owner: User) -> None:
    parts = [mixes.Part(one.current, 1.0) for one in styled if one.current is not None]

    def keep() -> None:
        if not Filter.objects.filter(name="Reef").exists():
            mixes.keep(parts, "Reef", owner)

    killing.ends_the_same(keep)


def test_deleting_a_filter(killing: Killing, styled: list[Filter]) -> None:
    def remove() -> None:
        for one in Filter.objects.filter(name="Deep Sea"):
            removal.remove(one)

    killing.ends_the_same(remove)


def test_measuring(killing: Killing, styled: list[Filter]) -> None:
    version = styled[0].current
    assert version is not None
    killing.ends_the_same(lambda: video_actors.judge.fn(version.pk))


def test_the_end_of_a_training(
    killing: Killing, owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish())
    telling(monkeypatch, a_tuning())
    killing.ends_the_same(lambda: actors.train.fn(run.pk))


def test_publishing_a_training(
    killing: Killing, owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish())
    telling(monkeypatch, a_tuning())
    assert ended(lambda: trainings.run(run.pk)) == 0
    assert run.filter is not None
    run.filter.adopt(FilterVersion.objects.create(filter=run.filter, number=7, sha256="0" * 64))
    run.refresh_from_db()
    killing.ends_the_same(lambda: video_training.publish(run))


def test_the_checkpoints_of_a_training(killing: Killing) -> None:
    perception = Perception()
    targets = two_styles(perception)

    def learn() -> None:
        run = training(
            perception, targets, replace(QUICK, steps=2), killing.home / "training" / "1-base.ckpt"
        )
        assert run.run()
        numbers = b"".join(value.numpy().tobytes() for value in run.painter.state_dict().values())
        (killing.home / "learned").write_bytes(numbers)

    killing.ends_the_same(learn)
