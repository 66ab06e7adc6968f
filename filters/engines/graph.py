"""Writes a trained filter down as an ONNX graph, from base and style, without PyTorch.

The graph reads and writes uint8 pictures (N, H, W, 3), so that nothing needs converting outside; H and W are
multiples of 8. Three steps of `filters/training/FORMAT.md` are done differently, with the same result: the
pixel-unshuffle and the 3x3 stem are one 6x6 convolution of stride 2, the palette is part of the head's weights,
and the head's output is brought into order as bytes, after the sigmoid. docs/decisions/0003 has the figures.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from filters.engines.weights import Architecture, Base, Numbers, Style

OPSET = 17
IR_VERSION = 8
EPSILON = 1e-3
MULTIPLE = 8
SMALLEST = 72
"""Least height and width: reflection by the widest margin allowed needs one pixel more than the margin."""
INPUT, OUTPUT = "frames", "painted"


def build(base: Base, style: Style) -> onnx.ModelProto:
    """The whole filter as one self-contained model, its normalizations as InstanceNormalization nodes."""
    return _Builder(base, style).model()


class _Builder:
    """Collects nodes and constants; every method appends to the graph and returns the name of its output."""

    def __init__(self, base: Base, style: Style) -> None:
        self._sizes = base.architecture
        self._names = base.name, style.slug
        self._weights: Numbers = base.weights
        self._style: Numbers = style.numbers
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def model(self) -> onnx.ModelProto:
        fine = self._stem()
        self._head(self._decoder(fine, *self._encoder(fine)))
        graph = helper.make_graph(
            self._nodes,
            "rotoscope",
            [helper.make_tensor_value_info(INPUT, TensorProto.UINT8, ["N", "H", "W", 3])],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.UINT8, ["N", "H", "W", 3])],
            list(self._constants.values()),
        )
        opset = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(
            graph, opset_imports=opset, ir_version=IR_VERSION, producer_name="rotoscope"
        )
        base, slug = self._names
        said = {
            "multiple": MULTIPLE,
            "smallest": SMALLEST,
            "reach": reach(self._sizes),
            "base": base,
            "style": slug,
        }
        helper.set_model_props(model, {name: str(value) for name, value in said.items()})
        return model

    def _stem(self) -> str:
        margin = self._sizes.margin
        x = self._node("Transpose", [INPUT], perm=[0, 3, 1, 2])
        x = self._node("Pad", [x, self._constant("margin", _pads(margin))], mode="reflect")
        x = self._node("Cast", [x], to=TensorProto.FLOAT)
        # 0..255 about zero; the division by 255 is in the weights.
        x = self._node("Sub", [x, self._constant("middle", np.float32(127.5))])
        x = self._conv("stem.weight", x, unfolded_stem(self._weights["stem.weight"]) / 255.0, stride=2, pad=2)
        return self._relu(self._norm("stem_norm", x))

    def _encoder(self, x: str) -> tuple[str, str]:
        """Name of the skip connection at a quarter, and of what goes on at an eighth."""
        skip = self._down("down1", x)
        for index in range(self._sizes.encoder_blocks):
            skip = self._block(f"encoder.{index}", skip)
        deep = self._down("down2", skip)
        for index in range(self._sizes.eighth_blocks):
            deep = self._block(f"eighth.{index}", deep)
        return skip, deep

    def _decoder(self, fine: str, skip: str, deep: str) -> str:
        up = self._doubled(self._norm("up1_norm", self._conv("up1.weight", deep)))
        x = self._node("Add", [skip, up])
        for index in range(self._sizes.decoder_blocks):
            x = self._block(f"decoder.{index}", x)
        detail = self._conv("detail.weight", fine)
        x = self._node("Add", [self._doubled(self._conv("up2.weight", x)), detail])
        return self._relu(self._norm("up2_norm", self._depthwise("up2_depth.weight", x)))

    def _head(self, x: str) -> None:
        scale = self._style["head_affine.scale"]
        weight = self._weights["head.weight"] * scale[:, None, None, None]
        bias = self._constant("head.bias", self._style["head_affine.shift"])
        x = self._node("Sigmoid", [self._conv("head.weight", x, weight, pad=1, bias=bias)])
        x = self._node("Mul", [x, self._constant("white", np.float32(255.0))])
        x = self._node("Add", [x, self._constant("half", np.float32(0.5))])
        x = self._node("Cast", [x], to=TensorProto.UINT8)
        x = self._node("DepthToSpace", [x], blocksize=2, mode="CRD")
        x = self._without_margin(x)
        self._node("Transpose", [x], output=OUTPUT, perm=[0, 2, 3, 1])

    def _without_margin(self, x: str) -> str:
        margin = self._sizes.margin
        inputs = [
            x,
            *(
                self._constant(name, np.array(value, np.int64))
                for name, value in (
                    ("cut_from", [margin, margin]),
                    ("cut_to", [-margin, -margin]),
                    ("cut_axes", [2, 3]),
                )
            ),
        ]
        return self._node("Slice", inputs)

    def _down(self, name: str, x: str) -> str:
        x = self._depthwise(f"{name}.depth.weight", x, stride=2)
        return self._relu(self._norm(f"{name}.norm", self._conv(f"{name}.point.weight", x)))

    def _block(self, name: str, x: str) -> str:
        wide = self._conv(f"{name}.expand.weight", self._depthwise(f"{name}.depth.weight", x))
        wide = self._relu(self._norm(f"{name}.norm1", wide))
        return self._node("Add", [x, self._norm(f"{name}.norm2", self._conv(f"{name}.project.weight", wide))])

    def _conv(
        self,
        name: str,
        x: str,
        weight: NDArray[np.float32] | None = None,
        *,
        stride: int = 1,
        pad: int = 0,
        groups: int = 1,
        bias: str | None = None,
    ) -> str:
        weight = self._weights[name] if weight is None else weight
        return self._node(
            "Conv",
            [x, self._constant(name, weight), *([bias] if bias else [])],
            kernel_shape=list(weight.shape[2:]),
            strides=[stride, stride],
            pads=[pad] * 4,
            group=groups,
        )

    def _depthwise(self, name: str, x: str, stride: int = 1) -> str:
        channels, _, kernel, _ = self._weights[name].shape
        return self._conv(name, x, stride=stride, pad=kernel // 2, groups=channels)

    def _norm(self, name: str, x: str) -> str:
        parts = [
            self._constant(f"{name}.{part}", self._style[f"{name}.{part}"]) for part in ("scale", "shift")
        ]
        return self._node("InstanceNormalization", [x, *parts], epsilon=EPSILON)

    def _relu(self, x: str) -> str:
        return self._node("Relu", [x])

    def _doubled(self, x: str) -> str:
        scales = self._constant("twice", np.array([1, 1, 2, 2], np.float32))
        modes = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        return self._node("Resize", [x, "", scales], **modes)

    def _constant(self, name: str, value: NDArray[np.generic] | np.generic) -> str:
        self._constants[name] = numpy_helper.from_array(np.asarray(value), name)
        return name

    def _node(self, kind: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        output = output or f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output


def reach(sizes: Architecture) -> int:
    """How far away, in pixels, a pixel of the input can influence one of the output, statistics aside."""
    # Stem, down1, up2_depth and head at full and half resolution.
    ends = 3 + 2 * (sizes.down_kernel // 2) + 2 + 2
    quarter = (
        4
        + 4 * (sizes.down_kernel // 2)
        + 4 * (sizes.kernel // 2) * (sizes.encoder_blocks + sizes.decoder_blocks)
    )
    eighth = 8 + 8 * (sizes.kernel // 2) * sizes.eighth_blocks
    return ends + quarter + eighth


def unfolded_stem(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """The 3x3 convolution of unshuffled pictures (O, 12, 3, 3) as one of the pictures themselves (O, 3, 6, 6)."""
    outputs = weight.shape[0]
    # Input channel c*4 + dy*2 + dx at tap (ky, kx) reads pixel (2*ky + dy, 2*kx + dx) of the 6x6 square.
    taps = weight.reshape(outputs, 3, 2, 2, 3, 3).transpose(0, 1, 4, 2, 5, 3)
    return np.ascontiguousarray(taps.reshape(outputs, 3, 6, 6))


def _pads(margin: int) -> NDArray[np.int64]:
    return np.array([0, 0, margin, margin] * 2, np.int64)
