"""What an evaluation found out about a version beyond its figures: enough to suggest it for footage."""

from __future__ import annotations

from django.db import models


class Judgement(models.Model):
    """`profile`: how it does on each standing frame, a list of tables with

    - name, kinds: which frame that is, and of what kind (“water”, “night”);
    - features: what the frame looks like, in the numbers of `videos.suggestions.features`;
    - measured: content and style distance, unsteadiness, and the traits of `filters.training.traits`.

    `signature`: its paintings' Gram matrices in a few numbers (`filters.training.signature`); the cosine of two of
    them tells how alike two filters are. Both are lists of plain numbers, so that reading them needs no PyTorch.
    """

    version = models.OneToOneField("FilterVersion", on_delete=models.CASCADE, related_name="judgement")
    profile = models.JSONField(default=list)
    signature = models.JSONField(default=list)
    measured_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"judgement of {self.version}"
