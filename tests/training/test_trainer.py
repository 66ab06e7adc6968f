"""The training loop: what it learns, what a kill does to it, and what it does about numbers that are none."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from filters.training import checkpoint, losses, trainer
from filters.training.content import ContentSet
from filters.training.distil import Distillation
from filters.training.network import Painter, is_style_number
from filters.training.perceptual import Perception
from filters.training.trainer import NOISE, NOTED_EVERY, WIDE, Training, TrainingFailed
from tests.training.little import QUICK, SMALL, training, two_styles


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Sums in one order, so that the same training gives the same numbers."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def perception() -> Perception:
    return Perception()


@pytest.fixture(scope="module")
def targets(perception: Perception) -> dict[str, Tensor]:
    return two_styles(perception)


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


def test_content_can_count_more_under_one_style_than_under_another(
    perception: Perception, targets: dict[str, Tensor]
) -> None:
    plain = training(perception, targets, replace(QUICK, steps=1)).take_step()
    weighed = training(perception, targets, replace(QUICK, steps=1, content_weights=(3.0, 1.0))).take_step()
    heavier = training(perception, targets, replace(QUICK, steps=1, content_weights=(3.0, 3.0))).take_step()
    assert heavier["content"] == pytest.approx(3 * plain["content"], rel=1e-4)
    assert plain["content"] < weighed["content"] < heavier["content"]
    assert weighed["style"] == pytest.approx(plain["style"])


def test_content_and_steadiness_are_held_at_their_aims_style_by_style(
    perception: Perception, targets: dict[str, Tensor]
) -> None:
    settings = replace(QUICK, steps=3, steady_from=-1.0, content_aim=1e-3, steadiness_aim=10.0)
    held = training(perception, targets, settings)
    held.run()
    assert (held.held["content"].weights > 1).all()
    assert (held.held["steadiness"].weights < 1).all()


def test_content_is_held_by_what_is_left_of_a_frame_and_not_of_the_squares(
    perception: Perception, targets: dict[str, Tensor]
) -> None:
    run = training(perception, targets, replace(QUICK, steps=20, content_aim=1e6))
    shown: list[Tensor] = []
    run._note_content = lambda picture, styles: shown.append(picture)  # type: ignore[method-assign]
    run.run()
    assert [picture.shape for picture in shown] == [(1, 3, WIDE, WIDE)] * (20 // NOTED_EVERY)
    assert (run.held["content"].weights == 1).all()  # squares alone change nothing
    Training._note_content(run, shown[0], torch.tensor([0]))
    assert run.held["content"].weights[0] < run.held["content"].weights[1] == 1


def test_squares_that_are_judged_together_are_painted_in_the_same_styles(
    perception: Perception, targets: dict[str, Tensor]
) -> None:
    many = {layer: grams[:1].expand(5, -1, -1) for layer, grams in targets.items()}
    settings = replace(QUICK, contents=2, styles_per_content=2)
    _, together = training(perception, many, replace(settings, pooled=0.8))._batch()
    assert together[:2].tolist() == together[2:].tolist()
    assert len(set(together.tolist())) == 2
    _, apart = training(perception, many, settings)._batch()
    assert len(set(apart.tolist())) == 4


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


def test_a_checkpoint_can_hold_no_code(tmp_path: Path) -> None:
    path = tmp_path / "a.ckpt"
    torch.save({"step": Path("anything that is no tensor")}, path)
    with pytest.raises(Exception, match="Weights only load failed"):
        checkpoint.load(path)


def poisoned(run: Training, at: set[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the losses of some steps be no numbers, once each."""
    honest = run._losses
    left = set(at)

    def losses(pictures: Tensor, styles: Tensor) -> dict[str, Tensor]:
        parts = honest(pictures, styles)
        if run.step in left:
            left.discard(run.step)
            parts["style"] = parts["style"] * float("nan")
        return parts

    monkeypatch.setattr(run, "_losses", losses)


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


