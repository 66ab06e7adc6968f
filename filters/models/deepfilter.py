"""Who may call our DeepFilter server, and the data they keep there."""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone


class DeepFilterKey(models.Model):
    """An API key of the DeepFilter server. Only its SHA-256 is stored."""

    name = models.CharField(max_length=120)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="deepfilter_keys"
    )
    key_hash = models.CharField(max_length=64, unique=True)
    prefix = models.CharField(max_length=12)
    calls = models.PositiveBigIntegerField(default=0)
    images = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @staticmethod
    def hash(key: str) -> str:
        """SHA-256 of a key, in hexadecimal."""
        return hashlib.sha256(key.encode()).hexdigest()

    @classmethod
    def make(cls, owner: object, name: str) -> tuple[DeepFilterKey, str]:
        """A new key and its plain text, which is shown once and never stored."""
        plain = "sim" + secrets.token_urlsafe(24)
        row = cls.objects.create(owner=owner, name=name, key_hash=cls.hash(plain), prefix=plain[:8])
        return row, plain

    @classmethod
    def find(cls, plain: str) -> DeepFilterKey | None:
        """The valid key with this plain text, or None."""
        return cls.objects.filter(key_hash=cls.hash(plain), revoked_at=None).select_related("owner").first()

    def revoke(self) -> None:
        """Stop accepting it, at once and for good."""
        DeepFilterKey.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=timezone.now())


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
