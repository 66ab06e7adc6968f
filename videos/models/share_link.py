"""A share link: opens one work to whoever holds its token."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property

from .removable import Leading

TARGETS = ("video", "render", "comparison", "collection")


def exactly_one_target() -> Q:
    """A condition: one of the four targets is set, the others are not."""
    condition = Q()
    for chosen in TARGETS:
        condition |= Q(**{f"{name}__isnull": name != chosen for name in TARGETS})
    return condition


class ShareLinks(Leading["ShareLink"]):
    """Links, without those to what was deleted."""

    WAYS = TARGETS


class ShareLink(models.Model):
    """The token has 192 bits, and only its SHA-256 is stored: whoever reads the database opens nothing."""

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="share_links")
    label = models.CharField(max_length=120, blank=True)
    video = models.ForeignKey("Video", null=True, blank=True, on_delete=models.CASCADE)
    render = models.ForeignKey("Render", null=True, blank=True, on_delete=models.CASCADE)
    comparison = models.ForeignKey("Comparison", null=True, blank=True, on_delete=models.CASCADE)
    collection = models.ForeignKey("Collection", null=True, blank=True, on_delete=models.CASCADE)
    downloads = models.BooleanField(default=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    opened = models.PositiveBigIntegerField(default=0)
    last_opened_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ShareLinks()
    everything = models.Manager["ShareLink"]()

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.CheckConstraint(condition=exactly_one_target(), name="share_opens_one_thing")]

    def __str__(self) -> str:
        return self.label or f"link to {self.target}"

    @staticmethod
    def hash(token: str) -> str:
        """SHA-256 of a token, in hexadecimal."""
        return hashlib.sha256(token.encode()).hexdigest()

    @classmethod
    def make(cls, owner: Any, target: models.Model, **fields: Any) -> tuple[ShareLink, str]:
        """A new link and its token, which is shown once and never stored."""
        token = secrets.token_urlsafe(24)
        name = target._meta.model_name or ""
        if name not in TARGETS:
            raise ValueError(f"A {name} cannot be shared.")
        link = cls.objects.create(owner=owner, token_hash=cls.hash(token), **{name: target}, **fields)
        return link, token

    @classmethod
    def open(cls, token: str) -> ShareLink | None:
        """The valid link with this token, or None: wrong, expired and revoked are all the same."""
        return (
            cls.objects.filter(token_hash=cls.hash(token), revoked_at=None)
            .filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
            .select_related("video", "render__video", "comparison__video", "collection", "owner")
            .first()
        )

    @cached_property
    def found(self) -> dict[tuple[type[models.Model], int], bool]:
        """What access.py found out that the link's collection shows, or does not, by kind and primary key. For one
        request."""
        return {}

    @property
    def target(self) -> Any:
        """What it opens."""
        return self.video or self.render or self.comparison or self.collection

    @property
    def is_open(self) -> bool:
        """Whether it opens anything now."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > timezone.now())

    def count_opening(self) -> None:
        """One more opening."""
        ShareLink.objects.filter(pk=self.pk).update(opened=F("opened") + 1, last_opened_at=timezone.now())

    def revoke(self) -> bool:
        """Close it, at once and for good. False where it was closed before."""
        return bool(ShareLink.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=timezone.now()))
