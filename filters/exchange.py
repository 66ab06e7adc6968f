"""Filters that come and go as files: bundles, ONNX models, names at a DeepFilter service."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from PIL import Image

from filters import sha256
from filters.bases import base_of, find
from filters.bundle import (
    PICTURE_KINDS,
    BundleRefused,
    FilterBundle,
    StylePicture,
    mix_parts,
    read_bundle,
    to_onnx,
    write_bundle,
)
from filters.engines.base import EngineError
from filters.engines.inspect import inspect_model
from filters.judgements import TIMED
from filters.models import (
    Filter,
    FilterVersion,
    MixPart,
    StyleImage,
    StyleUse,
    TrainingRun,
)
from filters.naming import free_slug
from filters.style_images import WORDS, bare, keep
from filters.training.crop import crop_from
from filters.training.pictures import UNREADABLE
from filters.training_record import record_of, run_of
from filters.versions import StoredWeights, add_version, store_weights
from rotoscope.common.files import forget, local_path
from rotoscope.common.tags import clean_tags

MOMENT = timedelta(seconds=10)
"""What the same person sends again so soon after it came in was sent by a second press of the same button."""
DEEPFILTER_NAME = re.compile(r"[\w.-]{1,100}|data://[\w./@-]{1,280}", re.ASCII)


class CannotExchange(ValueError):
    """The filter cannot leave or enter like this; the message is a sentence."""


class CameInAlready(CannotExchange):
    """The same was sent twice; `came` is the filter that the first of the two became."""

    def __init__(self, version: FilterVersion) -> None:
        self.came = version.filter
        super().__init__(f"“{self.came}” came in a moment ago. The same was sent twice, and is here once.")


REFUSALS = (CannotExchange, BundleRefused, EngineError, FileNotFoundError)
"""What keeps a filter from leaving or entering; `sentence` says why."""


def sentence(refusal: Exception) -> str:
    """Why a filter cannot leave or enter, for whoever tried. A missing file's own message is but its name."""
    return "Its files are gone." if isinstance(refusal, FileNotFoundError) else str(refusal)


def export(version: FilterVersion) -> bytes:
    """A version with all that belongs to it as one file. Raises CannotExchange, FileNotFoundError, BundleRefused."""
    if version.kind == FilterVersion.Kind.DEEPFILTER:
        raise CannotExchange("A filter that runs at a DeepFilter service has nothing that could be exported.")
    is_style = version.kind == FilterVersion.Kind.STYLE
    filter = version.filter
    bundle = FilterBundle(
        slug=filter.slug,
        name=filter.name,
        kind=version.kind,
        weights=local_path(version.weights).read_bytes(),
        base=base_of(version).read_bytes() if is_style else b"",
        base_name=version.base if is_style else "",
        description=filter.description,
        tags=tuple(filter.tags),
        suits=tuple(filter.suits),
        pictures=_pictures(filter),
        metrics=version.metrics,
        training=record_of(version),
        mix=_mix(version),
    )
    return write_bundle(bundle)


def export_onnx(version: FilterVersion) -> bytes:
    """A version as one ONNX model that runs elsewhere. Raises CannotExchange, FileNotFoundError, EngineError."""
    if version.kind == FilterVersion.Kind.DEEPFILTER:
        raise CannotExchange("A filter that runs at a DeepFilter service has nothing that could be exported.")
    weights = local_path(version.weights).read_bytes()
    if version.kind == FilterVersion.Kind.ONNX:
        return weights
    return to_onnx(base_of(version).read_bytes(), weights)


def bring_in(file: bytes, owner: Any) -> Filter:
    """A draft filter from a bundle. Takes up to a minute for ONNX models. Raises BundleRefused, CameInAlready.

    A style on a base that this installation has stays a style; on another base it becomes a whole model.
    """
    begun = timezone.now()
    bundle = read_bundle(file)
    kind, data, base = _as_kept(bundle)
    with _stored(kind, data, bundle.slug) as weights:
        images = [_style_image(picture, owner) for picture in bundle.pictures]
        # From here on all who make filters wait: everything is in storage.
        slug = free_slug(bundle.slug)
        _refuse_again(begun, sha256=weights.sha256, filter__name=bundle.name, filter__owner=owner)
        made = Filter.objects.create(
            slug=slug,
            name=bundle.name,
            description=bundle.description,
            tags=clean_tags(bundle.tags),
            suits=clean_tags(bundle.suits),
            owner=owner,
        )
        metrics = {name: value for name, value in bundle.metrics.items() if name != TIMED}
        version = add_version(made, weights, base=base, metrics=metrics)
        made.adopt(version)
        _bring_origins(bundle, version, images)
    return made


def take_model(data: bytes, name: str, owner: Any, *, into: Filter | None = None) -> FilterVersion:
    """A checked ONNX model as a new draft filter, or as a new version of `into` (not adopted yet).

    Takes up to a minute. Raises ModelRefused with a sentence, CameInAlready, CannotExchange.
    """
    begun = timezone.now()
    summary = inspect_model(data)
    found = {key: value for key, value in asdict(summary).items() if key not in ("sha256",)}
    with _stored(FilterVersion.Kind.ONNX, data, name if into is None else into.slug) as weights:
        if into is not None:
            filter = _held(into)
            _refuse_again(begun, sha256=summary.sha256, filter=filter)
        else:
            slug = free_slug(name)
            _refuse_again(begun, sha256=summary.sha256, filter__name=name, filter__owner=owner)
            filter = Filter.objects.create(slug=slug, name=name, owner=owner)
        version = add_version(filter, weights, metrics={"model": found})
        if into is None:
            filter.adopt(version)
    return version


