"""What lists show of collections: the first works that a viewer may see, and how many there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Window
from django.db.models.functions import RowNumber

from videos.access import Viewer
from videos.access_items import items_to_see
from videos.models import Collection, CollectionItem


@dataclass
class Gathered:
    """Of one collection."""

    first: list[CollectionItem] = field(default_factory=list)
    count: int = 0


def gathered(
    viewer: Viewer, collections: Iterable[Collection], most: int, *names: str
) -> dict[int, Gathered]:
    """The first `most` works of each, with their rows called `names`, by primary key: in three queries for all of
    them, that read no more works than are shown."""
    found = {one.pk: Gathered() for one in collections}
    seen = items_to_see(viewer, CollectionItem.objects.filter(collection__in=list(found)))
    ranked = seen.annotate(
        rank=Window(RowNumber(), partition_by="collection", order_by="position"),
        works=Window(Count("pk"), partition_by="collection"),
    ).order_by()
    first = dict(ranked.filter(rank__lte=most).values_list("pk", "works"))
    for item in CollectionItem.objects.filter(pk__in=list(first)).select_related(*names).order_by("position"):
        found[item.collection_id].first.append(item)
        found[item.collection_id].count = first[item.pk]
    return found
