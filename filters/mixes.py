"""Filters made of others by weight: tried out at once, kept as drafts that name all they came from."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from filters.bases import base_of
from filters.engines.base import Frame
from filters.engines.mix import MOST_PARTS, mixed, shares_of, style_file
from filters.engines.network import NetworkEngine
from filters.engines.weights import BadWeights, Base, Style, read_base, read_style
from filters.models import Filter, FilterVersion, MixPart, StyleImage, StyleUse
from filters.models.filter import FilterQuerySet
from filters.naming import free_slug, is_name, stem_of
from filters.signals import judgement_wanted
from filters.versions import StoredWeights, add_version, store_weights
from rotoscope.common.files import local_path

logger = logging.getLogger(__name__)


class CannotMix(ValueError):
    """These cannot be mixed like this; the message is a sentence for whoever tried."""


@dataclass(frozen=True)
class Part:
    """A version, and how much it counts; weights need not sum to 1."""

    version: FilterVersion
    weight: float


@dataclass(frozen=True)
class _Mix:
    """Parts, and the numbers that they make, in storage."""

    parts: Sequence[Part]
    weights: StoredWeights


def mixable(filters: FilterQuerySet) -> FilterQuerySet:
    """Those of `filters` that can be mixed: numbers on a base network."""
    return filters.filter(current__kind=FilterVersion.Kind.STYLE)


def refuse_too_many(parts: Sequence[object]) -> None:
    """Raises CannotMix. Painted is also one alone, which sliders may leave; `keep` asks for two."""
    if len(parts) > MOST_PARTS:
        raise CannotMix(f"A mix has at most {MOST_PARTS} filters.")


def paint(parts: Sequence[Part], frame: Frame) -> Frame:
    """A frame (H, W, 3) uint8 RGB under the mix; about a third of a second at 540 lines. Raises CannotMix."""
    base, style = mixed_style(parts, "mix")
    threads: int | None = getattr(settings, "ROTOSCOPE_ENGINE_THREADS", None)
    full_precision: bool = getattr(settings, "ROTOSCOPE_FULL_PRECISION", False)
    with closing(NetworkEngine.of(base, style, threads=threads, full_precision=full_precision)) as engine:
        painted: Frame = engine.apply(frame[None])[0]
    return painted


def keep(parts: Sequence[Part], name: str, owner: Any) -> Filter:
    """The mix as a draft filter of `owner`, with its parts, weights and all pictures behind them. Raises CannotMix."""
    if not is_name(name):
        raise CannotMix("A filter needs a name with at least one letter or digit.")
    counting = [part for part in parts if part.weight > 0]
    if len(counting) < 2:
        raise CannotMix("Give weight to at least two filters.")
    shares = shares_of([part.weight for part in counting])
    pictures = _pictures(counting, shares)
    mix = _stored(counting, name)
    twin = _stored_twin(counting, name)
    with transaction.atomic():
        made = Filter.objects.create(
            slug=free_slug(name),
            name=name[:120],
            owner=owner,
            description=_described(counting, shares),
            tags=_tags(counting),
            style_image=pictures[0][0] if pictures else None,
        )
        StyleUse.objects.bulk_create(
            StyleUse(filter=made, style_image=image, position=place, share=share, crop=crop)
            for place, (image, crop, share) in enumerate(pictures)
        )
        live = _version(made, twin, shares) if twin is not None else None
        version = _version(made, mix, shares)
        made.adopt(version, live=live)
    # It is kept, also where the queue is away: an error now would have it made twice.
    judgement_wanted.send_robust(sender=FilterVersion, version=version)
    return made


def mixed_style(parts: Sequence[Part], slug: str) -> tuple[Base, Style]:
    """The base that all parts share, and the numbers of the mix. Raises CannotMix."""
    _check(parts)
    try:
        base = _base(base_of(parts[0].version))
        styles = [_style(local_path(part.version.weights), base) for part in parts]
        return base, mixed(styles, [part.weight for part in parts], slug)
    except FileNotFoundError as missing:
        raise CannotMix("The numbers of one of these filters, or their base network, are gone.") from missing
    except BadWeights as problem:
        raise CannotMix(str(problem)) from None


def _check(parts: Sequence[Part]) -> None:
    refuse_too_many(parts)
    if any(part.version.kind != FilterVersion.Kind.STYLE for part in parts):
        raise CannotMix("Only filters that are numbers on a base network can be mixed.")
    if len({part.version.pk for part in parts}) != len(parts):
        raise CannotMix("Each filter is in a mix once.")
    if len({part.version.base for part in parts}) != 1:
        raise CannotMix("Only filters on the same base network can be mixed.")


def _stored(parts: Sequence[Part], name: str) -> _Mix:
    """Raises CannotMix."""
    _, style = mixed_style(parts, stem_of(name))
    return _Mix(parts, store_weights(FilterVersion.Kind.STYLE, style_file(style), name))


def _stored_twin(parts: Sequence[Part], name: str) -> _Mix | None:
    """The same mix on the smaller base, where all parts are there too; None where one is not, or is of another base.

    After an upgrade the twins of what people mixed before are on the smaller base of then, and bear its name.
    """
    twins = [
        Part(filter.live, part.weight)
        for part in parts
        if (filter := part.version.filter).live is not None and filter.current_id == part.version.pk
    ]
    if len(twins) < len(parts):
        return None
    try:
        return _stored(twins, name)
    except CannotMix as reason:
        logger.info("%s has no live twin: %s", name, reason)
        return None


def _version(made: Filter, mix: _Mix, shares: Sequence[float]) -> FilterVersion:
    version = add_version(made, mix.weights, base=mix.parts[0].version.base)
    MixPart.objects.bulk_create(
        MixPart(
            version=version,
            parent=part.version,
            position=place,
            share=share,
            parent_name=part.version.filter.name,
            parent_sha256=part.version.sha256,
        )
        for place, (part, share) in enumerate(zip(mix.parts, shares, strict=True))
    )
    return version


def _pictures(parts: Sequence[Part], shares: Sequence[float]) -> list[tuple[StyleImage, list[float], float]]:
    """Every picture behind the parts, the part of it that was learned from, and its share; the weightiest first.

    Of a picture that two of them learned other parts of, each of these is one.
    """
    images: dict[int, StyleImage] = {}
    found: dict[tuple[int, tuple[float, ...]], float] = {}
    for part, share in zip(parts, shares, strict=True):
        for use in part.version.filter.pictures():
            images[use.style_image_id] = use.style_image
            key = (use.style_image_id, tuple(use.crop))
            found[key] = found.get(key, 0.0) + share * use.share
    weightiest = sorted(found.items(), key=lambda pair: -pair[1])
    return [(images[pk], list(crop), share) for (pk, crop), share in weightiest]


def _described(parts: Sequence[Part], shares: Sequence[float]) -> str:
    words = [
        f"{part.version.filter.name} ({share:.0%})".replace("%", " %")
        for part, share in zip(parts, shares, strict=True)
    ]
    return f"A mix of {', '.join(words[:-1])} and {words[-1]}."


def _tags(parts: Sequence[Part]) -> list[str]:
    """Those that all parts have."""
    first, *others = (part.version.filter.tags for part in parts)
    return [tag for tag in first if all(tag in tags for tags in others)]


@lru_cache(maxsize=4)
def _base(path: Path) -> Base:
    return read_base(path)


@lru_cache(maxsize=64)
def _read(path: Path) -> bytes:
    """Storage names are never used twice for other bytes."""
    return path.read_bytes()


def _style(path: Path, base: Base) -> Style:
    return read_style(_read(path), base)
