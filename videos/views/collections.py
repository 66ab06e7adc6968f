"""Collections: renders and comparisons that belong together, with a text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Case, QuerySet, Value, When, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rotoscope.common.changed import save_changed
from rotoscope.common.goal import own_goal
from videos import access
from videos.access import Viewer
from videos.access_items import expect, items_to_see
from videos.forms.comparison import CollectionForm
from videos.gathered import gathered
from videos.models import Collection, CollectionItem, Comparison, Render
from videos.models.collection import CollectionFull
from videos.models.comparison import places_prefetch
from videos.views.gallery import page_of
from videos.views.removed import put_away, say_gone

WORKS = 24
"""On a page of a collection."""
COVERS = 4
NAMES = (
    "render__video__owner",
    "render__version__filter",
    "render__owner",
    "comparison__video__owner",
    "comparison__owner",
)


@require_http_methods(["GET", "HEAD", "POST"])
def collections(request: HttpRequest) -> HttpResponse:
    """Public collections and one's own; a POST makes a new one."""
    form = CollectionForm(request.POST or None)
    if request.method == "POST":
        if not request.user.is_authenticated:
            raise Http404
        if form.is_valid():
            made = form.save(commit=False)
            made.owner = request.user
            made.save()
            return redirect(made)
    viewer = access.viewer_of(request)
    page = page_of(_own_first(request.user), request)
    _with_covers(viewer, page.object_list)
    mine = [shown for shown in page if viewer.owns(shown)]
    others = [shown for shown in page if not viewer.owns(shown)]
    context = {"page": page, "mine": mine, "others": others, "form": form}
    return render(request, "gallery/collections.html", context, status=422 if form.errors else 200)


@require_safe
def collection(request: HttpRequest, ref: str) -> HttpResponse:
    """The works of a collection that the viewer may see, in its order."""
    shown = access.collection_or_404(request, ref)
    viewer = access.viewer_of(request)
    works = items_to_see(viewer, shown.items.all()).select_related(*NAMES).order_by("position")
    works = works.prefetch_related(places_prefetch("comparison__items"))
    may_change = access.can_change_own(viewer, shown)
    page = page_of(works, request, WORKS)
    expect(viewer, page)
    context = {
        "section": "gallery",
        "collection": shown,
        "page": page,
        "may_change": may_change,
        "may_share": access.can_share(viewer, shown),
        "form": CollectionForm(instance=shown) if may_change else None,
    }
    return render(request, "gallery/collection.html", context)


@login_required
@require_POST
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Title, text and visibility."""
    shown = _own(request, ref)
    form = CollectionForm(request.POST, instance=shown)
    if form.is_valid():
        save_changed(form)
        messages.success(request, "Saved.")
    else:
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
    return redirect("collection", ref=ref)


@login_required
@require_POST
def delete(request: HttpRequest, ref: str) -> HttpResponse:
    """Delete the collection; its works stay."""
    put_away(request, _own(request, ref), "Its works are still there.")
    return redirect("collections")


@login_required
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put a render or a comparison (`kind`, `ref`) into a collection (`to`), or into a new one (`title`).

    A title wins: one of one's own collections is always chosen in the form, a title is there only when typed.
    """
    kind, ref = request.POST.get("kind", ""), request.POST.get("ref", "")
    work = _work(request, kind, ref)
    target = _target(request)
    if target is None:
        messages.error(request, "Give the new collection a title.")
        return redirect(work)
    try:
        if target.add(**{kind: work}):
            messages.success(request, f"Added to “{target.title}”.")
        else:
            messages.info(request, f"It is in “{target.title}” already.")
    except CollectionFull as full:
        messages.error(request, str(full))
    return redirect(own_goal(request, request.POST.get("next", "")) or target)


@login_required
@require_POST
def move(request: HttpRequest, ref: str, item: int) -> HttpResponse:
    """Move an item past the one that is seen before or after it (`by` = -1 or 1), or take it out (`by` = 0)."""
    shown = _own(request, ref)
    chosen = get_object_or_404(shown.items.select_related(*NAMES), pk=item)
    by = request.POST.get("by", "")
    if by not in ("-1", "0", "1"):
        raise Http404
    viewer = access.viewer_of(request)
    if by != "0":
        position = _move(viewer, shown, chosen, later=by == "1")
        return redirect(_at(viewer, shown, position, f"item-{item}"))
    place = shown.take_out(pk=item)
    if place is None:
        raise Http404  # another click took it out already
    _say_taken_out(request, shown, chosen, place)
    return redirect(_at(viewer, shown, chosen.position))


