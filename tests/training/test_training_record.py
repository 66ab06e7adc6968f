"""What a file from elsewhere says of a training, taken as far as it can be kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from filters import trainings
from filters.models import FilterVersion, TrainingRun
from filters.training_record import LARGEST, record_of, run_of
from tests.styled import make_styled
from tests.training.runs import a_tuning, finished, telling

HUGE = 10**400  # JSON may hold it, a float cannot


@pytest.mark.parametrize(
    ("number", "kept"),
    [
        (7, 7.0),
        (HUGE, float(LARGEST)),
        (-HUGE, 0.0),
        (1e300, float(LARGEST)),
        (float("inf"), 0.0),
        (True, 0.0),
    ],
)
def test_a_number_of_any_size_is_one_that_can_be_kept(db: None, number: Any, kept: float) -> None:
    made = make_styled("Quilt")
    assert made.style_image is not None
    record = {
        "settings": {"minutes": number, "crops": [[0, 0, HUGE, 1, 0]]},
        "seed": number,
        "losses": [[number, 1, 1, 1, 1, 1]],
        "metrics": {"style_distance": number},
    }
    run = run_of(record, made, [made.style_image])
    assert run is not None
    run.refresh_from_db()
    assert (run.seed, run.settings["minutes"], run.settings["crops"]) == (int(kept), kept, [])
    assert run.losses[0][0] == run.metrics["style_distance"] == kept


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("2026-03-04T05:06:07+00:00", True),
        ("2026-03-04T05:06:07", False),  # of no zone
        ("9999-12-31T23:59:59-12:00", False),
        ("0001-01-01T00:00:00+14:00", False),
        ("last summer", False),
        (7, False),
    ],
)
def test_when_it_was_trained_is_a_moment_that_has_been(db: None, told: Any, kept: bool) -> None:
    made = make_styled("Quilt")
    assert made.style_image is not None
    run = run_of({"settings": {"minutes": 5}, "trained_at": told}, made, [made.style_image])
    assert run is not None
    run.refresh_from_db()
    assert (run.finished_at is not None and run.finished_at.isoformat() == told) is kept


def test_a_version_keeps_its_own_record_when_its_training_goes_on(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finished(owner, style, monkeypatch, steps=140)
    first = FilterVersion.objects.get()
    before = record_of(first)
    assert (before["step"], before["seconds"], before["settings"]["steps"]) == (3, 1.5, 140)
    assert before["trained_at"]
    assert trainings.go_on(run, 15)
    assert record_of(FilterVersion.objects.get()) == before, "while the second part waits"
    telling(monkeypatch, replace(a_tuning(900), content_sha256="ee" * 32, seconds=1200.0))
    assert trainings.run(run.pk)
    run.refresh_from_db()
    TrainingRun.objects.update(losses=[*run.losses, [800, 1, 1, 1, 1, 1]])
    assert record_of(FilterVersion.objects.get(number=1)) == before
    second = record_of(FilterVersion.objects.get(number=2))
    assert (second["step"], second["content_sha256"]) == (900, "ee" * 32)
    assert second["settings"]["parts"] == [{"minutes": 5, "steps": 140, "step": 3}]
    assert len(second["losses"]) == 1 + len(before["losses"])
    made = first.filter
    assert made.style_image is not None
    back = run_of(second, made, [made.style_image])
    assert back is not None
    assert back.settings["parts"] == second["settings"]["parts"]


def test_a_version_without_a_record_is_not_told_of_by_what_came_after_it(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of before versions kept records."""
    run = finished(owner, style, monkeypatch)
    FilterVersion.objects.update(record={})
    assert record_of(FilterVersion.objects.get())["step"] == 3
    assert trainings.go_on(run, 15)
    assert record_of(FilterVersion.objects.get()) == {}
    assert trainings.run(run.pk)
    assert record_of(FilterVersion.objects.get(number=1)) == {}


def test_a_part_in_which_nothing_was_learned_is_none(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finished(owner, style, monkeypatch)
    for _ in range(2):
        assert trainings.go_on(run, 15)
        assert trainings.stop(run)
        run.refresh_from_db()
    assert [part["step"] for part in run.settings["parts"]] == [3]
