"""How a training goes: plain values with their units. Those of the shipped bases are in stages.py."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """How to train. Ends after `steps`, or after `seconds` of training where that is set and comes first."""

    steps: int = 2400
    seconds: float = 0.0  # 0: no limit; with a limit the number of steps depends on the machine
    contents: int = 2  # squares in a step
    styles_per_content: int = 2  # paintings of each square, every one in another style
    early_sizes: tuple[int, ...] = (112, 128, 144)  # pixels, sides of the squares in the first part
    late_sizes: tuple[int, ...] = (192, 224)  # pixels, in the rest
    late_from: float = 0.85  # share of the training after which squares are large
    rate: float = 2e-3  # Adam's learning rate for the shared weights
    style_rate: float = 1e-2  # and for the numbers of the styles
    content_weight: float = 1.0
    style_weight: float = 8.0
    content_weights: tuple[float, ...] = ()  # times content_weight, for each style; (): 1 for all
    # Content loss of a frame at which each style is held by its weight; 0: weights stay.
    content_aim: float = 0.0
    pooled: float = 0.0  # share of the style loss that judges all squares of a style together
    variation_weight: float = 0.3
    tone_weight: float = 0.5
    evenness_weight: float = 0.0
    lattice_weight: float = 0.0
    steadiness_weight: float = 12.0
    # The same for steadiness: its weight follows from the first step that it counts at all, also while it is ramped.
    steadiness_aim: float = 0.0
    steady_from: float = 0.1  # share of the training after which steadiness begins to count
    steady_full: float = 0.3  # and from which it counts fully
    fall_from: float = 0.85  # share of the training after which the rates fall
    checkpoint_every: int = 100  # steps
    seed: int = 1889
    freeze_base: bool = False  # True: only the numbers of the styles are learned

    def progress(self, step: int, elapsed: float) -> float:
        """How much of the training lies behind, 0..1."""
        done = step / self.steps
        return min(1.0, max(done, elapsed / self.seconds) if self.seconds else done)
