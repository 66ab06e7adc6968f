"""A version of a filter: what is run, never changed once made."""

from __future__ import annotations

from typing import Any

from django.db import models

LIVE_BASE = "base-live"


class FilterVersion(models.Model):
    """Weights with their SHA-256, or a DeepFilter name; how well it does; which training made it."""

    class Kind(models.TextChoices):
        STYLE = "style", "Scale and shift numbers on a shipped base network"
        ONNX = "onnx", "A whole ONNX model"
        DEEPFILTER = "deepfilter", "A name at a DeepFilter service"

    filter = models.ForeignKey("Filter", on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=Kind)
    base = models.CharField(
        max_length=80, blank=True, help_text="Name of the base network, for kind “style”."
    )
    weights = models.FileField(upload_to="weights/", blank=True, max_length=200)
    sha256 = models.CharField(max_length=64, blank=True)
    deepfilter_name = models.CharField(max_length=300, blank=True)
    metrics = models.JSONField(default=dict, blank=True)
    training_run = models.ForeignKey("TrainingRun", null=True, blank=True, on_delete=models.SET_NULL)
    twin = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The same style on the smaller base, which came with it.",
    )
    record = models.JSONField(
        default=dict,
        db_default={},
        blank=True,
        help_text="How it was trained; its run may have gone on since.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    measurings = models.PositiveSmallIntegerField(
        default=0,
        editable=False,
        help_text="How often a worker has begun to measure it since somebody asked.",
    )

    # What a later evaluation may add, and what it is paired with; everything else is fixed once the row exists.
    MUTABLE = frozenset({"metrics", "measurings", "training_run", "training_run_id", "twin"})

    class Meta:
        ordering = ["filter", "-number"]
        constraints = [models.UniqueConstraint(fields=["filter", "number"], name="one_number_per_filter")]

    def __str__(self) -> str:
        return f"{self.filter} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new version; of an old one only the metrics and the link to its training may change.

        Raises ValueError when anything else of an existing version differs from what is stored.
        """
        if self.pk and not self._state.adding:
            stored = FilterVersion.objects.get(pk=self.pk)
            for field in self._meta.concrete_fields:
                fixed = field.name not in self.MUTABLE
                if fixed and field.value_from_object(stored) != field.value_from_object(self):
                    raise ValueError(f"A filter version never changes: “{field.name}” of {self} is fixed.")
        super().save(*args, **kwargs)

    def could_not_run(self, reason: str) -> None:
        """Say why its filter cannot run now, where new renders use this version.

        What an older version or a live twin lacks, those that come after need not.
        """
        if type(self.filter).objects.filter(pk=self.filter_id, current=self).exists():
            self.filter.mark_unavailable(reason)

    @property
    def is_live(self) -> bool:
        """Whether it runs on the smaller, faster base."""
        return self.base == LIVE_BASE
