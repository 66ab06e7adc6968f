"""Losses that are held at an aim, style by style: their weights give way to what is measured while training runs."""

from __future__ import annotations

import torch
from torch import Tensor

MEMORY = 0.9  # of the running mean, from one appearance of a style to the next
PACE = 0.08  # of the weight's logarithm, for a loss that is off by its whole aim
MOST = 3.0  # aims that one step's loss counts for at most: a square with next to nothing in it gives ten and more
WEAKEST, STRONGEST = 0.5, 8.0  # times the weight that a style began with


class Multiplier:
    """How much a loss counts under each style: raised while its running mean is above the aim, lowered while below.

    One weight for all styles asks too little of those that bury the footage and too much of quiet ones, and which is
    which cannot be told beforehand. The multiplier of a constraint, as in Rezende and Viola 2018, "Taming VAEs". With
    an aim of 0 the weights stay as they are.
    """

    def __init__(self, weights: Tensor, aim: float) -> None:
        """`weights` (styles,) above 0 are where it begins, `aim` is in units of the loss."""
        self.first, self.weights, self.aim = weights, weights.clone(), aim
        self.means = torch.full_like(weights, torch.nan)

    def weighed(self, losses: Tensor, styles: Tensor) -> Tensor:
        """The losses (N,) of pictures in these styles (N,), each times the weight of its style."""
        return self.weights[styles] * losses

    @torch.no_grad()
    def learn(self, losses: Tensor, styles: Tensor) -> None:
        """Let the weights follow the losses (N,) of one step; losses that are not finite say nothing."""
        if self.aim == 0 or not bool(torch.isfinite(losses).all()):
            return
        count = torch.zeros_like(self.means).index_add(0, styles, torch.ones_like(losses))
        total = torch.zeros_like(self.means).index_add(0, styles, losses.detach())
        now = (total / count).clamp(max=MOST * self.aim)  # not a number for styles that were not painted
        after = torch.where(self.means.isnan(), now, MEMORY * self.means + (1 - MEMORY) * now)
        self.means = torch.where(count > 0, after, self.means)
        pace = PACE * (self.means / self.aim - 1).clamp(max=1.0)
        self.weights = torch.where(count > 0, self.weights * torch.exp(pace), self.weights)
        self.weights = self.weights.clamp(WEAKEST * self.first, STRONGEST * self.first)

    def state(self) -> dict[str, Tensor]:
        """What a checkpoint keeps of it."""
        return {"weights": self.weights.cpu().clone(), "means": self.means.cpu().clone()}

    def take(self, state: dict[str, Tensor]) -> None:
        """Go on from a checkpoint's state."""
        self.weights = state["weights"].to(self.first, copy=True)
        self.means = state["means"].to(self.first, copy=True)
