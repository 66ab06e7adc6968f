"""Filters that are numbers on the base that ships, as trainings make them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from PIL import Image

from filters.models import Filter, FilterVersion, StyleImage, StyleUse
from filters.training_work import shipped_styles
from tests.lab.pictures import encoded, noise

BASE = "base-fine"


def shipped_weights() -> list[Path]:
    """Styles that ship on this base."""
    return shipped_styles(BASE)


def make_style_image(title: str, seed: int = 1, **words: str) -> StyleImage:
    """A picture with its file."""
    data = encoded(Image.fromarray(noise(seed=seed)), "JPEG")
    return StyleImage.objects.create(
        image=ContentFile(data, f"{title}.jpg"),
        sha256=hashlib.sha256(data).hexdigest(),
        width=128,
        height=96,
        title=title,
        **words,
    )


def make_styled(name: str, place: int = 0, *, published: bool = True, **fields: Any) -> Filter:
    """A filter with the numbers of the shipped style at `place`, learned from a picture of its own."""
    image = make_style_image(f"Picture of {name}", seed=100 + place)
    made = Filter.objects.create(slug=name.lower().replace(" ", "-"), name=name, style_image=image, **fields)
    StyleUse.objects.create(filter=made, style_image=image)
    data = shipped_weights()[place].read_bytes()
    made.adopt(
        FilterVersion.objects.create(
            filter=made,
            number=1,
            kind=FilterVersion.Kind.STYLE,
            base=BASE,
            weights=ContentFile(data, f"{made.slug}.safetensors"),
            sha256=hashlib.sha256(data).hexdigest(),
        )
    )
    if published:
        made.publish()
    return made
