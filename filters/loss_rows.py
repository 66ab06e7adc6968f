"""What a row of `TrainingRun.losses` holds: the step, then the losses in this order."""

from __future__ import annotations

LOSSES = ("total", "content", "style", "variation", "steadiness", "tone", "evenness", "lattice")

LENGTHS = (1 + LOSSES.index("tone"), 1 + LOSSES.index("lattice"), 1 + len(LOSSES))
"""How long rows are: those of trainings from before tone and evenness were kept, from before lattice, and of today."""
