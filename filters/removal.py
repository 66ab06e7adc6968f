"""Deleting filters, trainings and pictures, with what was stored of them."""

from __future__ import annotations

from collections.abc import Iterable

from filters import testframes, trainings
from filters.models import Filter, FilterVersion, StyleImage, TrainingRun
from rotoscope.common import loose


def remove(one: Filter) -> None:
    """Delete a filter with its weights, its looks and the stills that were painted with it, and its pictures.

    Pictures that another filter or a training goes back to stay.
    Trainings stay, as the record of what was learned, and end; so do mixes of it, which have numbers of their own.
    Raises ProtectedError, with nothing done, where something was rendered with it.
    """
    with loose.removing() as files:
        trainings.end_those_of(one)
        versions = list(one.versions.all())
        weights = [str(version.weights.name) for version in versions if version.weights]
        pictures = [name for version in versions for name in testframes.stored_names(version)]
        pictures += [str(still.image.name) for version in versions for still in version.stills.all()]
        learned_from = {use.style_image_id for use in one.pictures()}
        if one.style_image_id is not None:
            learned_from.add(one.style_image_id)
        one.delete()
        pictures += _drop_unused(learned_from)
        used = set(FilterVersion.objects.filter(weights__in=weights).values_list("weights", flat=True))
        files += [*(name for name in weights if name not in used), *pictures]


def remove_run(run: TrainingRun) -> None:
    """Delete a training with its previews; who works on it stops. What it made stays.

    Its pictures go where no filter goes back to them, nor another training.
    Its checkpoint lies on the machine that trained it, and is cleared away there in time.
    """
    with loose.removing() as files:
        files += [str(one["image"]) for one in run.previews]
        run.delete()
        files += _drop_unused([run.style_image_id, *run.settings.get("pictures", [])])


def remove_picture(one: StyleImage) -> None:
    """Delete a picture that nothing goes back to; one that something does stays."""
    with loose.removing() as files:
        files += _drop_unused([one.pk])


def _drop_unused(pictures: Iterable[int]) -> list[str]:
    """Delete those of these pictures that nothing goes back to; the names of their files."""
    locked = StyleImage.objects.select_for_update().filter(pk__in=pictures).order_by("pk")
    held = [one.pk for one in locked]  # what begins to go back to one meanwhile has done so, or waits
    unused = StyleImage.objects.unused().filter(pk__in=held)
    names = {str(one.image.name) for one in unused}
    StyleImage.objects.filter(pk__in=[one.pk for one in unused]).delete()
    return list(names - set(StyleImage.objects.filter(image__in=names).values_list("image", flat=True)))
