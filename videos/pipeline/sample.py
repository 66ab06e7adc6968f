"""The sample flight: the first start is never empty, and its way is that of any upload."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from filters.models import Filter
from rotoscope.common.alone import alone, at_it
from rotoscope.common.files import work_folder
from videos.models import Video, Visibility
from videos.pipeline import receive, removal

logger = logging.getLogger(__name__)

FILENAME = "sample-flight.mp4"
TITLE = "Sample flight over a drawn coast"
DESCRIPTION = (
    "Six seconds over a landscape that never was: a height field with sun, shadows and water, drawn by "
    "Rotoscope itself so that there is something to look at before the first upload."
)
DRAWING = 768_683_468  # of PostgreSQL's advisory locks, with the owner's key: held while it is drawn
FILTERS = 4
FIRST_IMPRESSION = ("aurora", "golden-hour", "stained-glass", "travel-poster")


def ensure_sample(owner: Any) -> Video:
    """The sample video: drawn, received and queued if it is not there yet, brought back where it was deleted; safe to
    repeat."""
    with alone(DRAWING, owner.pk):
        found = Video.everything.filter(owner=owner, source_name=FILENAME).exclude(source="")
        there = found.filter(removed_at=None).first()
        return there or next(filter(removal.bring_back, found), None) or _bring(owner)


def is_drawn_for(user: Any) -> bool:
    """Whether the sample of this person is being drawn at this moment."""
    return user.pk in at_it(DRAWING)


def is_coming() -> bool:
    """Whether somebody's sample is being drawn or taken in: the gallery will show it."""
    taken_in = Video.objects.filter(
        source_name=FILENAME,
        owner__is_superuser=True,
        visibility=Visibility.PUBLIC,
        state__in=[Video.State.RECEIVING, Video.State.INGESTING],
    ).exclude(source="")
    return bool(at_it(DRAWING)) or taken_in.exists()


def _bring(owner: Any) -> Video:
    from videos.media.sample import make_sample  # late: the pages ask this module, and draw nothing

    Video.objects.filter(owner=owner, source_name=FILENAME, source="").delete()
    with work_folder() as folder:
        path = Path(folder) / FILENAME
        make_sample(path)
        words = receive.Words(
            title=TITLE,
            description=DESCRIPTION,
            visibility=Visibility.PUBLIC,
            tags=["sample", "coast", "water"],
            planned_filters=_filters(),
        )
        return receive.video_from_file(owner, path, FILENAME, words)


def _filters() -> list[str]:
    """Four filters that differ most on a coast; others of the catalogue where one of them cannot run."""
    usable = set(Filter.objects.usable().filter(shipped=True).values_list("slug", flat=True))
    chosen = [slug for slug in FIRST_IMPRESSION if slug in usable]
    return [*chosen, *sorted(usable - set(chosen))][:FILTERS]
