"""Who may call our DeepFilter server, and the data they keep there."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from rotoscope.common.key_model import SecretKey


class DeepFilterKey(SecretKey):
    """An API key of the DeepFilter server, as Algorithmia's looked."""

    BEGINS = "sim"

    calls = models.PositiveBigIntegerField(default=0)
    images = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["name"]


class DeepFilterObject(models.Model):
    """A file under `data://`, private to the key's owner. `path` is like ".my/frames/0001.png"."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    path = models.CharField(max_length=500)
    is_folder = models.BooleanField(default=False)
    file = models.FileField(upload_to="deepfilter/", blank=True, max_length=200)
    size = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["path"]
        constraints = [models.UniqueConstraint(fields=["owner", "path"], name="one_object_per_path")]

    def __str__(self) -> str:
        return f"data://{self.path}"
