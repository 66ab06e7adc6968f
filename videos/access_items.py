"""What of a long collection somebody may see: the right to one item, access.can_see_item, as the database has it."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from videos.access import Viewer, can_see_item
from videos.models import CollectionItem, Render, Video, Visibility

BY_ADDRESS = (Visibility.PUBLIC, Visibility.UNLISTED)


def items_to_see(viewer: Viewer, items: QuerySet[CollectionItem]) -> QuerySet[CollectionItem]:
    """Those that the viewer may see. What nothing but their share link may open is asked about one by one."""
    if viewer.share is None:
        return _seen_without_link(viewer, items)
    seen = _seen_without_link(viewer, items).order_by().values("pk")
    asked = items.exclude(pk__in=seen).select_related("render__video", "comparison__video")
    opened = [item.pk for item in asked if can_see_item(viewer, item)]
    return items.filter(Q(pk__in=seen) | Q(pk__in=opened))


def _seen_without_link(viewer: Viewer, items: QuerySet[CollectionItem]) -> QuerySet[CollectionItem]:
    there = items.filter(render__video__removed_at=None, comparison__video__removed_at=None)
    return there if viewer.is_staff else there.filter(_seen_render(viewer) | _seen_comparison(viewer))


def _seen_render(viewer: Viewer) -> Q:
    return Q(_open("render__video"), render__state=Render.State.FINISHED) | _own(viewer, "render__video")


def _seen_comparison(viewer: Viewer) -> Q:
    footage = _open("comparison__video") | _own(viewer, "comparison__video")
    return Q(footage, comparison__visibility__in=BY_ADDRESS) | _own(viewer, "comparison")


def _open(way: str) -> Q:
    """Footage that whoever has its address sees."""
    return Q((f"{way}__state", Video.State.READY), (f"{way}__visibility__in", BY_ADDRESS))


def _own(viewer: Viewer, way: str) -> Q:
    """What is the viewer's; of nobody's there is none, also where the item is no such work."""
    return Q((f"{way}__owner", viewer.user.pk)) if viewer.user.is_authenticated else Q(pk__in=[])
