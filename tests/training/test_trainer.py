"""The training loop: what it learns, what a kill does to it, and what it does about numbers that are none."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
import torch
from torch import Tensor

from filters.training import checkpoint
from filters.training.network import is_style_number
from filters.training.objective import Moment
from filters.training.perceptual import Perception
from filters.training.trainer import Training, TrainingFailed
from tests.training.little import QUICK, training

pytestmark = pytest.mark.usefixtures("one_thread")


def numbers(run: Training) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in run.painter.state_dict().items()}


def same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)


def test_the_loss_falls(perception: Perception, targets: dict[str, Tensor]) -> None:
    run = training(perception, targets, replace(QUICK, steps=12, steadiness_weight=0.0))
    assert run.run()
    styles = [losses["style"] for losses in run.history]
    assert np.mean(styles[-4:]) < np.mean(styles[:2])


def test_with_a_frozen_base_only_the_numbers_of_the_styles_move(
    perception: Perception, targets: dict[str, Tensor]
) -> None:
    run = training(perception, targets, replace(QUICK, steps=2, freeze_base=True))
    before = numbers(run)
    run.run()
    after = numbers(run)
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert moved
    assert all(is_style_number(name) for name in moved)
    assert all(p.grad is None for name, p in run.painter.named_parameters() if not is_style_number(name))


def test_the_rates_fall_from_where_the_settings_say(
    perception: Perception, targets: dict[str, Tensor]
) -> None:
    run = training(perception, targets, replace(QUICK, steps=1000, rate=1e-3, fall_from=0.5))
    rates = []
    for run.step in (499, 750, 999):
        run._set_rates()
        rates.append(run.optimizer.param_groups[1]["lr"])
    assert rates == pytest.approx([1e-3, 5e-4, 2e-5])


def test_a_training_that_was_stopped_goes_on_to_the_same_result(
    perception: Perception, targets: dict[str, Tensor], tmp_path: Path
) -> None:
    held = replace(QUICK, content_aim=0.1, steadiness_aim=0.01)  # weights that move are kept too
    straight = training(perception, targets, held)
    straight.run()
    stopped = training(perception, targets, held, path=tmp_path / "a.ckpt")
    assert not stopped.run(should_stop=lambda: stopped.step == 2)
    resumed = training(perception, targets, held, path=tmp_path / "a.ckpt")
    assert resumed.run()
    assert resumed.step == 4
    assert same(numbers(straight), numbers(resumed))
    assert [one["total"] for one in straight.history] == [one["total"] for one in resumed.history]


def test_a_kill_in_the_middle_of_writing_leaves_the_old_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.ckpt"
    checkpoint.save(path, {"step": 1})

    def killed(state: object, file: object) -> None:
        file.write(b"half a file")  # type: ignore[attr-defined]
        raise KeyboardInterrupt

    monkeypatch.setattr(torch, "save", killed)
    with pytest.raises(KeyboardInterrupt):
        checkpoint.save(path, {"step": 2})
    monkeypatch.undo()
    assert checkpoint.load(path) == {"step": 1}
    checkpoint.save(path, {"step": 3})
    assert checkpoint.load(path) == {"step": 3}
    assert [one.name for one in tmp_path.glob("*.ckpt*")] == ["a.ckpt"]


def test_two_that_write_the_same_checkpoint_at_once_leave_a_whole_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a cancel that is taken back at once: the one that was cancelled writes where it stopped."""
    path, write = tmp_path / "a.ckpt", torch.save

    def interrupted(state: dict[str, int], file: BinaryIO) -> None:
        file.write(b"the first half")
        file.flush()
        monkeypatch.setattr(torch, "save", write)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(checkpoint.save, path, {"step": 2}).result()
        file.seek(0)
        write(state, file)

    monkeypatch.setattr(torch, "save", interrupted)
    checkpoint.save(path, {"step": 1})
    assert checkpoint.load(path) == {"step": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_a_checkpoint_can_hold_no_code(tmp_path: Path) -> None:
    path = tmp_path / "a.ckpt"
    torch.save({"step": Path("anything that is no tensor")}, path)
    with pytest.raises(Exception, match="Weights only load failed"):
        checkpoint.load(path)


def poisoned(run: Training, at: set[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the losses of some steps be no numbers, once each."""
    honest = run.objective.losses
    left = set(at)

    def losses(pictures: Tensor, styles: Tensor, at: Moment) -> dict[str, Tensor]:
        parts = honest(pictures, styles, at)
        if run.step in left:
            left.discard(run.step)
            parts["style"] = parts["style"] * float("nan")
        return parts

    monkeypatch.setattr(run.objective, "losses", losses)


def test_a_loss_that_is_no_number_goes_back_a_checkpoint_and_halves_the_rate(
    perception: Perception, targets: dict[str, Tensor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = training(perception, targets, path=tmp_path / "a.ckpt")
    poisoned(run, {2}, monkeypatch)
    assert run.run()
    assert run.failures == 1
    assert run.step == 4
    assert [one["step"] for one in run.history] == [1, 2, 3, 4]
    assert all(torch.isfinite(value).all() for value in numbers(run).values())
    calm = training(perception, targets)
    calm.run()
    assert run.optimizer.param_groups[0]["lr"] == pytest.approx(calm.optimizer.param_groups[0]["lr"] / 2)


def test_before_the_first_checkpoint_it_goes_back_to_the_start(
    perception: Perception, targets: dict[str, Tensor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = training(perception, targets, replace(QUICK, checkpoint_every=25), path=tmp_path / "a.ckpt")
    poisoned(run, {0, 2}, monkeypatch)
    assert run.run()
    assert run.failures == 2
    assert [one["step"] for one in run.history] == [1, 2, 3, 4]


def test_it_gives_up_with_a_sentence_after_three_times(
    perception: Perception, targets: dict[str, Tensor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = training(perception, targets, path=tmp_path / "a.ckpt")
    honest = run.objective.losses
    monkeypatch.setattr(
        run.objective, "losses",
        lambda p, s, at: {k: v * (float("nan") if at.step else 1) for k, v in honest(p, s, at).items()},
    )  # fmt: skip
    with pytest.raises(TrainingFailed, match="unstable four times"):
        run.run()
    kept = checkpoint.load(tmp_path / "a.ckpt")
    assert kept is not None
    assert kept["failures"] == 3
    assert kept["step"] == 1


def test_without_any_checkpoint_it_gives_up_at_once(
    perception: Perception, targets: dict[str, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = training(perception, targets)
    poisoned(run, {0}, monkeypatch)
    with pytest.raises(TrainingFailed, match="before its first checkpoint"):
        run.run()


def test_previews_come_early_and_with_every_checkpoint(
    perception: Perception, targets: dict[str, Tensor]
) -> None:
    run = training(perception, targets, replace(QUICK, checkpoint_every=3))
    run.standing = torch.rand(2, 3, 64, 64)
    seen: dict[int, Tensor | None] = {}
    run.run(lambda step, total, losses, preview, seconds: seen.__setitem__(step, preview))
    assert {step for step, preview in seen.items() if preview is not None} == {2, 3}
    preview = seen[3]
    assert preview is not None
    assert preview.shape == (2, 3, 64, 64)
    assert 0 <= float(preview.min()) <= float(preview.max()) <= 1


def test_of_a_long_training_previews_come_ever_more_seldom_and_few_losses_are_kept(
    perception: Perception, targets: dict[str, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a graphics card, which takes millions of steps in a day."""
    run = training(perception, targets, replace(QUICK, steps=100_000, checkpoint_every=25))
    monkeypatch.setattr(run, "take_step", lambda: {"total": 1.0})
    monkeypatch.setattr(run, "preview", lambda: torch.zeros(1))
    looked: list[int] = []

    def note(step: int, total: int, losses: dict[str, float], preview: Tensor | None, seconds: float) -> None:
        if preview is not None:
            looked.append(step)

    assert run.run(note)
    assert looked[:4] == [2, 25, 50, 75]
    assert 100 < len(looked) < 400
    assert looked[-1] > 95_000
    assert len(run.history) == 1000
    assert run.history[-1]["step"] == 100_000
