"""The network, its files, and what is drawn."""

import importlib
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

from filters import sha256
from filters.engines import weights
from filters.engines.mix import style_file
from filters.making.recipe import read_recipe
from filters.training import export
from filters.training.network import FINE, Architecture, Painter, is_style_number
from filters.training.scenes import landscapes
from filters.training.tune import TUNING

SMALL = Architecture(stem=8, quarter=16, eighth=24, head=8, encoder_blocks=1, eighth_blocks=1, margin=16)


def painter(styles: int = 2, architecture: Architecture = SMALL) -> Painter:
    torch.manual_seed(5)
    made = Painter(styles, architecture)
    for name, parameter in made.named_parameters():
        if is_style_number(name):
            torch.nn.init.normal_(parameter, 1.0, 0.3)
    return made.eval()


def test_the_fine_network_fits_into_six_hundred_kilobytes(tmp_path: Path) -> None:
    export.write_base(Painter(1, FINE), tmp_path / "base.safetensors")
    assert (tmp_path / "base.safetensors").stat().st_size < 600_000


def test_painting_keeps_the_size_and_the_range() -> None:
    painted = painter()(torch.rand(2, 3, 40, 56), torch.tensor([0, 1])).detach()
    assert painted.shape == (2, 3, 40, 56)
    assert 0 <= float(painted.min()) <= float(painted.max()) <= 1


def test_while_it_learns_nothing_marks_the_border() -> None:
    flat, made = torch.full((1, 3, 64, 64), 0.3), painter()
    learning, running = (made.train(mode)(flat, torch.tensor([0])).detach() for mode in (True, False))
    one_phase = (..., slice(None, None, 2), slice(None, None, 2))  # pixel-shuffle may draw a 2x2 pattern
    assert float(learning[one_phase].std((2, 3)).max()) < 1e-4
    assert float(running[one_phase].std((2, 3)).max()) > 1e-3


def test_the_pictures_of_a_batch_do_not_influence_each_other() -> None:
    made, pictures = painter(), torch.rand(2, 3, 32, 32)
    together = made(pictures, torch.tensor([1, 0]))
    alone = made(pictures[1:], torch.tensor([0]))
    assert torch.allclose(together[1:], alone, atol=1e-5)
    assert not torch.allclose(made(pictures[1:], torch.tensor([1])), alone, atol=1e-2)


def test_files_give_back_the_network_that_was_written(tmp_path: Path) -> None:
    made, pictures = painter(), torch.rand(1, 3, 32, 40)
    digest = export.write_base(made, tmp_path / "base.safetensors")
    export.write_style(made, 1, tmp_path / "one.safetensors", slug="one", base_sha256=digest)
    again = export.assemble(
        tmp_path / "base.safetensors", [export.read_style(tmp_path / "one.safetensors", digest)]
    )
    assert again.architecture == SMALL
    expected = made(pictures, torch.tensor([1]))
    half_precision = 5e-3  # what rounding the base to float16 may change
    assert torch.allclose(again.eval()(pictures, torch.tensor([0])), expected, atol=half_precision)
    assert digest == sha256.of_file(tmp_path / "base.safetensors")


def test_the_same_weights_give_the_same_file(tmp_path: Path) -> None:
    digests = {export.write_base(painter(), tmp_path / f"{n}.safetensors") for n in range(4)}
    assert len(digests) == 1
    tensors = {"b": torch.rand(2, 3), "a": torch.rand(4).half()}
    numbers = {name: tensor.numpy() for name, tensor in tensors.items()}
    (tmp_path / "x.safetensors").write_bytes(weights.serialized(numbers, {"two": "2", "one": "é"}))
    with safe_open(tmp_path / "x.safetensors", "pt") as file:
        assert file.metadata() == {"one": "é", "two": "2"}
        assert torch.equal(file.get_tensor("b"), tensors["b"])
        assert torch.equal(file.get_tensor("a"), tensors["a"])


def test_what_was_learned_is_written_as_a_mix_of_it_would_be(tmp_path: Path) -> None:
    base, style = tmp_path / "base.safetensors", tmp_path / "style.safetensors"
    digest = export.write_base(painter(), base)
    export.write_style(painter(), 1, style, slug="one", base_sha256=digest)
    assert style_file(weights.read_style(style, weights.read_base(base))) == style.read_bytes()


def test_a_style_is_not_taken_for_another_base(tmp_path: Path) -> None:
    export.write_style(painter(), 0, tmp_path / "one.safetensors", slug="one", base_sha256="ab" * 32)
    with pytest.raises(export.WrongFile, match="another base"):
        export.read_style(tmp_path / "one.safetensors", "cd" * 32)
    with pytest.raises(export.WrongFile, match="format"):
        export.read_base(tmp_path / "one.safetensors")
    (tmp_path / "two.safetensors").write_bytes(b"\x80\x04 a pickle, say")
    with pytest.raises(export.WrongFile, match="not a safetensors"):
        export.read_style(tmp_path / "two.safetensors")


def test_the_middle_of_styles_is_their_mean() -> None:
    made = painter()
    numbers = [export.style_numbers(made, index) for index in (0, 1)]
    middle = export.mean_style(numbers)
    assert torch.allclose(
        middle["stem_norm.scale"], (numbers[0]["stem_norm.scale"] + numbers[1]["stem_norm.scale"]) / 2
    )


@pytest.mark.parametrize("name", sorted(style.drawing for style in read_recipe() if style.drawing))
def test_a_drawing_is_the_same_every_time(name: str) -> None:
    draw = importlib.import_module(f"filters.catalogue.drawings.{name}").draw
    first = draw()
    assert first.shape == (768, 768, 3)
    assert first.dtype == np.uint8
    assert np.array_equal(first, draw())
    assert first.reshape(-1, 3).std(0).max() > 15


def test_landscapes_are_as_large_as_what_is_cut_from_them() -> None:
    (one,) = landscapes(1)
    assert min(one.shape[:2]) >= max(TUNING.late_sizes), (
        "enlarged they are smooth, and teach to draw on smooth ground"
    )


def test_landscapes_follow_from_their_seed_and_differ() -> None:
    one, two = landscapes(2, seed=4)
    again = next(iter(landscapes(1, seed=4)))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, two)
    assert not np.array_equal(one, next(iter(landscapes(1, seed=5))))
