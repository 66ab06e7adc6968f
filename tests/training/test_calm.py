"""Calm ground: about half of a picture, even and fine-grained, the rest as it was, the same for a seed."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from filters.training.calm import calmed


def busy(size: int = 128) -> Tensor:
    """A picture that is calm nowhere."""
    return torch.rand(1, 3, size, size, generator=torch.Generator().manual_seed(2))


def test_some_of_a_picture_is_calm_and_some_of_it_untouched() -> None:
    picture, shares = busy(), []
    for seed in range(12):
        made = calmed(picture, torch.Generator().manual_seed(seed))
        assert made.shape == picture.shape
        assert made.min() >= 0
        assert made.max() <= 1
        untouched = (made - picture).abs().amax(1) < 0.02
        shares.append(float(untouched.float().mean()))
    assert 0.2 < sum(shares) / len(shares) < 0.8
    assert max(shares) - min(shares) > 0.2


def test_calm_ground_has_less_detail_than_the_picture_had() -> None:
    picture = busy()
    made = calmed(picture, torch.Generator().manual_seed(1))
    changed = ((made - picture).abs().amax(1, keepdim=True) > 0.1).float()
    inside = functional.avg_pool2d(changed, 16) > 0.9

    def detail(one: Tensor) -> Tensor:
        rough = (one - functional.avg_pool2d(one, 5, 1, 2)).square().mean(1, keepdim=True)
        return functional.avg_pool2d(rough, 16)[inside].mean()

    assert inside.any()
    assert detail(made) < detail(picture) / 10


def test_the_same_seed_gives_the_same_ground() -> None:
    one, other = (calmed(busy(), torch.Generator().manual_seed(5)) for _ in range(2))
    assert torch.equal(one, other)
    assert not torch.equal(one, calmed(busy(), torch.Generator().manual_seed(6)))


def test_some_of_the_ground_lies_in_deep_shadow() -> None:
    bright = torch.full((1, 3, 128, 128), 0.8)
    darkest = [
        float(functional.avg_pool2d(calmed(bright, torch.Generator().manual_seed(seed)), 8).amin())
        for seed in range(40)
    ]
    assert 4 <= sum(tone < 0.15 for tone in darkest) <= 15
    assert max(darkest) > 0.5
