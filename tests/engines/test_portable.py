"""A filter as ONNX in a program that knows nothing of Rotoscope paints the pixels that the engine paints."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

from filters.bundle import to_onnx
from filters.engines import network
from filters.engines.graph import MULTIPLE, SMALLEST, build
from filters.engines.network import NetworkEngine
from filters.engines.weights import read_base, read_style
from tests.engines.models import base_bytes, picture, style_bytes

SIZES = [(1, 1), (2, 3), (1, 90), (75, 91), (72, 80), (163, 201)]
ELSEWHERE = """
import sys
import numpy, onnxruntime
assert not any("rotoscope" in name or name.startswith("filters") for name in sys.modules)
session = onnxruntime.InferenceSession("filter.onnx")
given = numpy.load("given.npz")
numpy.savez("painted.npz", **{name: session.run(None, {"frames": given[name]})[0] for name in given.files})
"""


@pytest.fixture(scope="module")
def files() -> tuple[bytes, bytes]:
    base = base_bytes()
    return base, style_bytes(base)


def test_any_size_is_painted_elsewhere_as_here(files: tuple[bytes, bytes], tmp_path: Path) -> None:
    given = {f"{height}x{width}": picture(height, width)[None] for height, width in SIZES}
    (tmp_path / "filter.onnx").write_bytes(to_onnx(*files))
    np.savez(tmp_path / "given.npz", **given)  # type: ignore[arg-type]
    subprocess.run([sys.executable, "-I", "-c", ELSEWHERE], cwd=tmp_path, check=True, timeout=300)
    base = read_base(files[0])
    engine = NetworkEngine(build(base, read_style(files[1], base)).SerializeToString())
    painted = np.load(tmp_path / "painted.npz")
    for name, frames in given.items():
        assert painted[name].shape == frames.shape
        difference = np.abs(painted[name].astype(int) - engine.apply(frames))
        assert difference.max() <= 1, f"{name} differs by {difference.max()}"


def test_our_own_engine_takes_it_back(files: tuple[bytes, bytes]) -> None:
    engine = NetworkEngine(to_onnx(*files))
    assert engine.can_hold
    assert (engine.convention.multiple, engine.convention.smallest) == (MULTIPLE, SMALLEST)
    frames = picture(75, 91)[None]
    assert engine.apply(frames).shape == frames.shape


def said_as_before(model: bytes) -> bytes:
    """The model as it was exported until its metadata told the sizes that its tiles need."""
    made = onnx.load_model_from_string(model)
    helper.set_model_props(
        made, {one.key: one.value for one in made.metadata_props} | {"multiple": "1", "smallest": "1"}
    )
    return bytes(made.SerializeToString())


@pytest.mark.parametrize("size", [(433, 621), (432, 624)])
@pytest.mark.parametrize("exported", [bytes, said_as_before], ids=["now", "before"])
@pytest.mark.parametrize("held", [True, False], ids=["held", "each its own"])
def test_its_tiles_are_painted_as_the_whole_frame_is(
    files: tuple[bytes, bytes],
    monkeypatch: pytest.MonkeyPatch,
    exported: Callable[[bytes], bytes],
    size: tuple[int, int],
    held: bool,
) -> None:
    frames = picture(*size)[None]
    base = read_base(files[0])
    ours = NetworkEngine(build(base, read_style(files[1], base)).SerializeToString(), threads=1)
    theirs = NetworkEngine(exported(to_onnx(*files)), threads=1)
    for engine in (ours, theirs):
        engine.hold(engine.measure(frames) if held else None)
    whole = ours.apply(frames)
    monkeypatch.setattr(network, "LARGEST_WHOLE", size[0] * size[1] // 2)
    monkeypatch.setattr(network, "TILE_SIDE", 200)
    tiled = theirs.apply(frames).astype(int)
    assert np.abs(tiled - ours.apply(frames)).max() <= 1
    if held:
        assert np.abs(tiled - whole).max() <= 1


def test_a_batch_of_frames_goes_through_at_once(files: tuple[bytes, bytes], tmp_path: Path) -> None:
    import onnxruntime

    session = onnxruntime.InferenceSession(to_onnx(*files))
    frames = np.stack([picture(75, 91), 255 - picture(75, 91)])
    (both,) = session.run(None, {"frames": frames})
    (alone,) = session.run(None, {"frames": frames[1:]})
    assert np.abs(both[1].astype(int) - alone[0]).max() <= 1