def test_it_gives_up_with_a_sentence_after_three_times(
    perception: Perception, targets: dict[str, Tensor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = training(perception, targets, path=tmp_path / "a.ckpt")
    honest = run._losses
    monkeypatch.setattr(
        run, "_losses",
        lambda p, s: {k: v * (float("nan") if run.step else 1) for k, v in honest(p, s).items()},
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
    run.run(lambda step, total, losses, preview: seen.__setitem__(step, preview))
    assert {step for step, preview in seen.items() if preview is not None} == {2, 3}
    preview = seen[3]
    assert preview is not None
    assert preview.shape == (2, 3, 64, 64)
    assert 0 <= float(preview.min()) <= float(preview.max()) <= 1


def test_consecutive_frames_count_for_steadiness_alone(
    perception: Perception, targets: dict[str, Tensor]
) -> None:
    run = training(perception, targets, replace(QUICK, steps=2))
    before = run.content.pictures[0]
    run.content.pairs = [(before, 255 - before, np.zeros((*before.shape[:2], 2), np.float32))]
    run.step = 1  # where steadiness counts
    with_flicker = run.take_step()
    calm = training(perception, targets, replace(QUICK, steps=2))
    calm.step = 1
    without = calm.take_step()
    assert with_flicker["steadiness"] > without["steadiness"]


def test_losses_have_all_digits_where_networks_are_fast(
    perception: Perception, targets: dict[str, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Evenness is a difference of squares, which bfloat16 gets wrong by a third of what counts as near."""
    monkeypatch.setattr(trainer, "bfloat16_is_fast", lambda device: True)
    run = training(perception, targets, replace(QUICK, evenness_weight=8.0))
    multiplied: list[torch.dtype] = []
    compare = losses.apart

    def watched(points: Tensor) -> Tensor:
        multiplied.append((points @ points.transpose(1, 2)).dtype)
        return compare(points)

    monkeypatch.setattr(losses, "apart", watched)
    parts = run._losses(*run._batch())
    assert set(multiplied) == {torch.float32}
    assert parts["evenness"].dtype == torch.float32


def test_the_noise_of_a_camera_is_new_at_every_step_and_the_same_for_one_seed(
    perception: Perception, targets: dict[str, Tensor]
) -> None:
    one, other = (training(perception, targets) for _ in range(2))
    first, second = (one._noise(torch.zeros(1, 3, 64, 64)) for _ in range(2))
    assert not torch.equal(first, second)
    assert torch.equal(other._noise(torch.zeros(1, 3, 64, 64)), first)
    assert float(first.std()) == pytest.approx(NOISE, rel=0.05)


def test_evenness_counts_where_it_is_wanted_and_changes_nothing_elsewhere(
    perception: Perception, targets: dict[str, Tensor]
) -> None:
    without = training(perception, targets, replace(QUICK, steps=1)).take_step()
    wanted = training(perception, targets, replace(QUICK, steps=1, evenness_weight=8.0)).take_step()
    assert without["evenness"] == 0
    assert wanted["evenness"] > 0
    assert wanted["total"] == pytest.approx(without["total"] + 8 * wanted["evenness"], rel=1e-4)


def test_a_lattice_counts_where_it_is_wanted(perception: Perception, targets: dict[str, Tensor]) -> None:
    without = training(perception, targets, replace(QUICK, steps=1)).take_step()
    wanted = training(perception, targets, replace(QUICK, steps=1, lattice_weight=0.4)).take_step()
    assert without["lattice"] == 0
    assert wanted["lattice"] != 0
    assert wanted["total"] == pytest.approx(without["total"] + 0.4 * wanted["lattice"], rel=1e-4)


def test_a_small_network_first_copies_its_teacher_and_is_then_judged_itself(
    perception: Perception, targets: dict[str, Tensor]
) -> None:
    torch.manual_seed(5)
    teacher = Painter(2, SMALL)
    shown = {name: value.clone() for name, value in teacher.state_dict().items()}
    pictures = np.random.default_rng(3).integers(0, 255, (2, 160, 200, 3), np.uint8)
    settings = replace(QUICK, steps=24, steadiness_weight=0.0)
    run = Distillation(Painter(2, SMALL), teacher, targets, ContentSet(pictures), settings, perception)
    assert run.run()
    copying, judged = run.history[:14], run.history[15:]
    assert all("style" not in one for one in copying)
    assert all("style" in one for one in judged)
    assert np.mean([one["teacher"] for one in copying[-3:]]) < copying[0]["teacher"]
    assert same(shown, dict(teacher.state_dict()))
