"""Who may see or do what: the only place that decides.

Every view, API call, actor of a person's wish, and every byte of media asks here, also what access_filters.py says of
filters and trainings, access_shared.py of share links and access_items.py of long collections. A viewer is a person
(or nobody) and, perhaps, an open share link. Refusals of reading are always the same 404, so that nobody learns what
exists.

Rules:
- public footage, and what was made of it, is seen by all once it is ready; unlisted by whoever has its
  address; private by its owner, staff, and the holder of a share link that opens it;
- a share link of a video opens its finished renders too; one of a render opens that render and, to
  compare with, the original; one of a comparison opens its items; one of a collection all its items;
- only the owner of the footage (and staff) renders it, changes it, shares it;
- what was deleted is for nobody, nor what was made of footage that was; who could delete it brings it back;
- downloads: the owner and staff, and holders of a share link that allows it, made by one of these; of what the
  link itself shows, and never of the upload as it was sent, which may tell more than its pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from filters.models import Filter, TrainingRun
from videos import access_shared
from videos.access_filters import can_export as can_export
from videos.access_filters import can_publish as can_publish
from videos.access_filters import can_see_filter as can_see_filter
from videos.access_filters import can_see_run as can_see_run
from videos.access_filters import can_see_style as can_see_style
from videos.access_filters import can_train as can_train
from videos.access_filters import filters_for as filters_for
from videos.access_filters import filters_seen_by as filters_seen_by
from videos.access_filters import filters_shown_to as filters_shown_to
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

T = TypeVar("T")


@dataclass(frozen=True)
class Viewer:
    """Who looks: `user` may be anonymous; `share` is an open share link or None; `token` its plain text."""

    user: Any
    share: ShareLink | None = None
    token: str = ""

    @property
    def is_staff(self) -> bool:
        """Staff sees all, to help and to keep order."""
        return bool(self.user.is_active and self.user.is_staff)

    def owns(self, thing: Any) -> bool:
        """Whether `thing` is theirs."""
        return bool(self.user.is_authenticated and thing.owner_id == self.user.pk)


NOBODY = Viewer(AnonymousUser())


def viewer_of(request: HttpRequest) -> Viewer:
    """The viewer of a request: its user, and the share link named by `?share=` if that opens something."""
    cached = getattr(request, "_viewer", None)
    if cached is None:
        token = request.GET.get("share", "")
        share = link_of(token) if token else None
        cached = Viewer(request.user, share, token if share else "")
        request._viewer = cached  # type: ignore[attr-defined]
    return cached


def open_share(request: HttpRequest, token: str) -> ShareLink | None:
    """The open share link with this token, of which the request's viewer is a holder from now on; or None."""
    share = link_of(token)
    if share is not None:
        request._viewer = Viewer(request.user, share, token)  # type: ignore[attr-defined]
    return share


def link_of(token: str) -> ShareLink | None:
    """The open share link with this token, if what it opens is still its owner's to show; or None."""
    share = ShareLink.open(token)
    return share if share is not None and share_target_allowed(share) else None


def is_gone(thing: Video | Render | Comparison | Collection) -> bool:
    """Whether it was deleted, or its footage: the row is there to be brought back, and shown to nobody."""
    if isinstance(thing, Render | Comparison) and thing.video.removed_at is not None:
        return True
    return thing.removed_at is not None


def can_bring_back(viewer: Viewer, thing: Video | Render | Comparison | Collection) -> bool:
    """Bring back what was deleted, or remove it for good: whoever might have deleted it."""
    if isinstance(thing, Render):
        return can_change_video(viewer, thing.video) and can_see_video(viewer, thing.video)
    return viewer.owns(thing) or viewer.is_staff


def can_see_video(viewer: Viewer, video: Video) -> bool:
    """Look at the footage and at the page of a video."""
    if is_gone(video):
        return False
    if video.state == Video.State.READY and video.visibility != Visibility.PRIVATE:
        return True
    return can_change_video(viewer, video) or _share_shows_video(viewer.share, video)


def can_see_render(viewer: Viewer, render: Render) -> bool:
    """Look at a render. Unfinished ones are their owners' business."""
    if is_gone(render):
        return False
    if can_change_video(viewer, render.video):
        return True
    if render.state != Render.State.FINISHED:
        return False
    if render.video.state == Video.State.READY and render.video.visibility != Visibility.PRIVATE:
        return True
    return _share_shows_render(viewer.share, render)


def renders_to_see(viewer: Viewer, video: Video) -> list[Render]:
    """All renders of footage that the viewer may see, oldest first; unfinished ones only for who may change it."""
    return list(renders_in_pages(viewer, video))


