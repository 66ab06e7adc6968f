"""A frame: an image separated from a video."""

from __future__ import annotations

from django.db import models


class FrameQuerySet(models.QuerySet["Frame"]):
    """The separated frames of one video."""

    def evenly(self, most: int, *also: int) -> FrameQuerySet:
        """Up to `most` of them, evenly chosen, and those with the indices `also`; in order. Two queries."""
        indices = list(self.order_by("index").values_list("index", flat=True))
        if len(indices) > most:
            indices = [indices[at * len(indices) // most] for at in range(most)]
        return self.filter(index__in={*indices, *also}).order_by("index")


class Frame(models.Model):
    """`index` counts the frames of the footage from 0; `timestamp` is its presentation time in seconds.

    Statistics as videos/media/statistics.py defines them; `palette` is a list of [“#rrggbb”, share].
    """

    video = models.ForeignKey("Video", on_delete=models.CASCADE, related_name="frames")
    index = models.PositiveIntegerField()
    timestamp = models.DecimalField(max_digits=14, decimal_places=6)
    image = models.FileField(upload_to="frames/", max_length=200)
    luminance = models.FloatField()
    contrast = models.FloatField()
    colourfulness = models.FloatField()
    sharpness = models.FloatField()
    palette = models.JSONField(default=list)

    objects = FrameQuerySet.as_manager()

    class Meta:
        ordering = ["video", "index"]
        constraints = [models.UniqueConstraint(fields=["video", "index"], name="one_row_per_frame")]

    def __str__(self) -> str:
        return f"frame {self.index} of {self.video}"
