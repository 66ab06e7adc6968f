"""Instance statistics taken out of a network: measured once, held, and folded into its convolutions.

Instance normalization measures every frame anew, which costs a third of the time, makes the picture breathe
when something bright enters it, and gives every tile of a large frame other colours. Here a model is rewritten
twice: `measuring` tells the statistics of a batch, taken over all of its pictures together, and `holding` has
them built in. Both work on any model with InstanceNormalization nodes, not only on ours.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

Statistics = Mapping[str, NDArray[np.float32]]
"""Per normalization (by the name of its output) an array (2, C): mean and biased variance."""

_ACROSS = [0, 2, 3]
_AXES_AS_INPUT = 18
"""The opset from which ReduceMean reads its axes from an input; before it they are an attribute."""
_SUFFIX = "/statistics"


def normalizations(model: onnx.ModelProto) -> list[onnx.NodeProto]:
    """The InstanceNormalization nodes of a model, in order."""
    return [node for node in model.graph.node if node.op_type == "InstanceNormalization"]


def can_hold(model: onnx.ModelProto) -> bool:
    """Whether the model has such nodes, all with scale and shift known beforehand."""
    constants = _constants(model)
    nodes = normalizations(model)
    return bool(nodes) and all(set(node.input[1:]) <= constants.keys() for node in nodes)


def measuring(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with (2, C) statistics of each normalization as its only outputs, over a whole batch at once."""
    result = copy.deepcopy(model)
    constants, opset = _constants(result), _opset(result)
    nodes, outputs = [], []
    for node in result.graph.node:
        if node.op_type != "InstanceNormalization":
            nodes.append(node)
            continue
        nodes += _measured(node, constants, opset)
        outputs.append(helper.make_empty_tensor_value_info(node.output[0] + _SUFFIX))
        outputs[-1].type.tensor_type.elem_type = onnx.TensorProto.FLOAT
    _replace_nodes(result, nodes)
    del result.graph.output[:]
    result.graph.output.extend(outputs)
    return result


def holding(model: onnx.ModelProto, statistics: Statistics) -> onnx.ModelProto:
    """The model with `statistics` built in: folded into the convolution before where that has no other reader."""
    result = copy.deepcopy(model)
    constants = _constants(result)
    readers = _readers(result)
    makers = {node.output[0]: node for node in result.graph.node}
    nodes = []
    for node in result.graph.node:
        if node.op_type != "InstanceNormalization":
            nodes.append(node)
            continue
        scale, shift = _held_numbers(node, constants, statistics[node.output[0]])
        maker = makers.get(node.input[0])
        if maker is not None and _foldable(maker, readers, constants):
            _fold(result, maker, constants, scale, shift)
            maker.output[0] = node.output[0]
        else:
            kind = constants[node.input[1]].dtype
            nodes += _scaling(result, node, scale.astype(kind), shift.astype(kind))
    _replace_nodes(result, nodes)
    return result


