"""Training runs as rows: running, stopping, going on."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from dramatiq.brokers.stub import StubBroker
from PIL import Image

from filters import actors, orders, training_diary, training_queue, training_work, trainings
from filters.judgements import MEASURED_ON
from filters.loss_rows import LOSSES
from filters.models import Filter, FilterVersion, TrainingRun
from filters.training import export
from filters.training.crop import Crop
from filters.training.tune import Tuned
from tests.training.runs import a_tuning, finished, telling


def test_a_finished_run_leaves_a_version_with_its_figures(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish())
    telling(monkeypatch, a_tuning())
    assert trainings.run(run.pk)
    run.refresh_from_db()
    assert run.state == TrainingRun.State.FINISHED
    assert [point[0] for point in run.losses] == [1, 2]
    assert run.losses[0][1 + LOSSES.index("steadiness")] == 0.02  # as measured, not as it counts
    assert default_storage.exists(run.previews[0]["image"])
    version = FilterVersion.objects.get(training_run=run)
    assert version.metrics["style_distance"] == 0.2
    assert version.sha256 == export.sha256(Path(default_storage.path(str(version.weights.name))))
    assert version.filter.current == version
    assert version.filter.state == Filter.State.DRAFT


def test_what_was_trained_is_measured_next_also_where_the_worker_died_in_between(
    owner: User, style: Path, queue: StubBroker, monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    run = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish(minutes=2))
    telling(monkeypatch, a_tuning())
    assert trainings.run(run.pk)  # and there its worker is killed
    with django_capture_on_commit_callbacks(execute=True):
        actors.train.fn(run.pk)
    (message,) = queue.queues["judging"].queue
    assert b'"judge"' in message
    version = FilterVersion.objects.get(training_run=run)
    version.metrics[MEASURED_ON] = "the sample flight"
    version.save()
    assert trainings.not_measured(run.pk) is None


def test_people_take_turns(
    owner: User, colleague: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One who ordered many does not keep the next one waiting for all of them."""
    whose = [owner, owner, owner, colleague, colleague]
    runs = [orders.order([orders.Piece(style)], "Deep Sea", one, orders.Wish()) for one in whose]
    TrainingRun.objects.update(nudged_at=timezone.now())
    telling(monkeypatch, a_tuning())
    for run in runs:  # as their messages come
        actors.train.fn(run.pk)
    done = TrainingRun.objects.filter(state="finished").order_by("finished_at")
    assert [one.owner for one in done] == [owner, colleague, owner, colleague, owner]
    TrainingRun.objects.filter(pk=runs[0].pk).update(state="queued", finished_at=None)
    TrainingRun.objects.filter(pk=runs[1].pk).update(state="running")
    assert training_queue.in_turn(runs[1].pk) == runs[1].pk, "its worker died: it is gone on with"


def test_a_run_is_not_done_twice(owner: User, style: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish())
    telling(monkeypatch, a_tuning())
    assert trainings.run(run.pk)
    assert not trainings.run(run.pk)
    assert FilterVersion.objects.count() == 1


def test_a_training_that_gives_up_says_why(owner: User, style: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from filters.training.trainer import TrainingFailed

    run = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish())
    telling(monkeypatch, error=TrainingFailed("It was of no use."))
    assert not trainings.run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error) == (TrainingRun.State.FAILED, "It was of no use.")
    assert run.filter is not None
    assert run.filter.current is None


def test_a_cancelled_run_makes_no_version_and_can_go_on(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish())

    def cancelled(row: TrainingRun, diary: training_diary.Diary, lost: Any) -> tuple[Tuned, dict[str, float]]:
        assert trainings.cancel(row)
        return a_tuning(), {}

    monkeypatch.setattr(trainings, "train", cancelled)
    assert not trainings.run(run.pk)
    run.refresh_from_db()
    assert run.state == TrainingRun.State.CANCELLED
    assert not FilterVersion.objects.exists()
    assert trainings.go_on(run)
    telling(monkeypatch, a_tuning())
    assert trainings.run(run.pk)


