"""What somebody wants to be learned, written down as rows: pictures, settings, a draft filter and a queued run.

Does without PyTorch, but for clips; `trainings.run` does the work.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Max, Q
from numpy.typing import NDArray

from filters.models import Filter, StyleImage, StyleUse, TrainingRun
from filters.naming import free_slug, hold_names, is_name
from filters.style_images import as_jpeg, keep
from filters.training import usual
from filters.training.crop import WHOLE, Crop, crop_from
from filters.training.pictures import (
    ORIGINAL_SIDE,
    UnusableStyle,
    at_most,
    load_style_image,
    refuse_flat,
    refuse_too_long,
)
from rotoscope.common.files import local_path

Picture = NDArray[np.uint8]
CODE_VERSION = "6"  # raise it when training the same again gives other numbers
LEAST_SCALE, MOST_SCALE = 0.3, 3.0
MOST_MINUTES = 24 * 60.0
MOST_STEPS = 1_000_000
MOST_WEIGHT = 100.0
MOST_PICTURES = 8
LAST_SEED = 2**31 - 1
LONGEST_NAME = 120
ANEW = "anew"
"""Key of a run's settings: its checkpoint was gone when it was to go on, so it began anew."""
MOST_UNFINISHED = 5  # trainings of one person that run or wait


class CannotTrain(ValueError):
    """The wish cannot be fulfilled; the message is a sentence for whoever made it."""


class TooManyTrainings(CannotTrain):
    """So many trainings of this person run or wait that no more are taken."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants: kept in `TrainingRun.settings`.

    `style_scale` is the size of strokes (1: style image at 512 lines), `footage` local paths of clips, `images`
    storage names of pictures to train on, `crops` five numbers for each style picture (`training.crop`). With
    `steps` the result does not depend on the machine's speed.
    """

    minutes: float = usual.MINUTES
    steps: int = 0
    style_scale: float = usual.STYLE_SCALE
    style_weight: float = usual.STYLE_WEIGHT
    content_weight: float = usual.CONTENT_WEIGHT
    footage: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    crops: tuple[tuple[float, ...], ...] = ()

    def check(self) -> None:
        """Raise CannotTrain for what makes no sense."""
        if not 0 < self.minutes <= MOST_MINUTES:
            raise CannotTrain("Training takes more than 0 and at most 1440 minutes.")
        if not 0 <= self.steps <= MOST_STEPS:
            raise CannotTrain("Training takes from 0 to 1000000 steps.")
        if not LEAST_SCALE <= self.style_scale <= MOST_SCALE:
            raise CannotTrain("The size of strokes lies between 0.3 and 3.")
        if not all(0 <= weight <= MOST_WEIGHT for weight in (self.style_weight, self.content_weight)):
            raise CannotTrain("Weights lie between 0 and 100.")

    def bounded(self) -> Wish:
        """The nearest wish that makes sense: the record of a run that came in as a file may say anything."""
        return replace(
            self,
            minutes=min(self.minutes, MOST_MINUTES) if self.minutes > 0 else usual.MINUTES,
            steps=min(max(self.steps, 0), MOST_STEPS),
            style_scale=min(max(self.style_scale, LEAST_SCALE), MOST_SCALE),
            style_weight=min(max(self.style_weight, 0.0), MOST_WEIGHT),
            content_weight=min(max(self.content_weight, 0.0), MOST_WEIGHT),
        )

    @classmethod
    def of(cls, row: TrainingRun) -> Wish:
        """The wish that a run was ordered with."""
        known = {one.name for one in fields(cls)}
        values = {name: value for name, value in row.settings.items() if name in known}
        for name in ("footage", "images"):
            values[name] = tuple(values.get(name, ()))
        values["crops"] = tuple(tuple(one) for one in values.get("crops", ()))
        return cls(**values)

    def crop(self, position: int) -> Crop:
        """The part of the picture at `position` that is learned from."""
        return crop_from(self.crops[position]) if position < len(self.crops) else WHOLE


@dataclass(frozen=True)
class Piece:
    """A picture to learn from: a file that was handed in, or one that is here. `words` as in WORDS."""

    source: Path | StyleImage
    crop: Crop = WHOLE
    words: dict[str, str] = field(default_factory=dict)


def order(pieces: Sequence[Piece], name: str, owner: Any, wish: Wish, *, seed: int = 1) -> TrainingRun:
    """A queued run for a draft filter called `name`. Raises CannotTrain or UnusableStyle."""
    refuse_too_many(owner)
    wish.check()
    if not is_name(name):
        raise CannotTrain("A filter needs a name with at least one letter or digit.")
    if not 0 <= seed <= LAST_SEED:
        raise CannotTrain(f"A seed is a whole number from 0 to {LAST_SEED}.")
    if len(name) > LONGEST_NAME:
        raise CannotTrain(f"A filter's name has at most {LONGEST_NAME} characters.")
    if not 1 <= len(pieces) <= MOST_PICTURES:
        raise CannotTrain(f"A filter learns from 1 to {MOST_PICTURES} pictures.")
    pictures = [
        _usable(piece, wish.style_scale, number, len(pieces)) for number, piece in enumerate(pieces, start=1)
    ]
    _look_into(wish.footage)
    wish = replace(wish, crops=tuple(tuple(piece.crop.as_numbers()) for piece in pieces))
    with transaction.atomic():
        images = [
            _style_image(picture, piece, name, owner) for picture, piece in zip(pictures, pieces, strict=True)
        ]
        return _queued(images, name, owner, wish, seed)


