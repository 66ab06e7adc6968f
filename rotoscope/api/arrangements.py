"""Comparisons, collections and share links."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Router, Status

from rotoscope.api import arranging, collecting
from rotoscope.api.auth import READING, SIGNED_IN, signed_in
from rotoscope.api.errors import Refused
from rotoscope.api.made import made, says_where
from rotoscope.api.paging import Page, Paging, page_of
from rotoscope.api.shapes import CollectionOut, ComparisonOut, ItemOut, NewShare, Problem, SharedOut, ShareOut
from rotoscope.api.told import Told, compared
from rotoscope.api.wishes import (
    CollectionWish,
    ComparisonChange,
    ComparisonWish,
    ItemsWish,
    ItemWish,
    ShareWish,
    WordsChange,
)
from videos import access
from videos.access_items import items_to_see
from videos.arrangement import ORIGINAL
from videos.models import (
    Collection,
    Comparison,
    ShareLink,
    Video,
)
from videos.pipeline import removal
from videos.sharing import target_or_404

comparisons = Router(tags=["comparisons"])
collections = Router(tags=["collections"])
sharing = Router(tags=["share links"])
SHARED = ("owner", "video", "render__video", "comparison__video", "collection")
NO: dict[int, Any] = {401: Problem, 403: Problem, 404: Problem}


@comparisons.get("/videos/{ref}/comparisons", response={200: Page[ComparisonOut], 404: Problem}, auth=READING)
def list_comparisons(request: HttpRequest, ref: str, which: Paging) -> object:
    """Public comparisons of a video, and one's own."""
    video = access.video_or_404(request, ref)
    found = video.comparisons.listed_for(request.user).select_related("video__owner", "owner")
    found = found.prefetch_related(compared())
    return page_of(found.order_by("-created_at", "-pk"), which, Told(request).comparison)


@comparisons.post(
    "/videos/{ref}/comparisons",
    response={201: ComparisonOut, 409: Problem, 422: Problem, **NO},
    auth=SIGNED_IN,
    openapi_extra=says_where(),
)
def create_comparison(request: HttpRequest, response: HttpResponse, ref: str, wish: ComparisonWish) -> object:
    """Keep a comparison of finished renders of a video."""
    video = access.video_or_404(request, ref)
    if not access.can_keep(access.viewer_of(request), video):
        raise Http404
    arranging.check_ready(video)
    arranging.check_layout(wish.layout, len(wish.renders))
    places = arranging.places_in(request, video, wish.renders)
    view = arranging.view_of(wish.look, [name or ORIGINAL for name in wish.renders[:2]], video)
    words = wish.model_dump(include={"title", "text", "visibility", "layout"})
    with transaction.atomic():
        if not Video.objects.hold(video.pk):
            raise Http404  # deleted since it was looked at
        kept = Comparison.objects.create(video=video, owner=signed_in(request), **words)
        kept.arrange(wish.layout, view, places)
    told = Told(request).comparison(access.comparison_or_404(request, kept.ref))
    return made(request, response, "get_comparison", kept.ref, told)


@comparisons.get("/comparisons/{ref}", response={200: ComparisonOut, 404: Problem}, auth=READING)
def get_comparison(request: HttpRequest, ref: str) -> ComparisonOut:
    """One comparison."""
    return Told(request).comparison(access.comparison_or_404(request, ref))


@comparisons.patch(
    "/comparisons/{ref}", response={200: ComparisonOut, 409: Problem, 422: Problem, **NO}, auth=SIGNED_IN
)
def change_comparison(request: HttpRequest, ref: str, wish: ComparisonChange) -> ComparisonOut:
    """Change its words, its visibility, what stands in it and how it is looked at; all of it or nothing."""
    own = _own(request, access.comparison_or_404(request, ref))
    with transaction.atomic():
        arranging.rearrange(request, own, wish)
        _change(own, wish)
    return Told(request).comparison(access.comparison_or_404(request, ref))


