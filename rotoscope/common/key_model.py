"""What the keys of programs have in common: of this API's, and of the DeepFilter server's."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone


class SecretKey(models.Model):
    """A key with which a program acts as its owner. Only its SHA-256 is stored; the plain text is shown once."""

    BEGINS: ClassVar[str] = ""
    """What the plain text begins with, so that people and secret scanners see what it is."""

    SHOWN: ClassVar[int] = 8
    """Characters of the plain text that are kept, for telling keys apart."""

    name = models.CharField(max_length=120)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(max_length=12, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @staticmethod
    def hash(key: str) -> str:
        """SHA-256 of a key, in hexadecimal."""
        return hashlib.sha256(key.encode()).hexdigest()

    @classmethod
    def make(cls, owner: Any, name: str) -> tuple[Self, str]:
        """A new key and its plain text, which is shown once and never stored."""
        plain = cls.BEGINS + secrets.token_urlsafe(24)
        row = cls._default_manager.create(
            owner=owner, name=name, key_hash=cls.hash(plain), prefix=plain[: cls.SHOWN]
        )
        return row, plain

    @classmethod
    def find(cls, plain: str) -> Self | None:
        """The valid key with this plain text, of somebody who is still here; or None."""
        valid = cls._default_manager.filter(key_hash=cls.hash(plain), revoked_at=None, owner__is_active=True)
        return valid.select_related("owner").first()

    def revoke(self) -> bool:
        """Stop accepting it, at once and for good; False when it was revoked before."""
        mine = type(self)._default_manager.filter(pk=self.pk, revoked_at=None)
        return bool(mine.update(revoked_at=timezone.now()))
