"""What an uploaded ONNX model must be, and every way in which it may not be."""

from __future__ import annotations

import hashlib
import os
import pickle
import select
import signal
import subprocess
import sys
from contextlib import suppress
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from filters.engines import inspect
from filters.engines.graph import build
from filters.engines.inspect import ModelRefused, examine, inspect_model
from filters.engines.weights import read_base, read_style
from rotoscope.common.children import PROJECT
from tests.engines.models import base_bytes, johnson, model, negative, style_bytes


def test_it_says_what_a_good_model_is() -> None:
    data = johnson().SerializeToString()
    summary = inspect_model(data)
    assert summary.sha256 == hashlib.sha256(data).hexdigest() and summary.size == len(data)
    assert (summary.opset, summary.nodes) == (17, 6)
    assert summary.parameters == 8 * 27 + 8 * 3 + 3 * 72 + 3 + 8
    assert (summary.layout, summary.number_type) == ("NCHW", "float32")
    assert summary.can_hold and summary.milliseconds > 0


def test_our_own_export_is_let_in() -> None:
    base = base_bytes()
    weights = read_base(base)
    own = build(weights, read_style(style_bytes(base), weights))
    summary = inspect_model(own.SerializeToString())
    assert (summary.layout, summary.number_type, summary.value_range) == ("NHWC", "uint8", "0..255")


@pytest.mark.parametrize(("white", "found"), [(1.0, "0..1"), (255.0, "0..255"), (0.0, "-1..1")])
def test_it_finds_the_range_of_the_numbers(white: float, found: str) -> None:
    assert examine(negative(white).SerializeToString())["value_range"] == found


def test_a_model_may_say_its_range_itself() -> None:
    """As long as nothing it is fed with is below 0, nothing it paints tells -1..1 from 0..1."""
    mild = model([helper.make_node("Tanh", ["x"], ["y"])])
    mild.metadata_props.add(key="range", value="-1..1")
    assert examine(mild.SerializeToString())["value_range"] == "-1..1"


def external() -> onnx.ModelProto:
    result = negative(1.0)
    tensor = result.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    return result


def external_within_a_branch() -> onnx.ModelProto:
    tensor = numpy_helper.from_array(np.asarray(1.0, np.float32), "hidden")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../secret")
    output = [helper.make_tensor_value_info("inner", TensorProto.FLOAT, [])]
    constant = helper.make_node("Constant", [], ["inner"], value=tensor)
    branch = helper.make_graph([constant], "branch", [], output)
    nodes = [
        helper.make_node("If", ["yes"], ["c"], then_branch=branch, else_branch=branch),
        helper.make_node("Sub", ["c", "x"], ["y"]),
    ]
    return model(nodes, constants={"yes": np.bool_(True)})


def custom_operator() -> onnx.ModelProto:
    return model([helper.make_node("Run", ["x"], ["y"], domain="evil.ops")], domains=["evil.ops"])


def own_function() -> onnx.ModelProto:
    body = [helper.make_node("Neg", ["a"], ["b"])]
    result = negative(1.0)
    result.functions.append(
        helper.make_function("", "Mine", ["a"], ["b"], body, [helper.make_opsetid("", 17)])
    )
    return result


def two_inputs() -> onnx.ModelProto:
    result = model([helper.make_node("Add", ["x", "z"], ["y"])])
    result.graph.input.append(helper.make_tensor_value_info("z", TensorProto.FLOAT, ["N", 3, "H", "W"]))
    return result


def divided_by_zero() -> onnx.ModelProto:
    nodes = [helper.make_node("Div", ["x", "nought"], ["y"])]
    return model(nodes, constants={"nought": np.float32(0.0)})


def constant_picture() -> onnx.ModelProto:
    nodes = [helper.make_node("Mul", ["x", "nought"], ["y"])]
    return model(nodes, constants={"nought": np.float32(0.0)})


def noise() -> onnx.ModelProto:
    nodes = [helper.make_node("RandomUniformLike", ["x"], ["r"]), helper.make_node("Add", ["x", "r"], ["y"])]
    return model(nodes)


def half_size() -> onnx.ModelProto:
    nodes = [helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=[2, 2], strides=[2, 2])]
    return model(nodes, output_shape=("N", 3, "h", "w"))


def one_channel_out() -> onnx.ModelProto:
    nodes = [helper.make_node("ReduceMean", ["x"], ["y"], axes=[1], keepdims=1)]
    return model(nodes, output_shape=("N", 1, "H", "W"))


