"""The graph is the network that was trained, and files of weights are read with mistrust."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

from filters.engines.graph import SMALLEST, build, reach
from filters.engines.network import NetworkEngine
from filters.engines.weights import (
    LARGEST_STYLE,
    Architecture,
    BadWeights,
    base_of_style,
    read_base,
    read_style,
)
from tests.engines.models import TINY, base_bytes, picture, style_bytes, write_filter

WIDE = replace(TINY, stem=24, quarter=32, eighth=40, encoder_blocks=2, eighth_blocks=3, kernel=5, margin=24)
FLAT = replace(TINY, encoder_blocks=0, decoder_blocks=0, expansion=1, margin=8)


@pytest.mark.parametrize("architecture", [TINY, WIDE, FLAT], ids=["tiny", "wide", "flat"])
def test_the_graph_paints_as_the_trained_network_does(tmp_path: Path, architecture: Architecture) -> None:
    torch = pytest.importorskip("torch", reason="requirements-train.txt is not installed")
    from filters.training.export import assemble
    from filters.training.export import read_style as torch_style

    base, style = write_filter(tmp_path, architecture)
    frames = np.stack([picture(104, 136, seed) for seed in (1, 2)])
    painter = assemble(base, [torch_style(style)]).eval()
    with torch.no_grad():
        pictures = torch.from_numpy(frames).permute(0, 3, 1, 2).float() / 255
        expected = painter(pictures, torch.zeros(2, dtype=torch.long)).permute(0, 2, 3, 1).numpy() * 255
    painted = NetworkEngine.from_files(base, style, full_precision=True).apply(frames)
    assert expected.std() > 10
    assert np.abs(painted - expected).max() < 2


def test_the_graph_is_a_valid_model_without_anything_outside_itself() -> None:
    base = base_bytes()
    weights = read_base(base)
    model = build(weights, read_style(style_bytes(base), weights))
    onnx.checker.check_model(model, full_check=True)
    assert [opset.domain for opset in model.opset_import] == [""]
    assert not any(tensor.external_data for tensor in model.graph.initializer)


def test_nothing_beyond_the_reach_matters(tmp_path: Path) -> None:
    """Statistics held, a change at one place changes nothing farther away than `reach`, and something nearby."""
    engine = NetworkEngine.from_files(*write_filter(tmp_path, WIDE))
    frame = picture(96, 400)
    engine.hold(engine.measure(frame[None]))
    changed = frame.copy()
    changed[:, 300:] = 255 - changed[:, 300:]
    one, other = engine.apply(np.stack([frame, changed])).astype(int)
    columns = np.abs(one - other).max(axis=(0, 2))
    assert columns[: 300 - reach(WIDE)].max() == 0
    assert columns[300 - reach(WIDE) // 2 : 300].max() > 0


def test_the_smallest_size_fits_the_widest_margin(tmp_path: Path) -> None:
    architecture = replace(TINY, margin=64)
    engine = NetworkEngine.from_files(*write_filter(tmp_path, architecture))
    assert architecture.margin < SMALLEST
    assert engine.apply(picture(2, 2)[None]).shape == (1, 2, 2, 3)


def test_a_style_says_which_base_it_belongs_to() -> None:
    base = base_bytes()
    assert base_of_style(style_bytes(base)) == read_base(base).sha256


def damaged_base(case: str) -> bytes:
    good = base_bytes()
    cases = {
        "empty": b"",
        "short": good[:5],
        "cut": good[: len(good) // 2],
        "a pickle": b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94.",
        "a huge header": struct.pack("<Q", 1 << 40) + good[8:],
        "nested json": struct.pack("<Q", 100_000) + b"[" * 100_000,
        "json that is no table": struct.pack("<Q", 2) + b"[]",
        "a style": style_bytes(good),
        "another format": base_bytes(format="rotoscope-base-9"),
        "no size": base_bytes(stem=""),
        "a size that is no number": base_bytes(stem="eight"),
        "a negative size": base_bytes(margin="-16"),
        "an absurd size": base_bytes(quarter="99999"),
        "superscript digits": base_bytes(stem="²"),
        "an odd margin": base_bytes(margin="5"),
        "an even kernel": base_bytes(replace(TINY, kernel=4)),
        "sizes that do not fit": base_bytes(stem="16"),
        "more blocks than weights": base_bytes(encoder_blocks="2"),
        "fewer blocks than weights": base_bytes(encoder_blocks="0"),
    }
    return cases[case]


@pytest.mark.parametrize(
    "case",
    [
        "empty", "short", "cut", "a pickle", "a huge header", "nested json", "json that is no table", "a style",
        "another format", "no size", "a size that is no number", "a negative size", "an absurd size",
        "superscript digits", "an odd margin", "an even kernel", "sizes that do not fit",
        "more blocks than weights", "fewer blocks than weights",
    ],
)  # fmt: skip
def test_a_damaged_base_is_refused_with_a_sentence(case: str) -> None:
    with pytest.raises(BadWeights, match=r"\.$"):
        read_base(damaged_base(case))


def test_numbers_that_are_not_finite_are_refused() -> None:
    base = base_bytes()
    style = bytearray(style_bytes(base))
    style[-4:] = struct.pack("<f", float("nan"))
    with pytest.raises(BadWeights, match="finite"):
        read_style(bytes(style), read_base(base))


def test_a_file_beyond_its_limit_is_not_read(tmp_path: Path) -> None:
    large = tmp_path / "large.safetensors"
    with large.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(BadWeights, match=str(LARGEST_STYLE)):
        read_style(large, read_base(base_bytes()))
