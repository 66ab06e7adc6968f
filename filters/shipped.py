"""The filters that ship, brought from the catalogue's files into the database.

A filter that is there keeps what curators made of it: its texts, its state, a version of their own. New weights
in the catalogue become a new version. It is adopted, with the style image that it was learned from, where the
current one came from the catalogue too; the image also where it alone is another file now. What an evaluation found
out about shipped weights comes with them (`filters/judgements.py`). The bases are kept too, for what is made on them
today (`filters/bases.py`).
"""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image

from filters import bases, judgements, sha256
from filters.catalogue import FOLDER, CatalogueFilter, LiveTwin, StyleOrigin, load_catalogue
from filters.models import Filter, FilterVersion, StyleImage
from rotoscope.common.files import store, work_folder

logger = logging.getLogger(__name__)


def load(catalogue: Path = FOLDER) -> int:
    """Bring every shipped filter up to the catalogue; the number of filters that changed. Safe to repeat.

    Raises CatalogueError, with nothing changed, where the catalogue names files or fields that are not there.
    """
    filters = load_catalogue(catalogue)
    if not filters:
        logger.warning("no filters ship with this copy: there is no catalogue in %s", catalogue)
    for base in sorted((catalogue / "bases").glob("*.safetensors")):
        _restore(bases.kept_name(sha256.of_file(base)), base)
    return sum(_bring_up(told) for told in filters)


def _bring_up(told: CatalogueFilter) -> bool:
    """One filter; True where anything was added."""
    with transaction.atomic():
        one, made = Filter.objects.select_for_update().get_or_create(
            slug=told.slug,
            defaults={
                "name": told.name,
                "description": told.description,
                "tags": list(told.tags),
                "suits": list(told.suits),
                "engine": Filter.Engine.NETWORK,
                "shipped": True,
                "style_image": _style_image(told.style_image),
            },
        )
        if not one.shipped:
            logger.warning(
                "“%s” is somebody's own filter; the shipped one of that name is left out", one.slug
            )
            return False
        own = one.current is not None and not _is_shipped(one.current)
        # The twin first, so that the highest number is that of the version which new renders use.
        twin, twin_change = _version(one, told.live) if told.live is not None else (None, "")
        version, change = _version(one, told)
        if version.twin_id != (twin and twin.pk):  # for who comes back to it from a version of their own
            FilterVersion.objects.filter(pk=version.pk).update(twin=twin)
        lacks_twin = one.current == version and one.live != twin  # a curator came back from another version
        if lacks_twin or ("made" in (change, twin_change) and not own):
            one.adopt(version, live=twin)
        if one.current == version and _take_picture(one, told.style_image):
            change = change or "picture"
            for judged in filter(None, (version, twin)):
                judgements.bring(judged, afresh=True)
        if made:
            one.publish()
    return bool(change or twin_change) or made or lacks_twin


def _is_shipped(version: FilterVersion) -> bool:
    """Whether a version of a filter that ships came from a catalogue: numbers that nobody trained or mixed here."""
    numbers = version.kind == FilterVersion.Kind.STYLE
    return numbers and version.training_run_id is None and not version.mix_parts.exists()


def _take_picture(one: Filter, told: StyleOrigin) -> bool:
    """Give it the style image that its version is judged by; True where it had another."""
    picture = _style_image(told)
    if one.style_image == picture:
        return False
    one.style_image = picture
    one.save(update_fields=["style_image"])
    return True


def _version(one: Filter, told: CatalogueFilter | LiveTwin) -> tuple[FilterVersion, str]:
    """The version with those weights, and what was done: "made", its file "restored", or nothing."""
    digest = sha256.of_file(told.weights)
    found = one.versions.filter(sha256=digest).first()
    if found is not None:
        restored = _restore(str(found.weights.name), told.weights)
        return found, "restored" if judgements.bring(found) or restored else ""
    made = FilterVersion.objects.create(
        filter=one,
        number=one.next_number(),
        kind=FilterVersion.Kind.STYLE,
        base=told.base,
        weights=_stored(told.weights, f"weights/{one.slug}-{digest[:16]}{told.weights.suffix}"),
        sha256=digest,
        metrics=dict(told.metrics),
    )
    judgements.bring(made)
    return made, "made"


def _style_image(told: StyleOrigin) -> StyleImage:
    """The style image with its origin, found again by its bytes."""
    digest = sha256.of_file(told.file)
    name = f"styles/{told.file.stem}-{digest[:16]}{told.file.suffix}"
    found = StyleImage.objects.filter(sha256=digest, shipped=True).first()
    if found is not None:
        _restore(str(found.image.name), told.file)
        return found
    with Image.open(told.file) as picture:
        width, height = picture.size
    return StyleImage.objects.create(
        image=_stored(told.file, name),
        sha256=digest,
        shipped=True,
        width=width,
        height=height,
        title=told.title,
        artist=told.artist,
        year=told.year,
        origin=told.origin,
        licence=told.licence,
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
