"""The filters that ship, brought from the catalogue's files into the database.

`filters/catalogue/catalogue.toml` has one table for each:

    [[filter]]
    slug = "starry-night"
    name = "Starry Night"
    description = "Swirling strokes in deep blue."
    tags = ["painting", "night"]
    suits = ["landscape", "sky"]
    base = "base-fine"                          # bases/base-fine.safetensors
    weights = "weights/fine/starry-night.safetensors"
    metrics = { style_distance = 0.19 }         # optional
    [filter.live]                               # optional: the same on the smaller base
    base = "base-live"
    weights = "weights/live/starry-night.safetensors"
    [filter.style_image]
    file = "styles/starry-night.jpg"
    title = "The Starry Night"
    artist = "Vincent van Gogh"                 # optional, like the following
    year = "1889"
    origin = "Museum of Modern Art, New York"
    licence = "public domain"

A filter that is there keeps what curators made of it: its texts, its state, a version of their own. New weights
in the catalogue become a new version. It is adopted, with the style image that it was learned from, where the
current one came from the catalogue too. What an evaluation found out about shipped weights comes with them
(`filters/judgements.py`).
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import tomllib
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image

from filters import judgements
from filters.models import Filter, FilterVersion, StyleImage
from rotoscope.files import store, work_folder

logger = logging.getLogger(__name__)

CATALOGUE = Path(__file__).parent / "catalogue"


def load(catalogue: Path = CATALOGUE) -> int:
    """Bring every shipped filter up to the catalogue; the number of filters that changed. Safe to repeat.

    Raises FileNotFoundError or KeyError where the catalogue names files or fields that are not there.
    """
    listing = catalogue / "catalogue.toml"
    if not listing.exists():
        logger.warning("no filters ship with this copy: %s is missing", listing)
        return 0
    tables = tomllib.loads(listing.read_text())["filter"]
    return sum(_bring_up(table, catalogue) for table in tables)


def _bring_up(table: dict[str, Any], catalogue: Path) -> bool:
    """One filter; True where anything was added."""
    with transaction.atomic():
        one, made = Filter.objects.select_for_update().get_or_create(
            slug=table["slug"],
            defaults={
                "name": table["name"],
                "description": table["description"],
                "tags": table.get("tags", []),
                "suits": table.get("suits", []),
                "engine": Filter.Engine.NETWORK,
                "shipped": True,
                "style_image": _style_image(table["style_image"], catalogue),
            },
        )
        if not one.shipped:
            logger.warning(
                "“%s” is somebody's own filter; the shipped one of that name is left out", one.slug
            )
            return False
        own = one.current is not None and one.current.training_run_id is not None
        # The twin first, so that the highest number is that of the version which new renders use.
        twin, twin_change = _version(one, table["live"], catalogue) if "live" in table else (None, "")
        version, change = _version(one, table, catalogue)
        if "made" in (change, twin_change) and not own:
            one.adopt(version, live=twin)
            one.style_image = _style_image(table["style_image"], catalogue)
            one.save(update_fields=["style_image"])
        if made:
            one.publish()
    return bool(change or twin_change) or made


def _version(one: Filter, table: dict[str, Any], catalogue: Path) -> tuple[FilterVersion, str]:
    """The version with the weights of `table`, and what was done: "made", its file "restored", or nothing."""
    weights = catalogue / table["weights"]
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    found = one.versions.filter(sha256=digest).first()
    if found is not None:
        restored = _restore(str(found.weights.name), weights)
        return found, "restored" if judgements.bring(found) or restored else ""
    numbers = list(one.versions.values_list("number", flat=True))
    made = FilterVersion.objects.create(
        filter=one,
        number=max(numbers, default=0) + 1,
        kind=FilterVersion.Kind.STYLE,
        base=table["base"],
        weights=_stored(weights, f"weights/{one.slug}-{digest[:16]}{weights.suffix}"),
        sha256=digest,
        metrics=table.get("metrics", {}),
    )
    judgements.bring(made)
    return made, "made"


def _style_image(table: dict[str, Any], catalogue: Path) -> StyleImage:
    """The style image with its origin, found again by its bytes."""
    path = catalogue / table["file"]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    name = f"styles/{path.stem}-{digest[:16]}{path.suffix}"
    found = StyleImage.objects.filter(sha256=digest).first()
    if found is not None:
        _restore(str(found.image.name), path)
        return found
    with Image.open(path) as picture:
        width, height = picture.size
    words = {key: str(table.get(key, "")) for key in ("title", "artist", "year", "origin", "licence")}
    return StyleImage.objects.create(
        image=_stored(path, name), sha256=digest, width=width, height=height, **words
    )


def _restore(name: str, path: Path) -> bool:
    """Put a catalogue file back into storage where it is gone; True where it was."""
    if default_storage.exists(name):
        return False
    _stored(path, name)
    return True


def _stored(path: Path, name: str) -> str:
    """A copy of a catalogue file in storage, under `name`."""
    with work_folder() as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        return store(copy, name)
