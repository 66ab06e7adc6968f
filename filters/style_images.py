"""Pictures that styles are learned from: each kept once, with what is said of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from django.db import transaction

from filters.models import StyleImage
from rotoscope import loose
from rotoscope.files import forget

WORDS = {"title": 200, "artist": 200, "year": 40, "origin": 2000, "licence": 100}
"""What is said of a picture, with the longest that is kept."""


def keep(data: bytes, kind: str, size: tuple[int, int], said: Mapping[str, str], title: str) -> StyleImage:
    """The picture with these bytes, of a kind ("jpg") and size (width, height); one that is new is stored.

    `title` is for a new one of which none is said. Of one that is here already, what is not known yet is filled in, and
    the rest stays as it was said first.
    """
    digest = hashlib.sha256(data).hexdigest()
    words = {key: said.get(key, "")[:longest] for key, longest in WORDS.items()}
    found = StyleImage.objects.filter(sha256=digest).first()
    if found is not None:
        return _with_words(found, words)
    stored = loose.store_bytes(data, f"styles/{digest[:24]}.{kind}")
    values = {**words, "title": words["title"] or title[:200], "image": stored}
    width, height = size
    with transaction.atomic():
        made, new = StyleImage.objects.get_or_create(
            sha256=digest, defaults={**values, "width": width, "height": height}
        )
        if new:
            loose.named(stored)
            return made
    if made.image.name != stored:  # somebody else kept it at the same moment
        forget(stored)
    return _with_words(made, words)


def _with_words(found: StyleImage, words: Mapping[str, str]) -> StyleImage:
    missing = {key: value for key, value in words.items() if value and not getattr(found, key)}
    if missing:
        StyleImage.objects.filter(pk=found.pk).update(**missing)
        found.refresh_from_db()
    return found