def take_name(deepfilter_name: str, title: str, owner: Any, cost_per_image: Decimal) -> Filter:
    """A draft filter that stands for a name, or a model by its data:// address, at the DeepFilter service.

    Raises CannotExchange, CameInAlready.
    """
    begun = timezone.now()
    if not DEEPFILTER_NAME.fullmatch(deepfilter_name):
        raise CannotExchange(
            "A DeepFilter name has letters, digits, “_”, “-” and “.”, or begins with data://."
        )
    with transaction.atomic():
        slug = free_slug(title)
        _refuse_again(begun, deepfilter_name=deepfilter_name, filter__name=title, filter__owner=owner)
        made = Filter.objects.create(
            slug=slug,
            name=title,
            owner=owner,
            engine=Filter.Engine.ALGORITHMIA,
            cost_per_image=cost_per_image,
            tags=["deepfilter"],
        )
        made.adopt(
            FilterVersion.objects.create(
                filter=made, number=1, kind=FilterVersion.Kind.DEEPFILTER, deepfilter_name=deepfilter_name
            )
        )
    return made


@contextmanager
def _stored(kind: FilterVersion.Kind, data: bytes, name: str) -> Iterator[StoredWeights]:
    """Weights in storage, and then a transaction for what names them; where that refuses, they go at once."""
    weights = store_weights(kind, data, name)
    try:
        with transaction.atomic():
            yield weights
    except (CannotExchange, BundleRefused):
        forget(weights.file)
        raise


def _held(filter: Filter) -> Filter:
    """The filter, held until the transaction at hand is over: its versions are numbered one after another."""
    held = Filter.objects.select_for_update().filter(pk=filter.pk).first()
    if held is None:
        raise CannotExchange(f"“{filter}” was deleted meanwhile.")
    return held


def _refuse_again(begun: datetime, **same: Any) -> None:
    """Raise CameInAlready for what came in since shortly before `begun`.

    Whoever sends the same at this moment waits before this, for the lock of slugs or of the filter.
    """
    found = FilterVersion.objects.filter(created_at__gt=begun - MOMENT, **same)
    came = found.select_related("filter").first()
    if came is not None:
        raise CameInAlready(came)


def _as_kept(bundle: FilterBundle) -> tuple[FilterVersion.Kind, bytes, str]:
    """(kind, weights, name of the base) as this copy of Rotoscope can run it."""
    if bundle.kind == "onnx":
        return FilterVersion.Kind.ONNX, bundle.weights, ""
    try:
        find(bundle.base_name, sha256.of_bytes(bundle.base))
    except FileNotFoundError:
        return FilterVersion.Kind.ONNX, to_onnx(bundle.base, bundle.weights), ""
    return FilterVersion.Kind.STYLE, bundle.weights, bundle.base_name


def _bring_origins(bundle: FilterBundle, version: FilterVersion, images: Sequence[StyleImage]) -> None:
    """Pictures, training and parts of a filter that comes in, with its new version."""
    made = version.filter
    if images:
        Filter.objects.filter(pk=made.pk).update(style_image=images[0])
        made.style_image = images[0]
        version.training_run = run_of(bundle.training, made, images)
        version.save(update_fields=["training_run"])
    StyleUse.objects.bulk_create(
        StyleUse(
            filter=made,
            style_image=image,
            position=place,
            share=picture.share,
            crop=list(picture.crop) or _trained_on(version.training_run, place),
        )
        for place, (image, picture) in enumerate(zip(images, bundle.pictures, strict=True))
    )
    for place, (name, digest, share) in enumerate(mix_parts(bundle)):
        public = FilterVersion.objects.filter(sha256=digest, filter__state=Filter.State.PUBLISHED)
        parent = public.order_by("pk").first() if digest else None
        MixPart.objects.create(
            version=version,
            parent=parent,
            position=place,
            share=share,
            parent_name=name or "unknown",
            parent_sha256=digest,
        )


def _trained_on(run: TrainingRun | None, place: int) -> list[float]:
    """The part of a picture that a training learned from: older files tell it there, not with the picture."""
    crops = run.settings["crops"] if run is not None else []
    return crop_from(crops[place]).as_kept() if place < len(crops) else []


def _pictures(filter: Filter) -> tuple[StylePicture, ...]:
    """Every picture of a filter in the order it was learned from, so that crops stay with their pictures."""
    return tuple(
        StylePicture(
            local_path(use.style_image.image).read_bytes(),
            **{name: getattr(use.style_image, name) for name in WORDS},
            share=min(use.share, 1.0),  # of a mix it is a sum, which rounding may take a little beyond 1
            crop=tuple(use.crop),
        )
        for use in sorted(filter.pictures(), key=lambda use: use.position)
    )


def _mix(version: FilterVersion) -> dict[str, Any]:
    parts = [
        {"name": part.parent_name, "sha256": part.parent_sha256, "share": part.share}
        for part in version.mix_parts.all()
    ]
    return {"parts": parts} if parts else {}


def _style_image(picture: StylePicture, owner: Any) -> StyleImage:
    try:
        data = bare(picture.data)
    except UNREADABLE as problem:
        raise BundleRefused("A style picture is damaged.") from problem
    with Image.open(io.BytesIO(data)) as image:
        size, kind = image.size, PICTURE_KINDS.get(image.format or "", "jpg")
    return keep(data, kind, size, {name: getattr(picture, name) for name in WORDS}, "Untitled", owner)
