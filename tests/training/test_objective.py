"""What a batch is judged by: which losses count when, under which style, and how much."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from filters.making.distil import Distillation
from filters.training import losses, objective
from filters.training.content import ContentSet
from filters.training.network import Painter
from filters.training.objective import NOISE, NOTED_EVERY, WIDE, Moment, Objective
from filters.training.perceptual import Perception
from filters.training.trainer import Training
from tests.training.little import QUICK, SMALL, training

START = Moment(0, 0.0)

pytestmark = pytest.mark.usefixtures("one_thread")


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
    assert (held.objective.held["content"].weights > 1).all()
    assert (held.objective.held["steadiness"].weights < 1).all()


def test_flicker_is_told_as_it_was_measured_whatever_it_counts_for(
    perception: Perception, targets: dict[str, Tensor]
) -> None:
    run = training(perception, targets, replace(QUICK, steps=2, steady_from=-1.0, steadiness_aim=1e-4))
    first = run.take_step()
    assert first["steadiness"] == pytest.approx(first["flicker"]) != 0
    assert first["total"] == pytest.approx(
        sum(weight * first[name] for name, weight in run.objective.weights(START).items()), rel=1e-4
    )
    second = run.take_step()
    assert second["steadiness"] > 1.05 * second["flicker"]


def test_content_is_held_by_what_is_left_of_a_frame_and_not_of_the_squares(
    perception: Perception, targets: dict[str, Tensor]
) -> None:
    run = training(perception, targets, replace(QUICK, steps=20, content_aim=1e6))
    shown: list[Tensor] = []
    run.objective._note_content = lambda picture, styles: shown.append(picture)  # type: ignore[method-assign]
    run.run()
    assert [picture.shape for picture in shown] == [(1, 3, WIDE, WIDE)] * (20 // NOTED_EVERY)
    assert (run.objective.held["content"].weights == 1).all()  # squares alone change nothing
    Objective._note_content(run.objective, shown[0], torch.tensor([0]))
    assert run.objective.held["content"].weights[0] < run.objective.held["content"].weights[1] == 1


def test_content_is_held_by_the_squares_where_they_show_as_much_as_a_frame(
    perception: Perception, targets: dict[str, Tensor]
) -> None:
    wide = replace(QUICK, steps=1, early_sizes=(WIDE,), late_sizes=(WIDE,), content_aim=1e6)
    run = training(perception, targets, wide)
    shown: list[Tensor] = []
    run.objective._note_content = lambda picture, styles: shown.append(picture)  # type: ignore[method-assign]
    run.run()
    assert not shown
    assert (run.objective.held["content"].weights < 1).all()


def test_squares_that_are_judged_together_are_painted_in_the_same_styles(
    perception: Perception, targets: dict[str, Tensor]
) -> None:
    many = {layer: grams[:1].expand(5, -1, -1) for layer, grams in targets.items()}
    settings = replace(QUICK, contents=2, styles_per_content=2)
    _, together = training(perception, many, replace(settings, pooled=0.8)).objective.batch(START)
    assert together[:2].tolist() == together[2:].tolist()
    assert len(set(together.tolist())) == 2
    _, apart = training(perception, many, settings).objective.batch(START)
    assert len(set(apart.tolist())) == 4


def test_consecutive_frames_count_for_steadiness_alone(
    perception: Perception, targets: dict[str, Tensor]
) -> None:
    run = training(perception, targets, replace(QUICK, steps=2))
    before = run.objective.content.pictures[0]
    run.objective.content.pairs = [(before, 255 - before, np.zeros((*before.shape[:2], 2), np.float32))]
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
    monkeypatch.setattr(objective, "bfloat16_is_fast", lambda device: True)
    run = training(perception, targets, replace(QUICK, evenness_weight=8.0))
    multiplied: list[torch.dtype] = []
    compare = losses.apart

    def watched(points: Tensor) -> Tensor:
        multiplied.append((points @ points.transpose(1, 2)).dtype)
        return compare(points)

    monkeypatch.setattr(losses, "apart", watched)
    parts = run.objective.losses(*run.objective.batch(START), START)
    assert set(multiplied) == {torch.float32}
    assert parts["evenness"].dtype == torch.float32


def test_the_noise_of_a_camera_is_new_at_every_step_and_the_same_for_one_seed(
    perception: Perception, targets: dict[str, Tensor]
) -> None:
    one, other = (training(perception, targets) for _ in range(2))
    first, second = (one.objective._noise(torch.zeros(1, 3, 64, 64)) for _ in range(2))
    assert not torch.equal(first, second)
    assert torch.equal(other.objective._noise(torch.zeros(1, 3, 64, 64)), first)
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
    taught = Distillation(Painter(2, SMALL), teacher, targets, ContentSet(pictures), settings, perception)
    run = Training(taught)
    assert run.run()
    copying, judged = run.history[:14], run.history[15:]
    assert all("style" not in one for one in copying)
    assert all("style" in one for one in judged)
    assert np.mean([one["teacher"] for one in copying[-3:]]) < copying[0]["teacher"]
    assert all(torch.equal(shown[name], value) for name, value in teacher.state_dict().items())
