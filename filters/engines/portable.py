"""A filter as one ONNX model for anybody's program: pictures of any height and width, nothing of ours beside it.

The graph that the engine runs takes sizes that are multiples of 8; the engine extends frames by reflection before
and cuts them back after. Here the same is written into the graph itself.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from filters.engines.graph import INPUT, MULTIPLE, OUTPUT, SMALLEST

FREE: list[str | int | None] = ["N", "H", "W", 3]
AXES = (("down", 1), ("across", 2))


def portable(model: onnx.ModelProto) -> onnx.ModelProto:
    """`model` as `graph.build` makes it, but for frames (N, H, W, 3) uint8 RGB of any size from 1 x 1 up."""
    made = onnx.ModelProto()
    made.CopyFrom(model)
    for node in made.graph.node:
        node.input[:] = ["extended" if name == INPUT else name for name in node.input]
        node.output[:] = ["whole" if name == OUTPUT else name for name in node.output]
    inner = list(made.graph.node)
    del made.graph.node[:]
    made.graph.node.extend([*_extend(), *inner, *_cut()])
    made.graph.initializer.extend(_constants())
    for value in (*made.graph.input, *made.graph.output):
        value.CopyFrom(helper.make_tensor_value_info(value.name, TensorProto.UINT8, FREE))
    # What it says of itself stays, `multiple` and `smallest` too: our own engine extends frames as it always does.
    onnx.checker.check_model(made)
    return made


def _extend() -> list[onnx.NodeProto]:
    """Rows and columns repeated by reflection, the edge itself only once: …cb|abc|ba…, however small the picture."""
    nodes = [helper.make_node("Shape", [INPUT], ["any.shape"])]
    source = INPUT
    for name, axis in AXES:
        size, wanted, place, mirrored = (f"any.{name}.{word}" for word in ("size", "wanted", "place", "back"))
        target = f"any.{name}.done" if axis == 1 else "extended"
        nodes += [
            helper.make_node("Gather", ["any.shape", f"any.axis{axis}"], [size], axis=0),
            *_rounded_up(size, wanted),
            # The period of a picture reflected on and on is twice its size less two; at least one, for one pixel.
            helper.make_node("Sub", [size, "any.one"], [f"{size}.last"]),
            helper.make_node("Add", [f"{size}.last", f"{size}.last"], [f"{size}.period"]),
            helper.make_node("Max", [f"{size}.period", "any.one"], [f"{size}.safe"]),
            helper.make_node("Range", ["any.zero", wanted, "any.one"], [f"{place}.all"]),
            helper.make_node("Mod", [f"{place}.all", f"{size}.safe"], [place]),
            helper.make_node("Sub", [f"{size}.period", place], [mirrored]),
            helper.make_node("Min", [place, mirrored], [f"{place}.from"]),
            helper.make_node("Gather", [source, f"{place}.from"], [target], axis=axis),
        ]
        source = target
    return nodes


def _rounded_up(size: str, wanted: str) -> list[onnx.NodeProto]:
    """At least SMALLEST, and a multiple of MULTIPLE."""
    return [
        helper.make_node("Max", [size, "any.smallest"], [f"{wanted}.least"]),
        helper.make_node("Add", [f"{wanted}.least", "any.short"], [f"{wanted}.more"]),
        helper.make_node("Div", [f"{wanted}.more", "any.multiple"], [f"{wanted}.steps"]),
        helper.make_node("Mul", [f"{wanted}.steps", "any.multiple"], [wanted]),
    ]


def _cut() -> list[onnx.NodeProto]:
    """Back to the size of what came in."""
    return [
        helper.make_node("Slice", ["any.shape", "any.from", "any.to"], ["any.sizes"]),
        helper.make_node("Slice", ["whole", "any.corner", "any.sizes", "any.axes"], [OUTPUT]),
    ]


def _constants() -> list[onnx.TensorProto]:
    values: dict[str, int | list[int]] = {
        "any.zero": 0, "any.one": 1, "any.axis1": 1, "any.axis2": 2, "any.smallest": SMALLEST,
        "any.multiple": MULTIPLE, "any.short": MULTIPLE - 1, "any.corner": [0, 0], "any.axes": [1, 2],
        "any.from": [1], "any.to": [3],
    }  # fmt: skip
    return [numpy_helper.from_array(np.array(value, np.int64), name) for name, value in values.items()]
