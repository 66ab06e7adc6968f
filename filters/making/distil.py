"""A small network that paints like a large one (Hinton et al. 2015, "Distilling the Knowledge in a Neural Network").

At first it only copies what its teacher makes of each square, which needs no VGG-16 and is several times as fast a
step; then style and content are judged as well, so that it keeps the teacher's strokes where it cannot keep every
pixel of them.
"""

from __future__ import annotations

import torch
from torch import Tensor

from filters.training.content import ContentSet
from filters.training.network import Painter, channels_last
from filters.training.objective import Moment, Objective
from filters.training.perceptual import Perception
from filters.training.settings import Settings

JUDGED_FROM = 0.6  # share of the training after which style and content are judged too
TEACHER_WEIGHT = 12.0  # against a mean absolute difference of colours in 0..1


class Distillation(Objective):
    """An `Objective` in which a network with the same styles shows how it is done."""

    def __init__(
        self,
        painter: Painter,
        teacher: Painter,
        targets: dict[str, Tensor],
        content: ContentSet,
        settings: Settings,
        perception: Perception,
    ) -> None:
        super().__init__(painter, targets, content, settings, perception)
        self.teacher = channels_last(teacher.to(self.device)).requires_grad_(False)

    def weights(self, at: Moment) -> dict[str, float]:
        """How much each loss counts: at first only what the teacher shows, and steadiness."""
        if at.progress < JUDGED_FROM:
            return {"teacher": TEACHER_WEIGHT, "steadiness": self._steadiness(at)}
        return {**super().weights(at), "teacher": TEACHER_WEIGHT}

    def losses(self, pictures: Tensor, styles: Tensor, at: Moment) -> dict[str, Tensor]:
        """The losses of `Objective` and "teacher", the mean absolute difference to the teacher's painting."""
        painted, steadiness = self._painted(pictures, styles, at)
        with torch.no_grad(), self._fast():
            shown = self.teacher(pictures, styles).float()
        losses = {"teacher": (painted - shown).abs().mean(), **steadiness}
        if at.progress >= JUDGED_FROM:
            losses |= self._judged(painted, pictures, styles, at)
        return losses
