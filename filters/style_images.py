"""Pictures that styles are learned from: each kept once for a person, with what that person says of it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from django.db import transaction
from numpy.typing import NDArray
from PIL import Image

from filters import sha256
from filters.models import StyleImage
from filters.training.pictures import DECODING, ORIGINAL_SIDE, to_rgb
from rotoscope.common import loose
from rotoscope.common.files import forget

Picture = NDArray[np.uint8]
WORDS = {"title": 200, "artist": 200, "year": 40, "origin": 2000, "licence": 100}
"""What is said of a picture, with the longest that is kept."""


QUALITY = 92
"""Of the JPEG that a picture is written as."""
TOLD_BY_CAMERAS = {"exif", "xmp", "photoshop", "comment"}
"""What Pillow finds beside the pixels that says where, when and by whom a picture was taken; a PNG says it in texts."""


def bare(data: bytes) -> bytes:
    """A picture's bytes, written anew as a JPEG where they tell what cameras write into them: the place, say.

    As it is done with what is handed in for training. Those that tell nothing stay as they are. Raises UNREADABLE.
    """
    with DECODING, Image.open(io.BytesIO(data)) as image:
        image.load()  # a PNG may tell more behind its pixels
        if not TOLD_BY_CAMERAS & image.info.keys() and not getattr(image, "text", None):
            return data
        return as_jpeg(to_rgb(image, ORIGINAL_SIDE))


def as_jpeg(picture: Picture) -> bytes:
    """A picture (H, W, 3) as it is kept: with all of its colours, since it is what is learned from."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=QUALITY, subsampling=0)
    return buffer.getvalue()


def keep(
    data: bytes, kind: str, size: tuple[int, int], said: Mapping[str, str], title: str, owner: Any
) -> StyleImage:
    """The picture with these bytes, of a kind ("jpg") and size (width, height); one that is new to `owner` is stored.

    `title` is for a new one of which none is said. Of one that the owner has already, what is not known yet is filled
    in, and the rest stays as it was said first. What others say of the same picture is theirs alone; one that ships is
    taken as it is.
    """
    digest = sha256.of_bytes(data)
    words = {key: said.get(key, "")[:longest] for key, longest in WORDS.items()}
    alike = StyleImage.objects.filter(sha256=digest)
    shipped = alike.filter(shipped=True).first()
    if shipped is not None:
        return shipped
    found = alike.filter(owner=owner).first() if owner is not None else None
    if found is not None:
        return _with_words(found, words)
    stored = loose.store_bytes(data, f"styles/{digest[:24]}.{kind}")
    values: dict[str, Any] = {**words, "title": words["title"] or title[:200], "image": stored}
    width, height = size
    values |= {"width": width, "height": height}
    with transaction.atomic():
        if owner is None:  # a command's: who said what of such a one is not known
            made, new = StyleImage.objects.create(sha256=digest, **values), True
        else:
            made, new = StyleImage.objects.get_or_create(sha256=digest, owner=owner, defaults=values)
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
