"""Bases and styles as safetensors files (FORMAT.md), and back into a network that can be trained further."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor

from filters import sha256
from filters.engines.weights import BASE_FORMAT, STYLE_FORMAT, serialized

from .network import Architecture, Painter, is_style_number
from .refusals import Refusal


class WrongFile(Refusal, ValueError):
    """A file that is not what it should be; the message says in a sentence what is wrong."""


def write_base(painter: Painter, path: Path, name: str = "fine") -> str:
    """Write the weights that all styles share, as float16; the SHA-256 of the file."""
    weights = {
        n: t.detach().half().cpu().contiguous()
        for n, t in painter.state_dict().items()
        if not is_style_number(n)
    }
    return _write(path, weights, {"format": BASE_FORMAT, "name": name, **painter.architecture.as_metadata()})


def write_style(painter: Painter, index: int, path: Path, *, slug: str, base_sha256: str) -> str:
    """Write the numbers of one style, as float32; the SHA-256 of the file."""
    return write_numbers(style_numbers(painter, index), path, slug=slug, base_sha256=base_sha256)


def write_numbers(numbers: dict[str, Tensor], path: Path, *, slug: str, base_sha256: str) -> str:
    """Write style numbers, each (channels,), under their names; the SHA-256 of the file."""
    return _write(path, numbers, {"format": STYLE_FORMAT, "slug": slug, "base": base_sha256})


def style_numbers(painter: Painter, index: int) -> dict[str, Tensor]:
    """The numbers of one style, each (channels,)."""
    return {
        n: t.detach()[index].float().cpu().clone()
        for n, t in painter.state_dict().items()
        if is_style_number(n)
    }


def read_base(path: Path) -> tuple[Architecture, dict[str, Tensor]]:
    """Sizes and weights (float32) of a base file. Raises WrongFile."""
    metadata, tensors = _read(path, BASE_FORMAT)
    return Architecture.from_metadata(metadata), {name: value.float() for name, value in tensors.items()}


def read_style(path: Path, base_sha256: str | None = None) -> dict[str, Tensor]:
    """The numbers of a style file. Raises WrongFile, also where it belongs to another base than the one named."""
    metadata, tensors = _read(path, STYLE_FORMAT)
    if base_sha256 is not None and metadata.get("base") != base_sha256:
        raise WrongFile(f"{path.name} belongs to another base network.")
    return tensors


def assemble(base: Path, styles: Sequence[dict[str, Tensor]]) -> Painter:
    """A network from a base file and the numbers of one or more styles, in that order."""
    architecture, weights = read_base(base)
    painter = Painter(len(styles), architecture)
    numbers = {name: torch.stack([one[name] for one in styles]) for name in styles[0]}
    painter.load_state_dict({**weights, **numbers})
    return painter


def mean_style(styles: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The style in the middle of others: where a new one starts from."""
    return {name: torch.stack([one[name] for one in styles]).mean(0) for name in styles[0]}


def _write(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = serialized({n: t.detach().contiguous().numpy() for n, t in tensors.items()}, metadata)
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(data)
    os.replace(beside, path)
    return sha256.of_bytes(data)


def _read(path: Path, wanted: str) -> tuple[dict[str, str], dict[str, Tensor]]:
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except FileNotFoundError:
        raise
    # Safetensors raises its own type, which it does not export under a stable name.
    except Exception as error:
        raise WrongFile(f"{path.name} is not a safetensors file.") from error
    if metadata.get("format") != wanted:
        raise WrongFile(f"{path.name} has the format {metadata.get('format', 'unknown')!r}, not {wanted!r}.")
    return metadata, tensors