@comparisons.delete("/comparisons/{ref}", response={204: None, **NO}, auth=SIGNED_IN)
def delete_comparison(request: HttpRequest, ref: str) -> object:
    """Delete it; its renders stay. It can be brought back for a while, see `GET /removed`."""
    removal.put_away(_own(request, access.comparison_or_404(request, ref)))
    return Status(204, None)


@collections.get("/collections", response=Page[CollectionOut], auth=READING)
def list_collections(request: HttpRequest, which: Paging, mine: bool = False) -> object:
    """Public collections and one's own."""
    every = Collection.objects.select_related("owner")
    found = every.filter(owner=signed_in(request)) if mine else every.listed_for(request.user)
    told = Told(request)
    return page_of(found.order_by("-created_at", "-pk"), which, told.collection, told.gather)


@collections.post(
    "/collections",
    response={201: CollectionOut, 401: Problem, 422: Problem},
    auth=SIGNED_IN,
    openapi_extra=says_where(),
)
def create_collection(request: HttpRequest, response: HttpResponse, wish: CollectionWish) -> object:
    """Make a collection."""
    new = Collection.objects.create(owner=signed_in(request), **wish.model_dump())
    return made(request, response, "get_collection", new.ref, Told(request).collection(new))


@collections.get("/collections/{ref}", response={200: CollectionOut, 404: Problem}, auth=READING)
def get_collection(request: HttpRequest, ref: str) -> CollectionOut:
    """One collection with the works that one may see."""
    return Told(request).collection(access.collection_or_404(request, ref))


@collections.patch("/collections/{ref}", response={200: CollectionOut, 422: Problem, **NO}, auth=SIGNED_IN)
def change_collection(request: HttpRequest, ref: str, wish: WordsChange) -> CollectionOut:
    """Change its words and its visibility."""
    own = _own(request, access.collection_or_404(request, ref))
    _change(own, wish)
    return Told(request).collection(access.collection_or_404(request, ref))


@collections.delete("/collections/{ref}", response={204: None, **NO}, auth=SIGNED_IN)
def delete_collection(request: HttpRequest, ref: str) -> object:
    """Delete it; its works stay. It can be brought back for a while, see `GET /removed`."""
    removal.put_away(_own(request, access.collection_or_404(request, ref)))
    return Status(204, None)


@collections.get("/collections/{ref}/items", response={200: Page[ItemOut], 404: Problem}, auth=READING)
def list_items(request: HttpRequest, ref: str, which: Paging) -> object:
    """All that one may see of a collection, in its order."""
    told = Told(request)
    seen = items_to_see(told.viewer, access.collection_or_404(request, ref).items.all())
    return page_of(seen.select_related("render", "comparison").order_by("position"), which, told.item)


@collections.post(
    "/collections/{ref}/items",
    response={201: CollectionOut, 409: Problem, 422: Problem, **NO},
    auth=SIGNED_IN,
)
def add_item(request: HttpRequest, ref: str, wish: ItemWish) -> object:
    """Put a render or a comparison that one may see at the end."""
    own = _own(request, access.collection_or_404(request, ref))
    if not collecting.add(own, collecting.work(request, wish.kind, wish.ref)):
        raise Refused("It is in this collection already.")
    return Status(201, Told(request).collection(own))


@collections.put(
    "/collections/{ref}/items",
    response={200: CollectionOut, 409: Problem, 422: Problem, **NO},
    auth=SIGNED_IN,
)
def arrange_items(request: HttpRequest, ref: str, wish: ItemsWish) -> CollectionOut:
    """Put these works there, in this order, and take all others out.

    Works that one may not see (any more) keep their places.
    """
    own = _own(request, access.collection_or_404(request, ref))
    collecting.arrange(request, own, [(item.kind, item.ref) for item in wish.items])
    return Told(request).collection(access.collection_or_404(request, ref))