def pooled(parts: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """The statistics (2, C) of several equally large parts as those of all of them together."""
    means, variances = np.stack(parts, axis=1).astype(np.float64)
    mean = means.mean(axis=0)
    return np.stack([mean, (variances + (means - mean) ** 2).mean(axis=0)]).astype(np.float32)


def measured_name(output: str) -> str:
    """The normalization that an output of `measuring` belongs to."""
    return output.removesuffix(_SUFFIX)


def _held_numbers(
    node: onnx.NodeProto, constants: Mapping[str, NDArray[np.float32]], statistics: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Normalization as x * scale + shift, both (C,)."""
    mean, variance = statistics.astype(np.float64)
    scale = constants[node.input[1]] / np.sqrt(variance + _epsilon(node))
    shift = constants[node.input[2]] - mean * scale
    return scale.astype(np.float32), shift.astype(np.float32)


def _foldable(
    maker: onnx.NodeProto, readers: Mapping[str, int], constants: Mapping[str, NDArray[np.float32]]
) -> bool:
    return (
        maker.op_type == "Conv" and readers[maker.output[0]] == 1 and set(maker.input[1:]) <= constants.keys()
    )


def _fold(
    model: onnx.ModelProto,
    conv: onnx.NodeProto,
    constants: Mapping[str, NDArray[np.float32]],
    scale: NDArray[np.float32],
    shift: NDArray[np.float32],
) -> None:
    weight = constants[conv.input[1]] * scale[:, None, None, None]
    bias = shift + (constants[conv.input[2]] * scale if len(conv.input) > 2 else 0.0)
    names = [f"{conv.output[0]}/held.{part}" for part in ("weight", "bias")]
    for name, value in zip(names, (weight, bias), strict=True):
        value = value.astype(constants[conv.input[1]].dtype)
        model.graph.initializer.append(numpy_helper.from_array(value, name))
    del conv.input[1:]
    conv.input.extend(names)


def _scaling(
    model: onnx.ModelProto, node: onnx.NodeProto, scale: NDArray[Any], shift: NDArray[Any]
) -> list[onnx.NodeProto]:
    names = [f"{node.output[0]}/held.{part}" for part in ("scale", "shift", "scaled")]
    for name, value in zip(names, (scale, shift), strict=False):
        model.graph.initializer.append(numpy_helper.from_array(value[:, None, None], name))
    return [
        helper.make_node("Mul", [node.input[0], names[0]], [names[2]]),
        helper.make_node("Add", [names[2], names[1]], [node.output[0]]),
    ]


def _measured(
    node: onnx.NodeProto, constants: Mapping[str, NDArray[np.float32]], opset: int
) -> list[onnx.NodeProto]:
    """Normalization over the whole batch, in single steps, with its statistics as a further result.

    Always in single precision: the squares of a model of half precision would soon be infinite.
    """
    x, own = node.input[0], f"{node.output[0]}/"
    half = constants[node.input[1]].dtype == np.float16
    steps = _own_constants(node, constants, own)
    if half:
        steps.append(helper.make_node("Cast", [x], [own + "single"], to=onnx.TensorProto.FLOAT))
        x = own + "single"
    for kind, inputs, output in (
        ("ReduceMean", [x, own + "axes"], "mean"),
        ("Sub", [x, own + "mean"], "centred"),
        ("Mul", [own + "centred", own + "centred"], "squares"),
        ("ReduceMean", [own + "squares", own + "axes"], "variance"),
        ("Add", [own + "variance", own + "epsilon"], "safe"),
        ("Sqrt", [own + "safe"], "deviation"),
        ("Div", [own + "scale", own + "deviation"], "factor"),
        ("Mul", [own + "centred", own + "factor"], "scaled"),
        ("Reshape", [own + "mean", own + "shape"], "flat_mean"),
        ("Reshape", [own + "variance", own + "shape"], "flat_variance"),
    ):
        if kind == "ReduceMean" and opset < _AXES_AS_INPUT:
            steps.append(helper.make_node(kind, inputs[:1], [own + output], axes=_ACROSS))
        else:
            steps.append(helper.make_node(kind, inputs, [own + output]))
    result = own + "normalized" if half else node.output[0]
    steps.append(helper.make_node("Add", [own + "scaled", own + "shift"], [result]))
    if half:
        steps.append(helper.make_node("Cast", [result], [node.output[0]], to=onnx.TensorProto.FLOAT16))
    flat = [own + "flat_mean", own + "flat_variance"]
    steps.append(helper.make_node("Concat", flat, [node.output[0] + _SUFFIX], axis=0))
    return steps


def _own_constants(
    node: onnx.NodeProto, constants: Mapping[str, NDArray[np.float32]], own: str
) -> list[onnx.NodeProto]:
    """What a normalization in single steps reckons with, under names that begin with `own`."""
    scale, shift = (constants[name].astype(np.float32).reshape(1, -1, 1, 1) for name in node.input[1:])
    parts: dict[str, NDArray[Any]] = {
        "epsilon": np.asarray(np.float32(_epsilon(node))),
        "scale": scale,
        "shift": shift,
        "shape": np.array([1, scale.size], np.int64),
        "axes": np.array(_ACROSS, np.int64),
    }
    return [
        helper.make_node("Constant", [], [own + name], value=numpy_helper.from_array(value, own + name))
        for name, value in parts.items()
    ]


def _replace_nodes(model: onnx.ModelProto, nodes: list[onnx.NodeProto]) -> None:
    kept = [copy.deepcopy(node) for node in nodes]
    del model.graph.node[:]
    model.graph.node.extend(kept)


def _opset(model: onnx.ModelProto) -> int:
    """The version of ONNX's own operators that a model is written in."""
    return max((one.version for one in model.opset_import if one.domain in ("", "ai.onnx")), default=1)


def _epsilon(node: onnx.NodeProto) -> float:
    return next((a.f for a in node.attribute if a.name == "epsilon"), 1e-5)


def _constants(model: onnx.ModelProto) -> dict[str, NDArray[np.float32]]:
    """What is known beforehand: initializers and Constant nodes, by name."""
    known = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Constant" and node.attribute[0].name == "value":
            known[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
    return known


def _readers(model: onnx.ModelProto) -> dict[str, int]:
    """How many nodes and graph outputs read each value."""
    counts: dict[str, int] = {}
    names = [name for node in model.graph.node for name in node.input]
    for name in [*names, *(output.name for output in model.graph.output)]:
        counts[name] = counts.get(name, 0) + 1
    return counts
