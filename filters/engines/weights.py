"""Reads and writes the two files of a trained filter, base and style, as `filters/training/FORMAT.md` has them.

Safetensors holds numbers and strings only; nothing in it can run. All the same every size, name and shape is
checked here, so that whoever builds a graph from the numbers may rely on them.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from filters import sha256
from filters.engines.base import EngineError

BASE_FORMAT = "rotoscope-base-1"
STYLE_FORMAT = "rotoscope-style-1"
LARGEST_BASE = 8 << 20
LARGEST_STYLE = 1 << 20
LARGEST_HEADER = 1 << 18
KINDS = {"float16": ("F16", "<f2"), "float32": ("F32", "<f4")}
"""What the format calls the numbers of a type, and how they lie in it."""
HEAD_CHANNELS = 12
"""Three colours of a 2x2 square: the stem reads them and the head writes them."""

Numbers = dict[str, NDArray[np.float32]]


class BadWeights(EngineError):
    """A file of weights that cannot be used; the message says why."""


@dataclass(frozen=True)
class Architecture:
    """The sizes of a network: channels, numbers of blocks, side of the depthwise kernels, pixels of margin."""

    stem: int
    quarter: int
    eighth: int
    head: int
    encoder_blocks: int
    eighth_blocks: int
    decoder_blocks: int
    expansion: int
    kernel: int
    down_kernel: int
    margin: int


LARGEST_SIZE = Architecture(256, 512, 512, 256, 16, 32, 16, 8, 9, 9, 64)
SMALLEST_SIZE = Architecture(1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 8)


@dataclass(frozen=True)
class Base:
    """The weights that styles share, as float32 (out, in / groups, height, width), by name."""

    name: str
    sha256: str
    architecture: Architecture
    weights: Numbers


@dataclass(frozen=True)
class Style:
    """`scale` and `shift` of each normalization, float32 (channels,), by name, and the base they belong to."""

    slug: str
    base_sha256: str
    numbers: Numbers


def read_base(source: Path | bytes) -> Base:
    """Read and check a base. Raises BadWeights."""
    data = _bytes_of(source, LARGEST_BASE)
    metadata, tensors = _read(data, BASE_FORMAT)
    architecture = _architecture(metadata)
    _check_shapes(tensors, weight_shapes(architecture), "base")
    return Base(metadata.get("name", ""), sha256.of_bytes(data), architecture, tensors)


def read_style(source: Path | bytes, base: Base) -> Style:
    """Read and check the style of `base`. Raises BadWeights, also where it was made for another base."""
    metadata, tensors = _read(_bytes_of(source, LARGEST_STYLE), STYLE_FORMAT)
    if metadata.get("base") != base.sha256:
        raise BadWeights("This style was made for another base network.")
    _check_shapes(tensors, style_shapes(base.architecture), "style")
    return Style(metadata.get("slug", ""), base.sha256, tensors)


def base_of_style(source: Path | bytes) -> str:
    """The SHA-256 of the base file that a style belongs to. Raises BadWeights."""
    metadata, _ = _read(_bytes_of(source, LARGEST_STYLE), STYLE_FORMAT)
    return metadata.get("base", "")


def serialized(tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> bytes:
    """A safetensors file of float16 and float32 whose bytes follow from its content alone.

    The library's own writer orders the metadata at random, and a style names its base by the hash of the file.
    """
    header: dict[str, object] = {"__metadata__": dict(sorted(metadata.items()))}
    parts: list[bytes] = []
    at = 0
    for name, tensor in sorted(tensors.items()):
        kind, stored = KINDS[tensor.dtype.name]
        data = np.ascontiguousarray(tensor, stored).tobytes()
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [at, at + len(data)]}
        parts.append(data)
        at += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(parts)


def blocks(architecture: Architecture) -> list[tuple[str, int]]:
    """Name and channels of every residual block, in order."""
    a = architecture
    return (
        [(f"encoder.{n}", a.quarter) for n in range(a.encoder_blocks)]
        + [(f"eighth.{n}", a.eighth) for n in range(a.eighth_blocks)]
        + [(f"decoder.{n}", a.quarter) for n in range(a.decoder_blocks)]
    )


def weight_shapes(architecture: Architecture) -> dict[str, tuple[int, ...]]:
    """The shape that each convolution of a base must have."""
    a = architecture
    shapes: dict[str, tuple[int, ...]] = {
        "stem.weight": (a.stem, HEAD_CHANNELS, 3, 3),
        "down1.depth.weight": (a.stem, 1, a.down_kernel, a.down_kernel),
        "down1.point.weight": (a.quarter, a.stem, 1, 1),
        "down2.depth.weight": (a.quarter, 1, a.down_kernel, a.down_kernel),
        "down2.point.weight": (a.eighth, a.quarter, 1, 1),
        "up1.weight": (a.quarter, a.eighth, 1, 1),
        "up2.weight": (a.head, a.quarter, 1, 1),
        "detail.weight": (a.head, a.stem, 1, 1),
        "up2_depth.weight": (a.head, 1, 3, 3),
        "head.weight": (HEAD_CHANNELS, a.head, 3, 3),
    }
    for name, channels in blocks(a):
        wide = channels * a.expansion
        shapes[f"{name}.depth.weight"] = (channels, 1, a.kernel, a.kernel)
        shapes[f"{name}.expand.weight"] = (wide, channels, 1, 1)
        shapes[f"{name}.project.weight"] = (channels, wide, 1, 1)
    return shapes


def style_shapes(architecture: Architecture) -> dict[str, tuple[int, ...]]:
    """The shape that each scale and shift of a style must have."""
    a = architecture
    channels = {
        "stem_norm": a.stem,
        "down1.norm": a.quarter,
        "down2.norm": a.eighth,
        "up1_norm": a.quarter,
        "up2_norm": a.head,
        "head_affine": HEAD_CHANNELS,
    }
    for name, width in blocks(a):
        channels[f"{name}.norm1"] = width * a.expansion
        channels[f"{name}.norm2"] = width
    return {f"{name}.{part}": (count,) for name, count in channels.items() for part in ("scale", "shift")}


def _bytes_of(source: Path | bytes, largest: int) -> bytes:
    if isinstance(source, bytes):
        data = source
    else:
        try:
            with source.open("rb") as file:
                data = file.read(largest + 1)
        except OSError as error:
            raise BadWeights(f"The weights cannot be read: {error.strerror or error}.") from error
    if len(data) > largest:
        raise BadWeights(f"A file of weights of this kind is at most {largest} bytes.")
    return data


def _read(data: bytes, expected: str) -> tuple[dict[str, str], Numbers]:
    """Metadata and tensors, the latter as finite float32."""
    metadata = _metadata(data)
    if metadata.get("format") != expected:
        raise BadWeights(f"This file is not in the format {expected}.")
    try:
        tensors = safetensors.numpy.load(data)
    except (SafetensorError, KeyError, ValueError, TypeError) as error:
        raise BadWeights("This safetensors file is damaged.") from error
    numbers = {}
    for name, tensor in tensors.items():
        if tensor.dtype not in (np.float16, np.float32) or not np.isfinite(tensor).all():
            raise BadWeights(f"The numbers of {name} are not finite floats.")
        numbers[name] = tensor.astype(np.float32)
    return metadata, numbers


def _metadata(data: bytes) -> dict[str, str]:
    if len(data) < 8:
        raise BadWeights("This is no safetensors file.")
    (length,) = struct.unpack("<Q", data[:8])
    if length > min(LARGEST_HEADER, len(data) - 8):
        raise BadWeights("This is no safetensors file.")
    try:
        header = json.loads(data[8 : 8 + length])
        metadata = header.get("__metadata__", {})
        return {str(name): str(value) for name, value in metadata.items()}
    except (ValueError, AttributeError, RecursionError) as error:
        raise BadWeights("This is no safetensors file.") from error


def _architecture(metadata: dict[str, str]) -> Architecture:
    sizes = {}
    for field in fields(Architecture):
        text = metadata.get(field.name, "")
        low, high = getattr(SMALLEST_SIZE, field.name), getattr(LARGEST_SIZE, field.name)
        if not (text.isascii() and text.isdigit() and len(text) < 6 and low <= int(text) <= high):
            raise BadWeights(f"The size '{field.name}' of this base must be from {low} to {high}.")
        sizes[field.name] = int(text)
    architecture = Architecture(**sizes)
    even = architecture.kernel % 2 == 0 or architecture.down_kernel % 2 == 0
    if even or architecture.margin % 8 != 0:
        raise BadWeights("The kernels of this base must be odd and its margin a multiple of 8.")
    return architecture


def _check_shapes(tensors: Numbers, expected: dict[str, tuple[int, ...]], kind: str) -> None:
    if missing := expected.keys() - tensors.keys():
        raise BadWeights(f"This {kind} lacks {sorted(missing)[0]}.")
    if extra := tensors.keys() - expected.keys():
        raise BadWeights(f"This {kind} has numbers that no network uses: {sorted(extra)[0][:60]}.")
    for name, shape in expected.items():
        if tensors[name].shape != shape:
            raise BadWeights(f"{name} of this {kind} is {tensors[name].shape} instead of {shape}.")
