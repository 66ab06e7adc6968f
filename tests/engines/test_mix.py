"""Mixes of styles: numbers between numbers, written as every other style."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from filters.engines.mix import mixed, shares_of, style_file
from filters.engines.weights import BadWeights, Base, Style, read_base, read_style
from tests.engines.models import base_bytes, style_bytes


@pytest.fixture(scope="module")
def base() -> Base:
    return read_base(base_bytes())


def style(base: Base, value: float) -> Style:
    numbers = read_style(style_bytes(base_bytes()), base).numbers
    return Style("one", base.sha256, {name: np.full_like(one, value) for name, one in numbers.items()})


def test_a_mix_lies_where_its_weights_say(base: Base) -> None:
    between = mixed([style(base, 1.0), style(base, 5.0)], [3, 1])
    assert {float(value) for numbers in between.numbers.values() for value in numbers} == {2.0}


def test_all_weight_on_one_is_that_one_bit_for_bit(base: Base) -> None:
    one = read_style(style_bytes(base_bytes()), base)
    assert style_file(mixed([one, style(base, 9.0)], [1, 0], one.slug)) == style_file(one)


def test_weights_become_shares_of_one() -> None:
    assert shares_of([2, 2, 4]) == [0.25, 0.25, 0.5]


@pytest.mark.parametrize(
    "weights", [[], [0, 0], [-1, 2], [float("nan"), 1], [float("inf"), 1], [1e308, 1e308], [1] * 9]
)
def test_weights_that_are_no_shares_are_refused(weights: list[float]) -> None:
    with pytest.raises(BadWeights):
        shares_of(weights)


def test_styles_of_other_bases_do_not_mix(base: Base) -> None:
    with pytest.raises(BadWeights, match="same base"):
        mixed([style(base, 1), Style("b", "0" * 64, style(base, 2).numbers)], [1, 1])


def test_a_mix_is_read_as_any_other_style(base: Base) -> None:
    between = mixed([style(base, 1.0), style(base, 2.0)], [1, 1], "halfway")
    again = read_style(style_file(between), base)
    assert again.slug == "halfway"
    assert all(np.array_equal(again.numbers[name], between.numbers[name]) for name in between.numbers)


def test_mixing_needs_no_pytorch() -> None:
    words = (
        "import sys; sys.modules['torch'] = None; import filters.engines.mix, filters.engines.portable; "
        "assert sys.modules['torch'] is None"
    )
    subprocess.run([sys.executable, "-c", words], check=True, cwd=Path(__file__).parents[2], timeout=120)
