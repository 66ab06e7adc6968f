"""Who may speak to the API without a browser."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone


class ApiKey(models.Model):
    """A key with which a program acts as its owner. Only its SHA-256 is stored; the plain text is shown once."""

    name = models.CharField(max_length=120)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys")
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(max_length=12, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @staticmethod
    def hash(key: str) -> str:
        """SHA-256 of a key, in hexadecimal."""
        return hashlib.sha256(key.encode()).hexdigest()

    @classmethod
    def make(cls, owner: Any, name: str) -> tuple[ApiKey, str]:
        """A new key and its plain text, which is shown once and never stored."""
        plain = "roto_" + secrets.token_urlsafe(24)
        row = cls.objects.create(owner=owner, name=name, key_hash=cls.hash(plain), prefix=plain[:9])
        return row, plain

    @classmethod
    def find(cls, plain: str) -> ApiKey | None:
        """The valid key with this plain text, of somebody who is still here; or None."""
        valid = cls.objects.filter(key_hash=cls.hash(plain), revoked_at=None, owner__is_active=True)
        return valid.select_related("owner").first()

    def note_use(self) -> None:
        """Remember that it was used, to the minute."""
        now = timezone.now()
        if self.last_used_at is None or (now - self.last_used_at).total_seconds() > 60:
            ApiKey.objects.filter(pk=self.pk).update(last_used_at=now)

    def revoke(self) -> bool:
        """Stop accepting it, at once and for good; False when it was revoked before."""
        return bool(ApiKey.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=timezone.now()))
