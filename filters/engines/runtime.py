"""What computes a network: ONNX Runtime, or OpenVINO where the processor multiplies bfloat16 itself.

Both compute the same graph. A bfloat16 has the range of a float and 8 of its 24 binary digits; processors that
multiply it (AVX512-BF16, AMX) do twice as many of them in the same time. ONNX Runtime does not make use of it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Protocol

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from filters.engines.base import EngineError

logger = logging.getLogger(__name__)

ERRORS: tuple[type[Exception], ...] = (
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
    MemoryError,
    RuntimeError,
    ValueError,
)
"""What ONNX Runtime raises, and OpenVINO; they have no common ancestor."""

WITHOUT_MEMORY = ("bad_alloc", "bad allocation", "failed to allocate", "out of memory")
"""What either says, among much else, where there was none."""

SHAPES_KEPT = 9
"""Sizes of batches that a bfloat16 session stays compiled for: one for a clip, up to nine for the tiles of 4K and 8K:
of a row of them the first, those between and the last, in as many rows."""


Outputs = dict[str, NDArray[Any]]
"""By their names, in the model's order."""


class Session(Protocol):
    """A loaded model."""

    @property
    def provider(self) -> str:
        """What computes."""
        ...

    def run(self, batch: NDArray[Any]) -> Outputs:
        """What the model makes of a batch. Raises EngineError."""
        ...


class FullPrecision:
    """ONNX Runtime with floats of 24 binary digits, on a GPU where this ONNX Runtime knows one."""

    def __init__(self, model: onnx.ModelProto, threads: int) -> None:
        """Raises EngineError."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 4
        # Threads that wait by spinning would take the cores from the other workers.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self.loaded = onnxruntime.InferenceSession(
                model.SerializeToString(), options, providers=_providers()
            )
        except ERRORS as error:
            raise _failure("The filter cannot be loaded", error) from error

    @property
    def provider(self) -> str:
        """CPUExecutionProvider or CUDAExecutionProvider."""
        return str(self.loaded.get_providers()[0])

    def run(self, batch: NDArray[Any]) -> Outputs:
        """See Session."""
        names = [output.name for output in self.loaded.get_outputs()]
        try:
            values = self.loaded.run(names, {self.loaded.get_inputs()[0].name: batch})
        except ERRORS as error:
            raise _failure("The filter failed", error) from error
        return dict(zip(names, values, strict=True))


class HalfPrecision:
    """OpenVINO with bfloat16, compiled anew for each size of batch: a known size is a tenth faster."""

    provider = "OpenVINO, bfloat16"

    def __init__(self, model: onnx.ModelProto, threads: int) -> None:
        """Nothing is compiled yet."""
        self._model = model.SerializeToString()
        self._names = [output.name for output in model.graph.output]
        self._threads = threads
        self._compiled: dict[tuple[int, ...], Any] = {}

    def run(self, batch: NDArray[Any]) -> Outputs:
        """See Session."""
        try:
            with _first_alone():
                request = self._request(batch.shape)
                request.infer({0: batch}, share_inputs=True)
                # The memory of a request is written over by its next call.
                return {name: np.array(request.get_tensor(name).data) for name in self._names}
        except ERRORS as error:
            raise _failure("The filter failed", error) from error

    def _request(self, shape: tuple[int, ...]) -> Any:
        request = self._compiled.pop(shape, None)
        if request is None:
            request = self._compile(shape)
            while len(self._compiled) >= SHAPES_KEPT:
                del self._compiled[next(iter(self._compiled))]
        self._compiled[shape] = request
        return request

    def _compile(self, shape: tuple[int, ...]) -> Any:
        model = _openvino().read_model(self._model)
        model.reshape({model.inputs[0]: list(shape)})
        wanted = {
            "INFERENCE_PRECISION_HINT": "bf16",
            "INFERENCE_NUM_THREADS": self._threads,
            "NUM_STREAMS": 1,
            # Several workers share the machine; each would pin its threads to the same cores.
            "ENABLE_CPU_PINNING": False,
        }
        return _openvino().compile_model(model, "CPU", wanted).create_infer_request()


_first = threading.Lock()
_first_done = threading.Event()


@contextmanager
def _first_alone() -> Iterator[None]:
    """Until OpenVINO has computed once in this process, one thread at a time.

    Its bindings fill tables at their first use, under a lock of C++, and let go of Python's own lock meanwhile: a
    second thread that comes to the same place then holds the one and waits for the other, and the whole process
    stands still.
    """
    if _first_done.is_set():
        yield
        return
    with _first:
        yield
        _first_done.set()


@cache
def half_precision_is_fast() -> bool:
    """Whether this processor multiplies bfloat16, OpenVINO is there to use it, and no GPU would be left idle."""
    if _providers()[0] != "CPUExecutionProvider":
        return False
    try:
        with _first:
            return "BF16" in _openvino().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    except ImportError:
        return False
    except RuntimeError as problem:
        logger.warning("OpenVINO does not run on this machine, so filters are slower: %s", problem)
        return False


@cache
def _openvino() -> Any:
    """The one Core of this process. Raises ImportError."""
    import openvino

    return openvino.Core()


def _providers() -> list[str]:
    """CUDA first where this ONNX Runtime has it."""
    wanted = ("CUDAExecutionProvider", "CPUExecutionProvider")
    return [name for name in wanted if name in onnxruntime.get_available_providers()]


def _failure(what: str, error: Exception) -> EngineError:
    """Want of memory is no fault of the filter, and passes."""
    said = str(error).lower()
    if isinstance(error, MemoryError) or any(words in said for words in WITHOUT_MEMORY):
        return EngineError(
            "The machine had too little memory for the filter. Ask for fewer lines, or for less at the same time.",
            temporary=True,
        )
    return EngineError(f"{what}: {_first_line(error)}")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
