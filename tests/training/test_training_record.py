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
