"""Whose request it is."""

from __future__ import annotations

from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from filters.deepfilter.problem import Problem
from filters.models import DeepFilterKey

SCHEMES = ("simple ", "bearer ")


def key_of(request: HttpRequest) -> DeepFilterKey:
    """The key of `Authorization: KEY` or `Authorization: Simple KEY`. Raises Problem 401 without a valid one."""
    plain = request.headers.get("Authorization", "").strip()
    for scheme in SCHEMES:
        if plain.lower().startswith(scheme):
            plain = plain[len(scheme) :].strip()
    key = DeepFilterKey.find(plain) if plain else None
    if key is None:
        raise Problem("authorization required", status=401, error_type="AuthorizationError")
    return key


def count_call(key: DeepFilterKey, images: int) -> None:
    """One more call that painted `images` pictures."""
    DeepFilterKey.objects.filter(pk=key.pk).update(
        calls=F("calls") + 1, images=F("images") + images, last_used_at=timezone.now()
    )
