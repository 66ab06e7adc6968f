"""What a training had learned when it was stopped: the numbers of its last checkpoint, as good as finished ones."""

from __future__ import annotations

from pathlib import Path

from filters import sha256

from . import checkpoint as checkpoints
from .content import ContentSet
from .network import is_style_number
from .tune import Tuned


def tuned_so_far(checkpoint: Path, base: Path, content: ContentSet, device: str) -> Tuned | None:
    """The tuning that a checkpoint holds; None where nothing was learned yet."""
    state = checkpoints.load(checkpoint)
    if state is None or not state["step"]:
        return None
    numbers = {
        name: value.detach()[0].float().cpu().clone()
        for name, value in state["painter"].items()
        if is_style_number(name)
    }
    return Tuned(
        numbers,
        state["step"],
        state["elapsed"],
        state["history"],
        sha256.of_file(base),
        content.fingerprint(),
        device,
        is_whole=False,
    )
