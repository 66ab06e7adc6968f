"""What ships lies between two stages, each style as far along as its recipe says."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from filters.making import between
from filters.making.recipe import RecipeStyle, read_recipe
from filters.training import checkpoint
from filters.training.network import Painter, is_style_number
from tests.training.little import SMALL

SHARES = (0.0, 0.25, 1.0)


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch) -> list[RecipeStyle]:
    """Three styles that the base learned, with a share each, and one that was tuned afterwards."""
    plain = [replace(style, own=1.0, live_own=1.0) for style in read_recipe() if not style.tuned]
    chosen = [
        replace(style, share=share, live_share=1 - share) for style, share in zip(plain, SHARES, strict=False)
    ]
    chosen.insert(1, replace(plain[0], tuned=True, share=0.9))
    monkeypatch.setattr(between, "read_recipe", lambda: chosen)
    return chosen


def stage(path: Path, step: int) -> dict[str, torch.Tensor]:
    """A checkpoint of three styles with weights of its own; those weights."""
    torch.manual_seed(step)
    painter = {name: torch.randn_like(value) for name, value in Painter(3, SMALL).state_dict().items()}
    checkpoint.save(path, {"painter": painter, "step": step, "before": 10 * step})
    return painter


@pytest.mark.parametrize(("size", "share"), [("fine", 0.25), ("live", 0.75)])
@pytest.mark.usefixtures("recipe")
def test_shared_weights_lie_half_way_and_numbers_where_the_recipe_says(
    size: str, share: float, tmp_path: Path
) -> None:
    first, second, out = (tmp_path / name for name in ("first.ckpt", "second.ckpt", "out.ckpt"))
    before, after = stage(first, 1), stage(second, 2)
    assert between.main([size, str(first), str(second), str(out)]) == 0
    state = checkpoint.stored(out)
    assert (state["step"], state["before"]) == (2, 20)
    assert state["painter"].keys() == before.keys()
    for name, value in state["painter"].items():
        if is_style_number(name):
            low, high = (before, after) if size == "fine" else (after, before)
            assert torch.equal(value[0], low[name][0])
            assert torch.allclose(value[1], before[name][1].lerp(after[name][1], share), atol=1e-6)
            assert torch.equal(value[2], high[name][2])
        else:
            assert torch.allclose(value, (before[name] + after[name]) / 2, atol=1e-6)


def test_what_is_left_to_a_style_of_its_own_lies_between_the_mean_of_all_and_itself(
    recipe: list[RecipeStyle], tmp_path: Path
) -> None:
    first, second, out = (tmp_path / name for name in ("first.ckpt", "second.ckpt", "out.ckpt"))
    stage(first, 1)
    after = stage(second, 2)
    for index, (own, live_own) in zip((0, 2, 3), ((1.0, 0.0), (0.25, 1.0), (0.0, 0.5)), strict=True):
        recipe[index] = replace(recipe[index], share=1.0, live_share=1.0, own=own, live_own=live_own)
    for size, left in (("fine", (1.0, 0.25, 0.0)), ("live", (0.0, 1.0, 0.5))):
        assert between.main([size, str(first), str(second), str(out)]) == 0
        for name, value in checkpoint.stored(out)["painter"].items():
            if is_style_number(name):
                mean = after[name].mean(0)
                for number, own in enumerate(left):
                    assert torch.allclose(value[number], mean.lerp(after[name][number], own), atol=1e-6)


@pytest.mark.usefixtures("recipe")
def test_a_checkpoint_that_is_not_there_is_named(tmp_path: Path) -> None:
    stage(tmp_path / "first.ckpt", 1)
    with pytest.raises(OSError, match=r"no checkpoint .*second\.ckpt"):
        between.main(["fine", *(str(tmp_path / name) for name in ("first.ckpt", "second.ckpt", "out.ckpt"))])
    assert not (tmp_path / "out.ckpt").exists()
