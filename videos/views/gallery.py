"""The public gallery: what is looked at most, what is new, what was searched for."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from filters.models import Filter
from rotoscope.common import tags
from videos.models import Video
from videos.models.video import VideoQuerySet
from videos.pipeline import sample
from videos.slices import one_of_each_filter, slice_renders

PER_PAGE = 18
TAGS = 8
NAMED = 8
"""Filters by name beside the hero; there is room for no more."""
ORDERS = {"": "Newest", "looks": "Most looked at"}


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """The first page of the site; `?q=` searches, `?tag=` and `?order=` choose, `?page=` turns."""
    query = request.GET.get("q", "").strip()[:200]
    tag = request.GET.get("tag", "").strip()[:40].lower()
    order = request.GET.get("order", "")
    order = order if order in ORDERS else ""
    shown = page_of(_chosen(request, query, tag, order), request)
    first = shown.number == 1 and not (query or tag or order)
    context: dict[str, Any] = {
        "section": "gallery",
        "query": query,
        "tag": tag,
        "order": order,
        "orders": ORDERS.items(),
        "page": shown,
        "tags": popular_tags(),
        "hero": hero() if first else None,
    }
    if query:
        context |= found_beside(query)
    if not (shown.object_list or query or tag):
        context |= _emptiness()
    return render(request, "gallery/gallery.html", context)


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """What an empty gallery says; the page asks again at the beginning, and is loaded anew once there is something."""
    if Video.objects.listed().exists():
        return render(request, "videos/_arrived.html")
    return render(request, "gallery/_empty.html", _emptiness())


def _emptiness() -> dict[str, bool]:
    """Whether the sample flight is on its way, and whether there may be something to see soon: a first start has
    nothing at all for some seconds, until somebody begins to draw that."""
    drawn = sample.is_coming()
    return {"drawn": drawn, "waits": drawn or not Video.objects.exists()}


def _chosen(request: HttpRequest, query: str, tag: str, order: str) -> VideoQuerySet:
    videos = Video.objects.listed_for(request.user).ready() if query else Video.objects.listed()
    if query:
        videos = videos.search(query)
    if tag:
        videos = videos.tagged(tag)
    videos = videos.most_looked_at() if order == "looks" else videos.newest()
    return videos.with_slices()


def page_of(rows: QuerySet[Any] | list[Any], request: HttpRequest, per_page: int = PER_PAGE) -> Page[Any]:
    """The page that the address names; the nearest one where it names none that exists."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))


def hero() -> dict[str, Any] | None:
    """The footage looked at most this week, or the newest, with a render to wipe to; None without any."""
    of_the_week = Video.objects.listed().with_slices().of_the_week(5)
    newest = Video.objects.listed().newest().with_slices()[:5]
    for videos, heading in ((of_the_week, "Looked at most this week"), (newest, "New here")):
        for video in videos:
            renders = slice_renders(video)
            if video.poster and renders:
                named = one_of_each_filter(renders)[:NAMED]
                return {
                    "video": video,
                    "render": renders[len(renders) // 2],
                    "named": named,
                    "heading": heading,
                }
    return None


def popular_tags() -> list[str]:
    """The tags that most public footage carries."""
    return tags.popular(Video.objects.listed(), TAGS)


def found_beside(query: str) -> dict[str, Any]:
    """Filters and people whose names contain what was searched for, by name."""
    filters = Filter.objects.published().filter(name__icontains=query).with_pictures()
    people = User.objects.filter(is_active=True, username__icontains=query)
    return {"filters_found": filters.order_by("name")[:6], "people_found": people.order_by("username")[:6]}