def refuse_too_many(owner: Any) -> None:
    """Raises TooManyTrainings. Whoever orders at the command line is nobody, and waits for the end anyway."""
    if owner is None:
        return
    unfinished = (TrainingRun.State.QUEUED, TrainingRun.State.RUNNING)
    if TrainingRun.objects.filter(owner=owner, state__in=unfinished).count() >= MOST_UNFINISHED:
        raise TooManyTrainings(
            f"{MOST_UNFINISHED} trainings run or wait already, the most of one person. "
            "Stop one of them, or come back when one is over."
        )


def another_seed(row: TrainingRun, owner: Any) -> TrainingRun:
    """The same again as a filter of its own, with the next seed that nobody tried: everything else is kept.

    Raises CannotTrain where nobody knows any more what was learned from.
    """
    stem = re.sub(r", seed \d+$", "", row.name)[:100]
    tried = Q(owner=row.owner) | Q(owner=owner)
    images = pictures_of(row)
    wish = Wish.of(row)
    if row.filter is None and len(images) < len(wish.crops):
        raise CannotTrain(
            f"“{row.name}” was deleted, and which pictures it learned from is no longer known. Choose them anew."
        )
    first = as_first_ordered(row.settings)
    wish = replace(
        wish,
        minutes=float(first.get("minutes", wish.minutes)),
        steps=int(first.get("steps", wish.steps)),
    )
    with transaction.atomic():
        hold_names()  # asked for twice at the same moment, the second goes on from the seed of the first
        alike = TrainingRun.objects.filter(tried, name__startswith=stem)
        last = max(row.seed, alike.aggregate(last=Max("seed"))["last"] or 0)
        seed = last + 1 if last < LAST_SEED else 1
        return _queued(images, f"{stem}, seed {seed}", owner, wish.bounded(), seed)


def as_first_ordered(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a run without what “Go on” added to them."""
    first = {name: settings[f"first_{name}"] for name in ("minutes", "steps") if f"first_{name}" in settings}
    added = {"first_minutes", "first_steps", "parts", ANEW}
    return {name: value for name, value in settings.items() if name not in added} | first


def new_mark() -> str:
    """What tells a run's checkpoint and previews from those of another with its number, and of before “anew”."""
    return secrets.token_hex(8)


def pictures_of(row: TrainingRun, known: Mapping[int, StyleImage] | None = None) -> list[StyleImage]:
    """The style images of a run in their order, also where its filter was removed.

    Whoever asks for many runs looks up before what `known` says: `pictures_named_by`.
    """
    if row.filter is None:
        known = pictures_named_by([row]) if known is None else known
        named = row.settings.get("pictures", [])
        found = {pk: known[pk] for pk in named if pk in known}
        return [found[pk] for pk in named] if len(found) == len(set(named)) > 0 else [row.style_image]
    kept = sorted((use for use in row.filter.pictures() if use.pk is not None), key=lambda use: use.position)
    return [use.style_image for use in kept] or [row.style_image]


def pictures_named_by(rows: Sequence[TrainingRun]) -> dict[int, StyleImage]:
    """The style images, by number, that runs name themselves: those whose filter was removed."""
    named = {pk for row in rows if row.filter_id is None for pk in row.settings.get("pictures", [])}
    return StyleImage.objects.in_bulk(named)


def cut_picture(image: StyleImage, crop: Crop) -> Picture:
    """What a run learns from: the chosen part of a kept picture, at most 1536 pixels a side. Raises UnusableStyle."""
    return at_most(crop.of(load_style_image(local_path(image.image), ORIGINAL_SIDE)))


def _queued(images: Sequence[StyleImage], name: str, owner: Any, wish: Wish, seed: int) -> TrainingRun:
    hold_names()  # of several at the same moment each would think that it is the last one
    refuse_too_many(owner)
    made = Filter.objects.create(
        slug=free_slug(name), name=name, owner=owner, style_image=images[0], engine=Filter.Engine.NETWORK
    )
    StyleUse.objects.bulk_create(
        StyleUse(
            filter=made,
            style_image=image,
            position=position,
            share=1 / len(images),
            crop=wish.crop(position).as_kept(),
        )
        for position, image in enumerate(images)
    )
    return TrainingRun.objects.create(
        name=name,
        owner=owner,
        style_image=images[0],
        filter=made,
        seed=seed,
        settings={
            **asdict(wish),
            "pictures": [image.pk for image in images],
            "mark": new_mark(),
        },
        steps=wish.steps,
        code_version=CODE_VERSION,
    )


def _usable(piece: Piece, scale: float, number: int, count: int) -> Picture:
    """The whole picture, once its chosen part is known to be of use. Raises UnusableStyle, naming one of several."""
    path = piece.source if isinstance(piece.source, Path) else local_path(piece.source.image)
    try:
        picture = load_style_image(path, ORIGINAL_SIDE)
        part = piece.crop.of(picture)
        refuse_flat(part)
        refuse_too_long(at_most(part), scale)
    except UnusableStyle as problem:
        raise UnusableStyle(f"Picture {number}: {problem}" if count > 1 else str(problem)) from None
    return picture


def _look_into(clips: Sequence[str]) -> None:
    """Read one frame of each clip, since most are read only once the training runs. Raises CannotTrain."""
    if not clips:
        return
    from filters.training.clips import UnusableClip, frames_to_learn_on

    try:
        for clip in clips:
            frames_to_learn_on(Path(clip), 1)
    except UnusableClip as problem:
        raise CannotTrain(str(problem)) from problem


def _style_image(picture: Picture, piece: Piece, name: str, owner: Any) -> StyleImage:
    """The picture as we keep it: decoded and written anew, so that nothing of the upload's bytes survives."""
    if isinstance(piece.source, StyleImage):
        return piece.source
    height, width = picture.shape[:2]
    return keep(as_jpeg(picture), "jpg", (width, height), piece.words, name, owner)
