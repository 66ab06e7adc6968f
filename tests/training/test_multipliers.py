"""Weights that hold a loss at its aim under every style."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from filters.training.multipliers import STRONGEST, WEAKEST, Multiplier


def settle(held: Multiplier, strength: Tensor, steps: int = 200) -> Tensor:
    """Losses of styles that give way to their weight, as a training's do: `strength` over the weight."""
    styles = torch.arange(len(strength))
    for _ in range(steps):
        held.learn(strength / held.weights, styles)
    return strength / held.weights


def test_every_style_is_brought_to_the_aim_from_above_and_from_below() -> None:
    losses = settle(Multiplier(torch.tensor([1.0, 2.0, 1.0]), aim=0.9), torch.tensor([3.0, 1.2, 0.7]))
    assert losses.tolist() == pytest.approx([0.9, 0.9, 0.9], rel=0.02)


def test_weights_stay_within_bounds_where_the_aim_is_out_of_reach() -> None:
    held = Multiplier(torch.tensor([1.5, 1.5]), aim=0.9)
    settle(held, torch.tensor([100.0, 0.001]))
    assert held.weights.tolist() == pytest.approx([1.5 * STRONGEST, 1.5 * WEAKEST])


def test_without_an_aim_weights_stay() -> None:
    held = Multiplier(torch.tensor([0.6, 2.0]), aim=0.0)
    settle(held, torch.tensor([3.0, 3.0]))
    assert held.weights.tolist() == pytest.approx([0.6, 2.0])
    weighed = held.weighed(torch.tensor([1.0, 1.0, 0.5]), torch.tensor([0, 1, 1]))
    assert weighed.tolist() == pytest.approx([0.6, 2.0, 1.0])


def test_a_style_that_was_not_painted_and_a_loss_that_is_not_finite_change_nothing() -> None:
    held = Multiplier(torch.tensor([1.0, 1.0]), aim=0.5)
    held.learn(torch.tensor([2.0, 1.0]), torch.tensor([0, 0]))
    assert held.weights[0] > 1
    assert held.weights[1] == 1
    before = held.weights.clone()
    held.learn(torch.tensor([torch.nan]), torch.tensor([1]))
    assert torch.equal(held.weights, before)


def test_a_style_that_was_painted_twice_moves_once_by_the_mean() -> None:
    twice, once = (Multiplier(torch.ones(2), aim=0.5) for _ in range(2))
    twice.learn(torch.tensor([0.8, 0.3, 0.4]), torch.tensor([0, 1, 0]))
    once.learn(torch.tensor([0.6, 0.3]), torch.tensor([0, 1]))
    assert twice.weights.tolist() == pytest.approx(once.weights.tolist())


def test_it_goes_on_from_what_a_checkpoint_kept() -> None:
    one, other = (Multiplier(torch.ones(2), aim=0.5) for _ in range(2))
    settle(one, torch.tensor([2.0, 0.3]), steps=7)
    other.take(one.state())
    assert torch.equal(settle(one, torch.tensor([2.0, 0.3]), 5), settle(other, torch.tensor([2.0, 0.3]), 5))
