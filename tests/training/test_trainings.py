"""Training runs as rows: ordering, running, stopping, going on."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from PIL import Image

from filters import trainings
from filters.models import Filter, FilterVersion, TrainingRun
from filters.training import export
from filters.training.network import FINE, Painter
from filters.training.tune import Tuned


@pytest.fixture
def style(tmp_path: Path) -> Path:
    noise = np.random.default_rng(1).integers(0, 255, (90, 120, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "style.png")
    return tmp_path / "style.png"


def a_tuning(steps: int = 3) -> Tuned:
    torch.manual_seed(1)
    return Tuned(export.style_numbers(Painter(1, FINE), 0), steps, 1.5, [], "ab" * 32, "cd" * 32, "cpu")


def telling(
    monkeypatch: pytest.MonkeyPatch, result: Tuned | None = None, error: Exception | None = None
) -> None:
    """Let the training itself take no time: it tells of two steps, and ends as said."""

    def train(
        row: TrainingRun, diary: trainings.Diary, stopped: Any
    ) -> tuple[Tuned | None, dict[str, float]]:
        losses = {"total": 3.0, "content": 1.0, "style": 0.5, "variation": 0.1, "steadiness": 0.02}
        diary(1, 2, losses, None)
        diary(2, 2, losses, torch.rand(2, 3, 16, 16))
        if error is not None:
            raise error
        return result, {"style_distance": 0.2, "content_distance": 0.9}

    monkeypatch.setattr(trainings, "_train", train)


def test_an_order_makes_a_draft_a_style_image_and_a_queued_run(owner: User, style: Path) -> None:
    run = trainings.order(style, "Deep Sea", owner, trainings.Wish(minutes=2), seed=9, origin="my cellar")
    assert run.state == TrainingRun.State.QUEUED
    assert run.settings == asdict(trainings.Wish(minutes=2)) | {"footage": (), "images": ()}
    assert run.seed == 9
    assert run.filter is not None
    assert (run.filter.slug, run.filter.state, run.filter.owner) == ("deep-sea", Filter.State.DRAFT, owner)
    assert run.style_image.origin == "my cellar"
    assert default_storage.exists(str(run.style_image.image.name))


def test_the_same_picture_is_kept_once_and_names_may_repeat(owner: User, style: Path) -> None:
    first = trainings.order(style, "Deep Sea", owner, trainings.Wish())
    second = trainings.order(style, "Deep Sea", owner, trainings.Wish())
    assert first.style_image == second.style_image
    assert first.filter is not None
    assert second.filter is not None
    assert second.filter.slug == "deep-sea-2"


@pytest.mark.parametrize(
    "wish",
    [{"minutes": 0}, {"minutes": 9999}, {"style_scale": 9}, {"style_weight": -1}, {"content_weight": 1000}],
)
def test_it_refuses_wishes_that_make_no_sense(owner: User, style: Path, wish: dict[str, float]) -> None:
    with pytest.raises(trainings.CannotTrain):
        trainings.order(style, "Deep Sea", owner, trainings.Wish(**wish))  # type: ignore[arg-type]
    assert not Filter.objects.exists()


def test_a_finished_run_leaves_a_version_with_its_figures(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = trainings.order(style, "Deep Sea", owner, trainings.Wish())
    telling(monkeypatch, a_tuning())
    assert trainings.run(run.pk)
    run.refresh_from_db()
    assert run.state == TrainingRun.State.FINISHED
    assert [point[0] for point in run.losses] == [1, 2]
    assert default_storage.exists(run.previews[0]["image"])
    version = FilterVersion.objects.get(training_run=run)
    assert version.metrics["style_distance"] == 0.2
    assert version.sha256 == export.sha256(Path(default_storage.path(str(version.weights.name))))
    assert version.filter.current == version
    assert version.filter.state == Filter.State.DRAFT


def test_a_run_is_not_done_twice(owner: User, style: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = trainings.order(style, "Deep Sea", owner, trainings.Wish())
    telling(monkeypatch, a_tuning())
    assert trainings.run(run.pk)
    assert not trainings.run(run.pk)
    assert FilterVersion.objects.count() == 1


def test_a_training_that_gives_up_says_why(owner: User, style: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from filters.training.trainer import TrainingFailed

    run = trainings.order(style, "Deep Sea", owner, trainings.Wish())
    telling(monkeypatch, error=TrainingFailed("It was of no use."))
    assert not trainings.run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error) == (TrainingRun.State.FAILED, "It was of no use.")
    assert run.filter is not None
    assert run.filter.current is None


def test_a_cancelled_run_makes_no_version_and_can_go_on(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = trainings.order(style, "Deep Sea", owner, trainings.Wish())

    def cancelled(row: TrainingRun, diary: trainings.Diary, stopped: Any) -> tuple[Tuned, dict[str, float]]:
        assert trainings.cancel(row)
        return a_tuning(), {}

    monkeypatch.setattr(trainings, "_train", cancelled)
    assert not trainings.run(run.pk)
    run.refresh_from_db()
    assert run.state == TrainingRun.State.CANCELLED
    assert not FilterVersion.objects.exists()
    assert trainings.resume(run)
    telling(monkeypatch, a_tuning())
    assert trainings.run(run.pk)


def test_a_long_curve_is_thinned_and_keeps_its_end(owner: User, style: Path) -> None:
    run = trainings.order(style, "Deep Sea", owner, trainings.Wish())
    diary = trainings.Diary(TrainingRun.objects.filter(pk=run.pk), None)
    diary.losses = [[float(step)] for step in range(1, 2002)]
    curve = diary.curve()
    assert len(curve) <= trainings.MOST_POINTS + 1
    assert (curve[0], curve[-1]) == ([1.0], [2001.0])


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)  # the lease is renewed over a connection of its own
def test_a_run_really_trains_and_its_filter_paints(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from filters.service import make_engine

    monkeypatch.setattr(trainings, "DRAWN", 4)
    run = trainings.order(style, "Deep Sea", owner, trainings.Wish(steps=2, style_scale=0.4))
    assert trainings.run(run.pk)
    run.refresh_from_db()
    assert run.step == 2
    assert 0 < run.metrics["style_distance"] < 5
    assert run.previews
    version = FilterVersion.objects.get(training_run=run)
    engine = make_engine(version)
    frames = np.random.default_rng(2).integers(0, 255, (1, 50, 70, 3), np.uint8)
    assert engine.apply(frames).shape == frames.shape
    engine.close()
