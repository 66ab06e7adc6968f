"""What computes: in full precision everywhere, in bfloat16 where that is quicker, and both paint the same picture."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnx
import onnxruntime
import pytest
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors
from pytest_django.fixtures import Settings

from filters import service
from filters.catalogue import load_catalogue
from filters.engines import held, network, runtime
from filters.engines.base import EngineError
from filters.engines.graph import build
from filters.engines.network import NetworkEngine
from filters.engines.runtime import SHAPES_KEPT, FullPrecision, HalfPrecision, half_precision_is_fast
from filters.engines.tiles import FEATHER, tiles
from filters.engines.weights import read_base, read_style
from filters.models import FilterVersion
from tests.engines.models import base_bytes, johnson, picture, style_bytes


@pytest.fixture
def asked_anew() -> Iterator[None]:
    """What is known of this machine is forgotten, before and after."""
    answers = runtime.half_precision_is_fast, runtime._openvino
    for answer in answers:
        answer.cache_clear()
    yield
    for answer in answers:
        answer.cache_clear()


def shipped(slug: str) -> onnx.ModelProto:
    one = next(one for one in load_catalogue() if one.slug == slug)
    base = read_base(one.base_file)
    return build(base, read_style(one.weights, base))


def small() -> onnx.ModelProto:
    base = read_base(base_bytes())
    return build(base, read_style(style_bytes(base_bytes()), base))


@pytest.mark.parametrize("slug", ["starry-night", "woodcut"])
def test_a_shipped_filter_paints_the_same_in_half_precision(slug: str) -> None:
    """On a processor without bfloat16 OpenVINO computes in full, which agrees all the more."""
    frames, model = picture(240, 320)[None], shipped(slug)
    full, half = (
        NetworkEngine(model.SerializeToString(), threads=1, half_precision=fast).apply(frames).astype(int)
        for fast in (False, True)
    )
    assert full.std() > 20
    assert np.abs(full - half).mean() < 0.5
    assert np.abs(full - half).max() <= 16


def test_held_statistics_paint_the_same_in_half_precision() -> None:
    frames, model = picture(240, 320)[None], shipped("starry-night")
    painted = []
    for fast in (False, True):
        engine = NetworkEngine(model.SerializeToString(), threads=1, half_precision=fast)
        engine.hold(engine.measure(picture(240, 320, 2)[None]))
        painted.append(engine.apply(frames).astype(int))
    assert np.abs(painted[0] - painted[1]).mean() < 0.5


def test_statistics_measured_in_bfloat16_paint_the_same_picture() -> None:
    frames, model = picture(80, 96)[None], small().SerializeToString()
    full, half = (NetworkEngine(model, threads=1, half_precision=fast) for fast in (False, True))
    painted = []
    for statistics in (full.measure(frames), half.measure(frames)):
        full.hold(statistics)
        painted.append(full.apply(frames).astype(int))
    assert np.abs(painted[0] - painted[1]).mean() < 0.5


def test_every_output_comes_by_its_name() -> None:
    model = held.measuring(small())
    frames = picture(72, 72)[None]
    full, half = FullPrecision(model, 1).run(frames), HalfPrecision(model, 1).run(frames)
    assert list(full) == list(half) == [output.name for output in model.graph.output]
    assert len(full) > 1
    assert all(half[name].shape == full[name].shape for name in full)


TOGETHER = """
import sys
import threading
import numpy as np
from filters.engines.graph import build
from filters.engines.runtime import HalfPrecision
from filters.engines.weights import read_base, read_style
from tests.engines.models import base_bytes, style_bytes

base = read_base(base_bytes())
model = build(base, read_style(style_bytes(base_bytes()), base))
sys.setswitchinterval(1e-6)  # threads take turns as often as can be
begin, frames = threading.Barrier(8), np.zeros((1, 72, 72, 3), np.uint8)
sessions = [HalfPrecision(model, 1) for _ in range(8)]

def paint(session):
    session._request(frames.shape)
    begin.wait()
    session.run(frames)