def renders_in_pages(viewer: Viewer, video: Video) -> QuerySet[Render]:
    """The same to be read in parts."""
    renders = Render.objects.with_names().filter(video=video).order_by("finished_at", "created_at", "pk")
    if can_change_video(viewer, video):
        return renders
    finished = renders.finished()
    if video.state == Video.State.READY and video.visibility != Visibility.PRIVATE:
        return finished
    share = viewer.share
    if share is None or is_gone(video) or not share_target_allowed(share):
        return finished.none()
    return finished.filter(pk__in=access_shared.renders_shown(Viewer(share.owner), share))


def can_see_comparison(viewer: Viewer, comparison: Comparison) -> bool:
    """Look at a comparison; a link to it opens it, otherwise its own and its video's visibility count."""
    if is_gone(comparison):
        return False
    if viewer.owns(comparison) or viewer.is_staff:
        return True
    share = viewer.share
    if share is not None and (share.comparison_id == comparison.pk or _collected(share, comparison)):
        return True
    return comparison.visibility != Visibility.PRIVATE and can_see_video(viewer, comparison.video)


def can_see_collection(viewer: Viewer, collection: Collection) -> bool:
    """Look at a collection. Its items are asked about one by one."""
    if is_gone(collection):
        return False
    if viewer.owns(collection) or viewer.is_staff:
        return True
    if viewer.share is not None and viewer.share.collection_id == collection.pk:
        return True
    return collection.visibility != Visibility.PRIVATE


def can_see_item(viewer: Viewer, item: CollectionItem) -> bool:
    """Look at one thing in a collection. Lists ask access_items.py for all that they show."""
    if item.render is not None:
        return can_see_render(viewer, item.render)
    return item.comparison is not None and can_see_comparison(viewer, item.comparison)


def can_see_person(viewer: Viewer, person: User) -> bool:
    """Look at somebody's own page; of somebody who was shut out it is the staff's business."""
    return person.is_active or viewer.is_staff


def can_change_video(viewer: Viewer, video: Video) -> bool:
    """Edit, delete, separate and render footage."""
    return not is_gone(video) and (viewer.owns(video) or viewer.is_staff)


def can_render(viewer: Viewer, video: Video) -> bool:
    """Ask for renders and stills of footage."""
    return can_change_video(viewer, video) and video.state == Video.State.READY


def can_change_render(viewer: Viewer, render: Render) -> bool:
    """Cancel, pause, retry and delete a render: as its footage, whoever asked for it when they were staff."""
    return not is_gone(render) and can_change_video(viewer, render.video)


def can_change_own(viewer: Viewer, thing: Comparison | Collection | ShareLink) -> bool:
    """Edit and delete a comparison, a collection or a share link."""
    if is_gone(thing.target if isinstance(thing, ShareLink) else thing):
        return False
    return viewer.owns(thing) or viewer.is_staff


def can_keep(viewer: Viewer, work: Video | Render | Comparison) -> bool:
    """Save a comparison of footage, or collect a work: whoever is signed in and sees it without a share link."""
    alone = Viewer(viewer.user)
    if not viewer.user.is_authenticated:
        return False
    if isinstance(work, Render):
        return can_see_render(alone, work)
    if isinstance(work, Comparison):
        return can_see_comparison(alone, work)
    return can_see_video(alone, work)


def can_share(viewer: Viewer, target: Video | Render | Comparison | Collection) -> bool:
    """Make share links: only for what one may change oneself."""
    if is_gone(target):
        return False
    if isinstance(target, Render):
        return can_change_video(viewer, target.video)
    if isinstance(target, Comparison):
        return (viewer.owns(target) and can_see_video(Viewer(viewer.user), target.video)) or viewer.is_staff
    return viewer.owns(target) or viewer.is_staff


def can_allow_downloads(viewer: Viewer, target: Video | Render | Comparison | Collection) -> bool:
    """Make share links that allow downloads: of one's own footage; of a collection they count for what is."""
    if isinstance(target, Collection):
        return can_share(viewer, target)
    return can_change_video(viewer, target if isinstance(target, Video) else target.video)


def can_download(viewer: Viewer, thing: Video | Render) -> bool:
    """Keep a file: owner, staff, or a share link of theirs that allows downloads of it."""
    if is_gone(thing):
        return False
    video = thing.video if isinstance(thing, Render) else thing
    if can_change_video(viewer, video):
        return True
    share = viewer.share
    if share is None or not share.downloads or not can_change_video(Viewer(share.owner), video):
        return False
    if isinstance(thing, Render):
        return can_see_render(viewer, thing) and _share_shows_render(share, thing)
    return _share_gives_footage(share, thing)


def can_download_upload(viewer: Viewer, video: Video) -> bool:
    """Keep what was sent, untouched: owner and staff. It holds what cameras add, such as the place, and no cut."""
    return can_change_video(viewer, video)


def filter_or_404(
    request: HttpRequest, slug: str, may: Callable[[Viewer, Filter], bool] = can_see_filter
) -> Filter:
    """The filter with this slug if the request's viewer may see it, or what else is asked; else the one 404."""
    return _if(may, request, Filter.objects.with_origins().filter(slug=slug).first())


