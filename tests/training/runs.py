"""Training runs that take no time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from django.contrib.auth.models import User

from filters import orders, training_diary, trainings
from filters.models import TrainingRun
from filters.training import export
from filters.training.network import FINE, Painter
from filters.training.tune import Tuned


def a_tuning(steps: int = 3) -> Tuned:
    torch.manual_seed(1)
    return Tuned(export.style_numbers(Painter(1, FINE), 0), steps, 1.5, [], "ab" * 32, "cd" * 32, "cpu")


def telling(
    monkeypatch: pytest.MonkeyPatch, result: Tuned | None = None, error: Exception | None = None
) -> None:
    """Let the training itself take no time: it tells of two steps, and ends as said."""

    def train(
        row: TrainingRun, diary: training_diary.Diary, lost: Any
    ) -> tuple[Tuned | None, dict[str, float]]:
        losses = {"total": 3.0, "content": 1.0, "style": 0.5, "variation": 0.1, "steadiness": 0.06}
        losses |= {"tone": 0.4, "evenness": 0.05, "lattice": 0.3, "flicker": 0.02}
        diary(1, 2, losses, None, 6.0)
        diary(2, 2, losses, torch.rand(2, 3, 16, 16), 12.0)
        if error is not None:
            raise error
        return result, {"style_distance": 0.2, "content_distance": 0.9}

    monkeypatch.setattr(trainings, "train", train)


def finished(owner: User, style: Path, monkeypatch: pytest.MonkeyPatch, **wish: Any) -> TrainingRun:
    """A run that went to its end."""
    run = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish(**wish))
    telling(monkeypatch, a_tuning())
    assert trainings.run(run.pk)
    run.refresh_from_db()
    return run


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen while the training learns."""

    def train(row: TrainingRun, diary: training_diary.Diary, lost: Any) -> tuple[Tuned, dict[str, float]]:
        happens()
        return a_tuning(), {}

    monkeypatch.setattr(trainings, "train", train)
