"""Weights between two stages: `python -m filters.making.between SIZE FIRST SECOND OUT`, three checkpoints.

The shared ones half way, each style's numbers as far as its recipe says. Two checkpoints of one training lie close
enough for what is between them to paint well too (Izmailov et al. 2018, "Averaging Weights Leads to Wider Optima"), and
every style goes from one to the other along a line of style distance, content distance and flicker. So a style's share
is a dial: as much of itself as a flight can bear. Another one is what is left to it of its own, between the mean of all
styles and itself.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from filters.training import checkpoint
from filters.training.network import SIZES, is_style_number

from .recipe import read_recipe

SHARED = 0.5  # of the way from the first to the second


def main(words: list[str]) -> int:
    """Write a checkpoint with the painter of both."""
    parser = argparse.ArgumentParser(description="Write weights between those of two stages.")
    parser.add_argument("size", choices=list(SIZES))
    for name in ("first", "second", "out"):
        parser.add_argument(name, type=Path)
    options = parser.parse_args(words)
    learned = [style for style in read_recipe() if not style.tuned]
    shares = [style.share if options.size == "fine" else style.live_share for style in learned]
    own = [style.own_on(options.size) for style in learned]
    checkpoint.save(options.out, between(options.first, options.second, shares, own))
    return 0


def between(first: Path, second: Path, shares: Sequence[float], own: Sequence[float]) -> dict[str, Any]:
    """The second checkpoint's state with a painter between both; `shares` and `own` in 0..1, for each style in order.

    Raises OSError where a checkpoint is not there.
    """
    before, after = checkpoint.stored(first), checkpoint.stored(second)
    dial, left = torch.tensor(shares)[:, None], torch.tensor(own)[:, None]
    painter = {}
    for name, value in before["painter"].items():
        if is_style_number(name):
            numbers = value.lerp(after["painter"][name], dial)
            painter[name] = numbers.mean(0, keepdim=True).lerp(numbers, left)
        else:
            painter[name] = value.lerp(after["painter"][name], SHARED)
    return {**after, "painter": painter}


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except OSError as problem:
        print(problem, file=sys.stderr)
        sys.exit(1)
