"""What a share link to a collection shows: items that its maker may share, their footage, and what comparisons compare.

One question about some footage, or one about all of it where a page lists it: then each work is answered without
another.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import models
from django.db.models import Q

from videos.models import Collection, Comparison, ComparisonItem, Render, Video

Shown = set[tuple[type[models.Model], int]]
"""Kinds and primary keys: (Video, 5), (Render, 8), (Comparison, 2)."""


def shown(
    collection: Collection, may_share: Callable[[Render | Comparison], bool], video: int | None = None
) -> Shown:
    """All of it, or what is of one `video`, by its primary key."""
    items = collection.items.select_related("render__video", "comparison__video")
    if video is not None:
        items = items.filter(Q(render__video=video) | Q(comparison__video=video))
    found: Shown = set()
    compared = []
    for item in items:
        work = item.render or item.comparison
        if work is None or not may_share(work):
            continue
        found |= {(type(work), work.pk), (Video, work.video_id)}
        if isinstance(work, Comparison):
            compared.append(work.pk)
    if compared:
        places = ComparisonItem.objects.filter(comparison__in=compared).exclude(render=None)
        found |= {(Render, place.render_id) for place in places if place.render_id}
    return found
