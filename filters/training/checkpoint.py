"""Everything needed to go on after a kill, written so that a kill while writing harms nothing."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import torch


def save(path: Path, state: dict[str, Any]) -> None:
    """Write beside the file, flush to the disk, then rename over it: the old one stays whole until that instant.

    Each writer has a file of its own beside it: one that lost its run to another may still be writing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    with beside.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def load(path: Path) -> dict[str, Any] | None:
    """What `save` wrote, or None where there is no file. Tensors and plain values only: nothing in it can run."""
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state


def stored(path: Path) -> dict[str, Any]:
    """The same, where there has to be one. Raises OSError where there is none."""
    state = load(path)
    if state is None:
        raise OSError(f"There is no checkpoint {path}.")
    return state
