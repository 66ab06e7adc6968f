"""A person's own page: their footage, collections, comparisons and filters."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from filters.models import Filter
from videos import access
from videos.models import Collection, Comparison, Profile, Render, Video
from videos.views.gallery import page_of
from videos.views.part import part_of

BESIDE = 12
"""Collections, comparisons and filters on the page, each, until `?collections=all` and so on asks for all in pages."""


@require_safe
def person(request: HttpRequest, username: str) -> HttpResponse:
    """What the person shows; to themselves (and staff) everything they have."""
    viewer = access.viewer_of(request)
    shown = get_object_or_404(User, username=username)
    if not access.can_see_person(viewer, shown):
        raise Http404
    everything = shown == request.user or viewer.is_staff
    videos = Video.objects.filter(owner=shown) if everything else Video.objects.listed().filter(owner=shown)
    context = {
        "person": shown,
        "about": Profile.objects.filter(user=shown).values_list("about", flat=True).first() or "",
        "everything": everything,
        "page": page_of(videos.newest().with_slices(), request),
        "works": Render.objects.finished().filter(video__in=videos.order_by()).count(),
        **_beside(request, shown, everything),
    }
    return render(request, "gallery/person.html", context)


def _beside(request: HttpRequest, shown: User, everything: bool) -> dict[str, Any]:
    collections = Collection.objects.filter(owner=shown).order_by("-created_at", "-pk")
    comparisons = Comparison.objects.filter(owner=shown).order_by("-created_at", "-pk")
    comparisons = comparisons.with_places().select_related("video", "owner")
    filters = Filter.objects.filter(owner=shown, current__isnull=False).order_by("name", "pk").with_pictures()
    if not everything:
        collections = collections.listed_for(request.user)
        comparisons = comparisons.listed_for(request.user).filter(video__in=Video.objects.listed())
        filters = filters.filter(state=Filter.State.PUBLISHED)
    lists = {"collections": collections, "comparisons": comparisons, "filters": filters}
    return {name: part_of(rows, request, name, BESIDE) for name, rows in lists.items()}