threads = [threading.Thread(target=paint, args=(session,)) for session in sessions]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_threads_that_paint_for_the_first_time_at_once_do_not_wait_for_each_other_for_ever() -> None:
    """OpenVINO's bindings hold Python's lock and wait for one of their own: nothing in the process would go on."""
    words, folder = [sys.executable, "-c", TOGETHER], Path(__file__).parents[2]
    started = [subprocess.Popen(words, cwd=folder) for _ in range(4)]
    try:
        assert [one.wait(timeout=60) for one in started] == [0] * 4
    finally:
        for one in started:
            one.kill()
            one.wait()


def test_it_is_compiled_once_for_a_size_and_few_sizes_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    session = HalfPrecision(small(), 1)
    compiled: list[tuple[int, ...]] = []
    compile_for = session._compile

    def counting(shape: tuple[int, ...]) -> object:
        compiled.append(shape)
        return compile_for(shape)

    monkeypatch.setattr(session, "_compile", counting)
    frames = [picture(72, 72 + 8 * more)[None] for more in range(SHAPES_KEPT + 1)]
    first = session.run(frames[0])
    assert np.array_equal(session.run(frames[0])["painted"], first["painted"])
    assert compiled == [frames[0].shape]
    for frame in frames[1:]:
        session.run(frame)
    assert len(session._compiled) == SHAPES_KEPT
    assert np.array_equal(session.run(frames[0])["painted"], first["painted"])
    assert compiled[-1] == frames[0].shape and len(compiled) == SHAPES_KEPT + 2


def test_a_painted_picture_is_not_written_over_by_the_next() -> None:
    session = HalfPrecision(small(), 1)
    one = session.run(picture(72, 72, 1)[None])["painted"]
    before = one.copy()
    other = session.run(picture(72, 72, 2)[None])["painted"]
    assert np.array_equal(one, before) and not np.array_equal(one, other)


def test_a_batch_that_the_model_does_not_take_is_told() -> None:
    with pytest.raises(EngineError, match=r"^The filter failed: "):
        HalfPrecision(small(), 1).run(np.zeros((1, 3, 72), np.uint8))


