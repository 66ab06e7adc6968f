"""What share links show, as the database has it: the part of access.py that is about these, asked for there.

`maker` is who made the link. A link to a long collection is asked about one work, or about all that a list asks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from videos.models import (
    Collection,
    CollectionItem,
    Comparison,
    ComparisonItem,
    Render,
    ShareLink,
    Video,
    Visibility,
)

if TYPE_CHECKING:
    from videos.access import Viewer

BY_ADDRESS = (Visibility.PUBLIC, Visibility.UNLISTED)


def open_to_all(way: str) -> Q:
    """Footage that whoever has its address sees; `way` leads there."""
    return Q((f"{way}__state", Video.State.READY), (f"{way}__visibility__in", BY_ADDRESS))


def own(viewer: Viewer, way: str) -> Q:
    """What is the viewer's; of nobody's there is none, also where the item is no such work."""
    return Q((f"{way}__owner", viewer.user.pk)) if viewer.user.is_authenticated else Q(pk__in=[])


def may_share(maker: Viewer) -> Q:
    """Items of collections whose works somebody may share, as access.can_share says of one that is not deleted."""
    if maker.is_staff:
        return Q()
    footage = open_to_all("comparison__video") | own(maker, "comparison__video")
    return own(maker, "render__video") | Q(own(maker, "comparison"), footage)


def given(maker: Viewer, collection: Collection) -> QuerySet[CollectionItem]:
    """What a link to a collection shows of it."""
    there = collection.items.filter(render__video__removed_at=None, comparison__video__removed_at=None)
    return there.filter(may_share(maker)).order_by()


def gives(maker: Viewer, collection: Collection, work: Video | Render | Comparison) -> bool:
    """Whether a link to a collection shows this: what stands in it, the footage of that, and what is compared."""
    items = given(maker, collection)
    if isinstance(work, Comparison):
        return items.filter(comparison=work).exists()
    if isinstance(work, Video):
        return items.filter(render__video=work).exists() or items.filter(comparison__video=work).exists()
    compared = ComparisonItem.objects.filter(render=work).order_by().values("comparison")
    return items.filter(render=work).exists() or items.filter(comparison__in=compared).exists()


def renders_shown(maker: Viewer, share: ShareLink) -> QuerySet[Render]:
    """Those that a link shows once they are finished."""
    renders = Render.objects.order_by()
    if share.collection is None and share.comparison is None:
        return renders.filter(video=share.video_id) if share.video_id else renders.filter(sharelink=share)
    places = ComparisonItem.objects.order_by().values("render")
    if share.collection is None:
        return renders.filter(pk__in=places.filter(comparison=share.comparison))
    items = given(maker, share.collection)
    compared = places.filter(comparison__in=items.values("comparison"))
    return renders.filter(Q(pk__in=items.values("render")) | Q(pk__in=compared))


def videos_shown(maker: Viewer, share: ShareLink) -> QuerySet[Video]:
    """The footage that a link shows: of a work what that was made of."""
    if share.collection is None:
        target = share.target
        return Video.objects.filter(pk=target.pk if isinstance(target, Video) else target.video_id)
    items = given(maker, share.collection)
    ways = Q(pk__in=items.values("render__video")) | Q(pk__in=items.values("comparison__video"))
    return Video.objects.filter(ways).order_by()


def comparisons_shown(maker: Viewer, share: ShareLink) -> QuerySet[Comparison]:
    """Those that a link shows whatever their own visibility."""
    if share.collection is None:
        return Comparison.objects.filter(sharelink=share).order_by()
    return Comparison.objects.filter(pk__in=given(maker, share.collection).values("comparison")).order_by()