def test_a_long_curve_is_thinned_and_keeps_its_end(owner: User, style: Path) -> None:
    run = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish())
    diary = training_diary.Diary(TrainingRun.objects.filter(pk=run.pk), None)
    diary.losses = [[float(step)] for step in range(1, 2002)]
    curve = diary.curve()
    assert len(curve) <= training_diary.MOST_POINTS + 1
    assert (curve[0], curve[-1]) == ([1.0], [2001.0])


def test_the_curve_of_a_training_of_a_million_steps_stays_small(owner: User, style: Path) -> None:
    run = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish())
    diary = training_diary.Diary(TrainingRun.objects.filter(pk=run.pk), None)
    for step in (*range(1, 9000), *range(8000, 8500)):  # the second time from a checkpoint
        diary.note([float(step)])
        assert len(diary.losses) <= 4 * training_diary.MOST_POINTS
    steps = [point[0] for point in diary.curve()]
    assert (steps[0], steps[-1]) == (1, 8499)
    apart = {after - before for before, after in pairwise(steps[:-1])}
    assert len(apart) == 1, "evenly thinned"
    assert len(steps) > training_diary.MOST_POINTS / 2


def test_a_training_that_gets_further_each_time_is_not_given_up(owner: User, style: Path) -> None:
    from filters.training.tune import tuning_settings

    assert tuning_settings(minutes=5, seed=1).checkpoint_every < training_diary.FURTHER
    run = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish())
    mine = TrainingRun.objects.filter(pk=run.pk)
    mine.update(attempts=5, step=1010)
    diary = training_diary.Diary(mine)
    losses = dict.fromkeys([*LOSSES, "flicker"], 0.1)
    attempts = []
    for step in (1001, 1011, 1051, 1052):  # from the checkpoint of step 1000
        diary.written = 0.0
        diary(step, 5000, losses, None, 1.0)
        attempts.append(TrainingRun.objects.get().attempts)
    assert attempts == [5, 5, 5, 1]


def test_what_was_learned_before_a_stop_is_kept_as_a_version(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish())

    def stopped(row: TrainingRun, diary: training_diary.Diary, lost: Any) -> tuple[Tuned, dict[str, float]]:
        assert not diary.should_stop()
        assert trainings.stop(row)
        diary.asked = 0.0  # a second has passed
        assert diary.should_stop()
        return replace(a_tuning(40), is_whole=False), {}

    monkeypatch.setattr(trainings, "train", stopped)
    assert trainings.run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.step) == (TrainingRun.State.FINISHED, 40)
    assert run.stop_asked_at is not None
    assert run.version is not None


def test_a_stop_while_the_result_is_judged_comes_too_late(
    owner: User, owner_client: Client, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish())
    meanwhile(monkeypatch, lambda: trainings.stop(run))
    assert trainings.run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.stop_asked_at) == (TrainingRun.State.FINISHED, None)
    page = owner_client.get(reverse("training-run", args=[run.pk])).content.decode()
    assert "until it was stopped" not in page


