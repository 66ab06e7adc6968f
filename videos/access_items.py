"""What of a long collection somebody may see: the right to one item, access.can_see_item, as the database has it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from videos import access
from videos.access import Viewer
from videos.access_shared import (
    BY_ADDRESS,
    comparisons_shown,
    given,
    may_share,
    open_to_all,
    own,
    renders_shown,
    videos_shown,
)
from videos.models import CollectionItem, Render, ShareLink, Video


def items_to_see(viewer: Viewer, items: QuerySet[CollectionItem]) -> QuerySet[CollectionItem]:
    """Those that the viewer may see."""
    there = items.filter(render__video__removed_at=None, comparison__video__removed_at=None)
    if viewer.is_staff:
        return there
    seen = _seen_render(viewer) | _seen_comparison(viewer)
    if viewer.share is not None and access.share_target_allowed(viewer.share):
        seen |= _opened(viewer.share)
    return there.filter(seen)


def expect(viewer: Viewer, page: Iterable[CollectionItem]) -> None:
    """Find out at once what the viewer's link to a collection shows of comparisons that a page tells of, with their
    footage and their renders: these are asked about one by one then. Wants their places."""
    share = viewer.share
    if share is None or share.collection is None or not access.share_target_allowed(share):
        return
    compared = [item.comparison for item in page if item.comparison is not None]
    shown = given(Viewer(share.owner), share.collection).filter(comparison__in=compared)
    keys = set(shown.values_list("comparison", flat=True))
    for comparison in compared:
        if comparison.pk in keys:
            renders = [(Render, place.render_id) for place in comparison.items.all() if place.render_id]
            share.found.update(dict.fromkeys([(Video, comparison.video_id), *renders], True))


def _seen_render(viewer: Viewer) -> Q:
    return Q(open_to_all("render__video"), render__state=Render.State.FINISHED) | own(viewer, "render__video")


def _seen_comparison(viewer: Viewer) -> Q:
    footage = open_to_all("comparison__video") | own(viewer, "comparison__video")
    return Q(footage, comparison__visibility__in=BY_ADDRESS) | own(viewer, "comparison")


def _opened(share: ShareLink) -> Q:
    """What a link opens to whoever has it. First what its own collection gives, where that is looked at: this is
    asked of the rows themselves, and only of others what the link shows anywhere."""
    maker = Viewer(share.owner)
    finished = Q(render__state=Render.State.FINISHED)
    here = Q(collection=share.collection_id) & may_share(maker) & (finished | Q(render=None))
    footage = Q(comparison__visibility__in=BY_ADDRESS, comparison__video__in=videos_shown(maker, share))
    elsewhere = finished & Q(render__in=renders_shown(maker, share))
    elsewhere |= footage | Q(comparison__in=comparisons_shown(maker, share))
    return here | elsewhere if share.collection_id is not None else elsewhere