@collections.delete("/collections/{ref}/items/{kind}/{item}", response={204: None, **NO}, auth=SIGNED_IN)
def remove_item(request: HttpRequest, ref: str, kind: str, item: str) -> object:
    """Take a render or a comparison out."""
    own = _own(request, access.collection_or_404(request, ref))
    if kind not in ("render", "comparison"):
        raise Http404
    if own.take_out(**{f"{kind}__ref": item}) is None:
        raise Http404
    return Status(204, None)


@sharing.get("/shared", response={200: SharedOut, 404: Problem}, auth=READING)
def get_shared(request: HttpRequest) -> SharedOut:
    """What a share link opens: for whoever has nothing but its token, as `?share=TOKEN`."""
    told = Told(request)
    if told.viewer.share is None:
        raise Http404
    return told.shared(told.viewer.share)


@sharing.get("/share-links", response={200: Page[ShareOut], 401: Problem}, auth=SIGNED_IN)
def list_share_links(request: HttpRequest, which: Paging) -> object:
    """The links that one made."""
    found = ShareLink.objects.filter(owner_id=request.user.pk)
    return page_of(found.select_related(*SHARED).order_by("-created_at", "-pk"), which, Told(request).share)


@sharing.get("/share-links/{id}", response={200: ShareOut, **NO}, auth=SIGNED_IN)
def get_share_link(request: HttpRequest, id: int) -> ShareOut:
    """A link that one made: whether it is open, and how often it was opened."""
    return Told(request).share(_own_link(request, id))


@sharing.post(
    "/share-links",
    response={201: NewShare, 422: Problem, **NO},
    auth=SIGNED_IN,
    openapi_extra=says_where(),
)
def create_share_link(request: HttpRequest, response: HttpResponse, wish: ShareWish) -> object:
    """Make a link. Its address is in this answer and nowhere else."""
    target = target_or_404(request, wish.kind, wish.ref)
    if wish.downloads and not access.can_allow_downloads(access.viewer_of(request), target):
        raise Refused("downloads: only footage of your own can be given away.", 422)
    expires = _in_utc(wish.expires_at) if wish.expires_at else None
    if expires is not None and expires <= timezone.now():
        raise Refused("expires_at: this time is over already.", 422)
    link, token = ShareLink.make(
        request.user, target, label=wish.label, downloads=wish.downloads, expires_at=expires
    )
    told = Told(request)
    address = told.address(reverse("share", args=[token]))
    new = NewShare(**told.share(link).model_dump(), address=address)
    return made(request, response, "get_share_link", link.pk, new)


@sharing.delete("/share-links/{id}", response={204: None, **NO}, auth=SIGNED_IN)
def revoke_share_link(request: HttpRequest, id: int) -> object:
    """Close a link, at once and for good."""
    if not _own_link(request, id).revoke():
        raise Http404("This link is closed already.")
    return Status(204, None)


def _own_link(request: HttpRequest, pk: int) -> ShareLink:
    """A link that the asker may change. Raises Http404."""
    link = ShareLink.objects.select_related(*SHARED).filter(pk=pk).first()
    if link is None or not access.can_change_own(access.viewer_of(request), link):
        raise Http404
    return link


def _own(request: HttpRequest, one: Any) -> Any:
    """The same, if it is the asker's to change. Raises Http404."""
    if not access.can_change_own(access.viewer_of(request), one):
        raise Http404
    return one


def _change(own: Comparison | Collection, wish: WordsChange) -> None:
    if changes := wish.model_dump(include=set(WordsChange.model_fields), exclude_none=True):
        type(own)._default_manager.filter(pk=own.pk).update(**changes)


def _in_utc(moment: datetime) -> datetime:
    """A time as it is kept. Raises Refused for one that is beyond all years in UTC, which could not be read again."""
    aware = timezone.make_aware(moment) if timezone.is_naive(moment) else moment
    try:
        return aware.astimezone(UTC)
    except OverflowError:
        raise Refused(
            "expires_at: years go from 1 to 9999; leave it out for a link without an end.", 422
        ) from None
