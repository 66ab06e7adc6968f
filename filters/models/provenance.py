"""What a filter came from: the pictures it learned from, and the filters it was mixed of."""

from __future__ import annotations

from django.db import models


class StyleUse(models.Model):
    """A picture that a filter goes back to, and how much it counts there (the shares of a filter sum to 1).

    `crop` is the part of it that was learned from, five numbers as `filters.training.crop` has them; empty for all.
    """

    filter = models.ForeignKey("Filter", on_delete=models.CASCADE, related_name="style_uses")
    style_image = models.ForeignKey("StyleImage", on_delete=models.PROTECT, related_name="uses")
    position = models.PositiveSmallIntegerField(default=0)
    share = models.FloatField(default=1.0)
    crop = models.JSONField(default=list, db_default=[], blank=True)

    class Meta:
        ordering = ["filter", "position"]
        constraints = [models.UniqueConstraint(fields=["filter", "position"], name="one_picture_per_place")]

    def __str__(self) -> str:
        return f"{self.style_image} in {self.filter}"

    @property
    def percent(self) -> int:
        """The share in hundredths."""
        return round(self.share * 100)


class MixPart(models.Model):
    """A version that another was mixed of. Its name and hash stay when it is deleted."""

    version = models.ForeignKey("FilterVersion", on_delete=models.CASCADE, related_name="mix_parts")
    parent = models.ForeignKey(
        "FilterVersion", null=True, blank=True, on_delete=models.SET_NULL, related_name="mixed_into"
    )
    position = models.PositiveSmallIntegerField(default=0)
    share = models.FloatField()
    parent_name = models.CharField(max_length=120)
    parent_sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["version", "position"]
        constraints = [models.UniqueConstraint(fields=["version", "position"], name="one_part_per_place")]

    def __str__(self) -> str:
        return f"{self.parent_name}, {self.percent} %"

    @property
    def percent(self) -> int:
        """The share in hundredths."""
        return round(self.share * 100)
