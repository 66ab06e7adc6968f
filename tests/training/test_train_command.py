"""`manage.py train` with one picture or several."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from django.core.management import CommandError, call_command
from PIL import Image

from filters import orders, trainings
from filters.models import TrainingRun
from filters.training import export
from filters.training.crop import Crop
from filters.training.network import FINE, Painter
from filters.training.tune import Tuned
from filters.training_diary import Diary

pytestmark = pytest.mark.django_db


@pytest.fixture
def pictures(tmp_path: Path) -> list[str]:
    """Two files."""
    for name, seed in (("front", 1), ("back", 2)):
        noise = np.random.default_rng(seed).integers(0, 255, (120, 160, 3), np.uint8)
        Image.fromarray(noise).save(tmp_path / f"{name}.png")
    return [str(tmp_path / "front.png"), str(tmp_path / "back.png")]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The learning itself takes no time."""

    def train(row: TrainingRun, diary: Diary, lost: Any) -> tuple[Tuned, dict[str, float]]:
        torch.manual_seed(1)
        numbers = export.style_numbers(Painter(1, FINE), 0)
        figures = {"style_distance": 0.2, "content_distance": 0.9}
        return Tuned(numbers, 3, 1.5, [], "ab" * 32, "cd" * 32, "cpu"), figures

    monkeypatch.setattr(trainings, "train", train)


def test_several_pictures_with_their_words_and_parts(pictures: list[str]) -> None:
    out = io.StringIO()
    words = ["--artist", "Olga", "--artist", "Her mother", "--licence", "own work", "--crop", "0,0,0.75,1,90"]
    call_command("train", *pictures, "--name", "Quilt", *words, "--json", stdout=out)
    assert json.loads(out.getvalue())["filter"] == "quilt"
    run = TrainingRun.objects.get()
    front, back = orders.pictures_of(run)
    assert (front.title, front.artist, front.licence) == ("front", "Olga", "own work")
    assert (back.title, back.artist, back.licence) == ("back", "Her mother", "")
    assert (orders.Wish.of(run).crop(0), orders.Wish.of(run).crop(1)) == (Crop(0, 0, 0.75, 1, 90), Crop())


@pytest.mark.parametrize("crop", ["0,0,2,1", "a,b,c,d", "0,0,1", "0,0,1,1,30"])
def test_a_part_that_is_none_is_bad_input(pictures: list[str], crop: str) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("train", *pictures, "--name", "Quilt", "--crop", crop)
    assert refusal.value.returncode == 2
    assert not TrainingRun.objects.exists()


def test_a_picture_that_is_not_there_is_bad_input(pictures: list[str]) -> None:
    with pytest.raises(CommandError, match="There is no file") as refusal:
        call_command("train", pictures[0], "nowhere.png", "--name", "Quilt")
    assert refusal.value.returncode == 2
