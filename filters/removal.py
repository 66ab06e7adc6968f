"""Deleting filters and trainings, with what was stored of them."""

from __future__ import annotations

from filters import testframes, trainings
from filters.models import Filter, FilterVersion, TrainingRun
from rotoscope import loose


def remove(one: Filter) -> None:
    """Delete a filter with its weights, its looks and the stills that were painted with it.

    Trainings stay, as the record of what was learned, and end; so do mixes of it, which have numbers of their own.
    Raises ProtectedError, with nothing done, where something was rendered with it.
    """
    with loose.removing() as files:
        trainings.end_those_of(one)
        versions = list(one.versions.all())
        weights = [str(version.weights.name) for version in versions if version.weights]
        pictures = [name for version in versions for name in testframes.stored_names(version)]
        pictures += [str(still.image.name) for version in versions for still in version.stills.all()]
        one.delete()
        used = set(FilterVersion.objects.filter(weights__in=weights).values_list("weights", flat=True))
        files += [*(name for name in weights if name not in used), *pictures]


def remove_run(run: TrainingRun) -> None:
    """Delete a training with its previews; who works on it stops. What it made stays.

    Its checkpoint lies on the machine that trained it, and is cleared away there in time.
    """
    with loose.removing() as files:
        files += [str(one["image"]) for one in run.previews]
        run.delete()
