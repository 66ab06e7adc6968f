"""The picture whose manner a filter learned. Its origin carries meaning, so it stays with it."""

from __future__ import annotations

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Exists, Func, JSONField, OuterRef, Q


class StyleImageQuerySet(models.QuerySet["StyleImage"]):
    """Named queries over style images."""

    def unused(self) -> StyleImageQuerySet:
        """Those that no filter and no training goes back to any more; of several pictures a training names each."""
        one = Func(OuterRef("pk"), function="to_jsonb", output_field=JSONField())
        named = apps.get_model("filters", "TrainingRun").objects.filter(settings__pictures__contains=one)
        return self.filter(~Exists(named), filter=None, uses=None, training_runs=None)


class StyleImage(models.Model):
    """A style image with its origin and licence, as whoever handed it in says them: each person has a row of their own.

    One that ships is nobody's, and its words are everybody's. `sha256` is that of the stored file's bytes.
    """

    image = models.FileField(upload_to="styles/", max_length=200)
    sha256 = models.CharField(max_length=64)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    shipped = models.BooleanField(default=False, db_default=False)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    artist = models.CharField(max_length=200, blank=True)
    year = models.CharField(max_length=40, blank=True)
    origin = models.TextField(blank=True, help_text="Where the picture comes from: museum, address, program.")
    licence = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = StyleImageQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(fields=["sha256", "owner"], name="style_image_once_for_each"),
            models.UniqueConstraint(
                fields=["sha256"], condition=Q(shipped=True), name="style_image_ships_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.artist}" if self.artist else self.title
