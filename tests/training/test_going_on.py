"""Training runs that are stopped and go on."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from PIL import Image

from filters import orders, training_diary, training_work, trainings
from filters.models import FilterVersion, TrainingRun
from filters.training.crop import Crop
from filters.training.tune import Tuned
from filters.training_record import record_of
from tests.training.runs import a_tuning, finished, meanwhile, telling


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
    assert run.version is not None
    record = record_of(run.version)
    assert [point[0] for point in record["losses"]] == [1, 2]
    before = default_storage.save("training/0/000000.jpg", ContentFile(b"before the first step"))
    TrainingRun.objects.update(previews=[{"step": 0, "image": before}, *run.previews])
    assert trainings.go_on(run, 2)
    run.refresh_from_db()
    assert run.settings["parts"]
    assert run.step
    mark, old = run.settings["mark"], run.previews[1]["image"]
    assert f"?of={mark}" in owner_client.get(reverse("training-run", args=[run.pk])).content.decode()
    monkeypatch.undo()
    monkeypatch.setattr(training_work, "DRAWN", 2)
    monkeypatch.setattr(training_work, "_figures", lambda *material: {})
    monkeypatch.setattr(training_diary.Diary, "first_look", lambda diary, pictures: None)
    told = []

    def tune(*material: Any, **also: Any) -> Tuned:
        told.append(material[4].seconds)
        row = TrainingRun.objects.get()
        assert (row.step, row.seconds) == (0, 0)
        assert (row.losses, [one["step"] for one in row.previews]) == ([], [0])
        assert not default_storage.exists(old)
        shown = owner_client.get(page).content.decode()
        assert "it begins anew" in shown
        assert f"?of={row.settings['mark']}" in shown
        assert row.settings["mark"] != mark, (
            "browsers keep previews for a day, another machine its checkpoint"
        )
        also["on_progress"].note([1, 9.0, 9.0, 9.0, 9.0, 9.0])
        return a_tuning()

    page = reverse("training-run", args=[run.pk])
    monkeypatch.setattr("filters.training.tune.tune", tune)
    assert trainings.run(run.pk)
    run.refresh_from_db()
    assert told == [7 * 60]
    assert "parts" not in run.settings
    assert run.version is not None
    assert run.version.record["settings"]["minutes"] == 7
    assert record_of(FilterVersion.objects.get(number=1)) == record, "its own curve, not that of the second"
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


def test_steps_that_go_on_are_counted_at_the_pace_so_far(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finished(owner, style, monkeypatch, steps=3)  # three steps in 1.5 seconds
    assert trainings.go_on(run, 1)
    run.refresh_from_db()
    assert (run.steps, run.settings["steps"]) == (123, 3 + 120)


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