def training_run_or_404(request: HttpRequest, pk: int) -> TrainingRun:
    """The training run with this number if the request's viewer may see it; else the one 404."""
    rows = TrainingRun.objects.select_related("style_image", "filter", "owner")
    return _if(can_see_run, request, rows.filter(pk=pk).first())


def video_or_404(request: HttpRequest, ref: str) -> Video:
    """The video with this ref if the request's viewer may see it; else the one 404."""
    return _if(can_see_video, request, Video.objects.select_related("owner").filter(ref=ref).first())


def own_video_or_404(request: HttpRequest, ref: str) -> Video:
    """The video with this ref if the request's viewer may change it; else the one 404."""
    return _if(can_change_video, request, video_or_404(request, ref))


def render_or_404(request: HttpRequest, ref: str) -> Render:
    """The render with this ref if the request's viewer may see it; else the one 404."""
    return _if(can_see_render, request, Render.objects.with_names().filter(ref=ref).first())


def own_render_or_404(request: HttpRequest, ref: str) -> Render:
    """The render with this ref if the request's viewer may change it; else the one 404."""
    return _if(can_change_render, request, render_or_404(request, ref))


def comparison_or_404(request: HttpRequest, ref: str) -> Comparison:
    """The comparison with this ref if the request's viewer may see it; else the one 404."""
    rows = Comparison.objects.select_related("video__owner", "owner")
    return _if(can_see_comparison, request, rows.filter(ref=ref).first())


def collection_or_404(request: HttpRequest, ref: str) -> Collection:
    """The collection with this ref if the request's viewer may see it; else the one 404."""
    rows = Collection.objects.select_related("owner")
    return _if(can_see_collection, request, rows.filter(ref=ref).first())


def _if(may: Callable[[Viewer, T], bool], request: HttpRequest, found: T | None) -> T:
    """What was found, if the request's viewer may; else the one 404, as where nothing was found."""
    if found is None or not may(viewer_of(request), found):
        raise Http404
    return found


def share_target_allowed(share: ShareLink) -> bool:
    """Whether what a link opens is still the sharer's to show: a link never outlives its owner's rights."""
    return bool(share.owner.is_active and can_share(Viewer(share.owner), share.target))


def opens_now(share: ShareLink) -> bool:
    """Whether whoever has the link sees anything: it is neither revoked nor run out, and still its owner's to give."""
    return share.is_open and share_target_allowed(share)


def maker_sees(share: ShareLink) -> bool:
    """Whether the one who made a link still sees what it leads to."""
    viewer, target = Viewer(share.owner), share.target
    return can_see_collection(viewer, target) if isinstance(target, Collection) else can_keep(viewer, target)


def gives_away(share: ShareLink) -> bool:
    """Whether anything can be downloaded through a link while it opens: it says so, of footage of its owner's own."""
    return share.downloads and can_allow_downloads(Viewer(share.owner), share.target)


def _share_shows_video(share: ShareLink | None, video: Video) -> bool:
    if share is None or not share_target_allowed(share):
        return False
    if share.video_id == video.pk:
        return True
    if share.render is not None:
        return share.render.video_id == video.pk
    if share.comparison is not None:
        return share.comparison.video_id == video.pk
    return _collected(share, video)


def _share_gives_footage(share: ShareLink, video: Video) -> bool:
    """Whether the link is to the footage, or to a comparison, perhaps collected, in which the original stands.

    To look at, the original is beside everything that was made of it; to keep, it is not.
    """
    if not share_target_allowed(share):
        return False
    if share.video_id is not None:
        return share.video_id == video.pk
    if share.render_id is not None:
        return False
    if share.comparison_id is not None:
        compared = Comparison.objects.filter(pk=share.comparison_id)
    else:
        compared = Comparison.objects.filter(collectionitem__collection=share.collection)
    holding = compared.filter(video=video, items__in=ComparisonItem.objects.filter(render=None)).distinct()
    return any(can_share(Viewer(share.owner), comparison) for comparison in holding)


def _share_shows_render(share: ShareLink | None, render: Render) -> bool:
    if share is None or not share_target_allowed(share):
        return False
    if share.video_id == render.video_id or share.render_id == render.pk:
        return True
    if share.comparison is not None:
        return share.comparison.items.filter(render=render).exists()
    return _collected(share, render)


def _collected(share: ShareLink, work: Video | Render | Comparison) -> bool:
    """Whether the link's collection shows footage, or a work; asked once in a request."""
    if share.collection is None or not share_target_allowed(share):
        return False
    asked = (type(work), work.pk)
    if asked not in share.found:
        share.found[asked] = access_shared.gives(Viewer(share.owner), share.collection, work)
    return share.found[asked]
