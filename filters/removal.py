"""Deleting a filter: its versions, and what was stored of them."""

from __future__ import annotations

from filters import testframes
from filters.models import Filter, FilterVersion
from rotoscope.files import forget


def remove(one: Filter) -> None:
    """Delete a filter with its weights, its looks and the stills that were painted with it.

    Trainings stay, as the record of what was learned, and so do mixes of it, which have numbers of their own. Raises
    ProtectedError, with nothing changed, where something was rendered with it.
    """
    versions = list(one.versions.all())
    weights = [str(version.weights.name) for version in versions if version.weights]
    pictures = [name for version in versions for name in testframes.stored_names(version)]
    pictures += [str(still.image.name) for version in versions for still in version.stills.all()]
    one.delete()
    used = set(FilterVersion.objects.filter(weights__in=weights).values_list("weights", flat=True))
    forget(*(name for name in weights if name not in used), *pictures)
