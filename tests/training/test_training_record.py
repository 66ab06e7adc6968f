"""What a file from elsewhere says of a training, taken as far as it can be kept."""

from __future__ import annotations

from typing import Any

import pytest

from filters.training_record import LARGEST, run_of
from tests.styled import make_styled

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
    run = run_of(record, made, made.style_image)
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
    run = run_of({"settings": {"minutes": 5}, "trained_at": told}, made, made.style_image)
    assert run is not None
    run.refresh_from_db()
    assert (run.finished_at is not None and run.finished_at.isoformat() == told) is kept