REFUSED: dict[str, tuple[Any, str]] = {
    "external data": (external, "other files"),
    "external data within a branch": (external_within_a_branch, "other files"),
    "custom operators": (custom_operator, "evil.ops"),
    "functions": (own_function, "functions"),
    "an opset from the future": (lambda: negative(1.0, opset=99), "opset 99"),
    "an opset from the past": (lambda: negative(1.0, opset=1), "opset 1;"),
    "two inputs": (two_inputs, "one input"),
    "a fixed size": (lambda: negative(1.0, shape=(1, 3, 224, 224)), "one size only"),
    "four channels": (lambda: negative(1.0, shape=("N", 4, "H", "W")), "three channels"),
    "three axes": (lambda: negative(1.0, shape=(3, "H", "W")), "four axes"),
    "whole numbers": (
        lambda: model([helper.make_node("Neg", ["x"], ["y"])], kind=TensorProto.INT32),
        "uint8 or floating",
    ),
    "infinite output": (divided_by_zero, "not finite"),
    "always the same": (constant_picture, "whatever it is shown"),
    "never the same": (noise, "differently each time"),
    "half the size": (half_size, "size of the input"),
    "one channel out": (one_channel_out, "three channels"),
    "an unknown operator": (lambda: model([helper.make_node("Nonsense", ["x"], ["y"])]), "valid ONNX"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_refuses(case: str) -> None:
    make, sentence = REFUSED[case]
    with pytest.raises(ModelRefused, match=sentence) as refusal:
        examine(make().SerializeToString())
    assert str(refusal.value)[-1] in ".)" or case == "an unknown operator"


@pytest.mark.parametrize(
    "data", [b"", b"hello", pickle.dumps({"weights": [1, 2]}), b"PK\x03\x04" + bytes(100), b"\x00" * 1000]
)
def test_it_refuses_what_is_no_model(data: bytes) -> None:
    with pytest.raises(ModelRefused):
        inspect_model(data)


def test_it_refuses_a_model_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspect, "LARGEST_MODEL", 1 << 20)
    with pytest.raises(ModelRefused, match="larger than 1 MB"):
        inspect_model(bytes(1 + (1 << 20)))


def endless() -> bytes:
    """A loop of 2^40 rounds: only the clock outside can end it."""
    body_inputs = [
        helper.make_tensor_value_info("i", TensorProto.INT64, []),
        helper.make_tensor_value_info("go", TensorProto.BOOL, []),
        helper.make_tensor_value_info("a", TensorProto.FLOAT, None),
    ]
    body_outputs = [
        helper.make_tensor_value_info("still", TensorProto.BOOL, []),
        helper.make_tensor_value_info("b", TensorProto.FLOAT, None),
    ]
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["still"]), helper.make_node("Neg", ["a"], ["b"])],
        "body",
        body_inputs,
        body_outputs,
    )
    made = model(
        [helper.make_node("Loop", ["rounds", "yes", "x"], ["y"], body=body)],
        constants={"rounds": np.int64(1 << 40), "yes": np.bool_(True)},
    )
    data: bytes = made.SerializeToString()
    return data


def test_a_model_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspect, "LONGEST", 6.0)
    with pytest.raises(ModelRefused, match="after 6 s"):
        inspect_model(endless())


TELLING_THE_CHILD = """
import subprocess, sys
from filters.engines.inspect import inspect_model
class Telling(subprocess.Popen):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        print(self.pid, flush=True)
subprocess.Popen = Telling
inspect_model(sys.stdin.buffer.read())
"""


def test_a_model_is_not_tried_out_any_longer_than_somebody_waits_for_it() -> None:
    """A web worker that is killed takes along what it had begun."""
    command = [sys.executable, "-c", TELLING_THE_CHILD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT) as waiting:
        assert waiting.stdin is not None
        assert waiting.stdout is not None
        waiting.stdin.write(endless())
        waiting.stdin.close()
        child = os.pidfd_open(int(waiting.stdout.readline()))
        waiting.kill()
    try:
        assert select.select([child], [], [], 30)[0], "it goes on"
    finally:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(child, signal.SIGKILL)
        os.close(child)


def test_a_model_that_wants_all_memory_is_stopped() -> None:
    shape = np.array([1 << 12, 3, 1 << 12, 1 << 6], np.int64)
    nodes = [
        helper.make_node("Expand", ["nought", "shape"], ["large"]),
        helper.make_node("ReduceSum", ["large"], ["sum"], keepdims=0),
        helper.make_node("Add", ["x", "sum"], ["y"]),
    ]
    greedy = model(nodes, constants={"nought": np.float32(0.0), "shape": shape})
    with pytest.raises(ModelRefused):
        inspect_model(greedy.SerializeToString())