def test_one_whose_checkpoint_is_gone_begins_anew_as_it_was_ordered_first(
    owner: User, owner_client: Client, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finished(owner, style, monkeypatch, minutes=7)
    assert trainings.go_on(run, 2)
    run.refresh_from_db()
    assert run.settings["parts"]
    assert run.step
    monkeypatch.undo()
    monkeypatch.setattr(training_work, "DRAWN", 2)
    monkeypatch.setattr(training_work, "_figures", lambda *material: {})
    monkeypatch.setattr(training_diary.Diary, "first_look", lambda diary, pictures: None)
    told = []

    def tune(*material: Any, **also: Any) -> Tuned:
        told.append(material[4].seconds)
        row = TrainingRun.objects.get()
        assert (row.step, row.seconds) == (0, 0)
        assert "it begins anew" in owner_client.get(page).content.decode()
        return a_tuning()

    page = reverse("training-run", args=[run.pk])
    monkeypatch.setattr("filters.training.tune.tune", tune)
    assert trainings.run(run.pk)
    run.refresh_from_db()
    assert told == [7 * 60]
    assert "parts" not in run.settings
    assert run.version is not None
    assert run.version.record["settings"]["minutes"] == 7
    assert "it began anew" in owner_client.get(page).content.decode()
    assert trainings.go_on(run, 2)
    run.refresh_from_db()
    assert orders.ANEW not in run.settings


def test_a_stop_before_the_first_step_cancels(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish())
    telling(monkeypatch, None)
    assert not trainings.run(run.pk)
    run.refresh_from_db()
    assert run.state == TrainingRun.State.CANCELLED
    assert not trainings.stop(run)


def test_a_finished_run_goes_on_for_as_long_as_is_said(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finished(owner, style, monkeypatch)
    assert not trainings.go_on(run), "it is at its end"
    assert trainings.go_on(run, 2)
    run.refresh_from_db()
    assert run.state == TrainingRun.State.QUEUED
    assert run.steps == 0, "how many there will be is not known yet"
    assert run.settings["minutes"] == pytest.approx(1.5 / 60 + 2)
    assert run.settings["first_minutes"] == 5
    assert trainings.run(run.pk)
    assert [one.number for one in FilterVersion.objects.filter(training_run=run)] == [2, 1]


def test_a_cancelled_run_goes_on_for_so_many_minutes_more_than_it_has_taken(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish(minutes=45))
    telling(monkeypatch, None)  # it learned for twelve seconds
    assert not trainings.run(run.pk)
    run.refresh_from_db()
    assert run.state == TrainingRun.State.CANCELLED
    assert trainings.go_on(run, 5)
    run.refresh_from_db()
    assert run.settings["minutes"] == pytest.approx(12 / 60 + 5)


def test_one_that_was_cancelled_before_its_turn_has_taken_nothing(owner: User, style: Path) -> None:
    run = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish(minutes=45))
    assert trainings.stop(run)
    assert trainings.go_on(run, 5)
    run.refresh_from_db()
    assert run.settings["minutes"] == 5


def test_what_nobody_expected_says_what_to_do(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish())
    telling(monkeypatch, error=OSError("No space left on device"))
    with pytest.raises(OSError, match="No space"):
        trainings.run(run.pk)
    run.refresh_from_db()
    assert run.error.startswith("Training broke off (OSError). Go on with it")


def test_steps_that_go_on_are_counted_at_the_pace_so_far(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finished(owner, style, monkeypatch, steps=3)  # three steps in 1.5 seconds
    assert trainings.go_on(run, 1)
    run.refresh_from_db()
    assert (run.steps, run.settings["steps"]) == (123, 3 + 120)


def test_what_others_render_with_changes_only_by_a_curator(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finished(owner, style, monkeypatch)
    assert run.filter is not None
    run.filter.publish()
    first = run.filter.current
    trainings.go_on(run, 2)
    trainings.run(run.pk)
    run.filter.refresh_from_db()
    assert run.filter.current == first
    assert run.version is not None
    assert run.version.number == 2


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen while the training learns."""

    def train(row: TrainingRun, diary: training_diary.Diary, lost: Any) -> tuple[Tuned, dict[str, float]]:
        happens()
        return a_tuning(), {}

    monkeypatch.setattr(trainings, "train", train)


def test_nor_where_a_curator_publishes_while_it_goes_on(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finished(owner, style, monkeypatch)
    made = Filter.objects.get()
    first = made.current
    trainings.go_on(run, 2)
    meanwhile(monkeypatch, made.publish)
    assert trainings.run(run.pk)
    made.refresh_from_db()
    assert (made.state, made.current) == (Filter.State.PUBLISHED, first)
    assert run.version is not None
    assert run.version.number == 2


def test_a_filter_that_is_removed_while_it_is_learned_ends_the_run(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish())
    meanwhile(monkeypatch, Filter.objects.get().delete)
    assert not trainings.run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error) == (TrainingRun.State.FAILED, "The filter was removed meanwhile.")


def test_nothing_is_learned_for_a_filter_that_was_removed_before(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish())
    telling(monkeypatch, a_tuning())
    Filter.objects.all().delete()
    assert not trainings.run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error) == (TrainingRun.State.FAILED, "The filter was removed meanwhile.")
    assert not run.losses
    assert not trainings.go_on(run)
    assert not trainings.go_on(run, 5)
    assert not FilterVersion.objects.exists()


def test_a_run_does_not_take_over_the_checkpoint_of_one_that_had_its_number_before(
    owner: User, style: Path
) -> None:
    first = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish())
    number, path = first.pk, training_work.checkpoint_path(first)
    assert path == training_work.checkpoint_path(TrainingRun.objects.get())
    first.delete()
    second = orders.order([orders.Piece(style)], "Other", owner, orders.Wish())
    TrainingRun.objects.filter(pk=second.pk).update(id=number)  # the database was restored
    assert training_work.checkpoint_path(TrainingRun.objects.get()) != path
    old = TrainingRun(pk=number, settings={})
    assert training_work.checkpoint_path(old).name.count("-") == 1, "it finds the one that it has"


def test_previews_show_strokes_as_large_as_a_render_does() -> None:
    frame, landscape = (
        np.random.default_rng(1).integers(0, 255, size, np.uint8) for size in ((720, 1280, 3), (576, 576, 3))
    )
    first, second = training_work.standing_parts([frame, landscape])
    assert np.array_equal(first, frame[168:552, 448:832])
    assert np.array_equal(second, landscape[96:480, 96:480])
    small = training_work.standing_parts([frame, frame[:170, :300]])
    assert {one.shape for one in small} == {(168, 168, 3)}, "of one size, which is a multiple of 8"


def test_checkpoints_go_after_two_months(tmp_path: Path, settings: Any) -> None:
    settings.ROTOSCOPE_HOME = tmp_path
    (tmp_path / "training").mkdir()
    for name, age in (("1-a.ckpt", 90), ("2-a.ckpt", 3)):
        path = tmp_path / "training" / name
        path.touch()
        os.utime(path, (time.time() - age * 86400,) * 2)
    assert trainings.clear_checkpoints() == 1
    assert [path.name for path in (tmp_path / "training").iterdir()] == ["2-a.ckpt"]


def test_a_checkpoint_that_is_renamed_while_others_go_is_no_trouble(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ROTOSCOPE_HOME = tmp_path
    monkeypatch.setattr(Path, "glob", lambda folder, _: iter([folder / "1-a.ckpt.7-7.part"]))
    assert trainings.clear_checkpoints() == 0


def test_without_enough_memory_it_says_so(owner: User, style: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish())
    monkeypatch.setattr(training_work, "DRAWN", 2)
    monkeypatch.setattr(training_diary.Diary, "first_look", lambda diary, pictures: None)
    monkeypatch.setattr("filters.training.tune.tune", lambda *_, **__: torch.empty(1 << 46))
    assert not trainings.run(run.pk)
    run.refresh_from_db()
    assert run.state == TrainingRun.State.FAILED
    assert run.error == "There was not enough memory to train with."


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)  # the lease is renewed over a connection of its own
def test_stopped_it_keeps_its_numbers_and_goes_on_from_them(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_work, "DRAWN", 2)
    monkeypatch.setattr(training_diary, "ASK_EVERY", 0.0)
    other = style.with_name("other.png")
    Image.fromarray(np.random.default_rng(3).integers(0, 255, (120, 90, 3), np.uint8)).save(other)
    pieces = [orders.Piece(style), orders.Piece(other, Crop(0, 0, 1, 0.75, 90))]
    run = orders.order(pieces, "Deep Sea", owner, orders.Wish(steps=50, style_scale=0.3))
    assert trainings.run(run.pk, lambda step, total, losses: stop_at(run, step, 2))
    run.refresh_from_db()
    assert (run.state, run.step) == (TrainingRun.State.FINISHED, 2)
    assert [one["step"] for one in run.previews] == [0, 2]
    assert run.version is not None
    first = run.version.sha256
    TrainingRun.objects.filter(pk=run.pk).update(seconds=120)  # so that a minute is one step
    run.refresh_from_db()
    assert trainings.go_on(run, 1)
    assert trainings.run(run.pk)
    run.refresh_from_db()
    assert run.step == 3
    assert [point[0] for point in run.losses] == [1, 2, 3]
    assert run.version.sha256 != first


def stop_at(run: TrainingRun, step: int, last: int) -> None:
    if step == last:
        trainings.stop(run)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)  # the lease is renewed over a connection of its own
def test_a_run_really_trains_and_its_filter_paints(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from filters.service import make_engine

    monkeypatch.setattr(training_work, "DRAWN", 4)
    run = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish(steps=2, style_scale=0.4))
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
