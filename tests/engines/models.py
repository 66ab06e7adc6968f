"""Small filters with random weights, and small ONNX models of every kind, good and bad."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import safetensors.numpy
from onnx import TensorProto, helper, numpy_helper

from filters.engines.weights import BASE_FORMAT, STYLE_FORMAT, Architecture, style_shapes, weight_shapes

TINY = Architecture(
    stem=8,
    quarter=16,
    eighth=16,
    head=8,
    encoder_blocks=1,
    eighth_blocks=1,
    decoder_blocks=1,
    expansion=2,
    kernel=3,
    down_kernel=5,
    margin=16,
)


# The same bytes for the same arguments: safetensors writes its metadata in a different order each time.
@cache
def base_bytes(architecture: Architecture = TINY, seed: int = 1, **metadata: str) -> bytes:
    """A base file with weights of the usual size."""
    rng = np.random.default_rng(seed)
    tensors = {
        name: (rng.normal(0, 1, shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float16)
        for name, shape in weight_shapes(architecture).items()
    }
    sizes = {name: str(value) for name, value in asdict(architecture).items()}
    return safetensors.numpy.save(tensors, {"format": BASE_FORMAT, "name": "tiny", **sizes, **metadata})


@cache
def style_bytes(base: bytes, architecture: Architecture = TINY, seed: int = 2, **metadata: str) -> bytes:
    """A style file for that base."""
    rng = np.random.default_rng(seed)
    tensors = {
        name: rng.normal(1.0 if name.endswith("scale") else 0.0, 0.3, shape).astype(np.float32)
        for name, shape in style_shapes(architecture).items()
    }
    said = {"format": STYLE_FORMAT, "base": hashlib.sha256(base).hexdigest(), "slug": "tiny", **metadata}
    return safetensors.numpy.save(tensors, said)


def write_filter(folder: Path, architecture: Architecture = TINY) -> tuple[Path, Path]:
    """Base and style as files."""
    base, style = folder / "base.safetensors", folder / "style.safetensors"
    base.write_bytes(base_bytes(architecture))
    style.write_bytes(style_bytes(base.read_bytes(), architecture))
    return base, style


def picture(height: int, width: int, seed: int = 0) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """(H, W, 3) uint8 with large and small structure and different light in its parts."""
    import cv2

    rng = np.random.default_rng(seed)
    result = np.linspace(20, 150, width)[None, :, None] * np.ones((height, 1, 3))
    for cells, weight in ((5, 45.0), (40, 25.0)):
        noise = rng.normal(0, 1, (cells, cells, 3)).astype(np.float32)
        result += weight * cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(result, 0, 255).astype(np.uint8)


def model(
    nodes: Sequence[onnx.NodeProto],
    *,
    constants: dict[str, Any] | None = None,
    shape: Sequence[int | str] = ("N", 3, "H", "W"),
    output_shape: Sequence[int | str] | None = None,
    kind: int = TensorProto.FLOAT,
    output_kind: int | None = None,
    opset: int = 17,
    domains: Sequence[str] = (),
) -> onnx.ModelProto:
    """A model from "x" to "y" made of `nodes`."""
    graph = helper.make_graph(
        list(nodes),
        "test",
        [helper.make_tensor_value_info("x", kind, list(shape))],
        [helper.make_tensor_value_info("y", output_kind or kind, list(output_shape or shape))],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in (constants or {}).items()],
    )
    opsets = [helper.make_opsetid("", opset), *(helper.make_opsetid(domain, 1) for domain in domains)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def negative(white: float, **options: Any) -> onnx.ModelProto:
    """A model that paints the negative: white - x."""
    dtype = np.uint8 if options.get("kind") == TensorProto.UINT8 else np.float32
    node = helper.make_node("Sub", ["white", "x"], ["y"])
    return model([node], constants={"white": np.asarray(white, dtype)}, **options)


def squashed(signed: bool) -> onnx.ModelProto:
    """A colour transform that reads and paints -1..1 by a hyperbolic tangent, or the same in numbers of 0..1.

    Where x is 2 u - 1, tanh(w x + b) is 2 sigmoid(4 w u + 2 b - 2 w) - 1, each w being the sum of its row.
    """
    w = np.array([[2.0, -0.7, 0.2], [-0.4, 1.2, 0.3], [0.3, 0.5, -1.5]], np.float32)
    b = np.array([-0.2, 0.1, 0.0], np.float32)
    if not signed:
        w, b = 4 * w, 2 * b - 2 * w.sum(axis=1)
    nodes = [
        helper.make_node("Conv", ["x", "w", "b"], ["c"], kernel_shape=[1, 1]),
        helper.make_node("Tanh" if signed else "Sigmoid", ["c"], ["y"]),
    ]
    return model(nodes, constants={"w": w[:, :, None, None], "b": b})


def grouped() -> onnx.ModelProto:
    """With group normalization as PyTorch exports it: instance normalization of pictures folded up to three axes."""
    rng = np.random.default_rng(3)
    constants: dict[str, Any] = {
        "w1": (rng.normal(0, 1, (8, 3, 3, 3)) / 27).astype(np.float32),
        "folded": np.array([0, 2, -1], np.int64),
        "ones": np.ones(2, np.float32),
        "zeros": np.zeros(2, np.float32),
        "w2": (rng.normal(0, 1, (3, 8, 3, 3)) * 3).astype(np.float32),
        "b2": np.full(3, 110, np.float32),
    }
    nodes = [
        helper.make_node("Conv", ["x", "w1"], ["c1"], kernel_shape=[3, 3], pads=[1] * 4),
        helper.make_node("Shape", ["c1"], ["size"]),
        helper.make_node("Reshape", ["c1", "folded"], ["g1"]),
        helper.make_node("InstanceNormalization", ["g1", "ones", "zeros"], ["n1"], epsilon=1e-5),
        helper.make_node("Reshape", ["n1", "size"], ["u1"]),
        helper.make_node("Conv", ["u1", "w2", "b2"], ["y"], kernel_shape=[3, 3], pads=[1] * 4),
    ]
    return model(nodes, constants=constants)


def halved(whole: onnx.ModelProto) -> onnx.ModelProto:
    """The same model in half precision."""
    made = onnx.ModelProto()
    made.CopyFrom(whole)
    for tensor in made.graph.initializer:
        if tensor.data_type == TensorProto.FLOAT:
            half = numpy_helper.to_array(tensor).astype(np.float16)
            tensor.CopyFrom(numpy_helper.from_array(half, tensor.name))
    for value in (*made.graph.input, *made.graph.output):
        value.type.tensor_type.elem_type = TensorProto.FLOAT16
    return made


def johnson(seed: int = 3, batch: int | str = "N", opset: int = 17) -> onnx.ModelProto:
    """In the manner of PyTorch's fast_neural_style: 0..255, reflection, instance norm, fed and read as floats."""
    rng = np.random.default_rng(seed)
    constants: dict[str, Any] = {
        "pads": np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64),
        "w1": (rng.normal(0, 1, (8, 3, 3, 3)) / 27).astype(np.float32),
        "b1": rng.normal(0, 1, 8).astype(np.float32),
        "scale": rng.uniform(0.5, 1.5, 8).astype(np.float32),
        "shift": rng.normal(0, 0.5, 8).astype(np.float32),
        "w2": (rng.normal(0, 1, (3, 8, 3, 3)) * 3).astype(np.float32),
        "b2": np.full(3, 110, np.float32),
    }
    nodes = [
        helper.make_node("Pad", ["x", "pads"], ["p1"], mode="reflect"),
        helper.make_node("Conv", ["p1", "w1", "b1"], ["c1"], kernel_shape=[3, 3]),
        helper.make_node("InstanceNormalization", ["c1", "scale", "shift"], ["n1"], epsilon=1e-5),
        helper.make_node("Relu", ["n1"], ["r1"]),
        helper.make_node("Pad", ["r1", "pads"], ["p2"], mode="reflect"),
        helper.make_node("Conv", ["p2", "w2", "b2"], ["y"], kernel_shape=[3, 3]),
    ]
    return model(nodes, constants=constants, shape=(batch, 3, "H", "W"), opset=opset)
