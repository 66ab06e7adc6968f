"""`manage.py train` with one picture or several."""

from __future__ import annotations

import io
import json
import os
import signal
from pathlib import Path
from typing import Any

import av
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
from rotoscope.common.endings import Ended
from tests.clips import draw_clip

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


@pytest.mark.parametrize(
    ("clip", "sentence"),
    [
        ("notes", "is no footage that can be read"),
        ("sound", "is no footage that can be read"),
        ("small", "has only 320 x 120 pixels; at least 160"),
    ],
)
def test_footage_of_no_use_is_bad_input_before_anything_is_learned(
    pictures: list[str], tmp_path: Path, clip: str, sentence: str
) -> None:
    good = draw_clip(tmp_path / "good.mp4", frames=2, width=320, height=180)
    draw_clip(tmp_path / "small.mp4", frames=2, width=320, height=120)
    draw_sound(tmp_path / "sound.mp4")
    (tmp_path / "notes.mp4").write_text("Buy milk.")
    with pytest.raises(CommandError, match=f"“{clip}.mp4”.*{sentence}") as refusal:
        call_command(
            "train", pictures[0], "--name", "Q", "--footage", str(good), str(tmp_path / f"{clip}.mp4")
        )
    assert refusal.value.returncode == 2
    assert not TrainingRun.objects.exists()
    call_command("train", pictures[0], "--name", "Q", "--footage", str(good), stdout=io.StringIO())
    assert TrainingRun.objects.get().settings["footage"] == [str(good)]


def draw_sound(path: Path) -> None:
    """A second of silence, and no picture."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=48_000, layout="mono")
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        silence.sample_rate = 48_000
        container.mux([*stream.encode(silence), *stream.encode(None)])


def test_a_picture_that_is_not_there_is_bad_input(pictures: list[str]) -> None:
    with pytest.raises(CommandError, match="There is no file") as refusal:
        call_command("train", pictures[0], "nowhere.png", "--name", "Quilt")
    assert refusal.value.returncode == 2


def test_ctrl_c_cancels_it_so_that_no_worker_goes_on_with_it(
    pictures: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(row: TrainingRun, diary: Diary, lost: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(trainings, "train", interrupted)
    with pytest.raises(KeyboardInterrupt):
        call_command("train", pictures[0], "--name", "Quilt")
    run = TrainingRun.objects.get()
    assert (run.state, run.lease_until) == (TrainingRun.State.CANCELLED, None)


def test_so_does_kill(pictures: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(row: TrainingRun, diary: Diary, lost: Any) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    def cancel(row: TrainingRun) -> bool:
        os.kill(os.getpid(), signal.SIGTERM)  # `timeout` tells us, and then all of our group
        return cancelled(row)

    cancelled = trainings.cancel
    monkeypatch.setattr(trainings, "train", killed)
    monkeypatch.setattr(trainings, "cancel", cancel)
    with pytest.raises(Ended):
        call_command("train", pictures[0], "--name", "Quilt")
    run = TrainingRun.objects.get()
    assert (run.state, run.lease_until) == (TrainingRun.State.CANCELLED, None)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--seed", "-1"), "A seed is a whole number from 0 to"),
        (("--seed", "9" * 20), "A seed is a whole number from 0 to"),
        (("--crop", "a,b,c,d"), "numbers with commas between them"),
        (("--crop", "0,0,1,1", "--crop", "0,0,1,1"), "--crop is said once for each picture"),
        (("--title", "Front", "--title", "Back"), "--title is said once for each picture"),
        (("--minutes", "nan"), "more than 0 and at most 1440 minutes"),
        (("--style-scale", "nan"), "between 0.3 and 3"),
    ],
    ids=lambda words: " ".join(words)[:30] if isinstance(words, tuple) else "",
)
def test_what_makes_no_sense_is_bad_input(pictures: list[str], words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence) as refusal:
        call_command("train", pictures[0], "--name", "Quilt", *words)
    assert refusal.value.returncode == 2
    assert not TrainingRun.objects.exists()