def _say_taken_out(request: HttpRequest, shown: Collection, item: CollectionItem, place: int) -> None:
    """And how it is put back: the address tells what stood where."""
    kind, work = ("render", item.render) if item.render is not None else ("comparison", item.comparison)
    assert work is not None
    undo = reverse("collection-put-back", args=[shown.ref, kind, work.ref, place])
    say_gone(request, f"“{work}” is taken out of this collection.", undo=undo)


@login_required
@require_POST
def put_back(request: HttpRequest, ref: str, kind: str, work: str, place: int) -> HttpResponse:
    """Put what was taken out where it stood."""
    shown, found = _own(request, ref), _work(request, kind, work)
    try:
        if shown.put_back(place, **{kind: found}):
            messages.success(request, f"“{found}” is back in its place.")
    except CollectionFull as full:
        messages.error(request, str(full))
    item = shown.items.filter(**{kind: found}).first()
    return redirect(_at(access.viewer_of(request), shown, item.position if item else 0))


def _with_covers(viewer: Viewer, page: Iterable[Any]) -> None:
    """Give collections what their cards show: the first pictures, and how many works there are."""
    found = gathered(viewer, page, COVERS, "render__video", "comparison__video")
    shown = [item for one in found.values() for item in one.first]
    prefetch_related_objects(shown, places_prefetch("comparison__items"))
    for collection in page:
        collection.gathered = found[collection.pk]


def _own_first(user: Any) -> QuerySet[Collection]:
    """One's own collections and then the public ones of others, the latest first."""
    found = Collection.objects.listed_for(user).select_related("owner")
    theirs = Case(When(owner_id=user.pk, then=Value(0)), default=Value(1))
    return found.alias(theirs=theirs).order_by("theirs", "-created_at", "-pk")


def _target(request: HttpRequest) -> Collection | None:
    assert request.user.is_authenticated  # the view asks for it
    title = request.POST.get("title", "").strip()[:200]
    if title:
        return Collection.objects.create(owner=request.user, title=title)
    mine = Collection.objects.filter(owner=request.user)
    return get_object_or_404(mine, ref=request.POST["to"]) if request.POST.get("to") else None


def _work(request: HttpRequest, kind: str, ref: str) -> Render | Comparison:
    """A work that the request's viewer may keep; else the one 404."""
    if kind == "render":
        work: Render | Comparison = access.render_or_404(request, ref)
    elif kind == "comparison":
        work = access.comparison_or_404(request, ref)
    else:
        raise Http404
    if not access.can_keep(access.viewer_of(request), work):
        raise Http404
    return work


def _own(request: HttpRequest, ref: str) -> Collection:
    shown = access.collection_or_404(request, ref)
    if not access.can_change_own(access.viewer_of(request), shown):
        raise Http404
    return shown


@transaction.atomic
def _move(viewer: Viewer, shown: Collection, chosen: CollectionItem, later: bool) -> int:
    """Let it change places with the next one that the viewer sees; where it stands then. Raises Http404.

    Among the items may be works of others that are private by now: these keep their places.
    """
    shown.hold()
    now = get_object_or_404(shown.items, pk=chosen.pk)  # another click may have taken it out already
    side: dict[str, Any] = {"position__gt" if later else "position__lt": now.position}
    beyond = items_to_see(viewer, shown.items.filter(**side))
    passed = beyond.order_by("position" if later else "-position").first()
    if passed is None:
        return now.position
    shown.swap(now, passed)
    return passed.position


def _at(viewer: Viewer, shown: Collection, position: int, goal: str = "arrange") -> str:
    """The address of the page of a collection on which something stands, or stood, and of what to look at there."""
    before = items_to_see(viewer, shown.items.filter(position__lt=position)).count()
    number = before // WORKS + 1
    return f"{shown.get_absolute_url()}{f'?page={number}' if number > 1 else ''}#{goal}"