@pytest.mark.parametrize(
    "problem",
    [
        ort_errors.RuntimeException("Non-zero status code returned while running Conv node. std::bad_alloc"),
        ort_errors.RuntimeException("BFCArena: Failed to allocate memory for requested buffer of size 9"),
        ort_errors.Fail("CUDA failure 2: out of memory"),
        RuntimeError("bad allocation"),
        MemoryError("std::bad_alloc"),
    ],
)
@pytest.mark.parametrize("kind", [FullPrecision, HalfPrecision])
def test_want_of_memory_passes(
    monkeypatch: pytest.MonkeyPatch, kind: type[FullPrecision | HalfPrecision], problem: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise problem

    session = kind(small(), 1)
    loaded = SimpleNamespace(run=fail, get_outputs=list, get_inputs=lambda: [SimpleNamespace(name="")])
    monkeypatch.setattr(session, "loaded", loaded, raising=False)
    monkeypatch.setattr(session, "_request", fail, raising=False)
    with pytest.raises(EngineError, match=r"^The machine had too little memory") as caught:
        session.run(picture(72, 72)[None])
    assert caught.value.temporary
    monkeypatch.setattr(onnxruntime, "InferenceSession", fail)
    with pytest.raises(EngineError, match=r"^The machine had too little memory") as caught:
        FullPrecision(small(), 1)
    assert caught.value.temporary


def test_a_worker_short_of_memory_for_a_moment_holds_statistics_as_the_others_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine, run = NetworkEngine(small().SerializeToString(), threads=1), FullPrecision.run
    problems = [EngineError("too little memory", temporary=True)]

    def once(self: FullPrecision, batch: np.ndarray) -> runtime.Outputs:
        if problems:
            raise problems.pop()
        return run(self, batch)

    monkeypatch.setattr(FullPrecision, "run", once)
    with pytest.raises(EngineError, match="too little memory"):
        engine.measure(picture(72, 72)[None])
    assert engine.can_hold


@pytest.mark.parametrize(("width", "height"), [(3840, 2160), (6144, 3160), (6144, 3456), (8192, 4320)])
def test_all_tiles_of_a_large_frame_stay_compiled(width: int, height: int) -> None:
    convention = NetworkEngine(shipped("starry-night").SerializeToString(), threads=1).convention
    overlap = convention.reach + FEATHER // 2
    cut = tiles(height, width, max(network.TILE_SIDE, 4 * overlap), overlap, convention.grid)
    frame = np.broadcast_to(np.uint8(0), (height, width, 3))
    assert len({tile.of(frame).shape for tile in cut}) <= SHAPES_KEPT


def test_nobody_is_told_that_filters_were_loaded(tmp_path: Path) -> None:
    """What computes leaves an identifier in the home where it reports to its makers."""
    words = """
import sys
from filters.engines import runtime
from tests.engines.models import negative
runtime.half_precision_is_fast()
runtime.FullPrecision(negative(1.0), 1)
assert {"openvino", "onnxruntime"} <= sys.modules.keys()
assert sys.modules["openvino_telemetry"] is None
"""
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    told = subprocess.run(
        [sys.executable, "-c", words], env=home, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("asked_anew")
def test_without_openvino_everything_is_painted_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    assert not half_precision_is_fast()


@pytest.mark.usefixtures("asked_anew")
@pytest.mark.parametrize(
    ("able", "fast"), [(["FP32", "BF16"], True), (["FP32", "INT8"], False), (RuntimeError("no CPU"), False)]
)
def test_half_precision_is_for_processors_that_say_so(
    monkeypatch: pytest.MonkeyPatch, able: list[str] | Exception, fast: bool
) -> None:
    class Core:
        def get_property(self, device: str, name: str) -> list[str]:
            assert (device, name) == ("CPU", "OPTIMIZATION_CAPABILITIES")
            if isinstance(able, Exception):
                raise able
            return able

    monkeypatch.setattr(runtime, "_openvino", Core)
    assert half_precision_is_fast() is fast


@pytest.mark.usefixtures("asked_anew")
def test_a_gpu_is_not_left_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    both = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: both)
    assert not half_precision_is_fast()


@pytest.mark.parametrize(
    ("asked", "fast", "half"), [(False, True, True), (True, True, False), (False, False, False)]
)
def test_the_operator_decides_where_the_processor_could(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path, asked: bool, fast: bool, half: bool
) -> None:
    settings.ROTOSCOPE_FULL_PRECISION = asked
    monkeypatch.setattr(network, "half_precision_is_fast", lambda: fast)
    base, style = tmp_path / "base", tmp_path / "style"
    base.write_bytes(base_bytes())
    style.write_bytes(style_bytes(base_bytes()))
    monkeypatch.setattr(service, "base_of", lambda version: base)
    monkeypatch.setattr(service, "local_path", lambda weights: style)
    engine = service.make_engine(FilterVersion(kind=FilterVersion.Kind.STYLE))
    assert isinstance(engine, NetworkEngine)
    assert engine.provider == ("OpenVINO, bfloat16" if half else "CPUExecutionProvider")


@pytest.mark.parametrize(("levels", "half"), [(0, True), (3, False)])
def test_an_unknown_model_is_painted_in_half_precision_where_that_looks_alike(
    monkeypatch: pytest.MonkeyPatch, levels: int, half: bool
) -> None:
    run = HalfPrecision.run
    monkeypatch.setattr(network, "half_precision_is_fast", lambda: True)
    monkeypatch.setattr(
        HalfPrecision,
        "run",
        lambda self, batch: {name: value + levels for name, value in run(self, batch).items()},
    )
    engine = NetworkEngine.trying_half(johnson().SerializeToString(), threads=1)
    assert engine.provider == ("OpenVINO, bfloat16" if half else "CPUExecutionProvider")
    asked = NetworkEngine.trying_half(johnson().SerializeToString(), threads=1, full_precision=True)
    assert asked.provider == "CPUExecutionProvider"
    frames = picture(120, 168)[None]
    assert np.abs(engine.apply(frames).astype(int) - asked.apply(frames)).mean() < 1.5


def test_what_openvino_cannot_run_is_painted_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: HalfPrecision, batch: object) -> None:
        raise EngineError("The filter failed: no such operation")

    monkeypatch.setattr(network, "half_precision_is_fast", lambda: True)
    monkeypatch.setattr(HalfPrecision, "run", refuse)
    engine = NetworkEngine.trying_half(johnson().SerializeToString(), threads=1)
    assert engine.provider == "CPUExecutionProvider"
    assert engine.apply(picture(64, 64)[None]).shape == (1, 64, 64, 3)
