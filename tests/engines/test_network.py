"""The network engine: any size, any convention, tiles without seams, statistics held."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from filters.engines import network
from filters.engines.base import Engine, EngineError, EngineUnavailable
from filters.engines.network import NetworkEngine, sampled
from filters.engines.weights import BadWeights
from tests.engines.models import (
    base_bytes,
    grouped,
    halved,
    johnson,
    model,
    negative,
    picture,
    squashed,
    write_filter,
)

Pictures = np.ndarray[Any, np.dtype[np.uint8]]


@pytest.fixture
def engine(tmp_path: Path) -> NetworkEngine:
    return NetworkEngine.from_files(*write_filter(tmp_path), threads=1)


def difference(one: Pictures, other: Pictures) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.abs(one.astype(np.int64) - other.astype(np.int64))


def test_it_is_an_engine(engine: NetworkEngine) -> None:
    assert isinstance(engine, Engine)


@pytest.mark.parametrize(
    "size", [(1, 1), (3, 5), (7, 64), (64, 64), (72, 72), (73, 80), (101, 203), (1, 300)]
)
def test_it_paints_any_size_exactly(engine: NetworkEngine, size: tuple[int, int]) -> None:
    frames = picture(*size)[None]
    painted = engine.apply(frames)
    assert painted.shape == frames.shape and painted.dtype == np.uint8


def test_the_frames_of_a_batch_do_not_influence_each_other(engine: NetworkEngine) -> None:
    frames = np.stack([picture(80, 96, seed) for seed in range(3)])
    together = engine.apply(frames)
    alone = np.concatenate([engine.apply(frame[None]) for frame in frames])
    assert np.array_equal(together, alone)
    assert difference(together[0], together[1]).mean() > 5


def test_the_size_is_extended_by_reflection_and_not_by_black(engine: NetworkEngine) -> None:
    """A frame cut by three pixels is painted as the whole frame is, up to its new edge."""
    whole = picture(160, 160)
    cut = engine.apply(whole[None, :157, :157])[0]
    assert difference(cut, engine.apply(whole[None])[0][:157, :157]).mean() < 3


def test_tiles_of_a_large_frame_show_no_seam(engine: NetworkEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = picture(420, 610)
    engine.hold(engine.measure(frame[None]))
    whole = engine.apply(frame[None])[0]
    monkeypatch.setattr(network, "LARGEST_WHOLE", 1000)
    monkeypatch.setattr(network, "TILE_SIDE", 200)
    tiled = engine.apply(frame[None])[0]
    assert difference(whole, tiled).max() <= 1


def test_tiles_agree_without_held_statistics_too(
    engine: NetworkEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The light differs from left to right: tiles normalized each for itself would be far off."""
    frame = picture(600, 900)
    whole = engine.apply(frame[None])[0]
    alone = engine.apply(frame[None, :, 600:])[0]
    monkeypatch.setattr(network, "LARGEST_WHOLE", 600 * 900 // 2)
    monkeypatch.setattr(network, "TILE_SIDE", 200)
    tiled = engine.apply(frame[None])[0]
    assert difference(whole, tiled).mean() < 0.4 * difference(whole[:, 600:], alone).mean()
    steps_tiled, steps_whole = (np.abs(np.diff(x.astype(int), axis=1)).mean((0, 2)) for x in (tiled, whole))
    assert (steps_tiled / steps_whole).max() < 1.1


def test_tiles_of_a_model_that_says_nothing_about_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = NetworkEngine(johnson().SerializeToString(), threads=1)
    frame = picture(700, 900)
    engine.hold(engine.measure(frame[None]))
    whole = engine.apply(frame[None])[0]
    monkeypatch.setattr(network, "LARGEST_WHOLE", 1000)
    monkeypatch.setattr(network, "TILE_SIDE", 200)
    assert difference(whole, engine.apply(frame[None])[0]).max() <= 1


def test_a_model_for_one_picture_at_a_time_paints_large_frames_too(monkeypatch: pytest.MonkeyPatch) -> None:
    one, many = (NetworkEngine(johnson(batch=batch).SerializeToString(), threads=1) for batch in (1, "N"))
    frame = picture(700, 900)[None]
    monkeypatch.setattr(network, "LARGEST_WHOLE", 700 * 900 // 2)
    monkeypatch.setattr(network, "TILE_SIDE", 200)
    assert difference(one.apply(frame), many.apply(frame)).max() <= 1
    one.hold(one.measure(frame))
    many.hold(many.measure(frame))
    assert difference(one.apply(frame), many.apply(frame)).max() <= 1


@pytest.mark.parametrize("half", [False, True], ids=["single", "half"])
@pytest.mark.parametrize("opset", [11, 17, 18, 20])
def test_held_statistics_of_a_strange_model_paint_a_frame_as_its_own_do(opset: int, half: bool) -> None:
    made = johnson(opset=opset)
    check_held_as_own(NetworkEngine((halved(made) if half else made).SerializeToString()))


def test_held_statistics_of_a_frame_paint_it_as_its_own_do(tmp_path: Path) -> None:
    check_held_as_own(NetworkEngine.from_files(*write_filter(tmp_path), full_precision=True))


def check_held_as_own(engine: NetworkEngine) -> None:
    assert engine.can_hold
    frame = picture(120, 168)[None]
    own = engine.apply(frame)
    engine.hold(engine.measure(frame))
    assert difference(engine.apply(frame), own).max() <= 1


def test_held_statistics_keep_a_frame_from_breathing(engine: NetworkEngine) -> None:
    """Something bright enters on the right: far from it, nothing may change."""
    before = picture(96, 320)
    after = before.copy()
    after[:, 280:] = 255
    left = np.s_[:, :180]

    def change() -> float:
        one, other = engine.apply(np.stack([before, after]))
        return float(difference(one[left], other[left]).mean())

    breathing = change()
    engine.hold(engine.measure(before[None]))
    assert change() == 0.0 < breathing
    engine.hold(None)
    assert change() == breathing


def test_statistics_over_several_frames_are_their_mean(engine: NetworkEngine) -> None:
    frames = np.stack([picture(80, 80, 1), picture(80, 80, 2)])
    both, one, other = engine.measure(frames), engine.measure(frames[:1]), engine.measure(frames[1:])
    assert both
    for name, value in both.items():
        assert np.allclose(value, (one[name] + other[name]) / 2, atol=1e-5)


@pytest.mark.parametrize("made", [negative(1.0), grouped()], ids=["none", "of groups"])
def test_holding_does_nothing_to_a_model_without_statistics_to_take_out(made: onnx.ModelProto) -> None:
    engine = NetworkEngine(made.SerializeToString())
    assert not engine.can_hold
    frame = picture(40, 40)[None]
    painted = engine.apply(frame)
    assert engine.measure(frame) == {}
    engine.hold({})
    assert np.array_equal(engine.apply(frame), painted)


@pytest.mark.parametrize(
    ("white", "options"),
    [
        (1.0, {}),
        (255.0, {}),
        (0.0, {}),  # from -1 to 1, and back
        (0.0, {"shape": ("N", "H", "W", 3)}),
        (1.0, {"shape": ("N", "H", "W", 3)}),
        (255.0, {"shape": (1, "H", "W", 3)}),
        (255, {"kind": TensorProto.UINT8}),
        (255, {"kind": TensorProto.UINT8, "shape": ("N", "H", "W", 3)}),
    ],
)
def test_it_finds_out_how_a_model_wants_its_pictures(white: float, options: dict[str, Any]) -> None:
    engine = NetworkEngine(negative(white, **options).SerializeToString())
    frames = np.stack([picture(37, 51, seed) for seed in range(2)])
    assert difference(engine.apply(frames), 255 - frames).max() <= (0 if "kind" in options else 1)


def test_a_model_that_paints_from_minus_one_paints_what_its_like_of_0_to_1_does() -> None:
    signed, plain = (NetworkEngine(squashed(one).SerializeToString(), threads=1) for one in (True, False))
    assert (signed.convention.value_range, plain.convention.value_range) == ("-1..1", "0..1")
    frames = picture(37, 51)[None]
    assert difference(signed.apply(frames), plain.apply(frames)).max() <= 1


@pytest.mark.parametrize(("steep", "less"), [(0.9, 0.12), (1.2, 0.25)])
def test_a_model_of_0_to_1_may_paint_blacker_than_black(steep: float, less: float) -> None:
    """Dark and without a bound: a fifth of what it paints of the test picture lies below 0, nothing above 1."""
    constants = {"steep": np.float32(steep), "less": np.float32(less)}
    nodes = [helper.make_node("Mul", ["x", "steep"], ["m"]), helper.make_node("Sub", ["m", "less"], ["y"])]
    dark = NetworkEngine(model(nodes, constants=constants).SerializeToString(), threads=1)
    frames = picture(37, 51)[None]
    wanted = np.clip(frames * steep - less * 255, 0, 255)
    assert dark.convention.value_range == "0..1"
    assert np.abs(dark.apply(frames) - wanted).max() <= 1


def test_it_takes_a_model_of_half_precision() -> None:
    constants = {"one": np.float16(1.0)}
    node = helper.make_node("Sub", ["one", "x"], ["y"])
    half = model([node], constants=constants, kind=TensorProto.FLOAT16)
    frames = picture(32, 32)[None]
    assert difference(NetworkEngine(half.SerializeToString()).apply(frames), 255 - frames).max() <= 1


def test_infinite_output_is_an_error_and_not_a_black_picture() -> None:
    """1 / (x - 0.2): finite for the trial picture's values, infinite for grey 51."""
    constants = {"grey": np.float32(51.0), "one": np.float32(20.0)}
    nodes = [
        helper.make_node("Sub", ["x", "grey"], ["d"]),
        helper.make_node("Div", ["one", "d"], ["y"]),
    ]
    blowing = model(nodes, constants=constants)
    blowing.metadata_props.add(key="range", value="0..255")
    with pytest.raises(EngineError, match="finite"):
        NetworkEngine(blowing.SerializeToString()).apply(np.full((1, 32, 32, 3), 51, np.uint8))


def test_missing_weights_make_the_filter_unavailable(tmp_path: Path) -> None:
    base, style = write_filter(tmp_path)
    style.unlink()
    with pytest.raises(EngineUnavailable, match="missing"):
        NetworkEngine.from_files(base, style)
    with pytest.raises(EngineUnavailable, match="cannot be read"):
        NetworkEngine(tmp_path / "none.onnx")


def test_a_style_of_another_base_is_refused(tmp_path: Path) -> None:
    base, style = write_filter(tmp_path)
    base.write_bytes(base_bytes(seed=99))
    with pytest.raises(BadWeights, match="another base"):
        NetworkEngine.from_files(base, style)


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(EngineError):
        NetworkEngine(b"\x80\x04 no model at all")


@pytest.mark.parametrize("shape", [(2, 8, 8), (1, 8, 8, 4), (0, 8, 8, 3), (1, 0, 8, 3)])
def test_it_refuses_what_are_no_frames(engine: NetworkEngine, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="Expected"):
        engine.apply(np.zeros(shape, np.uint8))


def test_a_closed_engine_paints_no_more(engine: NetworkEngine) -> None:
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.apply(picture(32, 32)[None])


def test_patches_for_measuring_cover_a_large_frame_and_stay_small() -> None:
    frame = picture(1080, 1920)
    patches = sampled(frame, 500_000, 8)
    count, height, width, _ = patches.shape
    assert height % 8 == 0 and width % 8 == 0
    assert 300_000 < count * height * width <= 500_000
    assert np.array_equal(patches[0], frame[:height, :width])
    assert np.array_equal(patches[-1], frame[-height:, -width:])
