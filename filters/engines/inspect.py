"""Looks at an ONNX model that somebody uploaded before it is let in.

The file is read and run only in a child process with limits on time and memory: a model is a program, and one
that is damaged or malicious may crash or stall whatever loads it. ONNX is protobuf, never pickle; what could
reach beyond the file (external data, operators of other libraries, functions) is refused before it is loaded.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from math import ceil
from typing import Any

from filters import sha256
from filters.engines.base import Engine, EngineError, Frames
from rotoscope.common.children import PROJECT, bounded

LARGEST_MODEL = 64 << 20
"""Bytes. A large style network (Johnson et al. 2016) has 7 MB."""
LONGEST = 60.0
"""Seconds for everything."""
MEMORY = 6 << 30
"""Bytes of address space, most of which ONNX Runtime reserves and never touches."""
OPSETS = range(7, 25)
DOMAINS = {"", "ai.onnx"}
MOST_NODES = 20_000
SIZES = ((96, 128), (135, 241), (360, 640))
STYLE_TRIAL_SIDE = 128


class ModelRefused(EngineError):
    """The model is not let in; the message is a sentence that says why."""


@dataclass(frozen=True)
class ModelSummary:
    """What was found out about a model."""

    sha256: str
    size: int
    """Bytes."""
    opset: int
    nodes: int
    parameters: int
    layout: str
    """NCHW or NHWC, of the input."""
    number_type: str
    """uint8, float32 or float16, of the input."""
    value_range: str
    """0..1, -1..1 or 0..255, of the input."""
    can_hold: bool
    """Whether its instance statistics can be held over a shot (and tiles of a 4K frame agree)."""
    milliseconds: float
    """For a frame of 640x360 here and now, on one core; an indication."""


def inspect_model(data: bytes) -> ModelSummary:
    """Check an uploaded model. Takes up to a minute. Raises ModelRefused."""
    if len(data) > LARGEST_MODEL:
        raise ModelRefused(f"The model is larger than {LARGEST_MODEL >> 20} MB.")
    if not data:
        raise ModelRefused("The file is empty.")
    answer = _ask_child(data)
    if "refused" in answer:
        raise ModelRefused(str(answer["refused"]))
    return ModelSummary(sha256=sha256.of_bytes(data), size=len(data), **answer["found"])


def _ask_child(data: bytes) -> dict[str, Any]:
    """Run this module as a program of its own and read its one line of JSON."""
    program = [sys.executable, "-m", "filters.engines.inspect"]
    # A second more of processor time, so that it is the clock that ends it and its sentence that is said.
    command = bounded(program, memory=MEMORY, cpu_seconds=ceil(LONGEST) + 1)
    bare = {"PATH": os.environ.get("PATH", ""), "OMP_NUM_THREADS": "1"}
    try:
        child = subprocess.run(
            command, input=data, capture_output=True, timeout=LONGEST, cwd=PROJECT, env=bare, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise ModelRefused(f"The model was not done with its test pictures after {LONGEST:.0f} s.") from late
    try:
        answer = json.loads(child.stdout)
    except ValueError:
        answer = None
    if child.returncode or not isinstance(answer, dict) or not answer.keys() & {"found", "refused"}:
        raise ModelRefused("The model crashed, or needed more memory than a filter may have.")
    return answer


def examine(data: bytes) -> dict[str, Any]:
    """All checks, in this process. The fields of ModelSummary but for hash and size. Raises ModelRefused."""
    import numpy as np
    import onnx

    from filters.engines.network import NetworkEngine

    model = _parsed(data)
    _check_reach_outside(model)
    opset = _opset(model)
    try:
        onnx.checker.check_model(model)
    except onnx.checker.ValidationError as error:
        raise ModelRefused(
            f"The model is not valid ONNX: {str(error).strip().splitlines()[0][:200]}"
        ) from error
    try:
        engine = NetworkEngine(data, threads=1)
        milliseconds = _try_out(engine)
    except EngineError as error:
        raise ModelRefused(str(error)) from error
    convention = engine.convention
    return {
        "opset": opset,
        "nodes": len(model.graph.node),
        "parameters": sum(int(np.prod(tensor.dims)) for tensor in model.graph.initializer),
        "layout": "NCHW" if convention.channels_first else "NHWC",
        "number_type": np.dtype(convention.dtype).name,
        "value_range": convention.value_range,
        "can_hold": engine.can_hold,
        "milliseconds": milliseconds,
    }


def _parsed(data: bytes) -> Any:
    import onnx
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    try:
        model = onnx.load_model_from_string(data)
    except DecodeError as error:
        raise ModelRefused("This is not an ONNX model.") from error
    if not model.graph.node or not model.opset_import:
        raise ModelRefused("This is not an ONNX model.")
    return model


def _check_reach_outside(model: Any) -> None:
    """Refuse everything that is not plain ONNX within one file."""
    import onnx

    if model.functions or model.training_info:
        raise ModelRefused("The model brings functions or training steps of its own, which are not allowed.")
    if sum(1 for _ in _nodes(model.graph)) > MOST_NODES:
        raise ModelRefused(f"The model has more than {MOST_NODES} steps.")
    domains = {opset.domain for opset in model.opset_import} | {node.domain for node in _nodes(model.graph)}
    if strange := sorted(domains - DOMAINS):
        raise ModelRefused(f"The model uses operators of “{strange[0][:60]}”; only ONNX's own are allowed.")
    for tensor in _tensors(model.graph):
        if tensor.external_data or tensor.data_location == onnx.TensorProto.EXTERNAL:
            raise ModelRefused("The model keeps weights in other files; export it as a single file.")


def _opset(model: Any) -> int:
    version = max(opset.version for opset in model.opset_import)
    if version not in OPSETS:
        raise ModelRefused(
            f"The model is written in ONNX opset {version}; {OPSETS[0]} to {OPSETS[-1]} can be read."
        )
    return int(version)


def _graphs(graph: Any) -> Iterator[Any]:
    """The graph and all graphs inside its nodes (branches and loops)."""
    waiting = [graph]
    while waiting:
        current = waiting.pop()
        yield current
        for node in current.node:
            for attribute in node.attribute:
                waiting.extend([attribute.g] if attribute.HasField("g") else [])
                waiting.extend(attribute.graphs)


def _nodes(graph: Any) -> Iterator[Any]:
    for one in _graphs(graph):
        yield from one.node


def _tensors(graph: Any) -> Iterator[Any]:
    for one in _graphs(graph):
        yield from one.initializer
        for sparse in one.sparse_initializer:
            yield from (sparse.values, sparse.indices)
        for node in one.node:
            for attribute in node.attribute:
                yield from (attribute.t, *attribute.tensors, attribute.sparse_tensor.values)
                yield attribute.sparse_tensor.indices
                for sparse in attribute.sparse_tensors:
                    yield from (sparse.values, sparse.indices)


def _try_out(engine: Any) -> float:
    """Paint test pictures of several sizes; milliseconds for the largest. Raises EngineError."""
    import numpy as np

    from filters.engines.convention import trial_picture

    for height, width in SIZES:
        frames = trial_picture(640)[:, :height, :width]
        began = time.perf_counter()
        first = engine.apply(frames)
        milliseconds = (time.perf_counter() - began) * 1000
        if not np.array_equal(first, engine.apply(frames)):
            raise ModelRefused("The model paints the same picture differently each time.")
    check_sees(engine, frames)
    return round(milliseconds, 1)


def check_sees(engine: Engine, frames: Frames) -> None:
    """Whether what is painted has to do with what is shown: `frames` and their negative. Raises EngineError.

    Numbers beyond all bounds may come out as plain black as well, where a model makes bytes of them itself.
    """
    painted, negative = engine.apply(frames), engine.apply(255 - frames)
    if (painted == negative).all() or (painted == painted[:, :1, :1]).all():
        raise ModelRefused("The filter paints the same picture, or a single colour, whatever it is shown.")


def try_style(base: bytes, style: bytes) -> None:
    """Whether numbers of the right shapes on their base paint something. Raises EngineError, BadWeights.

    In this process: the graph is our own, and such a file has too few numbers to take long for so small a picture.
    """
    from filters.engines.convention import trial_picture
    from filters.engines.network import NetworkEngine
    from filters.engines.weights import read_base, read_style

    read = read_base(base)
    with closing(NetworkEngine.of(read, read_style(style, read), full_precision=True)) as engine:
        check_sees(engine, trial_picture(STYLE_TRIAL_SIDE))


def main() -> None:
    """The child: a model on standard input, one line of JSON on standard output. It writes no files."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    data = sys.stdin.buffer.read(LARGEST_MODEL + 1)
    answer: dict[str, Any]
    try:
        answer = {"found": examine(data)}
    except ModelRefused as refusal:
        answer = {"refused": str(refusal)}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
