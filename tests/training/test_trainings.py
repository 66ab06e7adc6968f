"""Training runs as rows: running and ending."""

import os
import sys
import threading
import time
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.utils import timezone
from dramatiq.brokers.stub import StubBroker

import filters
from filters import actors, orders, sha256, training_diary, training_queue, training_work, trainings
from filters.judgements import MEASURED_ON
from filters.loss_rows import LOSSES
from filters.models import Filter, FilterVersion, TrainingRun
from tests.at_once import at_once
from tests.training.runs import a_tuning, finished, meanwhile, telling


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
    assert version.sha256 == sha256.of_file(Path(default_storage.path(str(version.weights.name))))
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


def test_whose_turn_it_is_goes_by_who_had_the_worker_last(
    owner: User, colleague: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither “Go on” nor taking back what still waits changes that."""
    telling(monkeypatch, a_tuning())

    def ordered(one: User) -> TrainingRun:
        return orders.order([orders.Piece(style)], "Deep Sea", one, orders.Wish())

    def whose_turn() -> User | None:
        turn = training_queue.in_turn(waiting.pk)
        assert turn is not None
        return TrainingRun.objects.get(pk=turn).owner

    for one in (colleague, owner):  # the owner just now
        assert trainings.run(ordered(one).pk)
    waiting = ordered(owner)
    also = ordered(colleague)
    hers = ordered(colleague)
    TrainingRun.objects.update(nudged_at=timezone.now())
    assert whose_turn() == colleague
    assert trainings.stop(hers)
    assert whose_turn() == colleague, "she had none for longer"
    for run in TrainingRun.objects.filter(owner=owner, state="finished"):
        assert training_queue.go_on(run, 60.0)
    assert whose_turn() == colleague
    assert trainings.run(also.pk)
    assert whose_turn() == owner


@pytest.mark.django_db(transaction=True)  # seen from other threads
def test_of_two_workers_that_pick_the_same_run_one_begins_the_next(
    owner: User, colleague: User, style: Path, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = threading.Barrier(2)
    pick = training_queue.in_turn
    picked: list[int | None] = []

    def together(pk: int) -> int | None:
        turn = pick(pk)
        picked.append(turn)
        if len(picked) <= 2:
            both.wait(30)
        return turn

    runs = [orders.order([orders.Piece(style)], "Deep Sea", one, orders.Wish()) for one in (owner, colleague)]
    TrainingRun.objects.update(nudged_at=timezone.now())
    monkeypatch.setattr(trainings, "train", lambda row, diary, lost: (a_tuning(), {}))
    monkeypatch.setattr(training_queue, "in_turn", together)
    at_once(*(partial(actors.train.fn, run.pk) for run in runs))
    assert picked == [runs[0].pk, runs[0].pk, runs[1].pk]
    assert set(TrainingRun.objects.values_list("state", flat=True)) == {"finished"}


def test_a_message_that_comes_twice_takes_what_waits(
    owner: User, colleague: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of a run which another worker began for the message of another: this one would wait for nothing."""
    telling(monkeypatch, a_tuning())
    begun, waits = (
        orders.order([orders.Piece(style)], "Deep Sea", one, orders.Wish()) for one in (owner, colleague)
    )
    TrainingRun.objects.update(nudged_at=timezone.now())
    assert trainings.taken(begun.pk)
    assert training_queue.train_next(begun.pk) == waits.pk
    assert training_queue.train_next(begun.pk) is None


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


def test_a_worker_without_pytorch_says_so(owner: User, style: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish())
    monkeypatch.setattr(filters, "training", sys.modules["filters.training"])  # so that it is put back too
    for name in [name for name in sys.modules if f"{name}.".startswith("filters.training.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    assert not trainings.run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error) == (TrainingRun.State.FAILED, training_work.NO_PYTORCH)
    assert run.attempts == 1


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


def test_what_nobody_expected_says_what_to_do(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish())
    telling(monkeypatch, error=OSError("No space left on device"))
    with pytest.raises(OSError, match="No space"):
        trainings.run(run.pk)
    run.refresh_from_db()
    assert run.error.startswith("Training broke off (OSError). Go on with it")


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
